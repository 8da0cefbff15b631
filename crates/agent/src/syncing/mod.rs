//! The repository: configuration from it, sealed records to and from it, each exchange on a thread of its own.

mod backoff;
mod errand;
mod following;
mod headers;
mod moving;
mod offline;
mod place;
mod progress;
mod renewing;
mod schedule;
mod unkept;

pub(crate) use errand::{Exchanged, Scope};
pub(crate) use following::Standing;
pub(crate) use place::Place;
pub(crate) use progress::Progress;
pub(crate) use renewing::{Cause, Renewal, SlotWish};

use crate::configuration::{Configuration, Templates};
use crate::engine::Engine;
use crate::keeper::Brought;
use crate::message::Message;
use crate::paths::Paths;
use backoff::BackOff;
use countersign_model::port::{DirectoryRepository, RepositoryError, StoreError, Watch};
use countersign_model::{HeaderVersion, Monotonic, RepositoryEvent, Timestamp, UserId};
use countersign_signon::{Event, Notice};
use countersign_sync::{Fault, Report};
use countersign_vault::AuditEvent;
use countersign_wire::{Answer, LockCause, RefreshReport, Reply};
use errand::{Errand, Merged};
use following::{Awaiting, Refused};
use headers::{Wishes, Wrote};
use renewing::Renewing;
use schedule::Schedule;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;
use unkept::CONFLICTS;

/// The repository and how exchanges with it went.
pub(crate) struct Syncing {
    paths: Paths,
    place: Place,
    progress: Arc<Progress>,
    /// Counts the places there have been, so that what comes from an earlier one is known.
    number: u64,
    repository: Result<Arc<dyn DirectoryRepository>, RepositoryError>,
    inbox: Sender<Message>,
    health: Result<(), RepositoryError>,
    back_off: BackOff,
    schedule: Schedule,
    /// When the exchange under way, or the last one, began.
    began: Monotonic,
    synced: Option<Timestamp>,
    waiting: u32,
    faults: Vec<String>,
    /// The vault header that is there.
    header: Option<(HeaderVersion, Vec<u8>)>,
    /// The header that is there and that this device does not follow.
    refused: Option<Refused>,
    /// What else is wrong with the header there.
    header_fault: Option<String>,
    /// Clients that wait for a device to be taken off.
    awaiting: Vec<Awaiting>,
    /// Recovery halves that are to be made anew.
    renewing: Option<Renewing>,
    /// Clients that wait for the end of an exchange.
    clients: Vec<Sender<Answer>>,
    running: Running,
    /// How many exchanges in a row could not save what they brought.
    unsaved: u32,
    watch: Option<Box<dyn Watch>>,
    /// When to look because the machine has a new address.
    moved: Option<Monotonic>,
    /// When the repository was last reached, to the hour.
    reached: Option<Timestamp>,
}

/// Whether an exchange is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Running {
    No,
    /// It is, and another one is wanted after it, or none.
    Yes(Option<Scope>),
}

impl Syncing {
    /// Opens the repository the settings name and watches it.
    pub(crate) fn start(paths: &Paths, configuration: &Configuration, inbox: &Sender<Message>) -> Self {
        let place = Place::of(paths, configuration.settings());
        let repository = open(&place);
        let mut syncing = Self {
            paths: paths.clone(),
            number: 0,
            health: repository.as_ref().map(drop).map_err(Clone::clone),
            repository,
            place,
            progress: Arc::default(),
            inbox: inbox.clone(),
            back_off: BackOff::default(),
            schedule: Schedule::default(),
            began: Monotonic(0),
            synced: None,
            waiting: 0,
            faults: Vec::new(),
            header: None,
            refused: None,
            header_fault: None,
            awaiting: Vec::new(),
            renewing: None,
            clients: Vec::new(),
            running: Running::No,
            unsaved: 0,
            watch: None,
            moved: None,
            reached: None,
        };
        syncing.watch_again();
        syncing
    }

