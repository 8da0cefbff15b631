//! `countersign publish`: a signed folder into the directory, in the administrator's own process.

use super::trust::{administration, failed};
use crate::arguments::{Publish, PublishApply, PublishPlan, PublishRollback, Signed};
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use crate::secrets::Source;
use crate::words::counted;
use countersign_agent::{Administration, Planned, ToSign};
use countersign_model::Unit;
use countersign_publish::{Change, Difference, Kind};
use std::path::Path;

/// The exit code when there is a difference.
const DIFFERENT: u8 = 3;

pub(crate) fn run(command: &Publish, screen: &mut Screen) -> Result<u8, Failure> {
    match command {
        Publish::Plan(wanted) => plan(wanted, screen),
        Publish::Apply(wanted) => apply(wanted, screen),
        Publish::Rollback(wanted) => rollback(wanted, screen),
        Publish::Drift { unit, format } => {
            let found = administration()?.drift(unit).map_err(failed)?;
            let code = if found.is_empty() { 0 } else { DIFFERENT };
            if format.json {
                screen.json("drift", &found)?;
                return Ok(code);
            }
            for drift in &found {
                screen.say(drift)?;
            }
            if found.is_empty() {
                screen.say(format_args!("{} {unit} is as its catalogue says", Paint::Good.on("✓")))?;
            } else {
                screen.say("next: publish the folder again, with a higher number (`countersign trust sign`)")?;
            }
            Ok(code)
        }
    }
}

fn plan(wanted: &PublishPlan, screen: &mut Screen) -> Result<u8, Failure> {
    let planned = planned(&administration()?, &wanted.signed)?;
    if let Some(path) = &wanted.ldif {
        save(path, planned.ldif.as_deref())?;
        let mut undo = path.clone().into_os_string();
        undo.push(".undo");
        save(Path::new(&undo), planned.undo.as_deref())?;
    }
    let code = if planned.plan.changes.is_empty() { 0 } else { DIFFERENT };
    if wanted.format.json {
        json(&planned, screen)?;
    } else {
        show(&planned, screen)?;
        screen.say("next: `countersign publish apply` with this, and no other plan is published:")?;
        screen.say(format_args!("  --plan {}", planned.digest()))?;
    }
    Ok(code)
}

fn save(place: &Path, ldif: Option<&str>) -> Result<(), Failure> {
    let ldif = ldif.ok_or_else(|| Failure::Usage {
        message: "a folder repository has no LDIF".to_owned(),
        next: "leave out --ldif".to_owned(),
    })?;
    std::fs::write(place, ldif).map_err(|why| Failure::Unwritten {
        place: place.to_owned(),
        why,
    })
}

fn show(planned: &Planned, screen: &mut Screen) -> Result<(), Failure> {
    let plan = &planned.plan;
    let before = match plan.replaces {
        Some((number, _)) => format!("catalogue {number}"),
        None => "nothing".to_owned(),
    };
    screen.say(format_args!(
        "{}: catalogue {} in the place of {before}",
        plan.unit, plan.number
    ))?;
    for Change { name, kind } in &plan.changes {
        let (sign, values) = match kind {
            Kind::Created(values) => (Paint::Good.on("+"), values.as_slice()),
            Kind::Changed(values) => (Paint::Strong.on("~"), values.as_slice()),
            Kind::Deleted => (Paint::Bad.on("-"), &[][..]),
        };
        screen.say(format_args!("{sign} {name}"))?;
        for value in values {
            screen.say(format_args!("    {}", difference(value)))?;
        }
    }
    if plan.changes.is_empty() {
        screen.say("no object changes; the catalogue is renewed")?;
    }
    match &planned.readers {
        (_, None) => screen.say("who reads the unit is not known here; name its group with --group")?,
        (group, Some(members)) => screen.say(format_args!(
            "read by the group {group}: {}",
            counted(members.len() as u64, "member")
        ))?,
    }
    for risk in &plan.risks {
        screen.say(format_args!("{} {risk}", Paint::Warn.on("look twice:")))?;
    }
    Ok(())
}

