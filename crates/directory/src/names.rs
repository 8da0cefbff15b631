//! Names of files, in and out. What is not a name of ours is never touched.

use countersign_model::{DeviceId, HeaderVersion, RecordId, RecordVersion, UserId};

const LONGEST_USER: usize = 128;

/// The folder name of a user, if his id can be one: no path, not hidden, nothing unprintable.
pub(crate) fn user(id: &UserId) -> Option<&str> {
    let text = id.as_str();
    let plain = !text.is_empty()
        && text.len() <= LONGEST_USER
        && !text.starts_with('.')
        && !text.starts_with(' ')
        && !text.ends_with(' ')
        && !text.contains('/')
        && !text.chars().any(char::is_control);
    plain.then_some(text)
}

/// `DEVICE.COUNTER`.
pub(crate) fn version(version: &RecordVersion) -> String {
    format!("{}.{}", version.device, version.counter)
}

pub(crate) fn parse_version(record: RecordId, name: &str) -> Option<RecordVersion> {
    let (device, counter) = name.split_once('.')?;
    let version = RecordVersion {
        record,
        device: device.parse::<DeviceId>().ok()?,
        counter: counter.parse().ok()?,
    };
    (version.counter > 0 && self::version(&version) == name).then_some(version)
}

pub(crate) fn parse_record(name: &str) -> Option<RecordId> {
    let id = name.parse::<RecordId>().ok()?;
    (id.to_string() == name).then_some(id)
}

pub(crate) fn parse_device(name: &str) -> Option<DeviceId> {
    let id = name.parse::<DeviceId>().ok()?;
    (id.to_string() == name).then_some(id)
}

pub(crate) fn parse_header(name: &str) -> Option<HeaderVersion> {
    let number = name.parse::<u64>().ok()?;
    (number > 0 && number.to_string() == name).then_some(HeaderVersion(number))
}

/// Whether a file name is hidden: an editor's, git's, or one of ours that is not whole yet.
pub(crate) fn is_hidden(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for good in ["ada", "ada.lovelace@example.org", "EXAMPLE\\ada", "ädä"] {
            assert_eq!(user(&UserId::from(good)), Some(good));
        }
        for bad in [
            "", ".", "..", "../x", "a/b", "/x", ".hidden", "a\0b", "a\nb", " a", "a ",
        ] {
            assert_eq!(user(&UserId::from(bad)), None, "{bad:?}");
        }
        assert_eq!(user(&UserId("x".repeat(129))), None);
    }

    #[test]
    fn only_the_one_way_to_write_a_version_is_read() {
        let record = RecordId([1; 16]);
        let written = RecordVersion {
            record,
            device: DeviceId([0xab; 16]),
            counter: 12,
        };
        assert_eq!(parse_version(record, &version(&written)), Some(written));
        let device = "ab".repeat(16);
        for bad in [
            device.clone(),
            format!("{device}.0"),
            format!("{device}.012"),
            format!("{device}.+1"),
            format!("{device}.1.2"),
            format!("{}.1", "AB".repeat(16)),
        ] {
            assert_eq!(parse_version(record, &bad), None, "{bad}");
        }
        assert_eq!(parse_header("7"), Some(HeaderVersion(7)));
        assert_eq!(parse_header("07"), None);
    }
}
