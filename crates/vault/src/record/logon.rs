//! What a record holds once opened: a small strict binary format, written and read in locked memory.

use super::journal;
use super::{OpenError, SealError, padded_len};
use crate::bytes::{Malformed, Reader, Writer};
use crate::path;
use countersign_model::{
    Binding, FieldKind, FieldName, FieldValues, Logon, PasswordJournal, Publisher, RecordId, TemplateId, Timestamp,
};
use countersign_secret::{Password, SecretBytes};

const FORMAT: u8 = 1;
/// With a change journal behind the fields.
const WITH_JOURNAL: u8 = 2;
const LONGEST_TEMPLATE: usize = 255;
const LONGEST_LABEL: usize = 1024;
/// Of organisations and publishers.
const LONGEST_NAME_OF: usize = 256;
const LONGEST_PATH: usize = 4096;
const LONGEST_NAME: usize = 128;
const MOST_FIELDS: usize = 64;

fn publisher_len(publisher: &Publisher) -> usize {
    match publisher {
        Publisher::Package | Publisher::Unsigned | Publisher::UnsignedElsewhere => 1,
        Publisher::Signed { organisation, name } => 1 + 2 + organisation.len() + 2 + name.len(),
    }
}

fn put_publisher(to: &mut Writer<'_>, publisher: &Publisher) -> Result<(), Malformed> {
    match publisher {
        Publisher::Package => to.put(&[1]),
        // Where it was saved is not in the record.
        Publisher::Unsigned | Publisher::UnsignedElsewhere => to.put(&[2]),
        Publisher::Signed { organisation, name } => {
            to.put(&[3])?;
            to.put_prefixed(
                organisation.as_bytes(),
                LONGEST_NAME_OF,
                "the organisation's name is too long",
            )?;
            to.put_prefixed(name.as_bytes(), LONGEST_NAME_OF, "the publisher's name is too long")
        }
    }
}

fn publisher(from: &mut Reader<'_>) -> Result<Publisher, Malformed> {
    match from.u8("publisher")? {
        1 => Ok(Publisher::Package),
        2 => Ok(Publisher::Unsigned),
        3 => Ok(Publisher::Signed {
            organisation: from.text(LONGEST_NAME_OF, "publisher")?.to_owned(),
            name: from.text(LONGEST_NAME_OF, "publisher")?.to_owned(),
        }),
        _ => Err(Malformed("publisher")),
    }
}

const fn field_code(kind: FieldKind) -> u8 {
    match kind {
        FieldKind::Plain => 0,
        FieldKind::Secret => 1,
    }
}

fn field_kind(code: u8) -> Option<FieldKind> {
    match code {
        0 => Some(FieldKind::Plain),
        1 => Some(FieldKind::Secret),
        _ => None,
    }
}

impl From<Malformed> for SealError {
    fn from(Malformed(what): Malformed) -> Self {
        Self::OutOfBounds(what)
    }
}

/// A logon as length, body and padding, in locked memory.
pub(crate) fn encode_logon(logon: &Logon) -> Result<SecretBytes, SealError> {
    check(logon)?;
    let executable = logon.binding.executable.as_deref().map(path::to_bytes);
    let fields: usize = logon
        .fields
        .0
        .iter()
        .map(|(name, _, value)| field_len(name, value))
        .sum();
    let body = 1
        + (2 + logon.template.as_str().len())
        + (2 + logon.label.len())
        + publisher_len(&logon.binding.publisher)
        + 1
        + executable.map_or(0, |bytes| 2 + bytes.len())
        + 8
        + 2
        + fields
        + journal::len(&logon.journal);
    // What has none is as it was before there were any.
    let format = if logon.journal.is_empty() { FORMAT } else { WITH_JOURNAL };
    padded(body, |to| {
        to.put(&[format])?;
        to.put_prefixed(
            logon.template.as_str().as_bytes(),
            LONGEST_TEMPLATE,
            "the template's id is too long",
        )?;
        to.put_prefixed(
            logon.label.as_bytes(),
            LONGEST_LABEL,
            "its name is longer than 1024 bytes",
        )?;
        put_publisher(to, &logon.binding.publisher)?;
        match executable {
            None => to.put(&[0])?,
            Some(bytes) => {
                to.put(&[1])?;
                to.put_prefixed(bytes, LONGEST_PATH, "the program's path is too long")?;
            }
        }
        to.put(&logon.changed.0.to_le_bytes())?;
        let count = u16::try_from(logon.fields.0.len()).map_err(|_| Malformed("it has too many fields"))?;
        to.put(&count.to_le_bytes())?;
        for (name, kind, value) in &logon.fields.0 {
            to.put_prefixed(name.as_str().as_bytes(), LONGEST_NAME, "a field's name is too long")?;
            to.put(&[field_code(*kind)])?;
            to.put_prefixed(value.expose().as_bytes(), Password::MAX, "a value is too long")?;
        }
        journal::put(to, &logon.journal)
    })
}

