//! `countersign trust`: what this device believes goes by the agent; root and rings are the administrator's, in this process.

mod publisher;
mod signing;

use super::store::PACKAGE;
use crate::agent::ask;
use crate::arguments::{Trust, TrustInit, TrustRing, TrustSettings};
use crate::clock::now;
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use crate::secrets::Source;
use crate::terminal::PromptError;
use crate::words::{counted, still, table};
use countersign_agent::{Administration, Ring};
use countersign_secret::Password;
use countersign_wire::{ClientError, ErrorReply, OrganisationReport, PinnedBy, Reply, Request};
use std::path::{Path, PathBuf};

pub(crate) fn run(command: &Trust, screen: &mut Screen) -> Result<u8, Failure> {
    match command {
        Trust::Show(format) => {
            let report = organisation(&Request::Organisation)?;
            if format.json {
                screen.json("organisation", &report)?;
            } else {
                show(&report, screen)?;
            }
        }
        Trust::Pin => {
            let words = Source::standard_input().words("The organisation's six words")?;
            let words = words.expose().to_owned();
            show(&organisation(&Request::OrganisationPin { words })?, screen)?;
        }
        Trust::Settings(wanted) => settings(wanted, screen)?,
        Trust::Init(init) => self::init(init, screen)?,
        Trust::Ring(TrustRing::New { name, key }) => new_ring(name, key, screen)?,
        Trust::Ring(TrustRing::Add { rings, root, days }) => add_rings(rings, root, *days, screen)?,
        Trust::Publisher(command) => publisher::run(command, screen)?,
        Trust::Sign(wanted) => signing::sign(wanted, screen)?,
        Trust::Verify(wanted) => return signing::verify(wanted, screen),
    }
    Ok(0)
}

fn organisation(request: &Request) -> Result<OrganisationReport, Failure> {
    match ask(request)? {
        Reply::Organisation(report) => Ok(*report),
        _ => Err(Failure::OtherAnswer),
    }
}

fn show(report: &OrganisationReport, screen: &mut Screen) -> Result<(), Failure> {
    let Some(by) = report.pinned else {
        let found = if report.published {
            "shows a list, which counts for nothing"
        } else {
            "shows no list"
        };
        screen.say(format_args!(
            "no organisation: no root is pinned, and the repository {found}"
        ))?;
        return screen.say("next: `countersign trust pin` takes the six words you got from your administrator");
    };
    let by = match by {
        PinnedBy::User => "you typed its six words",
        PinnedBy::Machine => "this machine's administrator pinned it",
    };
    let words = report.words.as_deref().unwrap_or_default();
    screen.say(format_args!("root: {words} ({by})"))?;
    if let Some(name) = &report.name {
        let version = report.version.unwrap_or_default();
        let expires = match report.expires {
            Some(expires) if !report.stale => format!("holds for {}", still(expires, now())),
            _ => Paint::Warn.on("has expired and stays in force"),
        };
        screen.say(format_args!("organisation: {name}, list {version}, {expires}"))?;
        screen.say(match report.rings.as_slice() {
            [] => "recovery: none".to_owned(),
            [ring] => format!("recovery: one operator of the helpdesk ({ring})"),
            rings => format!("recovery: two operators of the helpdesk ({})", rings.join(", ")),
        })?;
    }
    units(report, screen)?;
    let wrong = report.problem.iter().chain(&report.faults);
    for problem in wrong {
        screen.say(format_args!("{} {problem}", Paint::Warn.on("warning:")))?;
    }
    Ok(())
}

/// The units in force, one a line.
fn units(report: &OrganisationReport, screen: &mut Screen) -> Result<(), Failure> {
    if report.units.is_empty() {
        return Ok(());
    }
    let rows: Vec<[String; 4]> = report
        .units
        .iter()
        .map(|unit| {
            let expires = match unit.stale {
                true => "has expired and stays in force".to_owned(),
                false => format!("holds for {}", still(unit.expires, now())),
            };
            let missing = match unit.missing {
                0 => String::new(),
                missing => format!(", {missing} missing"),
            };
            let objects = format!(
                "{}, {}, {}{missing}",
                counted(unit.templates.into(), "template"),
                match unit.policies {
                    1 => "1 policy".to_owned(),
                    policies => format!("{policies} policies"),
                },
                counted(unit.overrides.into(), "override")
            );
            let signed = format!("{} {}", unit.publisher, unit.number);
            [unit.unit.to_string(), signed, objects, expires]
        })
        .collect();
    screen.say(table(&rows))
}

