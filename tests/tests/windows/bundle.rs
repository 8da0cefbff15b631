//! What is served to the windows: the policy on contents that is in force there, what it refuses, and the commands there are.

use super::permissions::{allowed, pages};
use super::*;
use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::path::Path;

type Directives = BTreeMap<String, BTreeSet<String>>;

/// Tries something that the policy on contents forbids, and tells what the browser says of it: the directive, what was blocked, and the
/// whole policy in force. `null` if nothing was refused in time.
const REFUSED: &str = r#"
const [what, place, done] = arguments;
const heard = (event) => finish({ directive: event.effectiveDirective, blocked: event.blockedURI, policy: event.originalPolicy, disposition: event.disposition });
const late = setTimeout(() => finish(null), 5000);
function finish(answer) {
  clearTimeout(late);
  document.removeEventListener('securitypolicyviolation', heard);
  done({ answer, ran: window.ran ?? null });
}
document.addEventListener('securitypolicyviolation', heard);
const add = (tag, set) => { const made = document.createElement(tag); Object.assign(made, set); document.body.append(made); };
const quiet = (work) => { try { const made = work(); if (made?.catch) made.catch(() => {}); } catch { /* refused */ } };
quiet(({
  inline: () => add('script', { textContent: 'window.ran = "inline"' }),
  handler: () => { const made = document.createElement('b'); made.setAttribute('onclick', 'window.ran = "handler"'); document.body.append(made); made.click(); },
  eval: () => window.eval('window.ran = "eval"'),
  function: () => new Function('window.ran = "function"')(),
  script: () => add('script', { src: place + 'x.js' }),
  style: () => add('link', { rel: 'stylesheet', href: place + 'x.css' }),
  image: () => add('img', { src: place + 'x.png' }),
  font: () => quiet(() => new FontFace('x', `url(${place}x.woff2)`).load()),
  frame: () => add('iframe', { src: place }),
  fetch: () => fetch(place),
  socket: () => new WebSocket(place.replace('http', 'ws')),
  beacon: () => navigator.sendBeacon(place, 'x'),
  base: () => { const made = document.createElement('base'); made.href = place; document.head.append(made); },
  media: () => add('video', { src: place + 'x.webm' }),
  worker: () => new Worker(place + 'x.js'),
  submit: () => { const made = document.createElement('form'); made.action = place; document.body.append(made); made.submit(); },
})[what]);
"#;

/// What is tried, and the directive that refuses it.
const TRIED: [(&str, &str); 13] = [
    ("inline", "script-src-elem"),
    ("handler", "script-src-attr"),
    ("eval", "script-src"),
    ("function", "script-src"),
    ("script", "script-src-elem"),
    ("style", "style-src-elem"),
    ("image", "img-src"),
    ("font", "font-src"),
    ("frame", "frame-src"),
    ("fetch", "connect-src"),
    ("socket", "connect-src"),
    ("base", "base-uri"),
    ("submit", "form-action"),
];

fn source(file: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../src-tauri").join(file)).unwrap()
}

/// The policy that is checked in.
fn checked_in() -> Directives {
    let file: serde_json::Value = serde_json::from_str(&source("tauri.conf.json")).unwrap();
    let policy = file["app"]["security"]["csp"].as_object().unwrap();
    let sources = |value: &serde_json::Value| match value {
        serde_json::Value::Array(all) => all.iter().map(|one| one.as_str().unwrap().to_owned()).collect(),
        other => other.as_str().unwrap().split(' ').map(str::to_owned).collect(),
    };
    policy
        .iter()
        .map(|(directive, value)| (directive.clone(), sources(value)))
        .collect()
}

/// The policy that the browser says is in force.
fn in_force(policy: &str) -> Directives {
    let directives = policy.split(';').map(str::trim).filter(|one| !one.is_empty());
    directives
        .map(|one| {
            let mut words = one.split_whitespace().map(str::to_owned);
            (words.next().unwrap(), words.collect())
        })
        .collect()
}

/// Whether `source` is one that Tauri adds for its own: a script of a page by its hash or by a number made for this page, and the frame in
/// which what leaves a page is looked at.
fn is_tauris(directive: &str, source: &str) -> bool {
    match directive {
        "script-src" => source.starts_with("'sha256-") || source.starts_with("'nonce-"),
        "style-src" => source.starts_with("'nonce-"),
        "default-src" => source.starts_with("isolation-") || source.starts_with("isolation:"),
        _ => false,
    }
}

