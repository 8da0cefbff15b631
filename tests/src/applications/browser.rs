//! A browser that is asked for a name and a password by a page.

use crate::account::LAB_NAME;
use crate::applications::trial::{Stage, Trial, Weight};
use crate::servers::{Verdict, Web};
use crate::{Deadline, Process, Result, Session};

/// With what means something to shells, to programs that type, and on other keyboards.
const PASSWORD: &str = "w0rd {TAB}|\"'\\%~^";

pub(super) const CHROMIUM: Trial = Trial {
    application: "Chromium",
    toolkit: "Chromium",
    template: "org.chromium.Chromium",
    weight: Weight::Big,
    stage: |_session| {
        Ok(Box::new(Browser {
            page: Web::start(LAB_NAME, PASSWORD)?,
            browser: None,
        }))
    },
};

struct Browser {
    page: Web,
    browser: Option<Process>,
}

impl Stage for Browser {
    fn fields(&self) -> Vec<String> {
        vec![format!("username={LAB_NAME}"), format!("site={}", self.page.address())]
    }

    fn secret(&self) -> &str {
        PASSWORD
    }

    fn start(&mut self, session: &Session) -> Result<()> {
        let profile = format!("--user-data-dir={}", session.home().join("chromium").display());
        let mut command = session.command("chromium");
        command.args(["--force-renderer-accessibility", "--password-store=basic", &profile]);
        // The laboratory gives no privileges and no device that the sandbox or the graphics card's process could use.
        command.args(["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]);
        command.args(["--no-first-run", "--no-default-browser-check", &self.page.address()]);
        self.browser = Some(Process::start("chromium", &mut command, &session.log("chromium"))?);
        Ok(())
    }

    fn verdict(&mut self, _session: &Session, deadline: Deadline) -> Result<Verdict> {
        self.page.verdict(deadline)
    }
}
