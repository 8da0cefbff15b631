//! What each page may call, and nothing else.

use super::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn capabilities() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../src-tauri/capabilities")
}

/// The commands of ours that a page's file allows.
pub fn allowed(page: &str) -> BTreeSet<String> {
    let file = std::fs::read_to_string(capabilities().join(format!("{page}.json"))).unwrap();
    let file: serde_json::Value = serde_json::from_str(&file).unwrap();
    let names = file["permissions"].as_array().unwrap().iter();
    names
        .filter_map(|name| Some(name.as_str()?.strip_prefix("allow-")?.replace('-', "_")))
        .collect()
}

pub fn pages() -> Vec<String> {
    let files = std::fs::read_dir(capabilities()).unwrap();
    let name = |file: std::fs::DirEntry| file.file_name().to_str().unwrap().trim_end_matches(".json").to_owned();
    files.map(|file| name(file.unwrap())).collect()
}

/// Calls each command with nothing, and tells those that were not turned away by the shell's own rules.
const TRY: &str = r#"
const [commands, done] = arguments;
const reached = async (command) => {
  try { await window.__TAURI_INTERNALS__.invoke(command, {}); return true; }
  catch (error) { return !/not allowed|not found/i.test(typeof error === 'string' ? error : JSON.stringify(error)); }
};
Promise.all(commands.map(async (command) => (await reached(command)) ? command : null)).then((all) => done(all.filter(Boolean)));
"#;

#[test]
fn a_page_reaches_its_own_commands_and_no_others() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let _agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let mut all: BTreeSet<String> = pages().iter().flat_map(|page| allowed(page)).collect();
    // Called without a request, these do something.
    for harmful in ["close_page", "agent_start"] {
        all.remove(harmful);
    }
    let mut windows = Pages::start(&session, &["about"]).unwrap();
    windows.go("about").unwrap();
    for page in pages() {
        windows.go("about").unwrap();
        open(&mut windows, &page, "");
        windows.go(&page).unwrap();
        let reached = windows.wait_for(TRY, &json!([all])).unwrap();
        let reached: BTreeSet<String> = serde_json::from_value(reached).unwrap();
        let wanted: BTreeSet<String> = allowed(&page).intersection(&all).cloned().collect();
        assert_eq!(reached, wanted, "{page}");
        // Neither Tauri's own commands nor another site.
        let foreign = [
            "plugin:window|create",
            "plugin:webview|create_webview_window",
            "plugin:path|resolve_directory",
            "plugin:event|emit",
        ];
        let reached = windows.wait_for(TRY, &json!([foreign])).unwrap();
        assert_eq!(reached, json!([]), "{page}");
        let left = "const done = arguments[0]; fetch('http://127.0.0.1:9/').then(() => done(true), () => done(false))";
        assert_eq!(windows.wait_for(left, &json!([])).unwrap(), json!(false), "{page}");
        if page != "about" {
            windows.close().unwrap();
        }
    }
}
