//! One of the user's devices: the vault, the exchange and the client library as the agent has them, the stores in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use countersign_directory::ldap::{Credentials, LdapRepository, LdapSettings, Patience, StartTls};
use countersign_model::port::{Clock, DirectoryRepository, RecordStore};
use countersign_model::{
    Binding, DeviceId, FieldKind, FieldName, FieldValues, HeaderVersion, Logon, Monotonic, PasswordJournal, Publisher,
    RecordId, RecordVersion, StoreKind, TemplateId, Timestamp, UserId,
};
use countersign_secret::Password;
use countersign_sync::{
    Ends, HeaderOutcome, HeaderReport, RecordCheck, Report, exchange, exchange_header, header_told, highest_counter,
    history_key, history_of, next_counter, record_key, remembered, replace, time_of_change, told,
};
use countersign_tests::servers::{DirectoryServer, SlapdPair};
use countersign_vault::{Commitment, OpenedRecord, Unlocked, Written};

use super::super::BenchError;
use super::super::memory::Memory;
use super::super::random::Chance;
use super::super::sync::directory::now;
use super::ledger::{Ledger, Shelf, Write, pair_of};
use super::{PASSWORD, USER, wrong};

/// A clock that goes as fast as the measurement wants: servers that rest are asked again in time.
#[derive(Debug, Default)]
pub struct Hurry(AtomicU64);

impl Hurry {
    pub fn pass(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.0.fetch_add(nanos, Ordering::Relaxed);
    }

    fn gone(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }
}

impl Clock for Hurry {
    fn now(&self) -> Timestamp {
        Timestamp(now().0 + u64::try_from(self.gone().as_millis()).unwrap_or(0))
    }

    fn steady(&self) -> Monotonic {
        Monotonic(0).after(self.gone())
    }
}

/// How a device gets it wrong on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// It says that a change is kept, and does not keep every one.
    Forgets,
    /// It keeps the username of the version before.
    Mixes,
    /// It takes nothing from others.
    Deaf,
}

pub struct Device {
    vault: Arc<Unlocked>,
    device: Memory,
    records: Memory,
    repository: LdapRepository,
    header: Vec<u8>,
    user: UserId,
    clock: Arc<Hurry>,
    pub defect: Option<Defect>,
}

impl Device {
    pub fn new(
        pair: &SlapdPair,
        vault: Arc<Unlocked>,
        header: Vec<u8>,
        clock: &Arc<Hurry>,
    ) -> Result<Self, BenchError> {
        let settings = LdapSettings {
            servers: vec![pair.first.url(), pair.second.url()],
            authorities: Some(pair.first.ca().to_owned()),
            start_tls: StartTls::Refused,
            base: pair.first.base().to_owned(),
            configuration: pair.first.configuration(),
            login: "uid".to_owned(),
            bind_name: pair.first.bind_name("{user}"),
            credentials: Credentials::Directory,
            identity: None,
            patience: Patience {
                connect: Duration::from_secs(3),
                operation: Duration::from_secs(5),
                exchange: Duration::from_secs(20),
            },
        };
        let repository = LdapRepository::new(settings, Arc::clone(clock) as Arc<dyn Clock>);
        let user = UserId::from(USER);
        let password = Password::from_utf8(PASSWORD.as_bytes()).map_err(wrong)?;
        repository.authenticate(&user, &password).map_err(wrong)?;
        Ok(Self {
            vault,
            device: Memory::default(),
            records: Memory::default(),
            repository,
            header,
            user,
            clock: Arc::clone(clock),
            defect: None,
        })
    }

