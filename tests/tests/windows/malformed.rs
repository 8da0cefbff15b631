//! Pages that call what they may with anything but what they should.

use super::permissions::{allowed, pages};
use super::*;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// In every secret that is sent, so that no error may have it.
const MARK: &str = "secret-4711";
/// So many calls are made by one script: it has to end before its driver gives up.
const BATCH: u32 = 200;

/// Closes its own page; everything else is called.
const NOT_CALLED: &str = "close_page";
/// Take nothing, so that a call of theirs is never malformed.
const TAKE_NOTHING: [&str; 5] = [
    "agent_start",
    "hold_page",
    "import_close",
    "page_argument",
    "page_ready",
];

/// Well-formed requests that need secrets, and come without them.
const WITHOUT_SECRETS: &str = r#"{
  "unlock": "unlock", "enroll_as": { "enroll-as": { "primary": "own", "unseen": false } }, "directory_login": "directory-login",
  "unlock_with_passphrase": "unlock-with-passphrase",
  "recover": { "recover": { "printed": false } }, "recover_setup": { "recover-setup": { "passphrase": false } },
  "recover_drill": { "recover-drill": { "printed": false } },
  "logon_reveal": { "logon-reveal": { "id": "0123456789abcdef0123456789abcdef", "field": "password" } },
  "password_reveal": { "password-reveal": { "id": "0123456789abcdef0123456789abcdef", "number": 0 } },
  "logon_rebind": { "logon-rebind": { "id": "0123456789abcdef0123456789abcdef" } }
}"#;

/// Calls a command so many times with what a generator makes from a seed.
const CALLS: &str = r#"
const [command, count, seed, mark, names, bare, done] = arguments;
let state = seed >>> 0;
const number = (below) => {
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
};
const pick = (all) => all[number(all.length)];
const tag = command.replaceAll('_', '-');
const other = () => { const name = pick(names).replaceAll('_', '-'); return name === tag ? 'nothing' : name; };
const deep = (depth) => { let made = pick([[], {}, 'x']); for (let at = 0; at < depth; at += 1) made = number(2) ? [made] : { a: made }; return made; };
const surrogate = () => pick(['\ud800', 'a\udfff', '\udc00\ud800', '\ud83d']);
const long = () => pick(['x', '\u0000', '\ud800', '"\\']).repeat(number(30) ? pick([1_000, 30_000]) : 1_100_000);
const scalar = () => pick([0, -1, 1.5, 1e308, 2 ** 53, true, false, '', 'x', surrogate(), Number.NaN, -Infinity]);
const round = () => { const made = {}; made.made = made; return made; };
const strange = () => pick([() => undefined, () => 4711n, () => new Date(Number.NaN), () => new Map([[1, 2]]), () => () => 0, () => Symbol('x'), () => new Uint8Array(9), round, () => document.body])();
const junk = () => pick([scalar, scalar, () => Array.from({ length: 20 }, scalar), () => deep(number(30) ? pick([1, 10, 200]) : 20_000), surrogate, () => (number(4) ? 'x' : long())])();
const marked = () => mark + pick(['', 'x', surrogate(), '\u0000'.repeat(5_000)]);
const secrets = () => pick([
  () => Array.from({ length: 10 + number(30) }, marked),
  () => [marked(), scalar(), { [marked()]: marked() }],
  () => marked(),
  () => ({ 0: marked() }),
  () => [[[marked()]]],
  () => [`${mark}\ud800`, null],
])();
const KINDS = {
  'wrong type': () => ({ request: pick([() => null, () => number(99), () => [tag], () => true, () => [[tag, {}]]])(), secrets: pick([[], [marked()]]) }),
  'wrong tag': () => ({ request: pick([() => other(), () => ({ [other()]: {} }), () => tag.toUpperCase(), () => `${tag} `, () => ({}), () => ({ [tag]: {}, [other()]: {} })])(), secrets: [] }),
  'wrong parts': () => ({ request: { [tag]: pick([() => number(99), () => 'x', () => true, () => Array.from({ length: 20 }, scalar)])() }, secrets: [] }),
  'surplus secrets': () => ({ request: pick([() => tag, () => ({ [tag]: {} }), () => ({ [tag]: null })])(), secrets: secrets() }),
  'missing secrets': () => (bare[command] === undefined ? { secrets: secrets() } : { request: bare[command], secrets: pick([[], null, undefined, {}]) }),
  'no such parts': () => pick([() => undefined, () => null, () => ({}), () => [], () => 'x', () => 7, () => ({ Request: tag }), () => ({ page: junk(), argument: junk(), kind: junk(), wanted: junk() })])(),
  'anything': () => ({ request: junk(), secrets: pick([secrets, junk])() }),
  'deep': () => ({ request: { [tag]: deep(number(20) ? pick([100, 127, 128, 129, 1_000]) : 30_000) }, secrets: deep(pick([1, 129, 3_000])) }),
  'surrogates': () => ({ request: { [surrogate()]: { [surrogate()]: surrogate() } }, secrets: [surrogate() + mark] }),
  'strange': () => pick([() => ({ request: strange(), secrets: strange() }), () => strange(), () => ({ request: { [tag]: strange() }, secrets: [strange()] })])(),
  'huge': () => (number(2) ? { request: { [tag]: long() } } : { request: { [tag]: long() }, secrets: [long()] }),
};
const told = { done: 0, refused: 0, late: {}, quoted: [], calls: {} };
const one = async () => {
  const kind = pick(Object.keys(KINDS));
  told.calls[kind] = (told.calls[kind] ?? 0) + 1;
  const late = new Promise((resolve) => setTimeout(() => resolve('late'), 10_000));
  const call = (async () => {
    try { await window.__TAURI_INTERNALS__.invoke(command, KINDS[kind]()); return 'done'; }
    catch (error) {
      const said = error instanceof Error ? `${error}` : (JSON.stringify(error) ?? '');
      if (said.includes(mark)) told.quoted.push(said.slice(0, 300));
      return 'refused';
    }
  })();
  const ended = await Promise.race([call, late]);
  if (ended === 'late') told.late[kind] = (told.late[kind] ?? 0) + 1;
  else told[ended] += 1;
};
(async () => {
  for (let made = 0; made < count; made += 25) await Promise.all(Array.from({ length: Math.min(25, count - made) }, one));
  done(told);
})();
"#;

