//! A program of Java's own toolkit, which shows its controls to nobody.

use crate::account::LAB_NAME;
use crate::applications::trial::{Stage, Trial, Weight};
use crate::servers::{HSQLDB_JAR, Hsqldb, Verdict};
use crate::{Deadline, Process, Result, Session};

/// With what means something to shells, to programs that type, and on other keyboards.
const PASSWORD: &str = "w0rd {TAB}|\"'\\%~^";

pub(super) const HYPERSQL: Trial = Trial {
    application: "HyperSQL Database Manager",
    toolkit: "Java Swing",
    template: "org.hsqldb.DatabaseManagerSwing",
    weight: Weight::Big,
    stage: |session| {
        Ok(Box::new(Manager {
            server: Hsqldb::start(session, PASSWORD)?,
            manager: None,
        }))
    },
};

struct Manager {
    server: Hsqldb,
    manager: Option<Process>,
}

impl Stage for Manager {
    fn fields(&self) -> Vec<String> {
        vec![
            format!("username={LAB_NAME}"),
            format!("address={}", self.server.address()),
        ]
    }

    fn secret(&self) -> &str {
        PASSWORD
    }

    fn start(&mut self, session: &Session) -> Result<()> {
        let mut command = session.command("java");
        // Java asks the user database for the home folder, not the environment.
        command.arg(format!("-Duser.home={}", session.home().display()));
        command.args(["-jar", HSQLDB_JAR]);
        self.manager = Some(Process::start(
            "hsqldb-manager",
            &mut command,
            &session.log("hsqldb-manager"),
        )?);
        Ok(())
    }

    fn said(&self) -> String {
        self.manager.as_ref().map(Process::said).unwrap_or_default()
    }

    fn verdict(&mut self, _session: &Session, deadline: Deadline) -> Result<Verdict> {
        self.server.verdict(deadline)
    }
}
