//! `countersign trust publisher`: keys of those who sign, and their places on the root's list.

use super::{administration, failed, fresh_passphrase};
use crate::arguments::{TrustPublisher, TrustPublisherAdd};
use crate::clock::now;
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use crate::secrets::Source;
use crate::words::{counted, still, table};
use countersign_agent::{Administration, Kinds, PublisherGrant};
use countersign_model::Unit;
use std::path::Path;

pub(super) fn run(command: &TrustPublisher, screen: &mut Screen) -> Result<(), Failure> {
    match command {
        TrustPublisher::Init { name, key } => init(name, key, screen),
        TrustPublisher::Add(wanted) => add(wanted, screen),
        TrustPublisher::Revoke { which, root, days } => revoke(which, root, *days, screen),
        TrustPublisher::List(format) => {
            let (publishers, revoked) = administration()?.publishers().map_err(failed)?;
            if format.json {
                let shown: Vec<_> = publishers
                    .iter()
                    .map(|listed| {
                        serde_json::json!({
                            "name": listed.name,
                            "words": listed.key.fingerprint().join(" "),
                            "unit": listed.unit.as_str(),
                            "kinds": listed.kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>(),
                        })
                    })
                    .collect();
                return screen.json(
                    "publishers",
                    &serde_json::json!({ "publishers": shown, "revoked": revoked }),
                );
            }
            let rows: Vec<[String; 4]> = publishers
                .iter()
                .map(|listed| {
                    let kinds: Vec<_> = listed.kinds.iter().map(|kind| kind.name()).collect();
                    let words = listed.key.fingerprint().join(" ");
                    [
                        listed.name.clone(),
                        where_it_signs(&listed.unit),
                        kinds.join(", "),
                        words,
                    ]
                })
                .collect();
            match rows.is_empty() {
                true => screen.say("no publishers: nothing in the directory counts but what the root signs itself")?,
                false => screen.say(table(&rows))?,
            }
            match revoked {
                0 => Ok(()),
                revoked => screen.say(format_args!("{} revoked", counted(revoked as u64, "key"))),
            }
        }
    }
}

fn where_it_signs(unit: &Unit) -> String {
    match unit.as_str() {
        "" => "everywhere".to_owned(),
        path => format!("{path} and below"),
    }
}

fn init(name: &str, key: &Path, screen: &mut Screen) -> Result<(), Failure> {
    let administration = administration()?;
    let passphrase = fresh_passphrase(screen)?;
    let made = administration.make_publisher(name, key, &passphrase).map_err(failed)?;
    screen.say(format_args!("{} The key is made. Its six words:", Paint::Good.on("✓")))?;
    screen.say(format_args!("    {}: {}", made.name, Paint::Strong.on(&made.words)))?;
    screen.say("next: the keeper of the root compares these words and runs `countersign trust publisher add`")
}

fn add(wanted: &TrustPublisherAdd, screen: &mut Screen) -> Result<(), Failure> {
    let administration = administration()?;
    let found = Administration::publisher(&wanted.publisher).map_err(failed)?;
    let kinds: Kinds = match wanted.kinds.is_empty() {
        true => Kinds::all(),
        false => wanted.kinds.iter().copied().collect(),
    };
    let named: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
    let place = where_it_signs(&wanted.unit);
    screen.note(format_args!(
        "The list will let this publisher sign ({}; {place}). Compare the words with those its keeper was shown:",
        named.join(", ")
    ));
    screen.note(format_args!("    {}: {}", found.name, found.words));
    let passphrase = Source::standard_input().existing("Passphrase of the root's key file")?;
    let grant = PublisherGrant {
        unit: wanted.unit.clone(),
        kinds,
        days: wanted.days,
    };
    let listed = administration
        .name_publisher((&wanted.root, &wanted.publisher), &grant, &passphrase)
        .map_err(failed)?;
    screen.say(format_args!(
        "{} List {} is published and holds for {}. `{}` may sign ({}; {place}).",
        Paint::Good.on("✓"),
        listed.version,
        still(listed.expires, now()),
        listed.publisher.name,
        named.join(", ")
    ))?;
    match listed.keys_of_name {
        0 | 1 => screen.say("next: it signs a unit with `countersign trust sign FOLDER --unit PATH --publisher FILE`"),
        _ => screen.say(
            "The name has two keys now. next: sign its units with the new one, then `countersign trust publisher revoke` the old one",
        ),
    }
}

fn revoke(which: &str, root: &Path, days: u32, screen: &mut Screen) -> Result<(), Failure> {
    let administration = administration()?;
    let (name, key) = administration.find_publisher(which).map_err(failed)?;
    screen.note(format_args!(
        "What this key signed goes out of force, and it never comes back:\n    {name}: {}",
        key.fingerprint().join(" ")
    ));
    let passphrase = Source::standard_input().existing("Passphrase of the root's key file")?;
    let words = key.fingerprint().join(" ");
    let listed = administration
        .revoke_publisher(root, &words, days, &passphrase)
        .or_else(|error| match Path::new(which).is_file() {
            // Its key file is here and it is not on the list any more.
            true => administration.revoke_publisher(root, which, days, &passphrase),
            false => Err(error),
        })
        .map_err(failed)?;
    screen.say(format_args!(
        "{} List {} is published and holds for {}. The key of `{name}` is revoked.",
        Paint::Good.on("✓"),
        listed.version,
        still(listed.expires, now()),
    ))
}
