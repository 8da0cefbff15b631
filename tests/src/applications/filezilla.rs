use crate::account::{LAB_NAME, lab_password};
use crate::applications::trial::{Stage, Trial, Weight};
use crate::servers::{Ftp, Verdict};
use crate::{Deadline, Process, Result, Session};

pub(super) const TRIAL: Trial = Trial {
    application: "FileZilla",
    toolkit: "wxGTK",
    template: "org.filezilla-project.FileZilla",
    weight: Weight::Quick,
    stage: |_session| {
        Ok(Box::new(Site {
            server: Ftp::start()?,
            password: lab_password()?,
            client: None,
        }))
    },
};

struct Site {
    server: Ftp,
    password: String,
    client: Option<FileZilla>,
}

impl Stage for Site {
    fn fields(&self) -> Vec<String> {
        let host = format!("host=127.0.0.1:{}", self.server.port());
        vec![format!("username={LAB_NAME}"), host]
    }

    fn secret(&self) -> &str {
        &self.password
    }

    fn start(&mut self, session: &Session) -> Result<()> {
        self.client = Some(FileZilla::start(session, &self.server)?);
        Ok(())
    }

    fn verdict(&mut self, _session: &Session, deadline: Deadline) -> Result<Verdict> {
        self.server.verdict(deadline)
    }
}

/// FileZilla, asked to connect to a server for which it must ask for user and password.
#[derive(Debug)]
pub struct FileZilla {
    /// FileZilla itself.
    pub process: Process,
}

impl FileZilla {
    /// Starts it with the site `lab` of logon type "Ask for password" and has it connect.
    pub fn start(session: &Session, server: &Ftp) -> Result<Self> {
        let folder = session.config_home().join("filezilla");
        session.write(&folder.join("filezilla.xml"), SETTINGS)?;
        session.write(&folder.join("sitemanager.xml"), &sites(server.port()))?;
        session.write(&folder.join("trustedcerts.xml"), &trusted(server.port()))?;
        let mut command = session.command("filezilla");
        command.args(["--site", "0/lab"]);
        Ok(Self {
            process: Process::start("filezilla", &mut command, &session.log("filezilla"))?.ended_by_force(),
        })
    }
}

/// No greeting, no update check, no question whether passwords shall be kept.
const SETTINGS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<FileZilla3 version="3.63.0" platform="*nix">
  <Settings>
    <Setting name="Greeting version">99.0.0</Setting>
    <Setting name="Kiosk mode">1</Setting>
    <Setting name="Prompt password save">0</Setting>
    <Setting name="Disable update check">1</Setting>
    <Setting name="Number of Transfers">1</Setting>
    <Setting name="Reconnect count">0</Setting>
  </Settings>
</FileZilla3>
"#;

fn sites(port: u16) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<FileZilla3 version="3.63.0" platform="*nix">
  <Servers>
    <Server>
      <Host>127.0.0.1</Host>
      <Port>{port}</Port>
      <Protocol>0</Protocol>
      <Type>0</Type>
      <User />
      <Logontype>2</Logontype>
      <EncodingType>Auto</EncodingType>
      <BypassProxy>0</BypassProxy>
      <Name>lab</Name>
      <SyncBrowsing>0</SyncBrowsing>
      <DirectoryComparison>0</DirectoryComparison>
    </Server>
  </Servers>
</FileZilla3>
"#
    )
}

/// The server speaks plain FTP: without this FileZilla asks whether that is meant.
fn trusted(port: u16) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<FileZilla3 version="3.63.0" platform="*nix">
  <TrustedCerts />
  <InsecureHosts><Host Port="{port}">127.0.0.1</Host></InsecureHosts>
</FileZilla3>
"#
    )
}
