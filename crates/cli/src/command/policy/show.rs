use crate::agent::ask;
use crate::arguments::PolicyShow;
use crate::failure::Failure;
use crate::find;
use crate::screen::Screen;
use crate::words::{layer, table};
use countersign_wire::{PolicyNamedBy, PolicyReport, Reply, Request};

pub(super) fn run(wanted: &PolicyShow, screen: &mut Screen) -> Result<u8, Failure> {
    let template = match &wanted.template {
        Some(named) => Some(find::template(named)?.id),
        None => None,
    };
    let Reply::Policy(report) = ask(&Request::Policy { template })? else {
        return Err(Failure::OtherAnswer);
    };
    if wanted.format.json {
        screen.json("policy", &report)?;
    } else {
        show(&report, screen)?;
    }
    Ok(0)
}

fn show(report: &PolicyReport, screen: &mut Screen) -> Result<(), Failure> {
    let PolicyReport { id, name, place, .. } = report;
    screen.say(format_args!("{id} ({name})"))?;
    screen.say(format_args!("  from      {} ({place})", report.publisher))?;
    screen.say(format_args!("  named by  {}", named_by(&report.named_by)))?;
    if let Some(description) = &report.description {
        screen.say(format_args!("  {description}"))?;
    }
    let rows: Vec<[String; 2]> = report
        .rules
        .iter()
        .map(|rule| [format!("  {}", rule.words), rule.rule.clone()])
        .collect();
    screen.say(table(&rows))
}

fn named_by(by: &PolicyNamedBy) -> String {
    match by {
        PolicyNamedBy::Template(id) => format!("the template {id}"),
        PolicyNamedBy::Setting { layer: from, place } => {
            let place = place.as_ref().map(|place| format!(", {place}")).unwrap_or_default();
            format!("the setting password.policy ({}{place})", layer(*from))
        }
    }
}
