//! Screen savers and lockers on the session bus.

use super::{ANSWER, Shared};
use crate::linux::bus::{CallError, reach, within};
use async_executor::Executor;
use countersign_model::SessionEvent;
use futures_lite::{StreamExt, future};
use futures_util::stream::SelectAll;
use std::collections::BTreeSet;
use std::sync::Arc;
use zbus::{Address, Connection, MatchRule, Message, MessageStream, message};

/// Who tells of itself with `ActiveChanged`.
const SAVERS: [&str; 5] = [
    "org.cinnamon.ScreenSaver",
    "org.freedesktop.ScreenSaver",
    "org.gnome.ScreenSaver",
    "org.mate.ScreenSaver",
    "org.xfce.ScreenSaver",
];
const BUS: &str = "org.freedesktop.DBus";

/// Listens until the thread ends. What is not there is looked for again when settings are read again.
pub(super) async fn listen(shared: Arc<Shared>, executor: Arc<Executor<'static>>, address: Option<String>) {
    loop {
        let rings = shared.wanted.rings();
        if shared.lock_on().session_lock {
            let why = match follow(&shared, &executor, address.as_deref()).await {
                Ok(()) => "the session bus ended the connection".to_owned(),
                Err(error) => format!("there is no session bus ({error})"),
            };
            shared.heard().savers = Err(why);
        }
        shared.wanted.after(rings).await;
    }
}

/// Follows until the bus ends or nothing is wanted any more.
async fn follow(
    shared: &Arc<Shared>,
    executor: &Arc<Executor<'static>>,
    address: Option<&str>,
) -> Result<(), CallError> {
    let address = match address {
        Some(address) => address.parse()?,
        None => Address::session()?,
    };
    let bus = within(ANSWER, reach(executor, &address)).await?;
    let mut signals = SelectAll::new();
    for rule in rules()? {
        let stream = async { Ok(MessageStream::for_match_rule(rule, &bus, None).await?) };
        signals.push(within(ANSWER, stream).await?);
    }
    shared.heard().savers = Ok(present(&bus).await?);
    while shared.lock_on().session_lock {
        let rings = shared.wanted.rings();
        let signal = async { Some(signals.next().await) };
        let wanted = async {
            shared.wanted.after(rings).await;
            None
        };
        match future::or(signal, wanted).await {
            None => {}
            Some(Some(Ok(message))) => take(shared, &message),
            Some(_) => break,
        }
    }
    Ok(())
}

/// The bus is asked only for signals of this name, which a session sends when it is locked or unlocked.
fn rules() -> Result<Vec<MatchRule<'static>>, zbus::Error> {
    let rule = || MatchRule::builder().msg_type(message::Type::Signal);
    let mut rules = vec![rule().member("ActiveChanged")?.build()];
    for name in SAVERS {
        let owners = rule().sender(BUS)?.interface(BUS)?.member("NameOwnerChanged")?;
        rules.push(owners.arg(0, name)?.build());
    }
    Ok(rules)
}

async fn present(bus: &Connection) -> Result<BTreeSet<String>, CallError> {
    let mut present = BTreeSet::new();
    for name in SAVERS {
        let asked = async {
            let path = "/org/freedesktop/DBus";
            let reply = bus
                .call_method(Some(BUS), path, Some(BUS), "NameHasOwner", &name)
                .await?;
            Ok(reply.body().deserialize::<bool>()?)
        };
        if within(ANSWER, asked).await? {
            present.insert(name.to_owned());
        }
    }
    Ok(present)
}

fn take(shared: &Shared, signal: &Message) {
    let header = signal.header();
    let interface = header.interface().map_or("", |name| name.as_str());
    if interface == BUS {
        if let Ok((name, _, now)) = signal.body().deserialize::<(String, String, String)>()
            && let Ok(savers) = &mut shared.heard().savers
        {
            match now.is_empty() {
                true => savers.remove(&name),
                false => savers.insert(name),
            };
        }
    } else if SAVERS.contains(&interface) && signal.body().deserialize() == Ok(true) && shared.lock_on().session_lock {
        shared.say(SessionEvent::Locked);
    }
}
