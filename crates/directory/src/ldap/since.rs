//! What changed since: a cursor, by the means of the server at hand.
//!
//! OpenLDAP stamps entries with entryCSN, Active Directory counts changes in uSNChanged, others have modifyTimestamp (RFC 4512,
//! section 3.4). Stamps are looked at with an overlap, because replicated entries arrive late with the stamp of their origin.

use super::Session;
use super::child::Found;
use countersign_model::port::RepositoryError;
use countersign_model::{Civil, Timestamp};

/// How far stamps are looked back: longer than replication takes.
const OVERLAP_MS: u64 = 120_000;

/// What kind of server it is, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    OpenLdap,
    ActiveDirectory,
    Other,
}

/// A server: cursors of one mean nothing to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) kind: Kind,
    /// By its place in the settings, and the invocation id where there is one.
    which: (usize, Vec<u8>),
}

/// Up to where changes have been seen.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) enum Cursor {
    #[default]
    Nothing,
    /// Everything stamped before this was seen.
    Stamp(Timestamp),
    /// Everything up to this number was seen.
    Number(u64),
}

impl Kind {
    /// The attribute that tells.
    pub(super) fn attribute(self) -> &'static str {
        match self {
            Self::OpenLdap => "entryCSN",
            Self::ActiveDirectory => "uSNChanged",
            Self::Other => "modifyTimestamp",
        }
    }

    /// The filter for what changed; `None` when there is no cursor yet.
    pub(super) fn filter(self, cursor: &Cursor) -> Option<String> {
        match (self, cursor) {
            (_, Cursor::Nothing) => None,
            (Self::ActiveDirectory, Cursor::Number(number)) => {
                Some(format!("(uSNChanged>={})", number.saturating_add(1)))
            }
            (Self::OpenLdap, Cursor::Stamp(stamp)) => {
                // Not `>=`: slapd would gather everything in the directory that was changed since from its index, entry by entry, in the
                // square of their number, before it looks where. For a negation it asks no index, and looks at what is in the vault.
                Some(format!("(!(entryCSN<={}.000000Z#000000#000#000000))", digits(*stamp)))
            }
            (Self::Other, Cursor::Stamp(stamp)) => Some(format!("(modifyTimestamp>={}Z)", digits(*stamp))),
            (Self::ActiveDirectory, Cursor::Stamp(_)) | (Self::OpenLdap | Self::Other, Cursor::Number(_)) => None,
        }
    }
}

impl Cursor {
    /// The cursor after an entry was seen, too.
    ///
    /// A clock that runs ahead must not hide what is written by the right time: stamps count no further than to `now`.
    pub(super) fn after(self, kind: Kind, entry: &Found, now: Timestamp) -> Self {
        let seen = entry.text(kind.attribute());
        match (kind, self, seen) {
            (Kind::ActiveDirectory, before, Some(number)) => match (before, number.parse()) {
                (Self::Number(before), Ok(number)) => Self::Number(before.max(number)),
                (_, Ok(number)) => Self::Number(number),
                (before, Err(_)) => before,
            },
            (Kind::OpenLdap | Kind::Other, before, Some(stamp)) => {
                let stamp = parsed(stamp).map(|stamp| Timestamp(stamp.min(now).0.saturating_sub(OVERLAP_MS)));
                match (before, stamp) {
                    (Self::Stamp(before), Some(stamp)) => Self::Stamp(before.max(stamp)),
                    (_, Some(stamp)) => Self::Stamp(stamp),
                    (before, None) => before,
                }
            }
            (_, before, None) => before,
        }
    }
}

/// `YYYYMMDDHHMMSS`.
fn digits(stamp: Timestamp) -> String {
    let Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
    } = Civil::of(stamp);
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}")
}

