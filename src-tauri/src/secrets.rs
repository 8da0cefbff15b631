//! Secrets on their way between a page and the agent.

use countersign_secret::Password;
use countersign_wire::frame::MAX_SECRETS;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// What was typed: goes into locked memory as it is read.
#[derive(Debug, Default)]
pub(crate) struct Typed(pub(crate) Vec<Password>);

/// What a page is to show.
#[derive(Debug)]
pub(crate) struct Shown(pub(crate) Password);

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.expose())
    }
}

impl<'de> Deserialize<'de> for Typed {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Each).map(Self)
    }
}

struct Each;

impl<'de> Visitor<'de> for Each {
    type Value = Vec<Password>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("secrets, as texts")
    }

    // What serde would say of it quotes it.
    fn visit_str<E: Error>(self, _text: &str) -> Result<Self::Value, E> {
        Err(E::custom("a text in the place of a list of texts"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Self::Value, A::Error> {
        let mut secrets = Vec::new();
        while let Some(One(secret)) = all.next_element()? {
            if secrets.len() == MAX_SECRETS {
                return Err(A::Error::custom(format_args!("more than {MAX_SECRETS} secrets")));
            }
            secrets.push(secret);
        }
        Ok(secrets)
    }
}

struct One(Password);

impl<'de> Deserialize<'de> for One {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Password;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Password, E> {
                Password::from_utf8(text.as_bytes()).map_err(E::custom)
            }

            fn visit_string<E: Error>(self, text: String) -> Result<Password, E> {
                Password::from_string(text).map_err(E::custom)
            }
        }
        from.deserialize_any(Text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "in tests a failure is a failure")]

    use super::*;

    #[test]
    fn what_is_typed_is_read_and_what_is_no_text_is_refused_without_being_quoted() {
        let typed: Typed = serde_json::from_str(r#"["one", "tw\u00f6"]"#).unwrap();
        assert_eq!(typed.0.iter().map(Password::expose).collect::<Vec<_>>(), ["one", "twö"]);
        for wrong in [r#"[4711]"#, r#"["a", {"secret-4711": 1}]"#, r#""secret-4711""#] {
            let said = serde_json::from_str::<Typed>(wrong).unwrap_err().to_string();
            assert!(!said.contains("secret-4711"), "{said}");
        }
        let many = serde_json::to_string(&["x"; MAX_SECRETS + 1]).unwrap();
        assert!(serde_json::from_str::<Typed>(&many).is_err());
    }
}