#[test]
fn the_policy_in_force_is_the_one_checked_in_and_refuses_what_comes_from_elsewhere() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let _agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    // Whatever left the page would be seen here.
    let elsewhere = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let place = format!("http://{}/", elsewhere.local_addr().unwrap());
    let mut windows = Pages::start(&session, &["about"]).unwrap();
    windows.go("about").unwrap();
    for page in pages() {
        windows.go("about").unwrap();
        open(&mut windows, &page, "");
        windows.go(&page).unwrap();
        for (what, directive) in TRIED {
            let told = windows.wait_for(REFUSED, &json!([what, place])).unwrap();
            let answer = &told["answer"];
            assert!(!answer.is_null(), "{page}: {what} was not refused");
            assert_eq!(told["ran"], json!(null), "{page}: {what}");
            let named = answer["directive"].as_str().unwrap();
            assert!(
                named == directive || directive.starts_with(&format!("{named}-")),
                "{page}: {what} was refused by {named}"
            );
            assert_eq!(answer["disposition"], "enforce", "{page}: {what}");
            let mut policy = in_force(answer["policy"].as_str().unwrap());
            for (directive, sources) in &mut policy {
                sources.retain(|source| !is_tauris(directive, source));
            }
            assert_eq!(policy, checked_in(), "{page}");
        }
        if page != "about" {
            windows.close().unwrap();
        }
    }
    let came = elsewhere.accept();
    assert!(came.is_err(), "{came:?}");
}

/// The names in one of the lists in `requests.rs`.
fn requests() -> BTreeSet<String> {
    let file = source("src/requests.rs");
    let (_, lists) = file.split_once("tell {").unwrap();
    let lists = lists.replace("show {", " ");
    let (lists, _) = lists.split_once("}\n        }").unwrap();
    let names = lists.split_whitespace().filter(|word| *word != "}");
    names.map(str::to_owned).collect()
}

/// Whether the shell knows a command, or turns away its name.
const KNOWN: &str = r#"
const [commands, done] = arguments;
const told = async (command) => {
  try { await window.__TAURI_INTERNALS__.invoke(command, { request: 4711 }); return 'done'; }
  catch (error) { return typeof error === 'string' ? error : JSON.stringify(error); }
};
Promise.all(commands.map(async (command) => [command, await told(command)])).then((all) => done(Object.fromEntries(all)));
"#;

#[test]
fn the_commands_are_those_of_the_list_and_no_page_reaches_any_other() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let _agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let requests = requests();
    assert!(requests.len() > 60 && requests.contains("logon_reveal"), "{requests:?}");
    let mut windows = Pages::start(&session, &["about"]).unwrap();
    let mut reached: BTreeSet<String> = BTreeSet::new();
    for page in pages() {
        windows.go("about").unwrap();
        open(&mut windows, &page, "");
        windows.go(&page).unwrap();
        // Each of the list with a request of no kind: those that this page may make are read and refused for that.
        let told = windows.wait_for(KNOWN, &json!([requests])).unwrap();
        let told: BTreeMap<String, String> = serde_json::from_value(told).unwrap();
        for (command, said) in told {
            assert_ne!(said, "done", "{page}: {command}");
            let is_read = said.contains("invalid args `request`");
            assert_eq!(is_read, allowed(&page).contains(&command), "{page}: {command}: {said}");
            if is_read {
                reached.insert(command);
            }
        }
        // Requests of the protocol that are in no list, and nothing at all.
        let others = ["hello", "shutdown", "store_export", "store_import", "nothing", ""];
        let told = windows.wait_for(KNOWN, &json!([others])).unwrap();
        for other in others {
            let said = told[other].as_str().unwrap();
            assert!(
                said.contains("not allowed") || said.contains("not found"),
                "{page}: {other}: {said}"
            );
        }
        if page != "about" {
            windows.close().unwrap();
        }
    }
    // A request that some page is allowed is in the list, and the program has it.
    let files = pages().into_iter().flat_map(|page| allowed(&page));
    let of_requests: BTreeSet<String> = files.filter(|command| requests.contains(command)).collect();
    assert_eq!(reached, of_requests);
}
