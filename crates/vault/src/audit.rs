//! The audit log: a chain of authenticated entries. It never holds a secret: an entry is made of names, ids and fixed words.

use crate::bytes::{Malformed, Reader, frame};
use crate::derive::{mac, same};
use countersign_model::{DeviceId, Timestamp};
use countersign_secret::Key;
use std::fmt;

const LABEL: &[u8] = b"countersign/v1/audit";
const FORMAT: u8 = 1;
const LONGEST_TEXT: usize = 512;
const LONGEST: u32 = 2048;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum AuditEvent {
    /// A logon was filled.
    Release = 1,
    /// A logon was shown.
    Reveal = 2,
    /// Something was refused.
    Refusal = 3,
    /// The vault was opened.
    Unlock = 4,
    /// The vault was locked.
    Lock = 5,
    /// A slot was made, changed or removed.
    SlotChange = 6,
    /// A device joined or was revoked.
    DeviceChange = 7,
    /// The vault's key was rolled, or a roll was followed.
    Roll = 8,
    /// A recovery, or a drill.
    Recovery = 9,
    /// The helpdesk took a half out.
    HelpdeskRecovery = 10,
    /// Something looked like an attack.
    Alarm = 11,
    /// A password was made, taken by its application, or given up.
    PasswordChange = 12,
}

impl AuditEvent {
    const ALL: [Self; 12] = [
        Self::Release,
        Self::Reveal,
        Self::Refusal,
        Self::Unlock,
        Self::Lock,
        Self::SlotChange,
        Self::DeviceChange,
        Self::Roll,
        Self::Recovery,
        Self::HelpdeskRecovery,
        Self::Alarm,
        Self::PasswordChange,
    ];

    fn from_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|event| *event as u16 == code)
    }

    /// Its name, for people and for `--json`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Reveal => "reveal",
            Self::Refusal => "refusal",
            Self::Unlock => "unlock",
            Self::Lock => "lock",
            Self::SlotChange => "slot-change",
            Self::DeviceChange => "device-change",
            Self::Roll => "roll",
            Self::Recovery => "recovery",
            Self::HelpdeskRecovery => "helpdesk-recovery",
            Self::Alarm => "alarm",
            Self::PasswordChange => "password-change",
        }
    }
}

/// One entry, as it is written and read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// On which device.
    pub device: DeviceId,
    /// What happened; `None` on reading: an event of a newer version.
    pub event: Option<AuditEvent>,
    /// To what: a template, a kind of slot, a user. Up to 512 bytes, cut beyond.
    pub subject: String,
    /// How: a program, a reason. Up to 512 bytes, cut beyond.
    pub detail: String,
}

/// Where a log ends: kept apart from it, so that a log that was cut short is noticed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AuditHead {
    /// How many entries there are.
    pub count: u64,
    link: [u8; 32],
}

impl fmt::Debug for AuditHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuditHead({})", self.count)
    }
}

impl AuditHead {
    /// The head of an empty log.
    pub const EMPTY: Self = Self {
        count: 0,
        link: [0; 32],
    };

    /// 40 bytes to keep.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 40] {
        let mut bytes = [0; 40];
        let parts = self.count.to_le_bytes().into_iter().chain(self.link);
        bytes.iter_mut().zip(parts).for_each(|(place, byte)| *place = byte);
        bytes
    }

    /// The head of 40 bytes that were kept.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 40]) -> Self {
        let mut from = Reader::new(bytes);
        let count = from.u64("count");
        let link = from.array("link");
        match (count, link) {
            (Ok(count), Ok(link)) => Self { count, link },
            _ => Self::EMPTY,
        }
    }
}

