use crate::{ErrorCode, ErrorReply};
use serde::{Deserialize, Serialize};

/// The version of the messages. Frames stay as they are, so that a hello and its answer can always be read.
pub const PROTOCOL: u32 = 1;

/// The first message of a client. Later versions may add to it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Greeting {
    Hello(Introduction),
}

/// The answer to it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Welcome {
    Welcome(Introduction),
    Error(ErrorReply),
}

/// Who speaks, and which version.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Introduction {
    pub(crate) protocol: u32,
    pub(crate) program: String,
}

impl Introduction {
    pub(crate) fn new(program: &str) -> Self {
        Self {
            protocol: PROTOCOL,
            program: program.to_owned(),
        }
    }
}

/// The agent's answer to a first message.
pub(crate) fn greet(header: &[u8], program: &str) -> Welcome {
    match serde_json::from_slice(header) {
        Ok(Greeting::Hello(client)) if client.protocol == PROTOCOL => Welcome::Welcome(Introduction::new(program)),
        Ok(Greeting::Hello(client)) => Welcome::Error(
            ErrorReply::new(
                ErrorCode::Protocol,
                format!(
                    "{program} speaks protocol {PROTOCOL}, {} speaks {}",
                    shortened(&client.program),
                    client.protocol
                ),
            )
            .next("update the older of the two, then restart the agent"),
        ),
        Err(_) => Welcome::Error(
            ErrorReply::new(ErrorCode::Protocol, "the first message is not a hello")
                .next("use a Countersign client of the agent's version"),
        ),
    }
}

fn shortened(program: &str) -> String {
    program.chars().filter(|c| !c.is_control()).take(60).collect()
}
