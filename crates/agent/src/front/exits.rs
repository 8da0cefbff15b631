//! What is asked on the client's thread because it may take seconds: password exits, and the desktop's notification service.

use super::Front;
use crate::exits::check_of;
use crate::message::{Call, Message};
use countersign_tray::{NoService, notification_service};
use countersign_wire::{Answer, Check, CheckResult, ErrorReply, Reply, Request};

impl Front {
    /// Which exits there are, and whether each can be loaded.
    pub(super) fn examine_exits(&self) -> Result<Answer, ErrorReply> {
        Ok(Reply::Exits(self.ask(Message::Exits)?.examine()).into())
    }

    /// What the engine sees, and then the exits.
    pub(super) fn doctor(&self) -> Result<Answer, ErrorReply> {
        let looked: Answer = self.ask(|reply| {
            Message::Call(Call {
                request: Request::Doctor,
                secrets: Vec::new(),
                reply,
            })
        })?;
        let Reply::Doctor(mut checks) = looked.reply else {
            return Ok(looked);
        };
        let exits = self.ask(Message::Exits)?.examine();
        checks.extend(exits.into_iter().map(check_of));
        checks.push(check_notifications());
        Ok(Reply::Doctor(checks).into())
    }
}

fn check_notifications() -> Check {
    let name = "notifications".to_owned();
    match notification_service() {
        Ok(service) => Check {
            name,
            result: CheckResult::Good,
            found: format!("shown by {service}"),
            next: None,
        },
        Err(missing) => Check {
            name,
            result: CheckResult::Warning,
            found: match missing {
                NoService::Absent => "nothing on this desktop shows them".to_owned(),
                NoService::Failed(why) => format!("there are none: {why}"),
            },
            next: Some(
                "install a notification service (Debian: xfce4-notifyd, dunst or notification-daemon); `countersign status` and `countersign why` say the same"
                    .to_owned(),
            ),
        },
    }
}
