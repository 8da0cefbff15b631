//! A thousand desktops, as far as the directory sees them: the client library with its child process, the code that follows the
//! configuration, the exchange of header and records. What an agent does beside that (a vault, a store on a disk, windows) asks nothing.

use std::time::Duration;

use countersign_agent::measuring::Following;
use countersign_directory::ldap::LdapRepository;
use countersign_model::port::{ConfigurationRepository, DirectoryRepository, VaultRepository};
use countersign_model::{HeaderVersion, RecordVersion, UserId};
use countersign_sync::{Ends, HeaderOutcome, exchange_header, fetch};
use countersign_tests::servers::DirectoryServer;

use super::super::memory::Memory;
use super::super::sync::directory::{now, repository, wrong};
use super::super::{BenchError, clock};
use super::organisation::{LOGONS, Organisation, PASSWORD, Person, TEMPLATES, sealed};

/// A desktop.
pub struct Agent {
    person: Person,
    user: UserId,
    repository: LdapRepository,
    following: Following,
    device: Memory,
    header: Vec<u8>,
    newest: RecordVersion,
}

/// Whether a connection is kept for the next look. Agents keep none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    Kept,
    Closed,
}

/// Whether the user changed a logon since the look before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    None,
    Logon,
}

impl Agent {
    /// A new desktop of somebody, after its first look: everything it may read is there and was verified.
    pub fn first(organisation: &Organisation, url: &str, person: Person) -> Result<(Self, Duration), BenchError> {
        let begun = clock::now();
        let name = person.name();
        let bind = organisation.server.bind_name("{user}");
        let user = UserId::from(name.as_str());
        let mut agent = Self {
            person,
            repository: repository(&organisation.server, url, &bind, (&name, PASSWORD))?,
            following: Following::with(organisation.list.clone(), user.clone()),
            user,
            device: Memory::default(),
            header: person.header(),
            newest: person.logon(0),
        };
        let fetched = agent.everything()?;
        let held = agent.following.count(now());
        if held != TEMPLATES * 3 || fetched != LOGONS {
            return Err(wrong(format!("{name} has {held} templates and {fetched} logons")));
        }
        Ok((agent, clock::now().saturating_duration_since(begun)))
    }

    /// The start of a session: every unit, the groups, all records. The numbers of catalogues are known, their pages and objects are held.
    pub fn start(&mut self, organisation: &Organisation, url: &str) -> Result<Duration, BenchError> {
        let begun = clock::now();
        let bind = organisation.server.bind_name("{user}");
        self.repository = repository(&organisation.server, url, &bind, (&self.person.name(), PASSWORD))?;
        self.following = Following::with(organisation.list.clone(), self.user.clone());
        let fetched = self.everything()?;
        self.repository.settle();
        let taken = clock::now().saturating_duration_since(begun);
        match (fetched, self.following.count(now()) == TEMPLATES * 3) {
            (0, true) => Ok(taken),
            (fetched, _) => Err(wrong(format!("{} fetched {fetched} logons", self.person.name()))),
        }
    }

    /// A routine look, as the agent makes it (`crates/agent/src/syncing/errand.rs`). A change is written before, and fetched like that of
    /// another device.
    pub fn look(&mut self, connection: Connection, change: Change) -> Result<Duration, BenchError> {
        let begun = clock::now();
        if change == Change::Logon {
            self.newest.counter += 1;
            let pushed = self.repository.push(&self.user, &self.newest, &sealed(&self.newest));
            pushed.map_err(wrong)?;
        }
        let fetched = self.everything()?;
        if connection == Connection::Closed {
            self.repository.settle();
        }
        let taken = clock::now().saturating_duration_since(begun);
        match fetched == usize::from(change == Change::Logon) {
            true => Ok(taken),
            false => Err(wrong(format!("{} fetched {fetched} logons", self.person.name()))),
        }
    }

    /// Whether the newest configuration is in force.
    pub fn follows(&self, organisation: &Organisation) -> Result<(), BenchError> {
        let numbers = self.following.numbers(now());
        match numbers.iter().max() == Some(&organisation.number(0)) {
            true => Ok(()),
            false => Err(wrong(format!("{} has catalogues {numbers:?}", self.person.name()))),
        }
    }

    /// How many logons were fetched.
    fn everything(&mut self) -> Result<usize, BenchError> {
        let followed = self.following.follow(&self.repository, &self.device, now());
        if let Some(fault) = followed.map_err(wrong)?.first() {
            return Err(wrong(fault));
        }
        let ends = Ends {
            device: &self.device,
            repository: &self.repository,
            user: &self.user,
        };
        let header = exchange_header(ends, HeaderVersion(1), &self.header).map_err(wrong)?;
        if header.reached != Ok(HeaderOutcome::InStep) || !header.alarms.is_empty() {
            return Err(wrong(format!("the header: {header:?}")));
        }
        let report = fetch(ends).map_err(wrong)?;
        report.reached.map_err(wrong)?;
        let lists = self.repository.root_lists(1).map_err(wrong)?;
        match (report.faults.first(), lists.len()) {
            (None, 1) => usize::try_from(report.pulled).map_err(wrong),
            (fault, lists) => Err(wrong(format!("{fault:?}, {lists} lists"))),
        }
    }
}
