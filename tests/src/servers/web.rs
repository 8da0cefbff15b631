use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use crate::servers::{Verdict, base64};
use crate::{Deadline, LabError, Result};

/// A page on loopback that wants a name and a password (HTTP basic authentication).
///
/// It serves one request after the other, as long as the program runs.
#[derive(Debug)]
pub struct Web {
    port: u16,
    answers: Arc<Mutex<Vec<Verdict>>>,
    seen: usize,
}

impl Web {
    /// Listens for this user.
    pub fn start(user: &str, password: &str) -> Result<Self> {
        let error = |source| LabError::File {
            action: "listen on",
            path: "127.0.0.1".into(),
            source,
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(error)?;
        let port = listener.local_addr().map_err(error)?.port();
        let answers = Arc::new(Mutex::new(Vec::new()));
        let wanted = format!("Basic {}", base64(format!("{user}:{password}").as_bytes()));
        let (told, user) = (Arc::clone(&answers), user.to_owned());
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let _a_client_may_leave = answer(&client, &wanted, &user, &told);
            }
        });
        Ok(Self { port, answers, seen: 0 })
    }

    /// Where the page is.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it decides next about a password, accepted or refused.
    pub fn verdict(&mut self, deadline: Deadline) -> Result<Verdict> {
        let next = || {
            self.answers
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get(self.seen)
                .cloned()
        };
        let verdict = deadline
            .find(next)
            .ok_or_else(|| deadline.late("a request with a password", ""))?;
        self.seen += 1;
        Ok(verdict)
    }
}

fn answer(client: &TcpStream, wanted: &str, user: &str, told: &Mutex<Vec<Verdict>>) -> std::io::Result<()> {
    let (mut request, mut given) = (String::new(), None);
    for line in BufReader::new(client).lines() {
        let line = line?;
        if line.is_empty() {
            break;
        }
        match line.split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("authorization") => given = Some(value.to_owned()),
            None if request.is_empty() => request = line,
            _ => {}
        }
    }
    let right = given.as_deref() == Some(wanted);
    let verdict = match (given.is_some(), right) {
        (true, true) => Some(Verdict::Accepted(format!(
            "{request}: 200, the user is {user}, the password is his"
        ))),
        (true, false) => Some(Verdict::Refused(format!("{request}: 401, not {user}'s password"))),
        (false, _) => None,
    };
    let (status, text) = if right {
        ("200 OK", "Welcome.")
    } else {
        ("401 Unauthorized", "Who are you?")
    };
    write!(
        &*client,
        "HTTP/1.1 {status}\r\nWWW-Authenticate: Basic realm=\"Laboratory\"\r\nContent-Type: text/plain\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    )?;
    if let Some(verdict) = verdict {
        told.lock().unwrap_or_else(PoisonError::into_inner).push(verdict);
    }
    Ok(())
}
