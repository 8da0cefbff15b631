//! Password exits are tried on the client's thread: each may take seconds.

use super::Front;
use crate::exits::check_of;
use crate::message::{Call, Message};
use countersign_wire::{Answer, ErrorReply, Reply, Request};

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
        Ok(Reply::Doctor(checks).into())
    }
}
