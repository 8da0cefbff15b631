//! Viewers of encrypted documents, and what they show once they can read them.

use std::path::{Path, PathBuf};

use crate::accessible::Bus;
use crate::applications::trial::{Stage, Trial, Weight};
use crate::servers::Verdict;
use crate::{Deadline, LabError, Process, Result, Session, process};

/// What it takes to read the documents: with what means something to shells, to programs that type, and on other keyboards.
const PASSWORD: &str = "w0rd {TAB}|\"'\\%~^";
/// What a safe holds, and nobody can know who has not opened it.
const ENTRY: &str = "Laboratory entry";

pub(super) const QPDFVIEW: Trial = Trial {
    application: "qpdfview",
    toolkit: "Qt 5",
    template: "net.launchpad.qpdfview",
    weight: Weight::Quick,
    stage: |session| {
        let fields = vec!["document=letter".to_owned()];
        stage(
            "qpdfview",
            vec![letter(session)?],
            fields,
            Proof::Title("letter - qpdfview"),
        )
    },
};

pub(super) const XPDF: Trial = Trial {
    application: "Xpdf",
    toolkit: "Motif",
    template: "com.xpdfreader.xpdf",
    weight: Weight::Quick,
    stage: |session| {
        stage(
            "xpdf",
            vec![letter(session)?],
            Vec::new(),
            Proof::Title("Xpdf: *letter.pdf"),
        )
    },
};

/// Not the one of the other reader of safes: both are on one desktop in the laboratory.
const SECRETS_SAFE: &str = "secrets.kdbx";

pub(super) const SECRETS: Trial = Trial {
    application: "Secrets",
    toolkit: "GTK 4",
    template: "org.gnome.World.Secrets",
    weight: Weight::Big,
    stage: |session| {
        let fields = vec![format!("safe={SECRETS_SAFE}")];
        stage(
            "secrets",
            vec![safe(session, SECRETS_SAFE)?],
            fields,
            Proof::Text(ENTRY),
        )
    },
};

/// It lets nobody look at it but `countersign-identify`.
pub(super) const KEEPASSXC: Trial = Trial {
    application: "KeePassXC",
    toolkit: "Qt 5",
    template: "org.keepassxc.KeePassXC",
    weight: Weight::Quick,
    stage: |session| {
        let fields = vec!["database=laboratory.kdbx".to_owned()];
        let settings = session.home().join("keepassxc.ini");
        // Nothing is asked but the password.
        let quiet = "[General]\nConfigVersion=2\nUpdateCheckMessageShown=true\n\n[GUI]\nCheckForUpdates=false\n";
        session.write(&settings, quiet)?;
        let words = vec!["--config".into(), settings, safe(session, "laboratory.kdbx")?];
        stage("keepassxc", words, fields, Proof::Title("*laboratory.kdbx - KeePassXC"))
    },
};

/// What is only there once the document is decrypted.
#[derive(Debug, Clone, Copy)]
enum Proof {
    /// A window of this title, in which `*` stands for anything.
    Title(&'static str),
    /// A control with this text or name.
    Text(&'static str),
}

/// An encrypted document, and the program that shows it.
struct Document {
    program: &'static str,
    words: Vec<PathBuf>,
    fields: Vec<String>,
    proof: Proof,
    viewer: Option<Process>,
}

fn stage(program: &'static str, words: Vec<PathBuf>, fields: Vec<String>, proof: Proof) -> Result<Box<dyn Stage>> {
    Ok(Box::new(Document {
        program,
        words,
        fields,
        proof,
        viewer: None,
    }))
}

impl Stage for Document {
    fn fields(&self) -> Vec<String> {
        self.fields.clone()
    }

    fn secret(&self) -> &str {
        PASSWORD
    }

    fn start(&mut self, session: &Session) -> Result<()> {
        let words: Vec<_> = self.words.iter().map(|word| word.display().to_string()).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.viewer = Some(session.spawn(self.program, &words)?);
        Ok(())
    }

    fn verdict(&mut self, session: &Session, deadline: Deadline) -> Result<Verdict> {
        let shown = match self.proof {
            Proof::Title(title) => {
                let (before, after) = title.split_once('*').unwrap_or((title, ""));
                let seen = session.screen()?.wait_for_window(title, deadline, |seen| {
                    seen.title.starts_with(before) && seen.title.ends_with(after)
                })?;
                format!("the window \u{201c}{}\u{201d}", seen.title)
            }
            Proof::Text(text) => {
                let pid = self.viewer.as_ref().map(Process::id).unwrap_or_default();
                let bus = Bus::of(session)?;
                bus.wait_for_application(pid, deadline)?;
                bus.wait_for_node(pid, text, deadline, |node| {
                    node.name == text || node.text.as_deref() == Some(text)
                })?;
                format!("the decrypted \u{201c}{text}\u{201d}")
            }
        };
        Ok(Verdict::Accepted(format!("{} shows {shown}", self.program)))
    }
}

/// A page that cannot be read without [`PASSWORD`] (AES-256).
fn letter(session: &Session) -> Result<PathBuf> {
    let (plain, file) = (session.home().join("plain.pdf"), session.home().join("letter.pdf"));
    session.write(&plain, &page())?;
    let mut encrypt = session.command("qpdf");
    encrypt
        .args(["--encrypt", PASSWORD, "owner", "256", "--"])
        .arg(&plain)
        .arg(&file);
    process::output(&mut encrypt)?;
    Ok(file)
}

/// The smallest PDF with a line of text.
fn page() -> String {
    let line = "BT /F 18 Tf 20 100 Td (Countersign) Tj ET";
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>".to_owned(),
        format!("<</Length {}>>stream\n{line}\nendstream", line.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    let mut text = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(format!("{:010} 00000 n \n", text.len()));
        text += &format!("{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let (table, count) = (text.len(), objects.len() + 1);
    text + &format!(
        "xref\n0 {count}\n0000000000 65535 f \n{}trailer<</Root 1 0 R/Size {count}>>\nstartxref\n{table}\n%%EOF\n",
        places.concat()
    )
}

/// A KeePass safe with one entry.
fn safe(session: &Session, name: &str) -> Result<PathBuf> {
    let file = session.home().join(name);
    let said = |words: &str, file: &Path| -> Result<String> {
        let mut command = session.command("sh");
        process::output(command.args(["-c", words, PASSWORD]).arg(file).arg(ENTRY))
    };
    said(
        r#"printf '%s\n%s\n' "$0" "$0" | keepassxc-cli db-create -t 100 -p "$1""#,
        &file,
    )?;
    said(r#"printf '%s\n' "$0" | keepassxc-cli add -u demo "$1" "$2""#, &file)?;
    file.exists().then_some(()).ok_or_else(|| LabError::Tool {
        program: "keepassxc-cli".to_owned(),
        message: format!("it made no {}", file.display()),
    })?;
    Ok(file)
}