/// The moment of `YYYYMMDDHHMMSS…`; `None` when it is none.
fn parsed(stamp: &str) -> Option<Timestamp> {
    let part = |from: usize, to: usize| stamp.get(from..to)?.parse::<u64>().ok();
    Civil {
        year: part(0, 4)?,
        month: part(4, 6)?,
        day: part(6, 8)?,
        hour: part(8, 10)?,
        minute: part(10, 12)?,
        second: part(12, 14)?,
    }
    .timestamp()
}

impl Session {
    /// The server that is connected.
    pub(super) fn server(&mut self) -> Result<Server, RepositoryError> {
        let connected = self.link.server();
        if let (Some(known), Some(at)) = (&self.server, connected)
            && known.which.0 == at
        {
            return Ok(known.clone());
        }
        let root = self.root_dse(&["objectClass", "supportedCapabilities", "dsServiceName"])?;
        let at = self.link.server().unwrap_or(0);
        let is_active_directory = root
            .texts("supportedCapabilities")
            .any(|capability| capability == "1.2.840.113556.1.4.800");
        let is_openldap = root.texts("objectClass").any(|class| class == "OpenLDAProotDSE");
        let server = match (is_active_directory, is_openldap) {
            (true, _) => {
                let service = root.text("dsServiceName").unwrap_or_default().to_owned();
                let invocation = self.read(&service, &["invocationId"])?;
                let invocation = invocation.and_then(|mut entry| entry.take("invocationId"));
                Server {
                    kind: Kind::ActiveDirectory,
                    which: (at, invocation.unwrap_or_else(|| service.into_bytes())),
                }
            }
            (false, true) => Server {
                kind: Kind::OpenLdap,
                which: (at, Vec::new()),
            },
            (false, false) => Server {
                kind: Kind::Other,
                which: (at, Vec::new()),
            },
        };
        self.server = Some(server.clone());
        Ok(server)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    fn entry(name: &str, value: &str) -> Found {
        Found {
            dn: String::new(),
            attributes: vec![super::super::entries::attribute(name, value)],
        }
    }

    #[test]
    fn stamps_are_looked_back_and_never_go_back() {
        let kind = Kind::OpenLdap;
        let cursor = Cursor::Nothing.after(
            kind,
            &entry("entryCSN", "20261122000130.123456Z#000000#001#000000"),
            NOW,
        );
        let filter = "(!(entryCSN<=20261121235930.000000Z#000000#000#000000))";
        assert_eq!(kind.filter(&cursor).as_deref(), Some(filter));
        let same = cursor.clone().after(
            kind,
            &entry("entryCSN", "20251122000130.123456Z#000000#001#000000"),
            NOW,
        );
        assert_eq!(same, cursor);
        assert_eq!(cursor.clone().after(kind, &entry("entryCSN", "garbage"), NOW), cursor);
        assert_eq!(cursor.clone().after(kind, &entry("other", "1"), NOW), cursor);
        // 2099: as far as is known, nothing was written after now.
        let ahead = cursor.clone().after(
            kind,
            &entry("entryCSN", "20991122000130.123456Z#000000#001#000000"),
            NOW,
        );
        assert_eq!(ahead, Cursor::Stamp(Timestamp(NOW.0 - OVERLAP_MS)));
        let other = Cursor::Nothing.after(Kind::Other, &entry("modifyTimestamp", "20261122000200Z"), NOW);
        assert_eq!(
            Kind::Other.filter(&other).as_deref(),
            Some("(modifyTimestamp>=20261122000000Z)")
        );
    }

    #[test]
    fn numbers_go_on_after_the_last_one() {
        let kind = Kind::ActiveDirectory;
        let cursor = Cursor::Nothing.after(kind, &entry("uSNChanged", "77"), NOW);
        assert_eq!(kind.filter(&cursor).as_deref(), Some("(uSNChanged>=78)"));
        assert_eq!(cursor.clone().after(kind, &entry("uSNChanged", "5"), NOW), cursor);
        assert_eq!(kind.filter(&Cursor::Nothing), None);
        assert_eq!(kind.filter(&Cursor::Stamp(Timestamp(0))), None);
    }
}
