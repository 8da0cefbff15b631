//! `countersign helpdesk`: in this process, with the operator's own key file.

use super::audit;
use super::store::PACKAGE;
use super::trust::failed;
use crate::arguments::{Helpdesk, HelpdeskRecover};
use crate::failure::Failure;
use crate::screen::{Paint, Screen, put_words};
use crate::secrets::Source;
use countersign_model::UserId;
use std::path::PathBuf;

pub(crate) fn run(command: &Helpdesk, screen: &mut Screen) -> Result<u8, Failure> {
    let helpdesk = countersign_agent::Helpdesk::open(PathBuf::from(PACKAGE)).map_err(failed)?;
    match command {
        Helpdesk::Recover(asked) => recover(&helpdesk, asked, screen).map(|()| 0),
        Helpdesk::Log(show) => {
            let told = helpdesk.log(show.limit).map_err(failed)?;
            audit::show(&told, show.format, screen)
        }
    }
}

fn recover(
    helpdesk: &countersign_agent::Helpdesk,
    recover: &HelpdeskRecover,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let source = Source::standard_input();
    if helpdesk.wants_password().map_err(failed)? {
        let password = source.existing("Your directory password")?;
        helpdesk.log_in(&password).map_err(failed)?;
    }
    screen.note("Check the caller by your rule before you go on. What comes of this is written to your log.");
    let name = source.words("The three words the caller reads out")?;
    let passphrase = source.existing("Passphrase of the ring's key file")?;
    let user = UserId::from(recover.user.as_str());
    let half = helpdesk
        .recover(&user, &recover.ring, &passphrase, &name)
        .map_err(failed)?;
    screen.note(format_args!("Sealed for: {}", Paint::Strong.on(&half.user)));
    screen.note(match half.people {
        1 => "Read these words out to the caller; they open nothing without his half:".to_owned(),
        people => format!("Read these words out to the caller; it takes {people} operators, each with his own words:"),
    });
    put_words(&half.words)
}