    /// Turns to the repository the settings name, if it is another one. True when it is.
    fn follow(&mut self, configuration: &Configuration) -> bool {
        let place = Place::of(&self.paths, configuration.settings());
        if place == self.place {
            return false;
        }
        tracing::info!("the repository is now {}, used as {}", place.name(), place.user());
        self.watch = None;
        self.place = place;
        self.number += 1;
        self.repository = open(&self.place);
        self.health = self.repository.as_ref().map(drop).map_err(Clone::clone);
        self.back_off.answered();
        (self.synced, self.header, self.faults) = (None, None, Vec::new());
        (self.refused, self.header_fault) = (None, None);
        self.watch_again();
        true
    }

    /// Watches one that is not watched, because it was not there, say. True when that is new.
    fn watch_again(&mut self) -> bool {
        if self.watch.is_none()
            && let Ok(repository) = &self.repository
        {
            self.watch = watch(&**repository, self.place.user(), &self.inbox);
            return self.watch.is_some();
        }
        false
    }

    /// How far the exchange is that is under way.
    pub(crate) fn progress(&self) -> &Progress {
        &self.progress
    }

    pub(crate) fn place(&self) -> String {
        self.place.name()
    }

    pub(crate) fn user(&self) -> &UserId {
        self.place.user()
    }

    pub(crate) fn health(&self) -> Result<(), &RepositoryError> {
        self.health.as_ref().copied()
    }

    /// Whether an exchange is under way.
    pub(crate) fn is_running(&self) -> bool {
        self.running != Running::No
    }

    pub(crate) fn synced(&self) -> Option<Timestamp> {
        self.synced
    }

    /// What the last exchange found wrong.
    pub(crate) fn faults(&self) -> &[String] {
        &self.faults
    }

    /// The user's vault header in the repository: a vault this device may join.
    pub(crate) fn header(&self) -> Option<(HeaderVersion, Vec<u8>)> {
        self.header.clone()
    }

    pub(crate) fn repository(&self) -> Option<Arc<dyn DirectoryRepository>> {
        self.repository.clone().ok()
    }

    /// When it is asked again without anybody asking for it.
    pub(crate) fn next_try(&self) -> Option<Monotonic> {
        self.back_off.due().or(self.schedule.due())
    }

    pub(crate) fn waiting(&self) -> u32 {
        self.waiting
    }
}

impl Engine {
    /// Remembers when the repository was reached last. A machine that never was counts from now on.
    pub(crate) fn recall_reached(&mut self) {
        self.syncing.reached = offline::last_reached(self.keeper.device_store());
        if self.syncing.reached.is_none() {
            self.note_reached(self.clock.both().wall);
        }
    }

    /// Starts an exchange, or has one follow the exchange that is under way.
    pub(crate) fn exchange(&mut self, scope: Scope) {
        if let Running::Yes(after) = &mut self.syncing.running {
            *after = Some(after.map_or(scope, |wanted| wanted.max(scope)));
            return;
        }
        let mut scope = scope;
        if scope >= Scope::Routine {
            let now = self.clock.both();
            self.configuration.read_settings(now);
            self.signon(Event::Rules(self.configuration.rules()));
            self.want_of_session();
        }
        if self.syncing.follow(&self.configuration) {
            scope = Scope::Everything;
            if let Err(error) = countersign_sync::forget_repository(self.keeper.device_store()) {
                tracing::warn!("{error}");
            }
        }
        self.syncing.began = self.clock.both().steady;
        self.syncing.progress.begin(&self.syncing.place.name());
        let errand = self.errand(scope);
        let inbox = self.syncing.inbox.clone();
        let started = std::thread::Builder::new().name("exchange".to_owned()).spawn(move || {
            let _ = inbox.send(Message::Exchanged(Box::new(errand.run())));
        });
        match started {
            Ok(_) => self.syncing.running = Running::Yes(None),
            Err(error) => {
                tracing::error!("cannot start an exchange: {error}");
                self.answer_awaiting();
                self.answer_renewal();
                self.answer_refreshes(&Report::default());
            }
        }
    }

