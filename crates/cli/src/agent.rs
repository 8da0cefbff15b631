use crate::failure::Failure;
use countersign_secret::Password;
use countersign_wire::{Client, Reply, Request, SocketPlace};

const PROGRAM: &str = concat!("countersign ", env!("CARGO_PKG_VERSION"));

/// Asks the agent for something that needs no secret and brings none.
pub(crate) fn ask(request: &Request) -> Result<Reply, Failure> {
    Ok(ask_with(request, &[])?.0)
}

/// Asks the agent, over a connection of its own: the user may have taken his time since the last one.
pub(crate) fn ask_with(request: &Request, secrets: &[Password]) -> Result<(Reply, Vec<Password>), Failure> {
    let mut client = Client::connect(&SocketPlace::from_environment()?, PROGRAM)?;
    Ok(client.call(request, secrets)?)
}

/// For requests whose answer is only that they were done.
pub(crate) fn tell(request: &Request, secrets: &[Password]) -> Result<(), Failure> {
    match ask_with(request, secrets)?.0 {
        Reply::Done => Ok(()),
        _ => Err(Failure::OtherAnswer),
    }
}
