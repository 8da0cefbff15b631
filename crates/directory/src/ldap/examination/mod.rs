//! The directory looked at from a user's side: schema, and rights that are neither too small nor too large.
//!
//! Whether a right is there is found out by using it, because no two servers tell it in the same way: by a write that would change
//! nothing, or by an entry that is taken away again.

mod probe;
mod schema;

use super::Session;
use super::entries::{DONE, attribute, searching};
use super::faults::fault;
use super::names::{Place, child, in_filter};
use super::people::Person;
use super::protocol::{Depth, Modification, Operation, Search};
use super::since::Kind;
use countersign_model::port::{ConfigurationRepository, Finding, RepositoryError, Verdict};
use countersign_model::{Unit, UserId};
use countersign_schema::{attribute as a, class};
use probe::adding;

/// So many entries of others say enough.
const MOST_SEEN: u32 = 50_000;

const RULES: &str = "apply the access rules of docs/admin for your server";

impl super::LdapRepository {
    pub(super) fn examined(&self, user: &UserId) -> Result<Vec<Finding>, RepositoryError> {
        let units = self.units()?;
        let units: Vec<Unit> = units.into_iter().map(|state| state.unit).collect();
        let mut session = self.session();
        let person = session.person(user)?;
        let mut found = vec![session.server_found(&person)?, session.schema_found()?];
        found.push(units_found(&units));
        found.push(session.configuration_found(&units)?);
        found.push(session.own_found(&person)?);
        found.push(session.others_seen(&person)?);
        found.extend(session.others_written(user, &person)?);
        Ok(found)
    }
}

impl Session {
    fn server_found(&mut self, person: &Person) -> Result<Finding, RepositoryError> {
        let kind = match self.server()?.kind {
            Kind::OpenLdap => "OpenLDAP",
            Kind::ActiveDirectory => "Active Directory",
            Kind::Other => "an LDAP directory",
        };
        Ok(good(
            "server",
            format!("{}, {kind}; you are {}", self.link.place(), person.dn),
        ))
    }

    /// Whether this user may change what is published.
    fn configuration_found(&mut self, units: &[Unit]) -> Result<Finding, RepositoryError> {
        let mut open = Vec::new();
        for unit in units {
            let dn = self.unit_dn(unit);
            let catalogue = child(super::configuration::CATALOGUE, &dn);
            if self.may_change(&catalogue)? || self.may_add(&dn, class::CONFIG)? {
                open.push(unit.to_string());
            }
        }
        let top = self.link.settings().configuration.clone();
        if self.may_add(&top, class::CONFIG)? {
            open.push(top);
        }
        Ok(match open.as_slice() {
            [] => good("configuration", "read, not written, by you".to_owned()),
            open => {
                let next =
                    "that is right for those who publish; anybody else's right to write there is to be taken away";
                doubtful("configuration", format!("you may write in {}", open.join(", ")), next)
            }
        })
    }

    /// Whether this user may do with his vault what his agents do.
    fn own_found(&mut self, person: &Person) -> Result<Finding, RepositoryError> {
        let vault = &person.vault;
        if let Err(error) = self.make_vault(vault) {
            return Ok(bad("your vault", format!("its place cannot be made: {error}"), RULES));
        }
        self.forget_probes(vault)?;
        let dn = self.probe_below(vault);
        let steps = [
            ("made", adding(&dn, class::TASK)),
            (
                "changed",
                Operation::Modify(dn.clone(), vec![Modification::Replace(attribute(a::DATA, "2"))]),
            ),
            ("taken away", Operation::Delete(dn.clone())),
        ];
        for (what, step) in steps {
            if what == "taken away"
                && self
                    .read(&dn, &[a::DATA])?
                    .is_none_or(|entry| entry.bytes(a::DATA) != Some(b"2"))
            {
                return Ok(bad(
                    "your vault",
                    format!("{dn} was written, and you do not read it"),
                    RULES,
                ));
            }
            let ended = self.write(step)?;
            if ended.code != DONE {
                let why = fault(&dn, &ended);
                return Ok(bad(
                    "your vault",
                    format!("an entry in it cannot be {what}: {why}"),
                    RULES,
                ));
            }
        }
        Ok(good("your vault", format!("{vault}, read and written by you")))
    }

