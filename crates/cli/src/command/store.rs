//! `countersign store`: by the agent, or without one under its lock.

use crate::agent::ask;
use crate::arguments::{Store, StoreImport, StoreRepair};
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use crate::secrets::Source;
use crate::words::counted;
use countersign_agent::Offline;
use countersign_wire::{
    ClientError, ErrorCode, Losses, Removed, Reply, Request, StoreExported, StoreImported, StoreName, StoreRepaired,
    StoreVerified,
};
use std::path::{Path, PathBuf};

/// Where packages are installed.
pub(super) const PACKAGE: &str = "/usr/share/countersign";

pub(crate) fn run(command: &Store, screen: &mut Screen) -> Result<u8, Failure> {
    let (request, format) = match command {
        Store::Verify(format) => (Request::StoreVerify, format),
        Store::Export(export) => {
            let folder = absolute(&export.folder)?;
            (Request::StoreExport { folder }, &export.format)
        }
        Store::Import(StoreImport {
            folder,
            removed,
            format,
        }) => {
            let removed = if *removed { Removed::ComeBack } else { Removed::Stay };
            let folder = absolute(folder)?;
            (Request::StoreImport { folder, removed }, format)
        }
        Store::Repair(StoreRepair { give_up, format }) => {
            let losses = if *give_up { Losses::GiveUp } else { Losses::Keep };
            (Request::StoreRepair { losses }, format)
        }
    };
    let reply = match ask(&request) {
        Err(Failure::Client(ClientError::NotRunning(_))) => alone(&request)?,
        answered => answered?,
    };
    match reply {
        Reply::StoresVerified(stores) => verified(&stores, format.json, screen),
        Reply::StoresExported(stores) => exported(&stores, format.json, screen),
        Reply::StoresImported(stores) => imported(&stores, format.json, screen),
        Reply::StoresRepaired(stores) => repaired(&stores, format.json, screen),
        _ => Err(Failure::OtherAnswer),
    }
}

/// Without an agent: the password opens the vault.
fn alone(request: &Request) -> Result<Reply, Failure> {
    let failed = |error| Failure::Client(ClientError::Failed(error));
    let stores = Offline::open(PathBuf::from(PACKAGE)).map_err(failed)?;
    let password = match stores.needs_password() {
        true => Some(Source::standard_input().existing("Password")?),
        false => None,
    };
    stores.answer(request, password.as_ref()).map_err(failed)
}

/// The agent's working folder is another one.
fn absolute(folder: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(folder).map_err(|why| Failure::File {
        place: folder.to_owned(),
        why,
    })
}

fn verified(stores: &[StoreVerified], json: bool, screen: &mut Screen) -> Result<u8, Failure> {
    if json {
        screen.json("stores", &stores)?;
    } else {
        for store in stores {
            let sign = if store.damaged {
                Paint::Bad.on("✗")
            } else {
                Paint::Good.on("✓")
            };
            screen.say(format_args!("{sign} {}: {}", store.store.as_str(), store.sentence))?;
        }
    }
    let damaged = stores.iter().any(|store| store.damaged);
    if damaged && !json {
        screen.note(format_args!(
            "{} keep a copy of the state folder; `countersign refresh` asks the repository again, `countersign store import` takes an export, `countersign store repair` writes the stores anew",
            Paint::Strong.on("next:")
        ));
    }
    Ok(if damaged { ErrorCode::Integrity.exit_code() } else { 0 })
}

fn exported(stores: &[StoreExported], json: bool, screen: &mut Screen) -> Result<u8, Failure> {
    if json {
        screen.json("stores", &stores)?;
        return Ok(0);
    }
    for store in stores {
        let lost = match store.lost {
            0 => String::new(),
            lost => Paint::Warn.on(format_args!(", {lost} of them lost and only named")),
        };
        screen.say(format_args!(
            "{} {}: {}{lost}, {} bytes in {}",
            Paint::Good.on("✓"),
            store.store.as_str(),
            counted(store.values, "value"),
            store.bytes,
            store.file.display()
        ))?;
    }
    screen.say("written and read back; they open with this vault's keys only")?;
    Ok(0)
}

fn imported(stores: &[StoreImported], json: bool, screen: &mut Screen) -> Result<u8, Failure> {
    if json {
        screen.json("stores", &stores)?;
        return Ok(0);
    }
    for store in stores {
        screen.say(format_args!("{}: {}", store.store.as_str(), store.sentence))?;
    }
    if stores
        .iter()
        .any(|store| store.store == StoreName::Vault && store.removed > 0)
    {
        screen.say("next: `countersign store import --removed` brings removed logons back")?;
    }
    Ok(0)
}

fn repaired(stores: &[StoreRepaired], json: bool, screen: &mut Screen) -> Result<u8, Failure> {
    if json {
        screen.json("stores", &stores)?;
        return Ok(0);
    }
    for store in stores {
        screen.say(format_args!("{}: {}", store.store.as_str(), store.sentence))?;
        for file in &store.quarantined {
            screen.say(format_args!("  {}", file.display()))?;
        }
    }
    Ok(0)
}
