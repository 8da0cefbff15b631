//! Sockets of buses and applications.

use super::CallError;
use async_executor::Executor;
use futures_lite::future;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect, socket_with};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use zbus::address::transport::{Transport, UnixSocket};
use zbus::connection::Builder;
use zbus::{Address, Connection};

/// Connects to a local socket without blocking: a program that is stopped with a full backlog gives an error, not a wait.
pub(crate) fn dial(address: &Address) -> Result<UnixStream, CallError> {
    let failed = |error: rustix::io::Errno| CallError::Failed(error.to_string());
    let Transport::Unix(unix) = address.transport() else {
        return Err(CallError::Absent("a local socket".to_owned()));
    };
    let place = match unix.path() {
        UnixSocket::File(path) => SocketAddrUnix::new(path.as_path()),
        UnixSocket::Abstract(name) => SocketAddrUnix::new_abstract_name(name.as_bytes()),
        _ => return Err(CallError::Absent("a socket to connect to".to_owned())),
    };
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None).map_err(failed)?;
    connect(&socket, &place.map_err(failed)?).map_err(failed)?;
    Ok(UnixStream::from(socket))
}

/// Connects to a bus.
pub(crate) async fn reach(executor: &Arc<Executor<'static>>, address: &Address) -> Result<Connection, CallError> {
    open(executor, Builder::async_io_unix_stream(dial(address)?)).await
}

/// Builds a connection that runs on our executor, not on a thread of its own.
pub(crate) async fn open(executor: &Arc<Executor<'static>>, builder: Builder<'_>) -> Result<Connection, CallError> {
    let connection = builder.internal_executor(false).build().await?;
    let work = connection.executor().clone();
    let held = connection.clone();
    executor
        .spawn(async move {
            future::or(held.closed(), async {
                loop {
                    work.tick().await;
                }
            })
            .await;
        })
        .detach();
    Ok(connection)
}