/// What came of the calls of one script.
#[derive(Debug, Default, Deserialize)]
struct Told {
    done: u32,
    refused: u32,
    late: BTreeMap<String, u32>,
    quoted: Vec<String>,
    calls: BTreeMap<String, u32>,
}

/// A page's own question is answered: the way to the shell is open.
const STILL: &str = "const done = arguments[0]; window.__TAURI_INTERNALS__.invoke('page_argument').then(() => done(true), () => done(false))";

/// Calls each command so many times, from a page that may.
fn called(times: u32) {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    package.template("Given", &template("Given")).unwrap();
    let mut agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let words = ["logon", "add", "test.Given", "--name", "work", "--set", "username=anna"];
    agent.done(&words, &[SECRET]).unwrap();
    let bare: serde_json::Value = serde_json::from_str(WITHOUT_SECRETS).unwrap();
    let names: BTreeSet<String> = pages().iter().flat_map(|page| allowed(page)).collect();
    let mut windows = Pages::start(&session, &["about"]).unwrap();
    windows.go("about").unwrap();
    let mut left = names.clone();
    assert!(left.remove(NOT_CALLED));
    let mut kinds = BTreeSet::new();
    for page in pages() {
        let mine: Vec<String> = allowed(&page).intersection(&left).cloned().collect();
        if mine.is_empty() {
            continue;
        }
        windows.go("about").unwrap();
        open(&mut windows, &page, "");
        windows.go(&page).unwrap();
        for command in mine {
            left.remove(&command);
            let own: u32 = command
                .bytes()
                .fold(4711, |sum, byte| sum * 31 % 65_521 + u32::from(byte));
            for begin in (0..times).step_by(BATCH as usize) {
                let count = BATCH.min(times - begin);
                let arguments = json!([command, count, own + begin, MARK, names, bare]);
                let told = windows.wait_for(CALLS, &arguments);
                let told = told.unwrap_or_else(|error| unreachable!("{page}: {command} from {begin}: {error}"));
                let told: Told = serde_json::from_value(told).unwrap();
                assert!(told.late.is_empty(), "{page}: {command} from {begin}: {told:?}");
                assert!(told.quoted.is_empty(), "{page}: {command} from {begin}: {told:?}");
                assert_eq!(told.done + told.refused, count, "{told:?}");
                let is_refused = told.done == 0 || TAKE_NOTHING.contains(&command.as_str());
                assert!(is_refused, "{page}: {command} from {begin} was carried out: {told:?}");
                kinds.extend(told.calls.into_keys());
            }
        }
        assert_eq!(windows.wait_for(STILL, &json!([])).unwrap(), json!(true), "{page}");
        if page != "about" {
            windows.close().unwrap();
        }
    }
    assert!(left.is_empty(), "{left:?}");
    assert!(kinds.len() >= 11, "{kinds:?}");
    // Both are there as before, and what they have to say is still right.
    windows.go("about").unwrap().says("Unlocked").unwrap();
    agent.process().must_run().unwrap();
    assert_eq!(labels(&agent), ["work"]);
    let said = format!("{}{}", windows.said(), agent.said());
    assert!(!said.contains("panicked") && !said.contains(MARK), "{said}");
}

#[test]
fn what_is_malformed_is_refused_and_the_page_goes_on() {
    called(25);
}

#[test]
#[ignore = "slow: ten thousand calls of each command take minutes"]
fn ten_thousand_malformed_calls_of_each_command_are_refused() {
    called(10_000);
}
