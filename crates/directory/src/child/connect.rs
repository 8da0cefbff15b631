//! A connection, verified before anything is said on it.

use crate::tls;
use countersign_directory::ldap::protocol::{Bind, Code, Server};
use ldap3::controls::RawControl;
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, LdapResult, StdStream};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

/// How something ended, and what there is to say about it.
pub(crate) type Ended = (Code, String);

/// An open connection.
pub(crate) struct Connection {
    pub(crate) ldap: Ldap,
    pub(crate) patience: Duration,
    pub(crate) whole: Duration,
    host: String,
}

/// After so many seconds without traffic the server is asked whether it is still there, and again after so many.
const KEEPALIVE: (u64, u64) = (30, 10);
const PASSWORD_POLICY: &str = "1.3.6.1.4.1.42.2.27.8.5.1";

/// Connects, with TLS, within the time the server may take.
pub(crate) async fn to(server: &Server) -> Result<Connection, Ended> {
    let patience = Duration::from_millis(server.connect_ms.into());
    match timeout(patience, within(server, patience)).await {
        Ok(made) => made,
        Err(_) => Err((Code::Late, "it does not answer".to_owned())),
    }
}

async fn within(server: &Server, patience: Duration) -> Result<Connection, Ended> {
    let wrong = |why: &str| (Code::Unable, why.to_owned());
    let url =
        Url::parse(&server.url).map_err(|_| wrong("its address is none; write ldaps://host or ldaps://host:port"))?;
    let start_tls = match url.scheme() {
        "ldaps" => false,
        "ldap" => true,
        _ => return Err(wrong("its address begins with neither ldaps:// nor ldap://")),
    };
    let host = url.host_str().unwrap_or_default().to_owned();
    let port = url.port().unwrap_or(if start_tls { 389 } else { 636 });
    let config = tls::configuration(server).map_err(|why| (Code::Tls, why))?;
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((bare, port)).await.map_err(|error| lost(&error))?;
    let stream = prepared(stream).map_err(|error| lost(&error))?;
    let settings = LdapConnSettings::new()
        .set_conn_timeout(patience)
        .set_config(config)
        .set_starttls(start_tls)
        .set_std_stream(StdStream::Tcp(stream));
    let (connection, ldap) =
        LdapConnAsync::from_url_with_settings(settings, &url)
            .await
            .map_err(|error| match error {
                LdapError::LdapResult { result } => {
                    let why = "it does not do StartTLS, and nothing is said to it in the clear; use ldaps://";
                    (Code::Tls, format!("{why} (result {})", result.rc))
                }
                other => fault(&other),
            })?;
    tokio::spawn(async move {
        // Why it ended is seen by whatever waits for an answer.
        let _ = connection.drive().await;
    });
    Ok(Connection {
        ldap,
        patience: Duration::from_millis(server.operation_ms.into()),
        whole: Duration::from_millis(server.exchange_ms.into()),
        host,
    })
}

fn prepared(stream: TcpStream) -> std::io::Result<std::net::TcpStream> {
    use rustix::net::sockopt;
    let stream = stream.into_std()?;
    let (idle, again) = KEEPALIVE;
    sockopt::set_socket_keepalive(&stream, true)?;
    sockopt::set_tcp_keepidle(&stream, Duration::from_secs(idle))?;
    sockopt::set_tcp_keepintvl(&stream, Duration::from_secs(again))?;
    sockopt::set_tcp_nodelay(&stream, true)?;
    Ok(stream)
}

/// Binds, once.
pub(crate) async fn bind(connection: &mut Connection, bind: Bind) -> Ended {
    let patience = connection.patience;
    let bound = async {
        match bind {
            Bind::Simple { name, password } => {
                let Ok(password) = std::str::from_utf8(&password) else {
                    return Err((Code::Unable, "the password is no text".to_owned()));
                };
                // An empty password is no authentication (RFC 4513, section 5.1.2), and servers take it as success.
                if password.is_empty() || name.is_empty() {
                    return Err((Code::Result(49), "there is no name or no password".to_owned()));
                }
                let control = RawControl {
                    ctype: PASSWORD_POLICY.to_owned(),
                    crit: false,
                    val: None,
                };
                let bound = connection.ldap.with_controls(control).simple_bind(&name, password);
                bound.await.map_err(|error| fault(&error))
            }
            Bind::Kerberos => kerberos(connection).await,
            Bind::External => connection
                .ldap
                .sasl_external_bind()
                .await
                .map_err(|error| fault(&error)),
        }
    };
    match timeout(patience, bound).await {
        Ok(Ok(result)) => refused(&result),
        Ok(Err(ended)) => ended,
        Err(_) => (Code::Late, "it does not answer a bind".to_owned()),
    }
}

#[cfg(feature = "gssapi")]
async fn kerberos(connection: &mut Connection) -> Result<LdapResult, Ended> {
    let host = connection.host.clone();
    let bound = connection.ldap.sasl_gssapi_bind(&host).await;
    bound.map_err(|error| match error {
        LdapError::Io { .. } | LdapError::ResultRecv { .. } | LdapError::OpSend { .. } => fault(&error),
        other => (Code::Unable, format!("Kerberos: {other}")),
    })
}

#[cfg(not(feature = "gssapi"))]
#[expect(clippy::unused_async, reason = "as the one with Kerberos")]
async fn kerberos(connection: &mut Connection) -> Result<LdapResult, Ended> {
    let why = format!("this build has no Kerberos for {}", connection.host);
    Err((Code::Unable, why))
}

fn refused(result: &LdapResult) -> Ended {
    let policy = result.ctrls.iter().find(|control| control.1.ctype == PASSWORD_POLICY);
    let policy = policy.and_then(|control| crate::entry::policy_error(control.1.val.as_deref()?));
    match (result.rc, policy) {
        (0, _) => (Code::Result(0), String::new()),
        (_, Some(error)) => (Code::Policy(error), result.text.clone()),
        (code, None) => (Code::Result(code), result.text.clone()),
    }
}

fn lost(error: &std::io::Error) -> Ended {
    let why = match error.kind() {
        std::io::ErrorKind::ConnectionRefused => "nobody listens there".to_owned(),
        std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::ConnectionReset => {
            "it closed the connection".to_owned()
        }
        _ => error.to_string(),
    };
    (Code::Lost, why)
}

/// What an error of the library means.
pub(crate) fn fault(error: &LdapError) -> Ended {
    match error {
        LdapError::Io { source } => {
            let distrusted = source.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
            match distrusted {
                Some(why) => (Code::Tls, tls::distrust(why)),
                None => lost(source),
            }
        }
        LdapError::Timeout { .. } => (Code::Late, "it does not answer".to_owned()),
        LdapError::LdapResult { result } => (Code::Result(result.rc), result.text.clone()),
        LdapError::ResultRecv { .. }
        | LdapError::OpSend { .. }
        | LdapError::EndOfStream
        | LdapError::IdScrubSend { .. } => (Code::Lost, "the connection was lost".to_owned()),
        other => (Code::Garbled, other.to_string()),
    }
}