    fn ends(&self) -> Ends<'_> {
        Ends {
            device: &self.device,
            repository: &self.repository,
            user: &self.user,
        }
    }

    /// Header and records, as the agent exchanges them; then the connection is closed.
    pub fn exchange(&self) -> Result<(HeaderReport, Report), BenchError> {
        let header = exchange_header(self.ends(), HeaderVersion(1), &self.header).map_err(wrong)?;
        let report = match self.defect {
            Some(Defect::Deaf) => Ok(Report::default()),
            _ => exchange(self.ends(), &self.records, &*self.vault),
        };
        self.repository.settle();
        header_told(&self.device).map_err(wrong)?;
        told(&self.device).map_err(wrong)?;
        Ok((header, report.map_err(wrong)?))
    }

    /// Whether there was nothing left to do.
    pub fn is_quiet((header, report): &(HeaderReport, Report)) -> bool {
        let nothing = report.pulled + report.pushed + report.waiting == 0
            && report.faults.is_empty()
            && report.overtaken.is_empty();
        nothing && report.reached.is_ok() && header.reached == Ok(HeaderOutcome::InStep) && header.alarms.is_empty()
    }

    /// The user changes a logon, makes it, or deletes it.
    pub fn write(&self, ledger: &mut Ledger, record: RecordId, chance: &mut Chance) -> Result<(), BenchError> {
        let own = self.vault.device_id();
        let before = self.records.get(&record_key(record)).map_err(wrong)?;
        let before = before
            .map(|sealed| self.vault.identify(record, &sealed))
            .transpose()
            .map_err(wrong)?;
        let version = RecordVersion {
            record,
            device: own,
            counter: self.next_counter(own, chance)?,
        };
        let changed = before.map_or(self.clock.now(), |before| {
            time_of_change(self.clock.now(), before.changed)
        });
        let parent = before.map_or(Commitment::NONE, |before| before.commitment);
        let is_deletion = before.is_some() && chance.below(12) == 0;
        let follows = before.and_then(|before| ledger.of(&before.version));
        let unit = ledger.enter(Write {
            version,
            follows,
            is_deletion,
            is_acknowledged: false,
        });
        let sealed = match is_deletion {
            true => self.vault.seal_tombstone(record, changed, version.counter, parent),
            false => {
                let [mut username, password] = pair_of(unit);
                if self.defect == Some(Defect::Mixes) {
                    [username, _] = pair_of(follows.unwrap_or(0));
                }
                let logon = logon(record, changed, [&username, &password])?;
                self.vault.seal_logon(&logon, version.counter, parent)
            }
        };
        let changes = replace(&self.records, &*self.vault, &version, sealed.map_err(wrong)?).map_err(wrong)?;
        if self.defect != Some(Defect::Forgets) || chance.below(3) > 0 {
            self.records.commit(&changes).map_err(wrong)?;
        }
        ledger.acknowledge(unit);
        Ok(())
    }

    fn next_counter(&self, own: DeviceId, chance: &mut Chance) -> Result<u64, BenchError> {
        let here = highest_counter(&self.records, &*self.vault, own).map_err(wrong)?;
        let remembered = remembered(&self.device).map_err(wrong)?;
        let remembered = remembered
            .iter()
            .filter(|version| version.device == own)
            .map(|version| version.counter);
        let random = [(); 3].map(|()| u8::try_from(chance.below(256)).unwrap_or(0));
        Ok(next_counter(here.max(remembered.max().unwrap_or(0)), random))
    }

    /// Everything that is here, opened.
    pub fn shelf(&self) -> Result<Shelf, BenchError> {
        let mut shelf = Shelf::default();
        for id in self.records.ids(StoreKind::Record).map_err(wrong)? {
            let (record, key) = match history_of(&id) {
                Some(past) => (past.record, history_key(&past)),
                None => {
                    let record = RecordId(id.try_into().map_err(|_| wrong("a key of no record"))?);
                    (record, record_key(record))
                }
            };
            let sealed = self.records.get(&key).map_err(wrong)?.unwrap_or_default();
            let checked = self.vault.identify(record, &sealed).map_err(wrong)?;
            if key == record_key(record) {
                shelf.counts.insert(record, checked.version);
            }
            shelf.kept.insert(checked.version, self.pair(record, &sealed)?);
        }
        Ok(shelf)
    }

    fn pair(&self, record: RecordId, sealed: &[u8]) -> Result<Option<[String; 2]>, BenchError> {
        let expected = self.vault.expect(record, Written::AtLeast(1));
        match self.vault.open_record(&expected, sealed).map_err(wrong)? {
            OpenedRecord::Tombstone(_) => Ok(None),
            OpenedRecord::Logon(opened) => {
                let mut texts = opened.summary().plain.into_iter().map(|(_, text)| text);
                let mut next = || texts.next().unwrap_or_default();
                Ok(Some([next(), next()]))
            }
        }
    }
}

/// Plain fields: here everything may be looked at.
fn logon(record: RecordId, changed: Timestamp, [username, password]: [&str; 2]) -> Result<Logon, BenchError> {
    let field = |name: &str, text: &str| {
        let text = Password::from_utf8(text.as_bytes()).map_err(wrong)?;
        Ok::<_, BenchError>((FieldName::from(name), FieldKind::Plain, text))
    };
    Ok(Logon {
        id: record,
        template: TemplateId::from("org.example.App"),
        label: "measured".to_owned(),
        fields: FieldValues(vec![field("username", username)?, field("password", password)?]),
        binding: Binding {
            publisher: Publisher::Package,
            executable: None,
        },
        changed,
        journal: PasswordJournal::default(),
    })
}
