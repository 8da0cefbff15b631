use crate::entry::{Place, note};
use crate::error::ImportError;
use countersign_secret::{Password, SecretBytes};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use std::fmt;

/// A text of a JSON document, taken into locked memory as it is read.
pub(super) struct Secret(SecretBytes);

impl Secret {
    pub(super) fn text(&self) -> Option<&str> {
        std::str::from_utf8(self.0.expose()).ok()
    }

    /// `None` where it is empty.
    pub(super) fn password(&self, place: &Place, what: &'static str) -> Result<Option<Password>, ImportError> {
        match self.0.expose() {
            b"" => Ok(None),
            bytes => Password::from_utf8(bytes)
                .map(Some)
                .map_err(|_| ImportError::TooLong(place.clone(), what)),
        }
    }

    pub(super) fn note(&self, place: &Place) -> Result<Option<SecretBytes>, ImportError> {
        match self.text() {
            None | Some("") => Ok(None),
            Some(text) => note(text)
                .map(Some)
                .ok_or_else(|| ImportError::TooLong(place.clone(), "the note")),
        }
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(Text)
    }
}

struct Text;

impl Visitor<'_> for Text {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Secret, E> {
        let mut bytes = SecretBytes::zeroed(text.len());
        bytes.expose_mut().copy_from_slice(text.as_bytes());
        Ok(Secret(bytes))
    }
}
