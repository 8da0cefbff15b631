//! `countersign-directory`: speaks LDAP for the agent, in a process of its own.
//!
//! The LDAP library parses what a server sends before anybody can look at it, and a server can make it panic, abort or grow
//! (`docs/threat-model.md`). Here that ends this process, which is a lost connection for the agent. It is started for an exchange,
//! gone after it, may use a bounded amount of memory, and speaks on its standard input only.

mod connect;
mod entry;
mod operate;
mod speech;
mod tls;

use countersign_directory::ldap::protocol::{Answer, Code, Request};
use countersign_secret::{ZeroOnFree, harden_process};
use rustix::process::{Resource, Rlimit, setrlimit};
use speech::Speech;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: ZeroOnFree = ZeroOnFree;

/// The memory this process may have: four times what 10,000 objects of 4 KiB need.
const MEMORY: u64 = 512 << 20;

fn main() -> ExitCode {
    let limit = |most| Rlimit {
        current: Some(most),
        maximum: Some(most),
    };
    let bounded = setrlimit(Resource::As, limit(MEMORY)).and_then(|()| setrlimit(Resource::Core, limit(0)));
    if harden_process().is_err() || bounded.is_err() {
        return ExitCode::FAILURE;
    }
    // A panic is a lost connection, not a message to anybody.
    std::panic::set_hook(Box::new(|_| {}));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.map(|runtime| runtime.block_on(serve())) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(_)) | Err(_) => ExitCode::FAILURE,
    }
}

/// Answers until the parent is gone.
async fn serve() -> std::io::Result<()> {
    let mut speech = Speech::over_stdin()?;
    let mut connection = None;
    while let Some(request) = speech.hear().await? {
        match (request, &mut connection) {
            (Request::Connect(server), _) => {
                connection = None;
                let (code, text) = match connect::to(&server).await {
                    Ok(made) => {
                        connection = Some(made);
                        (Code::Result(0), String::new())
                    }
                    Err(fault) => fault,
                };
                speech.say(&Answer::Done { of: 0, code, text }).await?;
            }
            (Request::Bind(bind), Some(connection)) => {
                let (code, text) = connect::bind(connection, bind).await;
                speech.say(&Answer::Done { of: 0, code, text }).await?;
            }
            (Request::Run(operations), Some(connection)) => operate::run(connection, operations, &speech).await?,
            (Request::Bind(_) | Request::Run(_), None) => {
                let (code, text) = (Code::Lost, "there is no connection".to_owned());
                speech.say(&Answer::Done { of: 0, code, text }).await?;
                speech.say(&Answer::End).await?;
            }
        }
        speech.flush().await?;
    }
    Ok(())
}
