//! What the engine answers clients. Anything that takes a key derivation was done on the client's thread before (`front`).

use crate::engine::Engine;
use crate::front::silent_kinds;
use crate::keeper::{Job, State, slots_to_come};
use crate::logons::not_in_force;
use crate::message::Call;
use crate::syncing::Scope;
use crate::templates::summary;
use countersign_model::port::{DesktopError, RepositoryError, WindowSource};
use countersign_model::{Layer, Monotonic, Publisher, SETTINGS, SettingValue, TemplateId, Timestamp, WindowId};
use countersign_rules::record::Naming;
use countersign_signon::{Event, Pause, VaultState};
use countersign_wire::{
    AccessibilityState, Answer, DesktopState, DeviceReport, DisplayState, EnrollTerms, ErrorCode, ErrorReply,
    LockCause, PrimaryReport, Problem, Reply, RepositoryHealth, RepositoryState, Request, SettingReport, Severity,
    Status, TemplateCounts, TemplateSummary, UnlockTerms,
};
use std::collections::BTreeSet;
use std::time::Duration;

/// How many explanations `why` shows when nobody says.
const WHY_LIMIT: u32 = 20;

impl Engine {
    /// Answers a client, now or (for a fill) later.
    pub(crate) fn call(&mut self, call: Call) {
        match call.request {
            Request::LogonFill { id, window, .. } => return self.fill(window, id, call.reply),
            Request::Refresh => return self.refresh(call.reply),
            Request::StoreVerify => return self.look_at_stores(Job::Verify, call.reply),
            Request::StoreExport { folder } => return self.look_at_stores(Job::Export(folder), call.reply),
            Request::TemplateExplain { place, text } => return self.template_explain(&place, &text, call.reply),
            Request::TemplateRecord {
                window,
                id,
                name,
                named,
                show,
            } => {
                let naming = Naming {
                    id,
                    name,
                    version: None,
                    named,
                };
                return self.template_record(window, naming, show, call.reply);
            }
            Request::TemplateAdopt { window, text } => return self.template_adopt(window, text, call.reply),
            Request::WindowReport { window } => return self.window_report(window, call.reply),
            Request::Prompts { seen, seconds } => return self.prompts(seen, seconds, call.reply),
            Request::LogonCapture {
                window,
                label,
                plain,
                secret_fields,
            } => {
                let template = self.open_prompt(window).map(|prompt| prompt.template.clone());
                let given =
                    template.and_then(|template| self.given(&template, &label, plain, secret_fields, call.secrets));
                return self.capture(window, given, call.reply);
            }
            Request::PasswordMake { template } => return self.password_make(&template, call.reply),
            Request::PasswordChange { id, .. } => return self.password_change(id, call.secrets, call.reply),
            Request::WindowPick { seconds } => return self.window_pick(seconds, call.reply),
            _ => {}
        }
        let Call {
            request,
            secrets,
            reply,
        } = call;
        let answer = self.answer(request, secrets).unwrap_or_else(Answer::from);
        // A client that has gone does not want it any more.
        let _ = reply.send(answer);
    }

