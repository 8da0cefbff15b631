//! `countersign trust sign` and `verify`: the catalogue of a unit.

use super::{administration, failed};
use crate::arguments::{TrustSign, TrustVerify};
use crate::clock::now;
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use crate::secrets::Source;
use crate::words::{counted, still};
use countersign_agent::{EntryKind, ToSign, Verified};
use countersign_wire::ErrorCode;

pub(super) fn sign(wanted: &TrustSign, screen: &mut Screen) -> Result<(), Failure> {
    let administration = administration()?;
    let passphrase = Source::standard_input().existing("Passphrase of the publisher's key file")?;
    let to_sign = ToSign {
        folder: wanted.folder.clone(),
        unit: wanted.unit.clone(),
        key_file: wanted.publisher.clone(),
        days: wanted.expires,
        number: wanted.number,
        min_agent: wanted.min_agent,
    };
    let signed = administration.sign_folder(&to_sign, &passphrase).map_err(failed)?;
    screen.say(format_args!(
        "{} Catalogue {} of {} names {} and holds for {}: {}",
        Paint::Good.on("✓"),
        signed.number,
        wanted.unit,
        objects(&signed.counts),
        still(signed.expires, now()),
        signed.path.display()
    ))?;
    for (kind, id) in &signed.changed {
        screen.say(format_args!("    {kind} {id}"))?;
    }
    Ok(())
}

fn objects(counts: &[(EntryKind, usize)]) -> String {
    let some = counts.iter().filter(|(_, count)| *count > 0);
    let named: Vec<_> = some
        .map(|(kind, count)| match kind {
            EntryKind::Policy if *count != 1 => format!("{count} policies"),
            kind => counted(*count as u64, kind.name()),
        })
        .collect();
    match named.is_empty() {
        true => "nothing".to_owned(),
        false => named.join(", "),
    }
}

pub(super) fn verify(wanted: &TrustVerify, screen: &mut Screen) -> Result<u8, Failure> {
    let found = administration()?
        .verify(&wanted.path, wanted.unit.as_ref())
        .map_err(failed)?;
    let code = match found.problems.is_empty() {
        true => 0,
        false => ErrorCode::Integrity.exit_code(),
    };
    if wanted.format.json {
        json(&found, screen)?;
        return Ok(code);
    }
    let Verified { heading, .. } = &found;
    let by = found
        .publisher
        .as_deref()
        .map_or("a key nobody vouches for", |name| name);
    screen.say(format_args!(
        "catalogue {} of {} ({}), signed by {by}",
        heading.sequence, heading.unit, heading.organisation
    ))?;
    screen.say(format_args!("key: {}", found.words))?;
    if !found.counts.is_empty() {
        screen.say(format_args!("names: {}", objects(&found.counts)))?;
    }
    screen.say(match heading.expires > now() {
        true => format!("holds for {}", still(heading.expires, now())),
        false => "has expired".to_owned(),
    })?;
    screen.say(format_args!(
        "held against the repository's list {}; its root is: {}",
        heading.list_version, found.root
    ))?;
    for problem in &found.problems {
        screen.say(format_args!("{} {problem}", Paint::Warn.on("wrong:")))?;
    }
    if found.problems.is_empty() {
        screen.say(format_args!(
            "{} agents that trust this root take it",
            Paint::Good.on("✓")
        ))?;
    }
    Ok(code)
}

fn json(found: &Verified, screen: &mut Screen) -> Result<(), Failure> {
    let Verified { heading, .. } = found;
    let counts: serde_json::Map<_, _> = found
        .counts
        .iter()
        .map(|(kind, count)| (kind.name().to_owned(), (*count).into()))
        .collect();
    screen.json(
        "catalogue",
        &serde_json::json!({
            "organisation": heading.organisation,
            "unit": heading.unit.as_str(),
            "number": heading.sequence,
            "list_version": heading.list_version,
            "issued": heading.issued,
            "expires": heading.expires,
            "min_agent": heading.min_agent.to_string(),
            "publisher": found.publisher,
            "words": found.words,
            "root": found.root,
            "counts": counts,
            "problems": found.problems,
        }),
    )
}
