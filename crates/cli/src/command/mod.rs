//! What each command does.

mod audit;
mod capture;
mod device;
mod doctor;
mod exclude;
mod exits;
mod given;
mod helpdesk;
mod import;
mod linted;
mod logon;
mod password;
mod policy;
mod primary;
mod prompts;
mod publish;
mod recovery;
mod refresh;
mod schema;
mod settings;
mod slot;
mod status;
mod store;
mod suggestion;
mod template;
mod trust;
mod vault;
mod why;
mod windows;

use crate::agent::{ask, tell};
use crate::arguments::{Command, Directory, Pause};
use crate::clock::now;
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use crate::secrets::Source;
use crate::words::still;
use countersign_wire::{Reply, Request};

/// Does it. `Ok` is the exit code: not every answer that is no failure is a 0.
pub(crate) fn run(command: &Command, screen: &mut Screen) -> Result<u8, Failure> {
    match command {
        Command::Status(format) => status::run(*format, screen),
        Command::Doctor(wanted) => doctor::run(*wanted, screen),
        Command::Why(why) => why::run(why, screen),
        Command::Settings(settings) => settings::run(settings, screen),
        Command::Pause(wanted) => pause(wanted, screen),
        Command::Enroll(wanted) => vault::enroll(wanted, screen),
        Command::Primary(command) => primary::run(command, screen),
        Command::Unlock(unlock) => vault::unlock(unlock, screen),
        Command::Lock => {
            tell(&Request::Lock, &[])?;
            screen.say("locked")?;
            Ok(0)
        }
        Command::Logon(command) => logon::run(command, screen),
        Command::Import(wanted) => import::run(wanted, screen),
        Command::Password(command) => password::run(command, screen),
        Command::Prompts(wanted) => prompts::run(*wanted, screen),
        Command::Exclude(command) => exclude::run(command, screen),
        Command::Refresh(wanted) => refresh::run(*wanted, screen),
        Command::Directory(Directory::Login) => log_in(screen),
        Command::Windows(format) => windows::run(*format, screen),
        Command::Template(command) => template::run(command, screen),
        Command::Policy(command) => policy::run(command, screen),
        Command::Exits(command) => exits::run(command, screen),
        Command::Recover(recover) => recovery::run(recover, screen),
        Command::Helpdesk(command) => helpdesk::run(command, screen),
        Command::Schema(wanted) => schema::run(wanted, screen),
        Command::Publish(command) => publish::run(command, screen),
        Command::Trust(command) => trust::run(command, screen),
        Command::Audit(command) => audit::run(command, screen),
        Command::Device(command) => device::run(command, screen),
        Command::Slot(command) => slot::run(command, screen),
        Command::Store(command) => store::run(command, screen),
    }
}

fn pause(wanted: &Pause, screen: &mut Screen) -> Result<u8, Failure> {
    if wanted.resume {
        tell(&Request::Resume, &[])?;
        screen.say("filling again")?;
        return Ok(0);
    }
    if let Some(application) = &wanted.application {
        let found = crate::find::template(application)?;
        tell(&Request::PauseApplication { template: found.id }, &[])?;
        screen.say(format_args!(
            "{} is left alone; `countersign pause --resume` ends the pause",
            found.name
        ))?;
        return Ok(0);
    }
    if wanted.until_unlocked {
        tell(&Request::PauseUntilUnlocked, &[])?;
        screen.say(
            "nothing is filled until the vault is unlocked the next time; `countersign pause --resume` ends the pause",
        )?;
        return Ok(0);
    }
    match ask(&Request::Pause {
        seconds: wanted.minutes * 60,
    })? {
        Reply::Paused(until) => {
            let time = still(until, now());
            screen.say(format_args!(
                "nothing is filled for {time}; `countersign pause --resume` ends the pause"
            ))?;
            Ok(0)
        }
        _ => Err(Failure::OtherAnswer),
    }
}

fn log_in(screen: &mut Screen) -> Result<u8, Failure> {
    let password = Source::standard_input().existing("Your directory password")?;
    tell(&Request::DirectoryLogin, &[password])?;
    screen.say(format_args!("{} logged in to the directory", Paint::Good.on("✓")))?;
    Ok(0)
}
