//! The windows of Countersign, used as a person uses them: by WebKit's own driver, on the session's screen.

mod driver;
mod processes;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::agent::{PATIENCE, Programs};
use crate::{Deadline, LabError, Process, Result, Session};
use driver::Driver;
pub use processes::family;

/// The running program with its windows. Dropping it ends it.
#[derive(Debug)]
pub struct Pages {
    driver: Driver,
    log: PathBuf,
    // Ends after the driver's farewell.
    process: Process,
}

/// Finds the control of a label, or the button, link or row that says something.
const FIND: &str = r#"
const [kind, text] = arguments;
const said = (e) => (e.getAttribute('aria-label') ?? e.textContent).replace(/[\u2068\u2069]/g, '').replace(/\s+/g, ' ').trim();
const seen = (e) => e.getClientRects().length > 0;
if (kind === 'field') {
  const label = [...document.querySelectorAll('label')].find((l) => seen(l) && said(l).startsWith(text));
  return label ? (label.control ?? label.querySelector('input')) : null;
}
const all = 'button, a, summary, [role=option], [role=tab], label.choice';
// A button that is busy takes no click.
const takes = (e) => seen(e) && !e.disabled && e.getAttribute('aria-disabled') !== 'true';
const exact = [...document.querySelectorAll(all)].filter((e) => takes(e) && said(e) === text);
const near = [...document.querySelectorAll(all)].filter((e) => takes(e) && said(e).startsWith(text));
return exact[0] ?? near[0] ?? null;
"#;

impl Pages {
    /// Starts the program with these arguments, and waits for its first page.
    pub fn start(session: &Session, arguments: &[&str]) -> Result<Self> {
        let port = free_port()?;
        let log = session.log("windows");
        let mut command = session.command("WebKitWebDriver");
        command.args([format!("--port={port}"), "--host=127.0.0.1".to_owned()]);
        command.env("TAURI_WEBVIEW_AUTOMATION", "true");
        // No graphics card, and nothing of the host's.
        command.env("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
        command.env("LIBGL_ALWAYS_SOFTWARE", "1");
        let programs = Programs::built()?;
        let beside = programs.agent();
        let path = beside.parent().unwrap_or(Path::new("/")).display().to_string();
        command.env("PATH", format!("{path}:/usr/local/bin:/usr/bin:/bin"));
        let mut process = Process::start("WebKitWebDriver", &mut command, &log)?;
        let deadline = Deadline::seconds(PATIENCE);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            process.must_run()?;
            if deadline.is_over() {
                return Err(deadline.late("WebKitWebDriver", &process.said()));
            }
            deadline.pause();
        }
        let options = json!({ "binary": programs.windows(), "args": arguments });
        let driver = Driver::begin(port, &json!({ "webkitgtk:browserOptions": options }))?;
        Ok(Self { driver, log, process })
    }

    /// The file names of the pages that are open.
    pub fn open(&mut self) -> Result<Vec<String>> {
        let here = self.driver.window().ok();
        let mut names = Vec::new();
        for window in self.driver.windows()? {
            if self.driver.switch(&window).is_ok() {
                names.push(self.name().unwrap_or_default());
            }
        }
        if let Some(here) = here {
            let _closed_meanwhile = self.driver.switch(&here);
        }
        Ok(names)
    }

    fn name(&self) -> Result<String> {
        let place = self.driver.run("return location.pathname", &json!([]))?;
        let place = place.as_str().unwrap_or_default();
        Ok(place.trim_start_matches('/').trim_end_matches(".html").to_owned())
    }

    /// Goes to the window of a page, waiting until it is there and has a heading.
    pub fn go(&mut self, page: &str) -> Result<&mut Self> {
        let found = Deadline::seconds(PATIENCE).find(|| {
            let windows = self.driver.windows().ok()?;
            windows.iter().find(|window| {
                self.driver.switch(window).is_ok()
                    && self.name().is_ok_and(|name| name == page)
                    && self.text().is_ok_and(|text| !text.is_empty())
            })?;
            Some(())
        });
        match found {
            Some(()) => Ok(self),
            None => Err(self.late(&format!("the page {page}"))),
        }
    }

