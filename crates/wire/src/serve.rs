use crate::{AcceptError, Answer, Connection, ConnectionError, Listener, Peer, Request};
use countersign_secret::Password;
use std::sync::Arc;

/// Why serving ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A thread for a client could not be started.
    #[error("the agent cannot start a thread: {0}; end some programs")]
    Thread(std::io::Error),
}

/// What the agent does with requests. Called on the client's own thread, for several clients at once.
pub trait Handler: Send + Sync + 'static {
    /// The agent's name and version, for the hello.
    fn program(&self) -> String;

    /// Answers a request. `secrets` are as many as [`Request::secrets`] says, in its order.
    fn handle(&self, peer: Peer, request: Request, secrets: Vec<Password>) -> Answer;

    /// Told of connections that were turned away or broke, for the log.
    fn trouble(&self, trouble: Trouble<'_>) {
        let _ = trouble;
    }
}

/// A connection that did not go as it should.
#[derive(Debug)]
pub enum Trouble<'a> {
    /// It never began.
    Accept(&'a AcceptError),
    /// It broke.
    Connection(Peer, &'a ConnectionError),
}

/// Serves clients, each on a thread of its own, until the listener's [`crate::Stopper`] stops it.
///
/// # Errors
/// Only when nothing can be served any more.
pub fn serve(listener: &Listener, handler: &Arc<impl Handler>) -> Result<(), ServeError> {
    let mut refused = 0_u32;
    loop {
        match listener.accept() {
            Ok(connection) => {
                let handler = Arc::clone(handler);
                let started = std::thread::Builder::new()
                    .name("client".to_owned())
                    .spawn(move || attend(&connection, handler.as_ref()));
                match started {
                    Ok(_) => refused = 0,
                    // The connection is closed; a few of these are a busy machine, many a broken one.
                    Err(error) if refused > 100 => return Err(ServeError::Thread(error)),
                    Err(_) => {
                        refused += 1;
                        listener.rest();
                    }
                }
            }
            Err(AcceptError::Stopped) => return Ok(()),
            Err(error) => {
                handler.trouble(Trouble::Accept(&error));
                if matches!(error, AcceptError::System(_)) {
                    listener.rest();
                }
            }
        }
    }
}

fn attend(connection: &Connection, handler: &impl Handler) {
    let talk = || {
        connection.greet(&handler.program())?;
        while let Some((request, secrets)) = connection.receive()? {
            let answer = handler.handle(connection.peer(), request, secrets);
            connection.answer(&answer)?;
        }
        Ok(())
    };
    if let Err(error) = talk() {
        handler.trouble(Trouble::Connection(connection.peer(), &error));
    }
}
