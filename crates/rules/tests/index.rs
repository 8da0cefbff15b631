//! The index answers what looking at every form answers, for sets and windows drawn from a seed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

mod support;

use countersign_model::{Publisher, Verdict, WindowFacts};
use countersign_rules::{Contents, FormRef, TemplateSet, parse_template};
use std::fmt::Write as _;
use std::path::PathBuf;
use support::window;

/// Numbers that are the same each time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        let at = self.below(u64::try_from(of.len()).unwrap());
        of[usize::try_from(at).unwrap()]
    }
}

const EXECUTABLES: &[&str] = &[
    "/usr/bin/app",
    "/usr/bin//app",
    "/usr/bin/app2",
    "/opt/acme/bin/client",
    "/usr/bin/ap?",
    "/opt/*/bin/client",
    "/opt/**/client",
    "/usr/bin/{app,app2}",
    "/usr/bin/[a-c]pp",
    "**/client",
    "/opt/acme/**",
];

const TITLES: &[&str] = &[
    "Log on",
    "Log on*",
    "*Log on",
    "* - Acme ?",
    "Log on to {username}",
    "{username}",
    "?*",
    "ß*",
    "K",
    "/Log (on|in)/",
    "/(?i)log (on|in) - acme [0-9]/",
    "/(?i)ſtraße.*/",
    "/.*Acme.*/",
    "/{username} - Acme/",
    "/(Log on)?/",
    "/[A-Z]og on|Acme/",
    "/(?i)k{2,}/",
    "/(?-u:[a-z ]+)/",
];

const PATHS: &[&str] = &[
    "/srv/a.jar",
    "/srv/**",
    "/srv/./b.jar",
    "/usr/bin/[x]sh",
    "/home/*/c.py",
];

fn set(draw: &mut Draw, templates: u64) -> TemplateSet {
    let mut sources = Vec::new();
    for number in 0..templates {
        let mut text = format!(
            "schema = 1\nid = \"org.example.A{number}\"\nname = \"A\"\n[logon]\nfields = [\"username\", \"password\"]\n"
        );
        for _ in 0..=draw.below(2) {
            let executable = match draw.below(3) {
                0 => format!("'{}', '{}'", draw.one(EXECUTABLES), draw.one(EXECUTABLES)),
                _ => format!("'{}'", draw.one(EXECUTABLES)),
            };
            let _ = write!(
                text,
                "[[form]]\nkind = \"logon\"\n[form.window]\nexecutable = [{executable}]\n"
            );
            if draw.below(5) > 0 {
                let _ = writeln!(text, "title = '{}'", draw.one(TITLES));
            }
            if draw.below(4) == 0 {
                let _ = writeln!(
                    text,
                    "class = '{}'",
                    draw.one(&["App", "A*", "/(?i)app|other/", "Other"])
                );
            }
            for key in ["script", "started_by"] {
                if draw.below(4) == 0 {
                    let _ = writeln!(text, "{key} = ['{}', '{}']", draw.one(PATHS), draw.one(PATHS));
                }
            }
            text.push_str("[form.bind]\nusername = { role = \"text\" }\npassword = { role = \"password-text\" }\n");
            text.push_str("[form.respond]\nmethod = \"controls\"\nsubmit_key = \"Return\"\n");
        }
        let parsed = parse_template(&format!("{number}.toml"), text.as_bytes()).unwrap();
        let publisher = match draw.below(3) {
            0 => Publisher::Package,
            _ => Publisher::Unsigned,
        };
        sources.push((publisher, parsed));
    }
    TemplateSet::build(sources).0
}

fn facts(draw: &mut Draw) -> WindowFacts {
    let executable = draw.one(&[
        "/usr/bin/app",
        "/usr/bin/app2",
        "/usr/bin/apq",
        "/usr/bin/bpp",
        "/opt/acme/bin/client",
        "/opt/client",
        "/opt/a/b/client",
        "/usr/bin/none",
    ]);
    let title = draw.one(&[
        "Log on",
        " Log on ",
        "Log in",
        "log ON - ACME 7",
        "Log on - Acme 7",
        "Log on to demo",
        "demo - Acme",
        "STRASSE",
        "straße 7",
        "ſtraße",
        "ßx",
        "\u{212a}",
        "K",
        "kK\u{212a}",
        "Fog on",
        "Acme",
        "",
    ]);
    let mut window = window(executable, title);
    window.class = draw.one(&["App", "app", "Other", "Axe", ""]).to_owned();
    let process = window.process.as_mut().unwrap();
    process.script =
        Some(PathBuf::from(draw.one(&["/srv/a.jar", "/srv/b.jar", "/home/me/c.py"]))).filter(|_| draw.below(3) > 0);
    process.started_by = Some(PathBuf::from(draw.one(&["/usr/bin/xsh", "/srv/x/a.jar"]))).filter(|_| draw.below(3) > 0);
    window
}

fn of_program(form: &FormRef, window: &WindowFacts) -> bool {
    let judged = form.judge(window, Contents::Nothing);
    let executable = judged.criteria.iter().find(|criterion| criterion.what == "executable");
    executable.is_some_and(|criterion| criterion.verdict == Verdict::Passed)
}

#[test]
fn the_index_answers_as_looking_at_every_form_does() {
    let mut draw = Draw(20_261_121);
    let (mut fitting, mut seen) = (0, 0);
    for round in 0..24 {
        let set = set(&mut draw, 1 + round * round / 3);
        let every: Vec<FormRef> = set.templates().flat_map(|loaded| loaded.forms()).collect();
        for _ in 0..60 {
            let window = facts(&mut draw);
            let one_by_one: Vec<&FormRef> = every.iter().filter(|form| form.fits(&window)).collect();
            let candidates = set.candidates(&window);
            assert_eq!(
                candidates.iter().collect::<Vec<_>>(),
                one_by_one,
                "round {round}: {window:?}"
            );
            let related = set.related(&window);
            let expected: Vec<&FormRef> = every.iter().filter(|form| of_program(form, &window)).collect();
            assert_eq!(
                related.iter().collect::<Vec<_>>(),
                expected,
                "round {round}: {window:?}"
            );
            for (form, same) in candidates.iter().zip(one_by_one) {
                let (one, other) = (
                    form.judge(&window, Contents::Nothing),
                    same.judge(&window, Contents::Nothing),
                );
                assert_eq!(one.criteria, other.criteria);
            }
            fitting += candidates.len();
            seen += every.len();
        }
    }
    // Neither everything nor nothing fits, or the comparison would show little.
    assert!(fitting * 100 > seen && fitting * 4 < seen, "{fitting} of {seen}");
}

#[test]
fn templates_stay_what_they_are_when_they_are_packed() {
    let mut draw = Draw(7);
    let set = set(&mut draw, 40);
    for loaded in set.templates() {
        let template = loaded.template();
        assert_eq!(
            (template.id.as_str(), template.name.as_str()),
            (loaded.id(), loaded.name())
        );
        assert_eq!(set.get(&template.id).map(|found| found.place()), Some(loaded.place()));
        let opened: Vec<_> = loaded.forms().filter_map(|form| form.form().cloned()).collect();
        assert_eq!(opened, template.form);
    }
    assert!(set.get(&"org.example.None".into()).is_none());
}
