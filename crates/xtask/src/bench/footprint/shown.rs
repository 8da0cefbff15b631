//! Windows as their user meets them: from the click on the icon, and by typing.

use countersign_tests::Deadline;
use countersign_tests::accessible::Bus;
use countersign_tests::pages::Pages;
use countersign_tests::panel::Icon;
use serde_json::json;

use super::tree::Windows;
use crate::bench::{BenchError, clock};

/// Roles of AT-SPI.
const LIST_ITEM: u32 = 32;
const PATIENCE: u64 = 60;

/// Clicks the icon and waits until a screen reader finds the first logon. Returns the milliseconds that took.
pub fn open(bus: &Bus, icon: &Icon<'_>, agent: u32) -> Result<f64, BenchError> {
    let began = clock::now();
    icon.click()?;
    let deadline = Deadline::seconds(PATIENCE);
    let program = deadline.wait_for("the windows' program", || Windows::of(agent).ok()?.program())?;
    bus.wait_for_node(program, "the first logon in the list", deadline, |node| {
        node.role == LIST_ITEM && node.name.contains("Application")
    })?;
    Ok(began.elapsed().as_secs_f64() * 1000.0)
}

/// Types into the search of a list, and measures in the page from the keystroke until the list has changed and is laid out. Returns
/// milliseconds, one for each keystroke that changed it.
pub fn search(pages: &mut Pages, logons: usize) -> Result<Vec<f64>, BenchError> {
    pages.go("logons")?.says("Application 1")?;
    let types = "const [text, done] = arguments;
        const box = document.querySelector('input[type=search]');
        // What is said of the chosen row follows once typing pauses, and is no part of it.
        const list = document.querySelector('[role=listbox]');
        const times = [];
        (async () => {
          for (let length = 1; length <= text.length; length += 1) {
            let watch;
            const changed = new Promise((resolve) => {
              watch = new MutationObserver(() => resolve(true));
              watch.observe(list, { subtree: true, childList: true, characterData: true, attributes: true });
            });
            // A letter that finds the same changes nothing.
            const same = new Promise((resolve) => setTimeout(() => resolve(false), 100));
            box.value = text.slice(0, length);
            const began = performance.now();
            box.dispatchEvent(new InputEvent('input', { bubbles: true }));
            const isChanged = await Promise.race([changed, same]);
            // What the engine has to lay out is laid out here.
            document.body.getBoundingClientRect();
            if (isChanged) times.push(performance.now() - began);
            watch.disconnect();
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
        let found = answer
            .get(1)
            .and_then(|said| said.as_str())
            .unwrap_or_default()
            .contains(&text);
        if times.is_empty() || !found {
            let why = format!("{} keystrokes changed the list, found: {found}", times.len());
            return Err(BenchError::NotReady { who: "the search", why });
        }
        all.extend(times.iter().filter_map(serde_json::Value::as_f64));
    }
    Ok(all)
}