pub(super) fn failed(error: ErrorReply) -> Failure {
    Failure::Client(ClientError::Failed(error))
}

/// The administrator's tools. Where the directory wants his password, it is asked for first.
pub(super) fn administration() -> Result<Administration, Failure> {
    let administration = Administration::open(PathBuf::from(PACKAGE)).map_err(failed)?;
    if administration.wants_password().map_err(failed)? {
        let password = Source::standard_input().existing("Your directory password")?;
        administration.log_in(&password).map_err(failed)?;
    }
    Ok(administration)
}

fn fresh_passphrase(screen: &mut Screen) -> Result<Password, Failure> {
    let passphrase = Source::standard_input().fresh("Passphrase of the key file", screen)?;
    match passphrase.is_empty() {
        true => Err(PromptError::Empty("the passphrase".to_owned()).into()),
        false => Ok(passphrase),
    }
}

fn init(init: &TrustInit, screen: &mut Screen) -> Result<(), Failure> {
    let administration = administration()?;
    let passphrase = fresh_passphrase(screen)?;
    let made = administration.init(&init.organisation, &init.key, init.days, &passphrase);
    let made = made.map_err(failed)?;
    let sign = Paint::Good.on("✓");
    screen.say(format_args!(
        "{sign} The root of {} is made and its first list is published. Its six words:",
        init.organisation
    ))?;
    screen.say(format_args!("\n    {}\n", Paint::Strong.on(made.words)))?;
    screen.say(
        "Give these to your users outside the directory, on paper say; `countersign trust pin` asks for them. The key file and its passphrase cannot be made again: keep copies of both, apart.",
    )?;
    screen.say(format_args!(
        "To pin it for everybody on a machine, root puts this line into /etc/countersign/root there:\n\n    {}\n",
        made.line
    ))?;
    screen.say("next: `countersign trust ring new NAME --key FILE` makes the helpdesk's key")
}

fn shown(ring: &Ring, screen: &mut Screen) -> Result<(), Failure> {
    screen.say(format_args!("    {}: {}", ring.name, Paint::Strong.on(&ring.words)))
}

fn new_ring(name: &str, key: &Path, screen: &mut Screen) -> Result<(), Failure> {
    let administration = administration()?;
    let passphrase = fresh_passphrase(screen)?;
    let ring = administration.make_ring(name, key, &passphrase).map_err(failed)?;
    screen.say(format_args!("{} The ring is made. Its six words:", Paint::Good.on("✓")))?;
    shown(&ring, screen)?;
    screen.say("next: the keeper of the root compares these words and runs `countersign trust ring add`")
}

fn add_rings(rings: &[PathBuf], root: &Path, days: u32, screen: &mut Screen) -> Result<(), Failure> {
    let administration = administration()?;
    screen.note("The list will name these rings. Compare the words with those their operators were shown:");
    for path in rings {
        let ring = Administration::ring(path).map_err(failed)?;
        screen.note(format_args!("    {}: {}", ring.name, ring.words));
    }
    let passphrase = Source::standard_input().existing("Passphrase of the root's key file")?;
    let named = administration
        .name_rings(root, rings, days, &passphrase)
        .map_err(failed)?;
    let sign = Paint::Good.on("✓");
    let people = match named.rings.len() {
        2 => "two operators of the helpdesk",
        _ => "one operator of the helpdesk",
    };
    screen.say(format_args!(
        "{sign} List {} is published and holds for {}. Recovery takes {people}:",
        named.version,
        still(named.expires, now())
    ))?;
    for ring in &named.rings {
        shown(ring, screen)?;
    }
    Ok(())
}

fn settings(wanted: &TrustSettings, screen: &mut Screen) -> Result<(), Failure> {
    let place = wanted.settings.display().to_string();
    let bytes = super::template::read(&wanted.settings)?;
    let text = String::from_utf8(bytes).map_err(|error| Failure::Usage {
        message: format!("{place} is not UTF-8: {error}"),
        next: "save it as UTF-8".to_owned(),
    })?;
    let administration = administration()?;
    let passphrase = Source::standard_input().existing("Passphrase of the root's key file")?;
    let (version, expires) = administration
        .sign_settings(&wanted.root, (&place, &text), wanted.days, &passphrase)
        .map_err(failed)?;
    screen.say(format_args!(
        "{} List {version} is published with these settings and holds for {}.",
        Paint::Good.on("✓"),
        still(expires, now())
    ))
}