/// Why a log is not whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditFault {
    /// An entry was changed, or written without the device's key.
    #[error("the entry was changed, or was not written by this device")]
    Changed,
    /// An entry does not follow the one before it: one was removed, inserted or moved.
    #[error("the entry does not follow the one before; entries were removed or moved")]
    OutOfOrder,
    /// The bytes end in the middle of an entry.
    #[error("the log ends in the middle of an entry; the last one was not written to its end")]
    Torn,
    /// The bytes are no entry.
    #[error("the bytes are no entry; the log is damaged from here on")]
    Damaged,
    /// The log ends before its head.
    #[error("the log was cut short")]
    CutShort,
    /// The log does not contain its head, or goes on after it.
    #[error("the log is not the one that was kept; it was replaced, or entries were added to it")]
    OtherHead,
}

/// What verifying a log found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReport {
    /// The entries that hold, from the first on.
    pub entries: Vec<AuditEntry>,
    /// The head after them.
    pub head: AuditHead,
    /// What is wrong after them, if anything.
    pub fault: Option<AuditFault>,
}

/// Appends an entry: the bytes to add to the log, and the head to keep once they are written.
#[must_use]
pub fn append_audit(key: &Key, head: AuditHead, entry: &AuditEntry) -> (Vec<u8>, AuditHead) {
    let number = head.count.saturating_add(1);
    let mut body = vec![FORMAT];
    body.extend_from_slice(&number.to_le_bytes());
    body.extend_from_slice(&entry.at.0.to_le_bytes());
    body.extend_from_slice(&entry.device.0);
    body.extend_from_slice(&entry.event.map_or(0, |event| event as u16).to_le_bytes());
    for text in [&entry.subject, &entry.detail] {
        let text = cut(text);
        body.extend_from_slice(&u16::try_from(text.len()).unwrap_or(u16::MAX).to_le_bytes());
        body.extend_from_slice(text.as_bytes());
    }
    let link = link(key, &head.link, &body);
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    let mut bytes = length.to_le_bytes().to_vec();
    bytes.append(&mut body);
    bytes.extend_from_slice(&link);
    (bytes, AuditHead { count: number, link })
}

fn link(key: &Key, before: &[u8; 32], body: &[u8]) -> [u8; 32] {
    mac(key, &[&frame(&[LABEL, before]), body])
}

fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LONGEST_TEXT)).unwrap_or_default()
}

/// Reads a log from its start and says how far it holds. With the head that was kept, truncation is noticed too; an entry that was
/// written after the head was kept (a crash in between) shows as [`AuditFault::OtherHead`] with all entries listed.
#[must_use]
pub fn verify_audit(key: &Key, log: &[u8], kept: Option<AuditHead>) -> AuditReport {
    let mut report = AuditReport {
        entries: Vec::new(),
        head: AuditHead::EMPTY,
        fault: None,
    };
    let mut rest = log;
    while !rest.is_empty() {
        match next(key, rest, report.head) {
            Ok((entry, head, after)) => {
                report.entries.push(entry);
                report.head = head;
                rest = after;
            }
            Err(fault) => {
                report.fault = Some(fault);
                return report;
            }
        }
    }
    if let Some(kept) = kept {
        report.fault = match () {
            () if kept == report.head => None,
            () if report.head.count < kept.count => Some(AuditFault::CutShort),
            () => Some(AuditFault::OtherHead),
        };
    }
    report
}

fn next<'a>(key: &Key, log: &'a [u8], before: AuditHead) -> Result<(AuditEntry, AuditHead, &'a [u8]), AuditFault> {
    let mut from = Reader::new(log);
    let length = from.u32("length").map_err(|_| AuditFault::Torn)?;
    if length > LONGEST {
        return Err(AuditFault::Damaged);
    }
    let length = usize::try_from(length).map_err(|_| AuditFault::Damaged)?;
    let body = from.take(length, "entry").map_err(|_| AuditFault::Torn)?;
    let found = from.array("link").map_err(|_| AuditFault::Torn)?;
    let (number, entry) = decode(body).map_err(|_| AuditFault::Damaged)?;
    if number != before.count.saturating_add(1) {
        return Err(AuditFault::OutOfOrder);
    }
    if !same(&link(key, &before.link, body), &found) {
        return Err(AuditFault::Changed);
    }
    let head = AuditHead {
        count: number,
        link: found,
    };
    Ok((entry, head, from.rest()))
}