    /// What the page says.
    pub fn text(&self) -> Result<String> {
        let text = self.driver.run("return document.body.innerText", &json!([]))?;
        // What is put into a sentence is isolated (Unicode, UAX 9), which a person does not see.
        Ok(text.as_str().unwrap_or_default().replace(['\u{2068}', '\u{2069}'], ""))
    }

    /// Waits until the page says something.
    pub fn says(&mut self, text: &str) -> Result<&mut Self> {
        let told = Deadline::seconds(PATIENCE).find(|| self.text().is_ok_and(|told| told.contains(text)).then_some(()));
        match told {
            Some(()) => Ok(self),
            None => Err(self.late(&format!("the words “{text}”"))),
        }
    }

    fn element(&self, kind: &str, text: &str) -> Result<String> {
        let found = Deadline::seconds(PATIENCE).find(|| {
            let element = self.driver.run(FIND, &json!([kind, text])).ok()?;
            driver::element(&element)
        });
        found.ok_or_else(|| self.late(&format!("a {kind} “{text}”")))
    }

    /// A button that has stopped moving: what is read meanwhile may push it down, and nobody hits a button that runs away.
    fn at_rest(&self, text: &str) -> Result<String> {
        let place =
            "const box = arguments[0].getBoundingClientRect(); return [box.x, box.y, box.width, box.height].join(' ')";
        let mut seen = None;
        let found = Deadline::seconds(PATIENCE).find(|| {
            let element = self.driver.run(FIND, &json!(["button", text])).ok()?;
            let element = driver::element(&element)?;
            let place = self.driver.run(place, &json!([driver::reference(&element)])).ok()?;
            let now = Some((element, place));
            let rests = seen == now;
            seen = now;
            rests.then(|| seen.clone()).flatten().map(|(element, _)| element)
        });
        found.ok_or_else(|| self.late(&format!("a button “{text}”")))
    }

    /// Clicks a button, a link, a row or a choice.
    pub fn click(&mut self, text: &str) -> Result<&mut Self> {
        let element = self.at_rest(text)?;
        match self.driver.click(&element) {
            // What closes the page may do so before the driver can answer for the click.
            Err(error) if self.text().is_ok() => Err(error),
            _ => Ok(self),
        }
    }

    /// Types into the field of a label, over what it holds.
    pub fn fill(&mut self, label: &str, value: &str) -> Result<&mut Self> {
        let element = self.element("field", label)?;
        self.driver.clear(&element)?;
        self.driver.keys(&element, value)?;
        Ok(self)
    }

    /// Presses a key, as WebDriver writes it, wherever the focus is.
    pub fn press(&mut self, key: &str) -> Result<&mut Self> {
        let element = self
            .driver
            .run("return document.activeElement ?? document.body", &json!([]))?;
        if let Some(element) = driver::element(&element) {
            self.driver.keys(&element, key)?;
        }
        Ok(self)
    }

    /// What a script of the test's returns, in the page.
    pub fn run(&self, script: &str, arguments: &Value) -> Result<Value> {
        self.driver.run(script, arguments)
    }

    /// The same for a script that calls its last argument.
    pub fn wait_for(&self, script: &str, arguments: &Value) -> Result<Value> {
        self.driver.run_async(script, arguments)
    }

    /// Closes the window one is in, as its own buttons do.
    pub fn close(&mut self) -> Result<()> {
        // The page is gone before it could answer.
        let _gone = self.run("window.__TAURI_INTERNALS__.invoke('close_page')", &json!([]));
        Ok(())
    }

    /// The driver's process, whose child the windows are.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// What the windows and their driver wrote to standard output and error.
    #[must_use]
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn late(&self, what: &str) -> LabError {
        let said = self.said();
        LabError::Late {
            what: what.to_owned(),
            seconds: PATIENCE,
            hint: format!("; the page says:\n{}\n{said}", self.text().unwrap_or_default()),
        }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        self.driver.end();
    }
}

fn free_port() -> Result<u16> {
    let error = |source| LabError::Start {
        program: "WebKitWebDriver".to_owned(),
        source,
    };
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).map_err(error)?;
    Ok(listener.local_addr().map_err(error)?.port())
}
