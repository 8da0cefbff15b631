//! What can be done in a window, and what every template makes of it: the answer to "why not here?".

use crate::engine::Engine;
use crate::requests::desktop_error;
use countersign_desktop::{Desktop, package_of};
use countersign_model::port::{ControlAccess, WindowSource};
use countersign_model::{ControlQuery, ControlTree, Role, WindowFacts, WindowId};
use countersign_signon::explain_window;
use countersign_wire::{Answer, ErrorCode, ErrorReply, MethodReport, Reply, WindowReport};
use std::sync::mpsc::Sender;

impl Engine {
    /// Looks at a window as it is now.
    pub(crate) fn window_report(&self, id: WindowId, reply: Sender<Answer>) {
        let now = self.clock.both();
        let templates = self.configuration.templates();
        self.look(reply, move |desktop, reply| {
            let mut window = found(desktop, id)?;
            if let Ok(process) = &mut window.process {
                process.package = package_of(&process.executable);
            }
            let candidates = explain_window(&templates, &window, desktop, now);
            let methods = methods(desktop, &window);
            let report = WindowReport {
                window,
                methods,
                candidates,
            };
            let _gone = reply.send(Reply::WindowReport(Box::new(report)).into());
            Ok(())
        });
    }
}

/// A window that is on the screen now.
pub(crate) fn found(desktop: &Desktop, id: WindowId) -> Result<WindowFacts, ErrorReply> {
    let windows = desktop.snapshot().map_err(|error| desktop_error(&error))?;
    windows.into_iter().find(|window| window.id == id).ok_or_else(|| {
        ErrorReply::new(ErrorCode::NoMatch, format!("there is no window {:#x}", id.0))
            .next("run `countersign windows` to see those that are there")
    })
}

/// Each way to fill, whether it can work in this window, and why, or why not.
fn methods(desktop: &Desktop, window: &WindowFacts) -> Vec<MethodReport> {
    let method = |name: &str, judged: Result<String, String>| MethodReport {
        method: name.to_owned(),
        works: judged.is_ok(),
        why: judged.unwrap_or_else(|why| why),
    };
    if let Err(problem) = &window.process {
        let none = ["controls", "keys", "terminal"];
        return none.map(|name| method(name, Err(problem.to_string()))).into();
    }
    let everything = ControlQuery::default();
    let tree = desktop.read(window, &everything).map_err(|error| error.to_string());
    let terminal = match desktop.terminal(window) {
        Ok(facts) if facts.asks_for_secret() => Ok(format!(
            "{} reads a password without showing it",
            facts.foreground.executable.display()
        )),
        Ok(facts) => Err(format!(
            "{} is in the foreground and reads no password now",
            facts.foreground.executable.display()
        )),
        Err(error) => Err(error.to_string()),
    };
    vec![
        method("controls", controls(&tree)),
        method("keys", Ok(keys(&tree).to_owned())),
        method("terminal", terminal),
    ]
}

fn controls(tree: &Result<ControlTree, String>) -> Result<String, String> {
    let tree = tree.as_ref().map_err(Clone::clone)?;
    let shown = tree.controls.iter().filter(|control| control.states.showing);
    let fields = shown.clone().filter(|control| control.states.editable).count();
    let buttons = shown.filter(|control| control.role == Role::PushButton).count();
    let toolkit = tree.toolkit.as_deref().unwrap_or("its toolkit");
    match tree.controls.len() {
        0 => Err(format!(
            "{toolkit} shows no controls; the application may have been started before accessibility was on: start it again"
        )),
        _ if fields == 0 => Err(format!(
            "{toolkit} shows {buttons} buttons and no field that takes text"
        )),
        _ => Ok(format!(
            "{toolkit} shows {fields} fields that take text and {buttons} buttons"
        )),
    }
}

fn keys(tree: &Result<ControlTree, String>) -> &'static str {
    match tree {
        Ok(tree) if !tree.controls.is_empty() => "while this window has the focus, and in it the field that is bound",
        _ => "while this window has the focus; which field has it cannot be seen",
    }
}