fn decode(body: &[u8]) -> Result<(u64, AuditEntry), Malformed> {
    let mut from = Reader::new(body);
    if from.u8("format")? != FORMAT {
        return Err(Malformed("format"));
    }
    let number = from.u64("number")?;
    let entry = AuditEntry {
        at: Timestamp(from.u64("time")?),
        device: DeviceId(from.array("device")?),
        event: AuditEvent::from_code(from.u16("event")?),
        subject: from.text(LONGEST_TEXT, "subject")?.to_owned(),
        detail: from.text(LONGEST_TEXT, "detail")?.to_owned(),
    };
    from.end("end of the entry")?;
    Ok((number, entry))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key::from_fill(|out| out.fill(3))
    }

    fn entry(nth: u64) -> AuditEntry {
        AuditEntry {
            at: Timestamp(nth * 1000),
            device: DeviceId([1; 16]),
            event: Some(AuditEvent::ALL[usize::try_from(nth).unwrap() % 11]),
            subject: format!("subject {nth}"),
            detail: "detail".to_owned(),
        }
    }

    /// A log of `count` entries, where each begins, and the heads.
    fn log(count: u64) -> (Vec<u8>, Vec<usize>, Vec<AuditHead>) {
        let (mut bytes, mut starts, mut heads) = (Vec::new(), vec![0], vec![AuditHead::EMPTY]);
        for nth in 0..count {
            let (more, head) = append_audit(&key(), *heads.last().unwrap(), &entry(nth));
            bytes.extend(more);
            starts.push(bytes.len());
            heads.push(head);
        }
        (bytes, starts, heads)
    }

    fn verify(bytes: &[u8], head: AuditHead) -> (usize, Option<AuditFault>) {
        let report = verify_audit(&key(), bytes, Some(head));
        (report.entries.len(), report.fault)
    }

    #[test]
    fn a_whole_log_is_read_back() {
        let (bytes, _, heads) = log(12);
        let report = verify_audit(&key(), &bytes, heads.last().copied());
        assert_eq!(report.fault, None);
        assert_eq!(report.entries, (0..12).map(entry).collect::<Vec<_>>());
        assert_eq!(Some(report.head), heads.last().copied());
        assert_eq!(verify_audit(&key(), &bytes, None).fault, None);
        assert_eq!(verify(&[], AuditHead::EMPTY), (0, None));
        let kept = AuditHead::from_bytes(&heads[12].to_bytes());
        assert_eq!((kept, kept.count), (heads[12], 12));
        assert_eq!(format!("{kept:?}"), "AuditHead(12)");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let long = AuditEntry {
            subject: format!("a{}", "é".repeat(400)),
            detail: "x".repeat(600),
            ..entry(0)
        };
        let (bytes, head) = append_audit(&key(), AuditHead::EMPTY, &long);
        let report = verify_audit(&key(), &bytes, Some(head));
        assert_eq!(report.fault, None);
        let [read] = report.entries.as_slice() else {
            panic!("{report:?}")
        };
        assert_eq!(read.subject, format!("a{}", "é".repeat(255)));
        assert_eq!(read.detail, "x".repeat(512));
    }

    #[test]
    fn every_changed_byte_is_noticed_where_it_is() {
        let (bytes, starts, heads) = log(3);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let (whole, fault) = verify(&changed, heads[3]);
            let inside = starts.iter().filter(|start| **start <= at).count() - 1;
            assert_eq!(whole, inside, "byte {at}");
            assert!(fault.is_some(), "byte {at}");
        }
    }

    #[test]
    fn cutting_is_noticed_by_the_head() {
        let (bytes, starts, heads) = log(3);
        for len in 0..bytes.len() {
            let (whole, fault) = verify(&bytes[..len], heads[3]);
            let wanted = match starts.iter().position(|start| *start == len) {
                Some(whole) => (whole, Some(AuditFault::CutShort)),
                None => (
                    starts.iter().filter(|start| **start <= len).count() - 1,
                    Some(AuditFault::Torn),
                ),
            };
            assert_eq!((whole, fault), wanted, "{len}");
        }
        assert_eq!(verify(&bytes, heads[2]), (3, Some(AuditFault::OtherHead)));
        assert_eq!(verify(&[], heads[1]), (0, Some(AuditFault::CutShort)));
        assert_eq!(verify(&bytes, AuditHead::EMPTY), (3, Some(AuditFault::OtherHead)));
        assert_eq!(verify_audit(&key(), &bytes[..starts[2]], None).fault, None);
    }

    #[test]
    fn removing_inserting_and_moving_are_noticed() {
        let (bytes, starts, heads) = log(3);
        let part = |nth: usize| bytes[starts[nth]..starts[nth + 1]].to_vec();
        let removed = [part(0), part(2)].concat();
        assert_eq!(verify(&removed, heads[3]), (1, Some(AuditFault::OutOfOrder)));
        let moved = [part(1), part(0), part(2)].concat();
        assert_eq!(verify(&moved, heads[3]), (0, Some(AuditFault::OutOfOrder)));
        let doubled = [part(0), part(0)].concat();
        assert_eq!(verify(&doubled, heads[3]), (1, Some(AuditFault::OutOfOrder)));
        let (other, _) = append_audit(&key(), heads[1], &entry(9));
        let replaced = [part(0), other, part(2)].concat();
        assert_eq!(verify(&replaced, heads[3]), (2, Some(AuditFault::Changed)));
        let stranger = Key::from_fill(|out| out.fill(4));
        let (forged, _) = append_audit(&stranger, heads[3], &entry(3));
        let added = [bytes.clone(), forged].concat();
        assert_eq!(verify(&added, heads[3]), (3, Some(AuditFault::Changed)));
        assert_eq!(verify_audit(&stranger, &bytes, None).fault, Some(AuditFault::Changed));
        let same_count = log_of(&[0, 1, 7]);
        assert_eq!(verify(&same_count, heads[3]), (3, Some(AuditFault::OtherHead)));
    }

    fn log_of(entries: &[u64]) -> Vec<u8> {
        let mut head = AuditHead::EMPTY;
        let mut bytes = Vec::new();
        for nth in entries {
            let (more, next) = append_audit(&key(), head, &entry(*nth));
            bytes.extend(more);
            head = next;
        }
        bytes
    }

    #[test]
    fn long_texts_are_cut_and_newer_events_kept() {
        let long = AuditEntry {
            subject: "ü".repeat(300),
            event: None,
            ..entry(0)
        };
        let (bytes, head) = append_audit(&key(), AuditHead::EMPTY, &long);
        let report = verify_audit(&key(), &bytes, Some(head));
        assert_eq!(report.fault, None);
        assert_eq!(report.entries[0].subject, "ü".repeat(256));
        assert_eq!(report.entries[0].event, None);
        assert_eq!(verify_audit(&key(), &[0xff; 64], None).fault, Some(AuditFault::Damaged));
        // The longest entry there may be is waited for; a longer one is none.
        for (length, fault) in [(LONGEST, AuditFault::Torn), (LONGEST + 1, AuditFault::Damaged)] {
            let begun = verify_audit(&key(), &length.to_le_bytes(), None);
            assert_eq!(begun.fault, Some(fault));
        }
        assert_eq!(
            AuditEvent::ALL.map(|event| event as u16),
            [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
        );
        assert_eq!(AuditEvent::Alarm.name(), "alarm");
    }
}
