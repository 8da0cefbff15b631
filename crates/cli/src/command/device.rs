//! `countersign device`.

use crate::agent::{ask, ask_with, tell};
use crate::arguments::{Device, DeviceRevoke, Format};
use crate::clock::now;
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use crate::secrets::Source;
use crate::terminal::PromptError;
use crate::words::{ago, table};
use countersign_wire::{DeviceReport, DeviceState, JoinApproval, JoinWords, Reply, Request, Revocation};

pub(crate) fn run(command: &Device, screen: &mut Screen) -> Result<u8, Failure> {
    match command {
        Device::List(format) => list(*format, screen),
        Device::Join => join(screen),
        Device::Approve => approve(screen),
        Device::Revoke(wanted) => revoke(wanted, screen),
    }
}

fn join(screen: &mut Screen) -> Result<u8, Failure> {
    let Reply::Joining(JoinWords { words }) = ask(&Request::DeviceJoin)? else {
        return Err(Failure::OtherAnswer);
    };
    screen.say(format_args!(
        "This machine waits under these six words:\n\n  {}\n\nRun `countersign device approve` on a machine of yours and type them there. It answers with six other words.",
        Paint::Strong.on(&words)
    ))?;
    let source = Source::standard_input();
    let answer = source.words("Its six words")?;
    let password = source.fresh("Your login password", screen)?;
    if password.is_empty() {
        return Err(PromptError::Empty("the password".to_owned()).into());
    }
    tell(&Request::DeviceJoined, &[answer, password])?;
    screen.say(format_args!(
        "{} this machine is in; the vault is open",
        Paint::Good.on("✓")
    ))?;
    Ok(0)
}

fn approve(screen: &mut Screen) -> Result<u8, Failure> {
    let source = Source::standard_input();
    let password = source.existing("Password")?;
    let words = source.words("The six words of the waiting machine")?;
    let (reply, _) = ask_with(&Request::DeviceApprove, &[password, words])?;
    let Reply::DeviceApproved(JoinApproval { name, words, .. }) = reply else {
        return Err(Failure::OtherAnswer);
    };
    screen.say(format_args!(
        "{} {name} is let in. Type these six words there:\n\n  {}",
        Paint::Good.on("✓"),
        Paint::Strong.on(&words)
    ))?;
    Ok(0)
}

fn devices() -> Result<Vec<DeviceReport>, Failure> {
    match ask(&Request::DeviceList)? {
        Reply::Devices(devices) => Ok(devices),
        _ => Err(Failure::OtherAnswer),
    }
}

fn list(format: Format, screen: &mut Screen) -> Result<u8, Failure> {
    let devices = devices()?;
    if format.json {
        screen.json("devices", &devices)?;
    } else {
        screen.say(rows(&devices))?;
    }
    Ok(0)
}

/// The devices in columns.
pub(crate) fn rows(devices: &[DeviceReport]) -> String {
    let now = now();
    let row = |device: &DeviceReport| {
        let joined = device.joined.map(|at| format!("joined {}", ago(at, now)));
        let mut said: Vec<_> = device.this.then(|| Paint::Good.on("this one")).into_iter().collect();
        match device.state {
            DeviceState::Listed => {}
            DeviceState::Keyless => said.push(Paint::Warn.on("has no key yet: it joins again after the next change")),
            DeviceState::Leaving => said.push(Paint::Warn.on("is taken off as soon as the repository answers")),
            DeviceState::Joining => said.push(Paint::Warn.on("joins as soon as the repository answers")),
        }
        [
            short(device),
            if device.name.is_empty() {
                "?".to_owned()
            } else {
                device.name.clone()
            },
            joined.unwrap_or_default(),
            said.join(", "),
        ]
    };
    table(&devices.iter().map(row).collect::<Vec<_>>())
}

/// The first digits of its id.
fn short(device: &DeviceReport) -> String {
    device.id.to_string().chars().take(8).collect()
}

fn revoke(wanted: &DeviceRevoke, screen: &mut Screen) -> Result<u8, Failure> {
    let device = pick(&wanted.device, devices()?)?;
    let password = Source::standard_input().existing("Password")?;
    let (reply, _) = ask_with(&Request::DeviceRevoke { id: device.id }, &[password])?;
    let Reply::DeviceRevoked(became) = reply else {
        return Err(Failure::OtherAnswer);
    };
    if wanted.format.json {
        screen.json("revoked", &became)?;
        return Ok(0);
    }
    match became {
        Revocation::Done => screen.say(format_args!(
            "{} {} is off; the vault has a new key, which it does not get",
            Paint::Good.on("✓"),
            short(&device)
        ))?,
        Revocation::Queued(why) => screen.say(format_args!(
            "{} {} is taken off as soon as it can be: {why}",
            Paint::Warn.on("queued:"),
            short(&device)
        ))?,
    }
    screen.say("What that machine has seen it may still have: change the passwords that matter.")?;
    Ok(0)
}

/// The one that is meant: by id or the beginning of it, or by name.
fn pick(wanted: &str, devices: Vec<DeviceReport>) -> Result<DeviceReport, Failure> {
    let next = "`countersign device list` shows them; the first digits of an id are enough".to_owned();
    let digits = wanted.to_ascii_lowercase();
    let is_id = digits.len() >= 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let fits = |device: &DeviceReport| device.name == wanted || (is_id && device.id.to_string().starts_with(&digits));
    let mut fitting = devices.into_iter().filter(fits);
    match (fitting.next(), fitting.count()) {
        (Some(one), 0) => Ok(one),
        (Some(_), more) => Err(Failure::Usage {
            message: format!("`{wanted}` could be any of {} devices", more + 1),
            next,
        }),
        (None, _) => Err(Failure::NoSuch {
            message: format!("no device is called `{wanted}`"),
            next,
        }),
    }
}