    /// Whether this user sees what is in other people's vaults.
    fn others_seen(&mut self, person: &Person) -> Result<Finding, RepositoryError> {
        let base = self.link.settings().base.clone();
        let filter = format!(
            "(|(objectClass={})(objectClass={})(objectClass={}))",
            class::VAULT,
            class::SECRET,
            class::MACHINE
        );
        let own = Place::of(&person.vault);
        let (mut secrets, mut headers) = (Vec::new(), Vec::new());
        let search = Search {
            most: MOST_SEEN,
            ..searching(&base, Depth::Tree, filter, &["objectClass", a::DATA])
        };
        let searched = self.search_each(search, &mut |entry| {
            if Place::of(&entry.dn).is_within(&own, Depth::Tree) || entry.bytes(a::DATA).is_none() {
                return;
            }
            let is_secret = entry
                .texts("objectClass")
                .any(|name| name.eq_ignore_ascii_case(class::SECRET));
            if is_secret { &mut secrets } else { &mut headers }.push(entry.dn);
        });
        if let (Err(error), true) = (searched, secrets.is_empty() && headers.is_empty()) {
            return Err(error);
        }
        Ok(match (secrets.as_slice(), headers.as_slice()) {
            ([first, ..], _) => {
                let what = format!("you read {} sealed logons of others, such as {first}", secrets.len());
                bad("colleagues' vaults", what, RULES)
            }
            ([], [first, ..]) => {
                let next = "that is right for the helpdesk; anybody else must see none";
                let what = format!(
                    "you read {} headers or requests of others, such as {first}",
                    headers.len()
                );
                doubtful("colleagues' vaults", what, next)
            }
            ([], []) => good("colleagues' vaults", "you read none".to_owned()),
        })
    }

    /// Whether this user may write below a colleague's entry; nothing when he sees no colleague.
    fn others_written(&mut self, user: &UserId, person: &Person) -> Result<Option<Finding>, RepositoryError> {
        let settings = self.link.settings();
        let (base, login) = (settings.base.clone(), settings.login.clone());
        let filter = format!(
            "(&({login}=*)(objectClass=person)(!({login}={})))",
            in_filter(user.as_str())
        );
        let mut colleague = None;
        let search = Search {
            page: 0,
            most: 1,
            ..searching(&base, Depth::Tree, filter, &[&login])
        };
        let searched = self
            .link
            .run(vec![Operation::Search(search)], &mut |_, entry| colleague = Some(entry));
        // A server that sends more than was asked for, as Samba does, is not listened to any longer; the first one will do.
        if colleague.is_none() {
            searched?;
        }
        let Some(colleague) = colleague.filter(|entry| Place::of(&entry.dn) != Place::of(&person.dn)) else {
            return Ok(None);
        };
        let mut open = self.may_add(&colleague.dn, class::TASK)?;
        let container = self.container()?;
        let vault = match (container, colleague.text(&login)) {
            (Some(container), Some(name)) => child(name, &container),
            _ => child("countersign", &colleague.dn),
        };
        open |= self.may_change(&vault)? || self.may_add(&vault, class::TASK)?;
        Ok(Some(match open {
            false => good(
                "colleagues' entries",
                format!("you write nothing below {}", colleague.dn),
            ),
            true => bad(
                "colleagues' entries",
                format!("you may write below {}", colleague.dn),
                RULES,
            ),
        }))
    }
}

fn units_found(units: &[Unit]) -> Finding {
    let named: Vec<String> = units.iter().take(8).map(ToString::to_string).collect();
    match units.len() {
        0 => doubtful(
            "units",
            "none with a catalogue is readable by you".to_owned(),
            "publish one, or ask to be taken into the group that reads yours",
        ),
        count if count > named.len() => good("units", format!("{count}, among them {}", named.join(", "))),
        _ => good("units", named.join(", ")),
    }
}

fn good(about: &'static str, found: String) -> Finding {
    Finding {
        about,
        verdict: Verdict::Good,
        found,
        next: None,
    }
}

fn doubtful(about: &'static str, found: String, next: &'static str) -> Finding {
    Finding {
        about,
        verdict: Verdict::Doubtful,
        found,
        next: Some(next),
    }
}

fn bad(about: &'static str, found: String, next: &'static str) -> Finding {
    Finding {
        about,
        verdict: Verdict::Bad,
        found,
        next: Some(next),
    }
}