fn difference(Difference { at, before, after }: &Difference) -> String {
    match (before, after) {
        (Some(before), Some(after)) => format!("{at}: {before} → {after}"),
        (None, Some(after)) => format!("{at}: {after}"),
        (Some(before), None) => format!("{at}: {before} goes"),
        (None, None) => at.clone(),
    }
}

fn json(planned: &Planned, screen: &mut Screen) -> Result<(), Failure> {
    let plan = &planned.plan;
    let changes: Vec<_> = plan
        .changes
        .iter()
        .map(|Change { name, kind }| {
            let (what, values) = match kind {
                Kind::Created(values) => ("created", values.as_slice()),
                Kind::Changed(values) => ("changed", values.as_slice()),
                Kind::Deleted => ("deleted", &[][..]),
            };
            serde_json::json!({"kind": name.kind, "id": name.id, "change": what, "values": values})
        })
        .collect();
    let (group, members) = &planned.readers;
    screen.json(
        "plan",
        &serde_json::json!({
            "unit": plan.unit,
            "replaces": plan.replaces.map(|(number, _)| number),
            "number": plan.number,
            "digest": planned.digest().to_string(),
            "changes": changes,
            "risks": plan.risks,
            "group": group,
            "members": members.as_ref().map(Vec::len),
        }),
    )
}

fn apply(wanted: &PublishApply, screen: &mut Screen) -> Result<u8, Failure> {
    let administration = administration()?;
    let planned = planned(&administration, &wanted.signed)?;
    if let Some(seen) = &wanted.plan {
        planned.is_as_seen(seen).map_err(failed)?;
    }
    publish(&administration, &planned, wanted.confirm.as_ref(), screen)
}

fn planned(administration: &Administration, signed: &Signed) -> Result<Planned, Failure> {
    administration
        .plan(&signed.folder, &signed.unit, signed.group.as_deref())
        .map_err(failed)
}

/// Shows a plan and carries this very one out.
fn publish(
    administration: &Administration,
    planned: &Planned,
    confirm: Option<&Unit>,
    screen: &mut Screen,
) -> Result<u8, Failure> {
    let unit = &planned.plan.unit;
    let is_confirmed = confirm == Some(unit);
    if planned.plan.wants_typing() && !is_confirmed {
        show(planned, screen)?;
        return Err(Failure::Unconfirmed {
            next: format!("add `--confirm \"{}\"`", unit.as_str()),
        });
    }
    show(planned, screen)?;
    let mut writes = 0;
    administration
        .apply(planned, &mut |_, count| writes = count)
        .map_err(failed)?;
    screen.say(format_args!(
        "{} published with {}; users have it with their next sync",
        Paint::Good.on("✓"),
        counted(writes as u64, "write")
    ))?;
    Ok(0)
}

/// The files of before, signed with the next number and published: agents never go back to an older catalogue.
fn rollback(wanted: &PublishRollback, screen: &mut Screen) -> Result<u8, Failure> {
    let signed = &wanted.signed;
    let administration = administration()?;
    let passphrase = Source::standard_input().existing("Passphrase of the publisher's key file")?;
    let number = administration.restore(&signed.folder, wanted.to).map_err(failed)?;
    screen.say(format_args!(
        "{} holds again what was published with catalogue {number}",
        signed.folder.display()
    ))?;
    let to_sign = ToSign {
        folder: signed.folder.clone(),
        unit: signed.unit.clone(),
        key_file: wanted.publisher.clone(),
        days: wanted.expires,
        number: None,
        min_agent: wanted.min_agent,
    };
    administration.sign_folder(&to_sign, &passphrase).map_err(failed)?;
    let planned = planned(&administration, signed)?;
    publish(&administration, &planned, wanted.confirm.as_ref(), screen)
}
