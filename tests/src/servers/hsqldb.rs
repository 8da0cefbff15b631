use crate::account::LAB_NAME;
use crate::servers::{Port, Unread, Verdict};
use crate::{Deadline, Process, Result, Session};

/// Debian's HyperSQL: server, driver and database manager.
pub const JAR: &str = "/usr/share/java/hsqldb.jar";

/// A real HyperSQL server with a database in memory that lets in `demo` by password.
#[derive(Debug)]
pub struct Hsqldb {
    process: Process,
    port: Port,
    unread: Unread,
}

impl Hsqldb {
    /// Starts it and waits until it listens. The password stands in a file of Java's properties: no `;` in it.
    pub fn start(session: &Session, password: &str) -> Result<Self> {
        let port = Port::claim()?;
        let file = session.folder().join("hsqldb/server.properties");
        let password = password.replace('\\', "\\\\");
        let properties = format!(
            "server.database.0=mem:laboratory;user={LAB_NAME};password={password}\nserver.dbname.0=laboratory\n\
             server.address=127.0.0.1\nserver.port={}\nserver.silent=false\nserver.remote_open=false\n",
            port.number()
        );
        session.write(&file, &properties)?;
        let mut command = session.command("java");
        command
            .args(["-cp", JAR, "org.hsqldb.server.Server", "--props"])
            .arg(&file);
        let mut process = Process::start("hsqldb", &mut command, &session.log("hsqldb"))?;
        let deadline = Deadline::seconds(60);
        while !process.said().contains("is online on port") {
            process.must_run()?;
            if deadline.is_over() {
                return Err(deadline.late("HyperSQL's start", &process.said()));
            }
            deadline.pause();
        }
        Ok(Self {
            process,
            port,
            unread: Unread::default(),
        })
    }

    /// What clients connect to.
    #[must_use]
    pub fn address(&self) -> String {
        format!("jdbc:hsqldb:hsql://127.0.0.1:{}/laboratory", self.port.number())
    }

    /// What it decides next about a password. Of a refusal its log says nothing: that is the end of the deadline.
    pub fn verdict(&mut self, deadline: Deadline) -> Result<Verdict> {
        let (process, unread) = (&self.process, &mut self.unread);
        deadline
            .find(|| unread.next(&process.said(), judge))
            .ok_or_else(|| deadline.late("HyperSQL's verdict", &process.said()))
    }
}

fn judge(line: &str) -> Option<Verdict> {
    line.contains(&format!("Connected user '{LAB_NAME}'"))
        .then(|| Verdict::Accepted(line.to_owned()))
}
