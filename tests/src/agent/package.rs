use std::path::{Path, PathBuf};

use crate::{LabError, Result, Session};

/// A template for zenity's password dialog of the title "Ledger": a name and a password, by controls.
pub const LEDGER: &str = r#"
schema = 1
id = "test.ledger"
name = "Ledger"
[logon]
fields = ["username", "password"]
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/zenity"]
title = "Ledger"
[form.bind]
password = { role = "password-text" }
[form.respond]
method = "controls"
submit = { role = "push-button", name = "OK" }
"#;

/// A package folder as an installation would have it: templates, password policies and default settings.
#[derive(Debug)]
pub struct Package<'a> {
    session: &'a Session,
    folder: PathBuf,
}

impl<'a> Package<'a> {
    /// An empty one.
    pub fn empty(session: &'a Session) -> Result<Self> {
        let package = Self {
            session,
            folder: session.folder().join("package"),
        };
        session.write(&package.folder.join("settings.toml"), super::SETTINGS)?;
        // A folder of templates, also when there are none.
        session.write(&package.folder.join("templates/README"), "")?;
        Ok(package)
    }

    /// One with this template.
    pub fn with(session: &'a Session, name: &str, template: &str) -> Result<Self> {
        let package = Self::empty(session)?;
        package.template(name, template)?;
        Ok(package)
    }

    /// Adds or replaces a template.
    pub fn template(&self, name: &str, text: &str) -> Result<PathBuf> {
        self.put("templates", name, text)
    }

    /// Adds or replaces a password policy.
    pub fn policy(&self, name: &str, text: &str) -> Result<PathBuf> {
        self.put("policies", name, text)
    }

    fn put(&self, kind: &str, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.folder.join(kind).join(format!("{name}.toml"));
        self.session.write(&path, text)?;
        Ok(path)
    }

    /// Removes a template.
    pub fn remove(&self, name: &str) -> Result<()> {
        let path = self.folder.join("templates").join(format!("{name}.toml"));
        std::fs::remove_file(&path).map_err(|source| LabError::File {
            action: "remove",
            path,
            source,
        })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}
