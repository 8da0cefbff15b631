//! A hostile directory and a bad network against the real repository and its real child process: each attack with what must happen and
//! the one sentence the user sees. `docs/hostile-directory.md` lists them and is checked against this suite.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a suite's own functions fail by panicking"
)]

#[path = "hostile/binding.rs"]
mod binding;
#[path = "hostile/connecting.rs"]
mod connecting;
#[path = "hostile/contents.rs"]
mod contents;
#[path = "hostile/lab.rs"]
mod lab;
mod ldap;
#[path = "hostile/messages.rs"]
mod messages;
#[path = "hostile/names.rs"]
mod names;
#[path = "hostile/searching.rs"]
mod searching;
#[path = "hostile/sweep.rs"]
mod sweep;

use lab::Attack;
use std::path::PathBuf;

const BEGIN: &str = "<!-- repository: begin -->\n";
const END: &str = "<!-- repository: end -->";

fn all() -> Vec<(&'static str, &'static [Attack])> {
    vec![
        ("Reaching a server", connecting::ALL),
        ("Saying who asks", binding::ALL),
        ("Asking", searching::ALL),
        ("Messages that are none", messages::ALL),
        ("What is in the directory", contents::ALL),
        ("Names and people", names::ALL),
    ]
}

fn table() -> String {
    let mut table = String::new();
    for (title, attacks) in all() {
        table += &format!(
            "\n### {title}\n\n| Test | Attack or fault | What happens | What the user reads |\n|---|---|---|---|\n"
        );
        for Attack {
            name,
            attack,
            must,
            says,
        } in attacks
        {
            let says = match says.is_empty() {
                true => "nothing: it works".to_owned(),
                false => says.replace('|', "\\|"),
            };
            table += &format!("| `{name}` | {attack} | {must} | {says} |\n");
        }
    }
    table + "\n"
}

/// `COUNTERSIGN_BLESS=1` writes the table anew.
#[test]
fn the_list_in_the_documents_is_this_suite() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/hostile-directory.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (listed, after) = rest.split_once(END).unwrap();
    if std::env::var_os("COUNTERSIGN_BLESS").is_some() {
        std::fs::write(&file, format!("{before}{BEGIN}{}{END}{after}", table())).unwrap();
    } else {
        assert_eq!(listed, table(), "run the suite with COUNTERSIGN_BLESS=1");
    }
    let count: usize = all().iter().map(|(_, attacks)| attacks.len()).sum();
    assert!(count >= 40, "{count}");
}
