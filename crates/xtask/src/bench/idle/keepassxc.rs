//! KeePassXC with as many entries, unlocked, its window open.

use std::process::Stdio;

use countersign_tests::process::output;
use countersign_tests::{Deadline, Process, Session};

use crate::bench::BenchError;

/// A running KeePassXC.
#[derive(Debug)]
pub struct KeePassXc(Process);

impl KeePassXc {
    /// Imports a database of `entries` entries and starts KeePassXC on it, unlocked by its password.
    pub fn start(session: &Session, entries: usize) -> Result<Self, BenchError> {
        const PASSWORD: &str = "bench-database-Kp41xQe";
        let folder = session.home().join("keepassxc");
        let config = folder.join("keepassxc.ini");
        session.write(
            &config,
            "[General]\nConfigVersion=2\nUpdateCheckMessageShown=true\n\n[GUI]\nCheckForUpdates=false\n\n\
             [Security]\nLockDatabaseIdle=false\n",
        )?;
        session.write(&folder.join("run/.keep"), "")?;
        let source = folder.join("entries.xml");
        session.write(&source, &xml(entries))?;
        let database = folder.join("d.kdbx");
        let password = folder.join("password");
        session.write(&password, &format!("{PASSWORD}\n{PASSWORD}\n"))?;
        let asked = |path: &std::path::Path| {
            std::fs::File::open(path).map_err(|source| BenchError::File {
                path: path.to_owned(),
                source,
            })
        };
        let mut import = session.command("keepassxc-cli");
        import.args(["import", "--set-password"]).arg(&source).arg(&database);
        let made = import
            .stdin(asked(&password)?)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .output();
        let made = made.map_err(|source| BenchError::File {
            path: "keepassxc-cli".into(),
            source,
        })?;
        if !made.status.success() {
            let why = String::from_utf8_lossy(&made.stderr).trim().to_owned();
            return Err(BenchError::NotReady { who: "KeePassXC", why });
        }
        // What was asked for is what is there.
        let mut list = session.command("sh");
        list.args([
            "-c",
            "keepassxc-cli ls -R -f \"$1\" < \"$2\" | grep -c 'Application'",
            "sh",
        ]);
        let counted = output(list.arg(&database).arg(&password))?;
        if counted.trim() != entries.to_string() {
            let why = format!("{} entries instead of {entries}", counted.trim());
            return Err(BenchError::NotReady { who: "KeePassXC", why });
        }
        let mut command = session.command("sh");
        command
            .env("XDG_RUNTIME_DIR", folder.join("run"))
            .env("TMPDIR", folder.join("run"));
        command.args([
            "-c",
            "exec keepassxc --pw-stdin --config \"$1\" --localconfig \"$2\" \"$3\" < \"$4\"",
            "sh",
        ]);
        command
            .arg(&config)
            .arg(folder.join("local.ini"))
            .arg(&database)
            .arg(&password);
        let process = Process::start("keepassxc", &mut command, &session.log("keepassxc"))?;
        let shown = |seen: &countersign_tests::window::Seen| {
            seen.pid == Some(process.id()) && seen.title.ends_with(" - KeePassXC") && !seen.title.contains("[Locked]")
        };
        session
            .screen()?
            .wait_for_window("KeePassXC's unlocked database", Deadline::seconds(60), shown)?;
        Ok(Self(process))
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

/// KeePass 2's own XML, as `keepassxc-cli import` reads it.
fn xml(entries: usize) -> String {
    let string = |key: &str, value: &str| format!("<String><Key>{key}</Key><Value>{value}</Value></String>");
    let entry = |number: usize| {
        format!(
            "<Entry><UUID>{}</UUID>{}{}{}</Entry>\n",
            uuid(number),
            string("Title", &format!("Application {number}")),
            string("UserName", &format!("user{number}")),
            string("Password", &format!("Secret-{number}-Zq97xWu"))
        )
    };
    let entries: String = (1..=entries).map(entry).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<KeePassFile><Meta><Generator>countersign</Generator></Meta><Root><Group>\
         <UUID>{}</UUID><Name>Root</Name>\n{entries}</Group></Root></KeePassFile>\n",
        uuid(0)
    )
}

/// Sixteen bytes in base64: digits are valid base64, and an `A` at the end leaves no bits over.
fn uuid(number: usize) -> String {
    format!("{number:021}A==")
}