    fn answer(&mut self, request: Request, secrets: Vec<countersign_secret::Password>) -> Result<Answer, ErrorReply> {
        let reply = match request {
            Request::Status => Reply::Status(Box::new(self.status())),
            Request::Doctor => Reply::Doctor(self.doctor()),
            Request::Why { window, limit } => Reply::Why(self.why(window, limit)),
            Request::Settings { name } => Reply::Settings(self.setting_reports(name.as_deref())?),
            Request::Policy { template } => Reply::Policy(Box::new(self.policy_report(template.as_ref())?)),
            Request::Pause { seconds } => self.pause(seconds),
            Request::PauseUntilUnlocked => {
                self.signon(Event::Pause(Some(Pause::UntilUnlocked)));
                Reply::Done
            }
            Request::PauseApplication { template } => {
                self.pause_application(template)?;
                Reply::Done
            }
            Request::Resume => {
                self.signon(Event::PausedApplications(BTreeSet::new()));
                self.signon(Event::Pause(None));
                Reply::Done
            }
            Request::EnrollTerms => {
                self.may_enroll()?;
                Reply::EnrollTerms(self.enroll_terms())
            }
            Request::StartOverTerms => Reply::EnrollTerms(self.enroll_terms()),
            Request::Primary => Reply::Primary(self.primary()?),
            Request::UnlockTerms => Reply::UnlockTerms(self.unlock_terms()),
            Request::Lock => {
                self.lock(LockCause::Asked);
                Reply::Done
            }
            Request::Syncing => Reply::Syncing(self.syncing.progress().told()),
            Request::Organisation => Reply::Organisation(Box::new(self.organisation_report())),
            Request::OrganisationPin { words } => {
                let now = self.clock.both().wall;
                self.organisation.pin(&words, self.keeper.device_store(), now)?;
                self.take_signed_settings();
                self.exchange(Scope::Everything);
                Reply::Organisation(Box::new(self.organisation_report()))
            }
            Request::Templates => Reply::Templates(self.template_summaries()),
            Request::LogonList => Reply::Logons(self.logon_list()?),
            Request::LogonAdd {
                template,
                label,
                plain,
                secret_fields,
            } => {
                let given = self.given(&template, &label, plain, secret_fields, secrets)?;
                Reply::LogonSaved(self.logon_add(given)?)
            }
            Request::PromptDismiss { window } => {
                self.dismiss_prompt(window)?;
                Reply::Done
            }
            Request::Exclusions => Reply::Exclusions(self.exclusions()?.into_iter().collect()),
            Request::Exclude { template } => {
                self.exclude(template)?;
                Reply::Done
            }
            Request::Include { template } => {
                self.include(&template)?;
                Reply::Done
            }
            Request::LogonEdit {
                id,
                label,
                plain,
                secret_fields,
            } => Reply::LogonSaved(self.logon_edit(id, label, plain, secret_fields, secrets)?),
            Request::PasswordStatus { id } => Reply::Passwords(self.password_status(id)?),
            Request::PasswordSettle { id, verdict } => Reply::Password(Box::new(self.password_settle(id, verdict)?)),
            Request::LogonRemove { id } => {
                self.logon_remove(id)?;
                Reply::Done
            }
            Request::DeviceList => Reply::Devices(self.devices()?),
            Request::StoreImport { folder, removed } => self.import_stores(&folder, removed)?,
            Request::StoreRepair { losses } => self.repair_stores(losses)?,
            Request::Audit { limit } => match self.audit.told(limit) {
                Ok(told) => Reply::Audit(told),
                Err(error) => return Err(ErrorReply::new(ErrorCode::Failed, error.to_string())),
            },
            Request::Windows => Reply::Windows(self.desktop()?.snapshot().map_err(|error| desktop_error(&error))?),
            other => {
                return Err(ErrorReply::new(
                    ErrorCode::BadRequest,
                    format!("{other:?} is not answered here"),
                ));
            }
        };
        Ok(reply.into())
    }

    pub(crate) fn desktop(&self) -> Result<&countersign_desktop::Desktop, ErrorReply> {
        self.screen.as_deref().map_err(desktop_error)
    }

    fn why(&self, window: Option<WindowId>, limit: Option<u32>) -> Vec<countersign_model::Explanation> {
        self.journal.last(
            window,
            usize::try_from(limit.unwrap_or(WHY_LIMIT)).unwrap_or(usize::MAX),
        )
    }

    fn pause(&mut self, seconds: u32) -> Reply {
        let now = self.clock.both();
        let until = now.steady.after(Duration::from_secs(seconds.into()));
        self.signon(Event::Pause(Some(Pause::Until(until))));
        Reply::Paused(self.wall(until))
    }

    /// Leaves an application alone, beside those that are already.
    fn pause_application(&mut self, template: TemplateId) -> Result<(), ErrorReply> {
        if self.configuration.templates().get(&template).is_none() {
            return Err(not_in_force(&template));
        }
        let mut paused = self.machine.paused_applications().clone();
        paused.insert(template);
        self.signon(Event::PausedApplications(paused));
        Ok(())
    }

    /// Until when filling is paused, if it is until a moment.
    pub(crate) fn paused_until(&self) -> Option<Timestamp> {
        match self.machine.pause()? {
            Pause::Until(until) => Some(self.wall(until)),
            Pause::UntilUnlocked => None,
        }
    }

    /// A moment of the steady clock on the wall clock, to the second: the clocks are not read at the same instant.
    fn wall(&self, at: Monotonic) -> Timestamp {
        let now = self.clock.both();
        let ahead = u64::try_from(at.since(now.steady).as_millis()).unwrap_or(u64::MAX);
        Timestamp(now.wall.0.saturating_add(ahead).saturating_add(500) / 1000 * 1000)
    }

    fn setting_reports(&self, name: Option<&str>) -> Result<Vec<SettingReport>, ErrorReply> {
        let reports: Vec<_> = SETTINGS
            .iter()
            .filter(|setting| name.is_none_or(|name| name == setting.name))
            .map(|setting| {
                let found = self.configuration.settings().get(setting.name);
                let value = found
                    .map(|found| found.value.clone())
                    .filter(|value| *value != SettingValue::Text(String::new()));
                SettingReport {
                    name: setting.name.to_owned(),
                    value: value.unwrap_or_else(|| self.worked_out(setting.name)),
                    layer: found.map_or(Layer::BuiltIn, |found| found.layer),
                    place: found.and_then(|found| found.place.clone()),
                    default: setting.default.to_owned(),
                    doc: setting.doc.to_owned(),
                }
            })
            .collect();
        match (reports.is_empty(), name) {
            (true, Some(name)) => Err(
                ErrorReply::new(ErrorCode::NoMatch, format!("there is no setting `{name}`"))
                    .next("run `countersign settings` for all of them"),
            ),
            _ => Ok(reports),
        }
    }