    fn errand(&self, scope: Scope) -> Errand {
        Errand {
            scope,
            lists_from: self.organisation.wanted_from(),
            place: self.syncing.number,
            progress: Arc::clone(&self.syncing.progress),
            repository: self.syncing.repository.clone(),
            user: self.syncing.user().clone(),
            device: self.keeper.device_store_handle(),
            package: self.syncing.paths.package.clone(),
            edition: self.configuration.edition(),
            signed: self.configuration.organisation().clone(),
            list: self.organisation.list().cloned(),
            vault: match self.standing() {
                Standing::Listed => self.keeper.for_exchange(),
                Standing::Revoked | Standing::Replaced => None,
            },
            header: self.keeper.header(),
            refused: self.syncing.refused.as_ref().map(|refused| refused.header.clone()),
            standing: self.standing(),
            wishes: Wishes {
                name: machine_name(),
                now: self.clock.both().wall,
                leaving: self.keeper.leaving(),
                kdf: self.configuration.enroll_terms(self.syncing.user()).kdf,
                renewal: self.renewal(),
                rings: self.rings(),
            },
        }
    }

    pub(crate) fn exchanged(&mut self, exchanged: Exchanged) {
        let mut again = match std::mem::replace(&mut self.syncing.running, Running::No) {
            Running::Yes(again) => again,
            Running::No => None,
        };
        if matches!(&exchanged.records, Err(StoreError::NotSaved(_))) {
            // A logon was changed meanwhile; when it goes on, the disk is full, and that takes longer.
            self.syncing.unsaved += 1;
            if self.syncing.unsaved <= CONFLICTS {
                again = again.max(Some(Scope::Records));
            } else {
                let due = self.syncing.back_off.failed(self.clock.both().steady);
                self.wake_at(due);
            }
        } else {
            self.syncing.unsaved = 0;
        }
        let (report, news) = self.take_exchanged(exchanged);
        match again.max(news) {
            Some(scope) => self.exchange(scope),
            None => {
                self.plan_look();
                self.answer_awaiting();
                self.answer_renewal();
                self.answer_refreshes(&report.unwrap_or_default());
            }
        }
    }

    /// What fields are filled with from now on.
    fn take_attributes(&mut self, said: BTreeMap<String, String>) {
        let device = self.keeper.device_store();
        match self.person.take(said, device, self.syncing.user()) {
            Ok(true) => self.stored_changed(),
            Ok(false) => {}
            Err(error) => tracing::warn!("what the directory says of the user is not kept for the next start: {error}"),
        }
    }

    /// Takes over what an exchange brought. What else there is to be exchanged comes back beside its report.
    fn take_exchanged(&mut self, exchanged: Exchanged) -> (Option<Report>, Option<Scope>) {
        let mut tried = None;
        if let Some((edition, organisation)) = exchanged.edition {
            let now = self.clock.both();
            let before = self.configuration.trial_ends();
            if self.configuration.take(edition, organisation, now) == Templates::New {
                self.signon(Event::Templates(self.configuration.templates()));
                self.ask_packages();
            }
            self.signon(Event::Rules(self.configuration.rules()));
            self.want_of_session();
            let ends = self
                .configuration
                .trial_ends()
                .filter(|_| self.configuration.trial_ends() != before);
            if let Some(ends) = ends {
                self.wake_at(ends);
                tried = Some(Scope::Everything);
            }
        }
        let reached = exchanged.reached.is_ok();
        let mut listed = None;
        let news = if exchanged.place == self.syncing.number {
            if let Ok(header) = exchanged.header {
                self.syncing.header = header;
            }
            if let Some(said) = exchanged.attributes {
                self.take_attributes(said);
            }
            if let Some(Ok(lists)) = exchanged.lists {
                let now = self.clock.both().wall;
                let before = self.organisation.wanted_from();
                self.organisation.take(lists, self.keeper.device_store(), now);
                if self.organisation.wanted_from() != before {
                    self.take_signed_settings();
                    // What publishers signed is judged by the new list.
                    listed = Some(Scope::Everything);
                }
            }
            self.tell_of_headers(&exchanged.header_alarms, exchanged.header_fault);
            let followed = self.follow_newest();
            match exchanged.wrote {
                Wrote::Renewal(renewal) => self.renewed(&renewal),
                Wrote::OwedHalves => self.keeper.code_unprinted(),
                Wrote::Other => {}
            }
            self.take_health(exchanged.reached).max(followed).max(listed).max(tried)
        } else {
            Some(Scope::Everything)
        };
        let report = exchanged.records.inspect_err(|error| {
            tracing::warn!("records: {error}");
            if let Some(said) = unkept::said(error, self.syncing.unsaved) {
                self.syncing.faults = vec![said];
            }
        });
        let report = report.ok();
        let renamed = report.as_ref().and_then(|report| report.set_back);
        if let Some(set_back) = renamed {
            return (report, news.max(self.settle_identity(Some(set_back))));
        }
        if let Some(report) = &report {
            self.take_report(report);
            if exchanged.merged == Merged::Yes {
                self.mend(if reached {
                    Brought::Records(report.changed.len())
                } else {
                    Brought::Nothing
                });
            }
        }
        let forward = report.as_ref().and_then(|report| self.bring_forward(report));
        let news = news.max(forward);
        let resealed = match (reached, exchanged.merged, news) {
            (true, Merged::Yes, None) => self.reseal(),
            _ => None,
        };
        (report, news.max(resealed))
    }

