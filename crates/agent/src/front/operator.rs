//! What administrators and operators ask by their own agent: the same library as the command line's, on the client's thread. Each request
//! opens the repository anew, so that no login of theirs outlives it.

use super::Front;
use crate::organisation::{Administration, Helpdesk, Planned};
use countersign_model::UserId;
use countersign_publish::{Change as Planning, Kind, NoPlanDigest, PlanDigest};
use countersign_secret::Password;
use countersign_wire::{
    Answer, Change, ChangedValue, ErrorCode, ErrorReply, OperatorTerms, PlanReport, PlannedChange, Publication, Reply,
};
use std::path::Path;

/// How many entries of the operator's log are shown when nobody says.
const LOG_LIMIT: u32 = 100;

/// What an operator brings along for a recovery.
pub(super) struct Caller<'a> {
    pub(super) user: &'a UserId,
    pub(super) ring: &'a Path,
    pub(super) reason: &'a str,
    /// The three words he reads out.
    pub(super) vault_name: &'a Password,
    pub(super) passphrase: &'a Password,
}

impl Front {
    fn helpdesk(&self, password: Option<&Password>) -> Result<Helpdesk, ErrorReply> {
        let helpdesk = Helpdesk::open(self.package.clone())?;
        if let Some(password) = password {
            helpdesk.log_in(password)?;
        }
        Ok(helpdesk)
    }

    fn administration(&self, password: Option<&Password>) -> Result<Administration, ErrorReply> {
        let administration = Administration::open(self.package.clone())?;
        if let Some(password) = password {
            administration.log_in(password)?;
        }
        Ok(administration)
    }

    pub(super) fn operator_terms(&self) -> Result<Answer, ErrorReply> {
        let helpdesk = self.helpdesk(None)?;
        Ok(Reply::OperatorTerms(OperatorTerms {
            user: helpdesk.operator().clone(),
            wants_password: helpdesk.wants_password()?,
        })
        .into())
    }

    pub(super) fn helpdesk_show(&self, user: &UserId, password: Option<&Password>) -> Result<Answer, ErrorReply> {
        let person = self.helpdesk(password)?.show(user)?;
        Ok(Reply::Person(Box::new(person)).into())
    }

    pub(super) fn helpdesk_recover(
        &self,
        caller: &Caller<'_>,
        password: Option<&Password>,
    ) -> Result<Answer, ErrorReply> {
        absolute(caller.ring)?;
        let half = self.helpdesk(password)?.recover(
            caller.user,
            caller.ring,
            caller.passphrase,
            caller.vault_name,
            caller.reason,
        )?;
        Ok(Answer {
            reply: Reply::HelpdeskHalf {
                user: half.user,
                people: half.people,
            },
            secrets: vec![half.words],
        })
    }

    pub(super) fn helpdesk_log(&self, limit: Option<u32>) -> Result<Answer, ErrorReply> {
        let told = self.helpdesk(None)?.log(limit.unwrap_or(LOG_LIMIT))?;
        Ok(Reply::Audit(told).into())
    }

    pub(super) fn publish_plan(&self, wanted: &Publication, password: Option<&Password>) -> Result<Answer, ErrorReply> {
        let planned = plan(&self.administration(password)?, wanted)?;
        Ok(Reply::PublishPlan(Box::new(report(&planned))).into())
    }

    /// What is published is what was looked at: another plan, or one that wants the unit's name typed, is not carried out.
    pub(super) fn publish_apply(
        &self,
        wanted: &Publication,
        seen: &str,
        agreed: Agreed,
        password: Option<&Password>,
    ) -> Result<Answer, ErrorReply> {
        let seen: PlanDigest = seen
            .parse()
            .map_err(|error: NoPlanDigest| ErrorReply::new(ErrorCode::BadRequest, error.to_string()))?;
        let administration = self.administration(password)?;
        let planned = plan(&administration, wanted)?;
        planned.is_as_seen(&seen)?;
        if planned.plan.wants_typing() && agreed == Agreed::ByLooking {
            return Err(
                ErrorReply::new(ErrorCode::Refused, "this plan wants the unit's name typed")
                    .next("look at what to look twice at, and type the unit's name"),
            );
        }
        let mut writes = 0;
        administration.apply(&planned, &mut |_, count| writes = count)?;
        Ok(Reply::Published {
            writes: u32::try_from(writes).unwrap_or(u32::MAX),
        }
        .into())
    }
}

/// How somebody agreed to a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Agreed {
    ByLooking,
    ByTyping,
}

fn plan(administration: &Administration, wanted: &Publication) -> Result<Planned, ErrorReply> {
    absolute(&wanted.folder)?;
    administration.plan(&wanted.folder, &wanted.unit, wanted.group.as_deref())
}

/// A path in a request is whole: the agent's own folder is not the client's.
fn absolute(path: &Path) -> Result<(), ErrorReply> {
    if path.is_absolute() {
        return Ok(());
    }
    let message = format!("{} is no absolute path", path.display());
    Err(ErrorReply::new(ErrorCode::BadRequest, message).next("write the whole path, from / on"))
}

fn report(planned: &Planned) -> PlanReport {
    let plan = &planned.plan;
    let (group, members) = &planned.readers;
    PlanReport {
        unit: plan.unit.clone(),
        replaces: plan.replaces.map(|(number, _)| number),
        number: plan.number,
        digest: planned.digest().to_string(),
        changes: plan.changes.iter().map(change).collect(),
        risks: plan.risks.iter().map(ToString::to_string).collect(),
        group: group.clone(),
        members: members
            .as_ref()
            .map(|members| u32::try_from(members.len()).unwrap_or(u32::MAX)),
        confirm: plan.wants_typing(),
        ldif: planned.ldif.clone(),
        undo: planned.undo.clone(),
    }
}

fn change(Planning { name, kind }: &Planning) -> PlannedChange {
    let (change, values) = match kind {
        Kind::Created(values) => (Change::Created, values.as_slice()),
        Kind::Changed(values) => (Change::Changed, values.as_slice()),
        Kind::Deleted => (Change::Deleted, &[][..]),
    };
    PlannedChange {
        kind: name.kind.word().to_owned(),
        id: name.id.clone(),
        change,
        values: values
            .iter()
            .map(|value| ChangedValue {
                at: value.at.clone(),
                before: value.before.clone(),
                after: value.after.clone(),
            })
            .collect(),
    }
}