    /// Settings without a fixed default.
    fn worked_out(&self, name: &str) -> SettingValue {
        SettingValue::Text(match name {
            "repository.path" => self.syncing.place(),
            "repository.user" => self.syncing.user().to_string(),
            _ => String::new(),
        })
    }

    fn may_enroll(&self) -> Result<(), ErrorReply> {
        if !self.keeper.is_enrolled() && self.syncing.header().is_some() {
            return Err(vault_elsewhere());
        }
        if self.keeper.is_enrolled() {
            return Err(
                ErrorReply::new(ErrorCode::AlreadyEnrolled, "there is a vault on this machine already")
                    .next("run `countersign unlock`; if nothing opens it any more, `countersign enroll --start-over`"),
            );
        }
        Ok(())
    }

    fn enroll_terms(&self) -> EnrollTerms {
        let settings = self.configuration.settings();
        EnrollTerms {
            question: settings.text("passphrase.question").to_owned(),
            min_length: u32::try_from(settings.number("passphrase.min_length")).unwrap_or(u32::MAX),
            min_strength: u8::try_from(settings.number("passphrase.min_strength")).unwrap_or(4),
            slots: slots_to_come(self.terms().circumstances),
            primary: self.terms().primary.at_first_use(),
        }
    }

    fn primary(&self) -> Result<PrimaryReport, ErrorReply> {
        let (method, choice) = self.keeper.primary().ok_or_else(|| self.keeper.locked())?;
        Ok(PrimaryReport {
            method,
            choice,
            allowed: self.terms().primary.allowed(),
        })
    }

    /// Where the primary is not the one the settings want.
    fn primary_fault(&self) -> Option<String> {
        let only = self.terms().primary.only()?;
        let (method, _) = self.keeper.primary()?;
        (method != only).then(|| {
            let only = only.name();
            format!("your organisation wants the primary `{only}` (`primary.method`); run `countersign primary change {only}`")
        })
    }

    fn unlock_terms(&self) -> UnlockTerms {
        UnlockTerms {
            vault: self.vault_report(),
            retry_after_ms: None,
            silent: !silent_kinds(&self.material()).is_empty(),
            question: Some(self.configuration.settings().text("passphrase.question").to_owned()),
        }
    }

    pub(crate) fn vault_report(&self) -> countersign_wire::VaultState {
        use countersign_wire::VaultState as Report;
        match (self.keeper.is_enrolled(), self.keeper.state()) {
            // Another device of the user made it: this one joins by the passphrase.
            (false, _) if self.syncing.header().is_some() => Report::Locked,
            (false, _) => Report::Unenrolled,
            (true, VaultState::Locked) => Report::Locked,
            (true, VaultState::Unlocked) => Report::Unlocked,
        }
    }

    fn template_summaries(&self) -> Vec<TemplateSummary> {
        let set = self.configuration.templates();
        set.templates().map(|loaded| summary(loaded)).collect()
    }

    fn devices(&self) -> Result<Vec<DeviceReport>, ErrorReply> {
        match self.keeper.is_enrolled() {
            true => Ok(self.keeper.devices()),
            false => Err(self.keeper.locked()),
        }
    }