    /// What was found to be later than what counts here is made to count, and goes to the repository.
    fn bring_forward(&mut self, report: &Report) -> Option<Scope> {
        if report.overtaken.is_empty() {
            return None;
        }
        let brought = self.keeper.bring_forward(&report.overtaken);
        match &brought {
            Ok(faults) => faults.iter().for_each(|fault| tracing::warn!("{fault}")),
            Err(error) => tracing::warn!("versions another copy of a device wrote wait: {error}"),
        }
        self.signon(Event::Vault(self.keeper.state()));
        brought.is_ok_and(|faults| faults.is_empty()).then_some(Scope::Records)
    }

    /// Records of earlier epochs are sealed anew once the repository has none that are already.
    fn reseal(&mut self) -> Option<Scope> {
        match self.keeper.reseal_some() {
            Ok(0) => None,
            Ok(_) => Some(Scope::Records),
            Err(error) => {
                tracing::warn!("records keep their earlier key for now: {error}");
                None
            }
        }
    }

    /// One that does not answer is asked again in a while. One that does may only now be watched: what changed before is fetched.
    fn take_health(&mut self, reached: Result<(), RepositoryError>) -> Option<Scope> {
        let now = self.clock.both();
        self.syncing.health = reached;
        match &self.syncing.health {
            Ok(()) => {
                self.syncing.synced = Some(now.wall);
                self.note_reached(now.wall);
                self.configuration
                    .reached(self.syncing.began, self.keeper.device_store());
                self.syncing.back_off.answered();
                self.syncing.watch_again().then_some(Scope::Everything)
            }
            Err(error) => {
                let is_out = matches!(
                    error,
                    RepositoryError::AccountClosed { .. } | RepositoryError::PasswordWithdrawn { .. }
                );
                let waits = matches!(
                    error,
                    RepositoryError::Unreachable { .. } | RepositoryError::Denied { .. }
                );
                if waits {
                    let due = self.syncing.back_off.failed(now.steady);
                    self.wake_at(due);
                }
                if is_out {
                    tracing::warn!(
                        "{}",
                        self.syncing
                            .health
                            .as_ref()
                            .err()
                            .map(ToString::to_string)
                            .unwrap_or_default()
                    );
                    self.lock(LockCause::Account);
                }
                None
            }
        }
    }

    /// What a damaged store has lost and the repository did not give comes from an export.
    fn mend(&mut self, brought: Brought) {
        if self.keeper.mend(brought) {
            if let Err(error) = self.keeper.reindex() {
                tracing::error!("{error}");
            }
            self.signon(Event::Vault(self.keeper.state()));
            // What came from an export goes to the repository.
            self.exchange(Scope::Records);
        }
    }

    fn take_report(&mut self, report: &Report) {
        let mut faults: Vec<_> = report
            .faults
            .iter()
            .filter(|fault| !matches!(fault, Fault::WentBack(_)))
            .map(ToString::to_string)
            .collect();
        for fault in &faults {
            tracing::warn!("{fault}");
        }
        faults.extend(self.told_of_rollback(report));
        self.syncing.waiting = report.waiting;
        self.syncing.faults = faults;
        if !report.changed.is_empty() {
            if let Err(error) = self.keeper.reindex() {
                tracing::error!("{error}");
            }
            self.signon(Event::Vault(self.keeper.state()));
        }
    }

