//! VNC viewers, and the server they show.

use std::net::{Ipv4Addr, TcpStream};

use crate::applications::trial::{Stage, Trial, Weight};
use crate::servers::{Port, Unread, Verdict};
use crate::{Deadline, Process, Result, Session, process};

/// VNC knows no more than eight characters.
const PASSWORD: &str = "w0rd{T}|";

pub(super) const TIGER: Trial = Trial {
    application: "TigerVNC viewer",
    toolkit: "FLTK",
    template: "org.tigervnc.vncviewer",
    weight: Weight::Quick,
    stage: |session| Ok(Box::new(Viewer::stage(session)?)),
};

/// A real Xvnc on a display of its own, and a viewer that asks for its password.
struct Viewer {
    server: Process,
    port: Port,
    unread: Unread,
    viewer: Option<Process>,
}

impl Viewer {
    fn stage(session: &Session) -> Result<Self> {
        let port = Port::claim()?;
        let file = session.home().join("vnc-password");
        session.write(&file, "")?;
        let mut make = session.command("sh");
        make.args(["-c", r#"printf '%s\n' "$0" | tigervncpasswd -f > "$1""#, PASSWORD])
            .arg(&file);
        process::output(&mut make)?;
        let mut command = session.command("Xtigervnc");
        // The display's number stands for nothing here: nobody connects to it. It must only be free.
        command.args([&format!(":{}", port.number()), "-rfbport", &port.number().to_string()]);
        command.args(["-localhost", "-geometry", "320x200", "-nolisten", "tcp"]);
        command.args(["-SecurityTypes", "VncAuth", "-PasswordFile"]).arg(&file);
        command.args(["-Log", "*:stderr:100"]);
        let mut server = Process::start("Xtigervnc", &mut command, &session.log("xvnc"))?;
        let deadline = Deadline::seconds(20);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port.number())).is_err() {
            server.must_run()?;
            if deadline.is_over() {
                return Err(deadline.late("Xvnc's answer", &server.said()));
            }
            deadline.pause();
        }
        Ok(Self {
            server,
            port,
            unread: Unread::default(),
            viewer: None,
        })
    }
}

impl Stage for Viewer {
    fn fields(&self) -> Vec<String> {
        Vec::new()
    }

    fn secret(&self) -> &str {
        PASSWORD
    }

    fn start(&mut self, session: &Session) -> Result<()> {
        let address = format!("127.0.0.1::{}", self.port.number());
        self.viewer = Some(session.spawn("xtigervncviewer", &[&address])?);
        Ok(())
    }

    fn verdict(&mut self, _session: &Session, deadline: Deadline) -> Result<Verdict> {
        let (server, unread) = (&self.server, &mut self.unread);
        deadline
            .find(|| unread.next(&server.said(), judge))
            .ok_or_else(|| deadline.late("Xvnc's verdict", &format!("; it said: {}", server.said())))
    }
}

fn judge(line: &str) -> Option<Verdict> {
    if line.contains("authentication failed") || line.contains("Authentication failure") {
        Some(Verdict::Refused(line.trim().to_owned()))
    } else if line.contains("Server default pixel format") || line.contains("Client pixel format") {
        Some(Verdict::Accepted(line.trim().to_owned()))
    } else {
        None
    }
}