    fn status(&self) -> Status {
        let set = self.configuration.templates();
        let count = |wanted: fn(&Publisher) -> bool| {
            let found = set.templates().filter(|loaded| wanted(&loaded.publisher)).count();
            u32::try_from(found).unwrap_or(u32::MAX)
        };
        Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            vault: self.vault_report(),
            user: self.syncing.user().clone(),
            device: self.keeper.device(),
            slots: self.keeper.slots(self.terms().circumstances),
            devices: self.keeper.devices(),
            logons: self.keeper.count(),
            logons_version: self.keeper.version() + self.configuration.templates_version(),
            templates: TemplateCounts {
                signed: count(|publisher| matches!(publisher, Publisher::Signed { .. })),
                package: count(|publisher| *publisher == Publisher::Package),
                unsigned: count(|publisher| *publisher == Publisher::Unsigned),
            },
            problems: self.problems(),
            repository: RepositoryState {
                place: self.syncing.place(),
                health: match self.syncing.health() {
                    Ok(()) => RepositoryHealth::Reachable,
                    Err(why) => RepositoryHealth::Unreachable(why.to_string()),
                },
                synced: self.syncing.synced(),
                waiting: self.syncing.waiting(),
                next_try: self.syncing.next_try().map(|due| self.wall(due)),
            },
            paused_until: self.paused_until(),
            paused_until_unlocked: self.machine.pause() == Some(Pause::UntilUnlocked),
            paused_applications: self.machine.paused_applications().iter().cloned().collect(),
            desktop: self.desktop_state(),
            locks_on: self.locking.hearing(),
            locked_by: self.locked_by(),
            protection: countersign_secret::protection().into(),
        }
    }

    pub(crate) fn desktop_state(&self) -> DesktopState {
        match &self.screen {
            Ok(desktop) => DesktopState {
                display: DisplayState::Watching(std::env::var("DISPLAY").unwrap_or_default()),
                accessibility: match desktop.accessibility() {
                    Ok(()) => AccessibilityState::Available,
                    Err(error) => AccessibilityState::Missing(error.to_string()),
                },
            },
            Err(error) => DesktopState {
                display: DisplayState::Missing(error.to_string()),
                accessibility: AccessibilityState::Missing(error.to_string()),
            },
        }
    }

    /// Everything that is not in force, and what was found in the stores.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let files = self.configuration.problems().iter().map(problem);
        let faults = self.configuration.faults().iter().map(fault);
        let stores = self.keeper.tales().map(|(sentence, state)| {
            let severity = match state {
                State::Hurt => Severity::Error,
                State::Whole => Severity::Warning,
            };
            plain("store", &sentence, severity)
        });
        let export = self.keeper.export_problem();
        let export = export.map(|problem| plain("store", problem, Severity::Warning));
        let notices = self
            .notices
            .iter()
            .map(|notice| plain(&notice.application, &notice.text, Severity::Warning));
        let place = self.syncing.place();
        let organisation = self.organisation.problem(self.clock.both().wall);
        let organisation = organisation.map(|problem| plain(&place, &problem, Severity::Warning));
        let records = self
            .syncing
            .faults()
            .iter()
            .map(|fault| plain(&place, fault, Severity::Warning));
        let mut signed = self.configuration.organisation().faults(self.clock.both().wall);
        signed.extend(self.configuration.trial_told());
        let signed = signed.iter().map(|fault| plain(&place, fault, Severity::Warning));
        let slots = self.slot_faults();
        let slots = slots.iter().map(|fault| plain("slots", fault, Severity::Warning));
        let primary = self.primary_fault();
        let primary = primary.map(|fault| plain("primary", &fault, Severity::Warning));
        let header = self.header_faults().map(|fault| plain(&place, fault, Severity::Error));
        let code = self.keeper.is_code_unprinted().then(|| {
            let old = "your printed code is old: the helpdesk's words were used; run `countersign recover setup` for a new one";
            plain("recovery", old, Severity::Warning)
        });
        files
            .chain(faults)
            .chain(header)
            .chain(primary)
            .chain(code)
            .chain(slots)
            .chain(records)
            .chain(organisation)
            .chain(signed)
            .chain(stores)
            .chain(export)
            .chain(notices)
            .collect()
    }
}

/// The user has a vault that this device has not joined.
pub(crate) fn vault_elsewhere() -> ErrorReply {
    ErrorReply::new(
        ErrorCode::AlreadyEnrolled,
        "you have a vault already, made on another machine",
    )
    .next("run `countersign unlock --passphrase` to use it here too")
}

pub(crate) fn fault(error: &RepositoryError) -> Problem {
    let place = match error {
        RepositoryError::Unreachable { place, .. }
        | RepositoryError::Denied { place, .. }
        | RepositoryError::NeedsPassword { place, .. }
        | RepositoryError::AccountClosed { place, .. }
        | RepositoryError::PasswordWithdrawn { place }
        | RepositoryError::Invalid { place, .. }
        | RepositoryError::Missing(place)
        | RepositoryError::Conflict(place) => place.clone(),
    };
    plain(&place, &error.to_string(), Severity::Error)
}

/// A problem that has no line.
fn plain(place: &str, message: &str, severity: Severity) -> Problem {
    Problem {
        place: place.to_owned(),
        line: None,
        column: None,
        severity,
        message: message.to_owned(),
        help: None,
    }
}

/// A problem of a file.
pub(crate) fn problem(problem: &countersign_rules::Problem) -> Problem {
    Problem {
        place: problem.place.clone(),
        line: Some(problem.line),
        column: Some(problem.column),
        severity: match problem.severity {
            countersign_rules::Severity::Warning => Severity::Warning,
            countersign_rules::Severity::Error => Severity::Error,
        },
        message: problem.message.clone(),
        help: Some(problem.help.clone()),
    }
}

pub(crate) fn desktop_error(error: &DesktopError) -> ErrorReply {
    ErrorReply::new(ErrorCode::Failed, error.to_string()).next("run `countersign doctor`")
}