    /// One sentence and one alarm for all that the repository had and has no more; from then on it was said.
    fn told_of_rollback(&mut self, report: &Report) -> Option<String> {
        let gone = report.faults.iter().filter(|fault| matches!(fault, Fault::WentBack(_)));
        let count = gone.inspect(|fault| tracing::warn!("{fault}")).count();
        if count == 0 {
            return None;
        }
        let said = format!(
            "the repository went back: {count} versions of logons that it had are gone there, and what this machine has of them is written again; this server lags behind the others, or a backup was restored: tell the administrator if it goes on"
        );
        self.audit(AuditEvent::Alarm, "repository", &said);
        if let Err(error) = countersign_sync::told(self.keeper.device_store()) {
            tracing::warn!("{error}");
        }
        Some(said)
    }

    /// Asks a repository again that did not answer, if it is time, and one that does for what is new.
    pub(crate) fn ask_again(&mut self) {
        self.look_at_offline();
        let now = self.clock.both();
        if self.configuration.end_trial(now, self.keeper.device_store()) {
            let text = self.configuration.trial_told();
            self.notify(Notice {
                application: "directory".to_owned(),
                text: text.unwrap_or_else(|| "how the directory is reached is changed back".to_owned()),
            });
            return self.exchange(Scope::Everything);
        }
        let again = self.syncing.back_off.is_due(now.steady);
        let begins = self.configuration.next_override().is_some_and(|from| from <= now.wall);
        if again || begins {
            self.exchange(Scope::Everything);
        } else if self.syncing.schedule.is_due(now.steady) {
            self.exchange(Scope::Routine);
        }
    }

    /// Plans the next look, and the moment from which an override counts.
    fn plan_look(&mut self) {
        self.look_at_offline();
        let now = self.clock.both();
        let mut chance = [0; 4];
        // Without a random source they are an interval apart, no more.
        let _ = getrandom::fill(&mut chance);
        let every = self.configuration.sync_interval();
        let due = self
            .syncing
            .schedule
            .after(now.steady, every, u32::from_le_bytes(chance));
        let begins = self.configuration.next_override();
        let begins = begins.map(|from| {
            now.steady
                .after(Duration::from_millis(from.0.saturating_sub(now.wall.0)))
        });
        for at in due.into_iter().chain(begins).chain(self.configuration.trial_ends()) {
            self.wake_at(at);
        }
    }

    pub(crate) fn repository_changed(&mut self, event: RepositoryEvent) {
        match event {
            RepositoryEvent::Configuration => self.exchange(Scope::Everything),
            RepositoryEvent::Records => self.exchange(Scope::Records),
            RepositoryEvent::Lost(why) => {
                tracing::warn!("the repository is not watched until it answers again: {why}");
                self.syncing.watch = None;
                let due = self.syncing.back_off.failed(self.clock.both().steady);
                self.wake_at(due);
            }
        }
    }

    /// Reads everything again and answers the client when that is done.
    pub(crate) fn refresh(&mut self, reply: Sender<Answer>) {
        self.syncing.clients.push(reply);
        self.exchange(Scope::Everything);
    }

    fn answer_refreshes(&mut self, report: &Report) {
        let refreshed = RefreshReport {
            templates: u32::try_from(self.configuration.templates().templates().count()).unwrap_or(u32::MAX),
            pulled: report.pulled,
            pushed: report.pushed,
            problems: self.problems(),
        };
        for client in std::mem::take(&mut self.syncing.clients) {
            let _ = client.send(Reply::Refreshed(refreshed.clone()).into());
        }
    }
}

/// What this machine is called.
pub(crate) fn machine_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

fn open(place: &Place) -> Result<Arc<dyn DirectoryRepository>, RepositoryError> {
    place.open().inspect_err(|error| tracing::warn!("{error}"))
}

fn watch(repository: &dyn DirectoryRepository, user: &UserId, inbox: &Sender<Message>) -> Option<Box<dyn Watch>> {
    let (sender, events) = channel();
    let watch = repository
        .watch(user, sender)
        .inspect_err(|error| tracing::warn!("{error}"))
        .ok()?;
    crate::serve::forward(events, inbox.clone(), Message::Repository).ok()?;
    Some(watch)
}
