//! `gpg`, which asks for the passphrase of a key through a program of the user's choice.

use std::path::{Path, PathBuf};

use crate::applications::trial::{Stage, Trial, Weight};
use crate::servers::Verdict;
use crate::{Deadline, LabError, Process, Result, Session, process};

/// With what means something to shells, to programs that type, and on other keyboards.
const PASSPHRASE: &str = "w0rd {TAB}|\"'\\%~^";

pub(super) const GTK2: Trial = Trial {
    application: "pinentry-gtk2",
    toolkit: "GTK 2",
    template: "org.gnupg.pinentry-gtk2",
    weight: Weight::Quick,
    stage: |session| stage(session, "/usr/bin/pinentry-gtk-2", Told::Key),
};

pub(super) const GNOME3: Trial = Trial {
    application: "pinentry-gnome3",
    toolkit: "GTK 3",
    template: "org.gnome.gcr-prompter",
    weight: Weight::Quick,
    stage: |session| stage(session, "/usr/bin/pinentry-gnome3", Told::Key),
};

/// It lets nobody look at it but `countersign-identify`.
pub(super) const QT: Trial = Trial {
    application: "pinentry-qt",
    toolkit: "Qt 5",
    template: "org.gnupg.pinentry-qt",
    weight: Weight::Quick,
    stage: |session| stage(session, "/usr/bin/pinentry-qt", Told::Key),
};

pub(super) const FLTK: Trial = Trial {
    application: "pinentry-fltk",
    toolkit: "FLTK",
    template: "org.gnupg.pinentry-fltk",
    weight: Weight::Quick,
    stage: |session| stage(session, "/usr/bin/pinentry-fltk", Told::Nothing),
};

/// What the window of an asking program says to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// The key.
    Key,
    /// Nothing.
    Nothing,
}

/// A real key that is to sign something.
struct Signature {
    key: String,
    folder: PathBuf,
    told: Told,
    status: PathBuf,
    gpg: Option<Process>,
}

fn stage(session: &Session, program: &str, told: Told) -> Result<Box<dyn Stage>> {
    // Each with an agent of its own, which forgets at once what it was told: it is to ask.
    let name = Path::new(program).file_name().unwrap_or_default();
    let folder = session.folder().join(name);
    let settings = format!("pinentry-program {program}\ndefault-cache-ttl 0\nmax-cache-ttl 0\n");
    session.write(&folder.join("gpg-agent.conf"), &settings)?;
    let gpg = |program: &str| {
        let mut command = session.command(program);
        command.env("GNUPGHOME", &folder);
        command
    };
    let passphrase = session.home().join("passphrase");
    session.write(&passphrase, PASSPHRASE)?;
    let mut make = gpg("gpg");
    make.args(["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase-file"])
        .arg(&passphrase);
    process::output(make.args([
        "--quick-generate-key",
        "Demo <demo@example.org>",
        "ed25519",
        "sign",
        "never",
    ]))?;
    let listed = process::output(gpg("gpg").args(["--list-keys", "--with-colons"]))?;
    let key = listed
        .lines()
        .find_map(|line| line.strip_prefix("pub:")?.split(':').nth(3));
    Ok(Box::new(Signature {
        key: key.map(str::to_owned).ok_or_else(|| LabError::Tool {
            program: "gpg".to_owned(),
            message: format!("it made no key; it lists:\n{listed}"),
        })?,
        told,
        folder,
        status: session.log("gpg-status"),
        gpg: None,
    }))
}

impl Stage for Signature {
    fn fields(&self) -> Vec<String> {
        match self.told {
            Told::Key => vec![format!("key={}", self.key)],
            Told::Nothing => Vec::new(),
        }
    }

    fn secret(&self) -> &str {
        PASSPHRASE
    }

    fn start(&mut self, session: &Session) -> Result<()> {
        let letter = session.home().join("letter.txt");
        session.write(&letter, "Countersign\n")?;
        let mut command = session.command("gpg");
        command.env("GNUPGHOME", &self.folder);
        command.args(["--batch", "--yes", "--status-file"]).arg(&self.status);
        command
            .args(["--detach-sign", "--output"])
            .arg(session.home().join("letter.sig"))
            .arg(letter);
        self.gpg = Some(Process::start("gpg", &mut command, &session.log("gpg"))?);
        Ok(())
    }

    fn said(&self) -> String {
        let said = self.gpg.as_ref().map(Process::said).unwrap_or_default();
        said + &process::read_lossy(&self.status)
    }

    fn verdict(&mut self, session: &Session, deadline: Deadline) -> Result<Verdict> {
        let Some(gpg) = &mut self.gpg else {
            return Err(deadline.late("gpg's start", ""));
        };
        let ended = gpg.wait(deadline)?;
        let said = process::read_lossy(&self.status) + &gpg.said();
        if !ended.success() {
            return Ok(Verdict::Refused(said));
        }
        let (letter, signature) = (session.home().join("letter.txt"), session.home().join("letter.sig"));
        let mut verify = session.command("gpg");
        verify.env("GNUPGHOME", &self.folder);
        verify
            .args(["--batch", "--quiet", "--status-fd", "1", "--verify"])
            .arg(signature)
            .arg(letter);
        let verified = process::output(&mut verify)?;
        let line = verified
            .lines()
            .find(|line| line.contains("GOODSIG"))
            .unwrap_or("no good signature");
        Ok(if line.contains(&self.key) {
            Verdict::Accepted(line.to_owned())
        } else {
            Verdict::Refused(line.to_owned())
        })
    }
}
