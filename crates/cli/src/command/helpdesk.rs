//! `countersign helpdesk`: in this process, with the operator's own key file.

use super::audit;
use super::store::PACKAGE;
use super::trust::failed;
use crate::arguments::{Helpdesk, HelpdeskRecover, HelpdeskShow};
use crate::clock::now;
use crate::decision::one_line;
use crate::failure::Failure;
use crate::screen::{Paint, Screen, put_words};
use crate::secrets::Source;
use crate::words::ago;
use countersign_model::UserId;
use countersign_wire::RecoveryHalves;
use std::path::PathBuf;

pub(crate) fn run(command: &Helpdesk, screen: &mut Screen) -> Result<u8, Failure> {
    let helpdesk = countersign_agent::Helpdesk::open(PathBuf::from(PACKAGE)).map_err(failed)?;
    match command {
        Helpdesk::Show(wanted) => show(&helpdesk, wanted, screen).map(|()| 0),
        Helpdesk::Recover(asked) => recover(&helpdesk, asked, screen).map(|()| 0),
        Helpdesk::Log(show) => {
            let told = helpdesk.log(show.limit).map_err(failed)?;
            audit::show(&told, show.format, screen)
        }
    }
}

/// Shows the directory the operator's password, where it wants it.
fn log_in(helpdesk: &countersign_agent::Helpdesk) -> Result<(), Failure> {
    if helpdesk.wants_password().map_err(failed)? {
        let password = Source::standard_input().existing("Your directory password")?;
        helpdesk.log_in(&password).map_err(failed)?;
    }
    Ok(())
}

fn show(helpdesk: &countersign_agent::Helpdesk, wanted: &HelpdeskShow, screen: &mut Screen) -> Result<(), Failure> {
    log_in(helpdesk)?;
    let person = helpdesk.show(&UserId::from(wanted.user.as_str())).map_err(failed)?;
    if wanted.format.json {
        return screen.json("person", &person);
    }
    screen.say(Paint::Strong.on(&person.user))?;
    let Some(vault) = &person.vault else {
        return screen.say("  no vault in this repository; `countersign enroll` on his machine makes one");
    };
    screen.say(match vault.recovery {
        None => "  recovery  not set up: he has his passphrase and his other machines".to_owned(),
        Some(RecoveryHalves { serial, people: 1 }) => format!("  recovery  one operator, halves {serial}"),
        Some(RecoveryHalves { serial, people }) => format!("  recovery  {people} operators, halves {serial}"),
    })?;
    screen.say(format_args!("  opens by  {}", vault.slots.join(", ")))?;
    let now = now();
    for machine in &vault.machines {
        let id: String = machine.id.to_string().chars().take(8).collect();
        let name = one_line(&machine.name);
        screen.say(format_args!(
            "  machine   {id}  {name}, joined {}",
            ago(machine.joined, now)
        ))?;
    }
    screen.say(format_args!("  header    {}, key {}", vault.version, vault.epoch))
}

fn recover(
    helpdesk: &countersign_agent::Helpdesk,
    recover: &HelpdeskRecover,
    screen: &mut Screen,
) -> Result<(), Failure> {
    log_in(helpdesk)?;
    let source = Source::standard_input();
    screen.note("Check the caller by your rule before you go on. What comes of this is written to your log.");
    let name = source.words("The three words the caller reads out")?;
    let passphrase = source.existing("Passphrase of the ring's key file")?;
    let user = UserId::from(recover.user.as_str());
    let half = helpdesk
        .recover(&user, &recover.ring, &passphrase, &name, &recover.reason)
        .map_err(failed)?;
    screen.note(format_args!("Sealed for: {}", Paint::Strong.on(&half.user)));
    screen.note(match half.people {
        1 => "Read these words out to the caller; they open nothing without his half:".to_owned(),
        people => format!("Read these words out to the caller; it takes {people} operators, each with his own words:"),
    });
    put_words(&half.words)
}