fn field_len(name: &FieldName, value: &Password) -> usize {
    2 + name.as_str().len() + 1 + 2 + value.expose().len()
}

fn check(logon: &Logon) -> Result<(), SealError> {
    let bad = |what| Err(SealError::OutOfBounds(what));
    if logon.template.as_str().is_empty() {
        return bad("it names no template");
    }
    if logon.fields.0.len() > MOST_FIELDS {
        return bad("it has more than 64 fields");
    }
    let empty_path = |path: &std::path::PathBuf| path.as_os_str().is_empty();
    if logon.binding.executable.as_ref().is_some_and(empty_path) {
        return bad("the program's path is empty");
    }
    let mut names: Vec<&FieldName> = logon.fields.0.iter().map(|(name, _, _)| name).collect();
    names.sort_unstable();
    if names.first().is_some_and(|name| name.as_str().is_empty()) {
        return bad("a field has no name");
    }
    if names
        .windows(2)
        .any(|pair| matches!(pair, [one, other] if one == other))
    {
        return bad("it has two fields of one name");
    }
    Ok(())
}

/// A tombstone as length, body and padding.
pub(crate) fn encode_tombstone(removed: Timestamp) -> Result<SecretBytes, SealError> {
    padded(1 + 8, |to| {
        to.put(&[FORMAT])?;
        to.put(&removed.0.to_le_bytes())
    })
}

fn padded(body: usize, write: impl FnOnce(&mut Writer<'_>) -> Result<(), Malformed>) -> Result<SecretBytes, SealError> {
    let mut padded = SecretBytes::zeroed(padded_len(body)?);
    let len = u32::try_from(body).map_err(|_| Malformed("it is larger than 512 KiB"))?;
    let mut to = Writer::new(padded.expose_mut());
    to.put(&len.to_le_bytes())?;
    write(&mut to)?;
    Ok(padded)
}

/// Reads a logon's body.
pub(crate) fn decode_logon(id: RecordId, body: &[u8]) -> Result<Logon, OpenError> {
    let mut from = Reader::new(body);
    let format = from.u8("inner format")?;
    if !matches!(format, FORMAT | WITH_JOURNAL) {
        return Err(OpenError::Damaged("inner format"));
    }
    let template = TemplateId(from.text(LONGEST_TEMPLATE, "template")?.to_owned());
    let label = from.text(LONGEST_LABEL, "label")?.to_owned();
    let publisher = publisher(&mut from)?;
    let executable = match from.u8("executable")? {
        0 => None,
        1 => {
            let bytes = from.prefixed(LONGEST_PATH, "executable")?;
            Some(path::from_bytes(bytes).ok_or(Malformed("executable"))?)
        }
        _ => return Err(OpenError::Damaged("executable")),
    };
    let changed = Timestamp(from.u64("time")?);
    let count = from.u16("fields")?;
    if usize::from(count) > MOST_FIELDS {
        return Err(OpenError::Damaged("fields"));
    }
    let mut fields = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        let name = FieldName(from.text(LONGEST_NAME, "field name")?.to_owned());
        let kind = field_kind(from.u8("field kind")?).ok_or(Malformed("field kind"))?;
        let value = from.prefixed(Password::MAX, "field value")?;
        let value = Password::from_utf8(value).map_err(|_| Malformed("field value"))?;
        fields.push((name, kind, value));
    }
    let journal = match format {
        WITH_JOURNAL => journal::take(&mut from)?,
        _ => PasswordJournal::default(),
    };
    from.end("end of the logon")?;
    let logon = Logon {
        id,
        template,
        label,
        fields: FieldValues(fields),
        binding: Binding { publisher, executable },
        changed,
        journal,
    };
    check(&logon).map_err(|_| OpenError::Damaged("fields"))?;
    Ok(logon)
}

/// Reads a tombstone's body.
pub(crate) fn decode_tombstone(body: &[u8]) -> Result<Timestamp, OpenError> {
    let mut from = Reader::new(body);
    format(&mut from)?;
    let removed = Timestamp(from.u64("time")?);
    from.end("end of the tombstone")?;
    Ok(removed)
}

fn format(from: &mut Reader<'_>) -> Result<(), Malformed> {
    match from.u8("inner format")? {
        FORMAT => Ok(()),
        _ => Err(Malformed("inner format")),
    }
}
