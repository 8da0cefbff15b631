//! Windows as their user meets them: from the click on the icon, and by typing.

use countersign_tests::accessible::Bus;
use countersign_tests::pages::Pages;
use countersign_tests::panel::Icon;
use countersign_tests::{Deadline, Session};
use serde_json::json;

use super::tree::Windows;
use crate::bench::{BenchError, clock};

/// Roles of AT-SPI.
const LIST_ITEM: u32 = 32;
const PATIENCE: u64 = 60;

/// Clicks the icon and waits until a screen reader finds the first logon. Returns the milliseconds that took, and the processes.
pub fn open(_: &Session, bus: &Bus, icon: &Icon<'_>, agent: u32) -> Result<(f64, Windows), BenchError> {
    let began = clock::now();
    icon.click()?;
    let deadline = Deadline::seconds(PATIENCE);
    let program = deadline.wait_for("the windows' program", || Windows::of(agent).ok()?.program())?;
    bus.wait_for_node(program, "the first logon in the list", deadline, |node| {
        node.role == LIST_ITEM && node.name.contains("Application")
    })?;
    let took = began.elapsed().as_secs_f64() * 1000.0;
    Ok((took, Windows::of(agent)?))
}

/// Types into the search of a list, and measures in the page from the keystroke until the frame after the list has changed is due.
/// Returns milliseconds, one for each keystroke.
pub fn search(pages: &mut Pages, logons: usize) -> Result<Vec<f64>, BenchError> {
    pages.go("logons")?.says("Application 1")?;
    let types = "const [text, done] = arguments;
        const box = document.querySelector('input[type=search]');
        const times = [];
        (async () => {
          for (let length = 1; length <= text.length; length += 1) {
            const changed = new Promise((resolve) => {
              const watch = new MutationObserver(() => (watch.disconnect(), resolve()));
              watch.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
            });
            box.value = text.slice(0, length);
            const began = performance.now();
            box.dispatchEvent(new InputEvent('input', { bubbles: true }));
            await changed;
            // What the engine has to lay out is laid out here.
            document.body.getBoundingClientRect();
            times.push(performance.now() - began);
          }
          done([times, document.body.innerText]);
        })();";
    let mut all = Vec::new();
    for text in [
        format!("Application {logons}"),
        "user77".to_owned(),
        "tion 9".to_owned(),
    ] {
        let answer = pages.wait_for(types, &json!([text]))?;
        let times = answer
            .get(0)
            .and_then(|times| times.as_array())
            .cloned()
            .unwrap_or_default();
        let wanted = text.chars().count();
        let found = answer
            .get(1)
            .and_then(|said| said.as_str())
            .unwrap_or_default()
            .contains(&text);
        if times.len() != wanted || !found {
            let why = format!("{} keystrokes of {wanted}, found: {found}", times.len());
            return Err(BenchError::NotReady { who: "the search", why });
        }
        all.extend(times.iter().filter_map(serde_json::Value::as_f64));
    }
    Ok(all)
}
