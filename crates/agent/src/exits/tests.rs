//! Exits as the settings name them, compiled from C and called for real: `countersign-exits` has to be built beside these tests, as
//! `cargo xtask test` does.

use super::*;
use countersign_exits::Sha256;
use countersign_model::{Layer, LengthRules, Policy};
use countersign_rules::parse_settings;
use countersign_rules::policy::{Circumstances, Judge, Lists};
use countersign_wire::{CheckResult, ExitRole};
use std::path::Path;
use std::process::Command;

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/exits");
const ADA: Account<'_> = Account {
    user: "ada",
    application: "Ledger",
    login: "a.l",
};

/// A folder of exits.
struct Site(tempfile::TempDir);

impl Site {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn compiled(&self, source: &Path, name: &str) {
        let mut cc = Command::new("cc");
        cc.args(["-w", "-shared", "-fPIC", "-I", DOCS, "-o"]);
        assert!(cc.arg(self.path(name)).arg(source).status().unwrap().success());
    }

    fn sample(&self, name: &str) {
        self.compiled(&Path::new(DOCS).join(format!("{name}.c")), &format!("{name}.so"));
    }

    /// A change exit whose two functions do this.
    fn change(&self, name: &str, before: &str, after: &str) {
        let tell =
            "void *ctx, const char *user, const char *appl, const char *login, const char *password, char **said";
        let text = format!(
            "#include \"ssod_exits.h\"\n#include <string.h>\n#include <stdlib.h>
             static int asked;
             unsigned long ssod_Exit_Pwd_Init(void **ctx, unsigned long *version) {{ return 0; }}
             unsigned long ssod_Exit_Pwd_Term(void **ctx) {{ return 0; }}
             unsigned long ssod_Exit_PreSetPwd({tell}) {{ asked++; {before} return 0; }}
             unsigned long ssod_Exit_PostSetPwd({tell}) {{ {after} return 0; }}"
        );
        let source = self.path("exit.c");
        std::fs::write(&source, text).unwrap();
        self.compiled(&source, name);
    }

    /// A generator that makes this.
    fn generator(&self, name: &str, generate: &str) {
        let text = format!(
            "#include \"ssod_exits.h\"\n#include <stdio.h>\n#include <string.h>
             static int calls;
             unsigned long ssod_Exit_Auto_Init(void **ctx, unsigned long *version) {{ return 0; }}
             unsigned long ssod_Exit_Auto_Term(void **ctx) {{ return 0; }}
             unsigned long ssod_Exit_PwdAutoGen(void *ctx, const char *user, const SEOS_PASSWDRULES *rules, const char *appl,
                 const char *login, char *made, int size, char **said) {{ calls++; {generate} return 0; }}"
        );
        let source = self.path("exit.c");
        std::fs::write(&source, text).unwrap();
        self.compiled(&source, name);
    }

    /// The exits as the machine's administrator sets them, every one of these files pinned.
    fn exits(&self, settings: &str, pinned: &[&str]) -> Exits {
        let pins = pinned
            .iter()
            .map(|name| Sha256::of_file(&self.path(name)).unwrap().to_string());
        let pins: Vec<String> = pins.collect();
        let folder = self.0.path().display();
        let text = format!("exits.folder = \"{folder}\"\nexits.pins = {pins:?}\n{settings}");
        of(Layer::Machine, &text)
    }
}

fn of(layer: Layer, text: &str) -> Exits {
    let (read, problems) = parse_settings("s.toml", text.as_bytes(), layer);
    assert!(problems.is_empty(), "{problems:?}");
    Exits::of(&Settings::resolve(&[read]))
}

fn password(text: &str) -> Password {
    Password::from_utf8(text.as_bytes()).unwrap()
}

fn is_sendable<T: Send + 'static>() {}

#[test]
fn where_none_is_named_nothing_is_asked() {
    let exits = Exits::of(&Settings::default());
    let agreed = exits.agree(&ADA, password("hunter2")).unwrap();
    assert_eq!((agreed.password().expose(), agreed.said().count()), ("hunter2", 0));
    assert!(agreed.updated().is_empty() && exits.examine().is_empty());
    let policy = Policy::new("p", LengthRules { min: 8, max: 20 });
    let lists = Lists::default();
    let judge = Judge::new(&policy, &lists, Circumstances::default());
    assert!(exits.generate(&ADA, &judge).unwrap().is_none());
    is_sendable::<Exits>();
    is_sendable::<Agreed>();
    is_sendable::<Refusal>();
    is_sendable::<Vec<Told>>();
}

#[test]
fn the_first_that_refuses_wins_and_its_sentence_reaches_the_user() {
    let site = Site::new();
    site.change("first.so", "*said = \"fine\";", "abort();");
    site.change(
        "second.so",
        "*said = strdup(password); return strcmp(password, \"hunter2\") ? 0 : 7;",
        "",
    );
    site.change("third.so", "abort();", "");
    let all = ["first.so", "second.so", "third.so"];
    let exits = site.exits("exits.change = [\"first.so\", \"second.so\", \"third.so\"]", &all);
    let refused = exits.agree(&ADA, password("hunter2")).err().unwrap();
    assert!(matches!(&refused.why, ExitError::Rejected { code: 7, .. }), "{refused}");
    assert_eq!(
        (refused.exit.as_str(), refused.said().map(Sentence::expose)),
        ("second.so", Some("hunter2"))
    );
    let reply = ErrorReply::from(&refused);
    assert_eq!(reply.code, ErrorCode::Refused);
    let shown = format!("{refused} {refused:?} {reply:?}");
    assert!(shown.contains("`second.so`") && !shown.contains("hunter2"), "{shown}");
    // One that gives no answer refuses, too.
    let refused = exits.agree(&ADA, password("hunter3")).err().unwrap();
    assert!(
        matches!(&refused.why, ExitError::Crashed { .. }) && refused.exit == "third.so",
        "{refused}"
    );
    assert!(ErrorReply::from(&refused).next.unwrap().contains("countersign doctor"));
}

#[test]
fn all_that_agreed_are_told_whatever_becomes_of_one() {
    let site = Site::new();
    let knows =
        "if (asked != 1 || strcmp(password, \"hunter2\") || strcmp(user, \"ada\") || strcmp(login, \"a.l\")) return 9;";
    site.change("a.so", "*said = \"yes\";", &format!("{knows} abort();"));
    site.change("b.so", "", &format!("{knows} return 4;"));
    site.change("c.so", "", &format!("{knows} *said = \"noted\";"));
    let exits = site.exits(
        "exits.change = [\"a.so\", \"b.so\", \"c.so\"]",
        &["a.so", "b.so", "c.so"],
    );
    let agreed = exits.agree(&ADA, password("hunter2")).unwrap();
    let said: Vec<_> = agreed.said().map(|(exit, said)| (exit, said.expose())).collect();
    assert_eq!(said, [("a.so", "yes")]);
    let told = std::thread::spawn(move || agreed.updated()).join().unwrap();
    assert_eq!(
        told.iter().map(|told| told.exit.as_str()).collect::<Vec<_>>(),
        ["a.so", "b.so", "c.so"]
    );
    assert!(matches!(told[0].said, Err(ExitError::Crashed { .. })));
    assert!(matches!(told[1].said, Err(ExitError::Failed { code: 4, .. })));
    assert!(matches!(&told[2].said, Ok(Some(said)) if said.expose() == "noted"));
}

#[test]
fn what_is_not_pinned_is_never_loaded_and_the_change_refused() {
    let site = Site::new();
    site.sample("reject_application_name");
    let settings = "exits.change = [\"reject_application_name.so\"]";
    let exits = site.exits(settings, &["reject_application_name.so"]);
    let rejected = exits.agree(&ADA, password("ledger")).err().unwrap();
    assert!(rejected.said().unwrap().expose().contains("not allowed"), "{rejected}");
    assert!(exits.agree(&ADA, password("Ledger2")).is_ok());

    let refused = site
        .exits(settings, &[])
        .agree(&ADA, password("Ledger2"))
        .err()
        .unwrap();
    assert!(refused.to_string().contains("add that hash"), "{refused}");
    // The same exits from now on: each change looks at the file again.
    site.change("reject_application_name.so", "", "");
    let refused = exits.agree(&ADA, password("Ledger2")).err().unwrap();
    assert!(matches!(refused.why, ExitError::NotPinned { .. }), "{refused}");
    std::fs::remove_file(site.path("reject_application_name.so")).unwrap();
    let refused = exits.agree(&ADA, password("Ledger2")).err().unwrap();
    assert!(matches!(refused.why, ExitError::Unreadable { .. }), "{refused}");
}

#[test]
fn a_name_without_its_ending_is_a_program() {
    let site = Site::new();
    std::fs::copy(Path::new(DOCS).join("long_enough.py"), site.path("long_enough.py")).unwrap();
    let exits = site.exits("exits.change = [\"long_enough.py\"]", &["long_enough.py"]);
    let refused = exits.agree(&ADA, password("hunter2")).err().unwrap();
    assert_eq!(refused.said().unwrap().expose(), "Use twelve characters or more.");
    let agreed = exits.agree(&ADA, password("hunter2-hunter2")).unwrap();
    assert!(agreed.updated()[0].said.is_ok());
}

#[test]
fn only_a_signature_lets_an_exit_connect() {
    let site = Site::new();
    let pins = "exits.change = [\"a.so\", \"b.so\"]\n";
    let allowed = |exits: &Exits| exits.change.iter().map(|exit| exit.network).collect::<Vec<_>>();
    assert_eq!(allowed(&site.exits(pins, &[])), [Network::Forbidden; 2]);
    let signed = of(Layer::Root, &format!("{pins}exits.network = [\"b.so\"]"));
    assert_eq!(allowed(&signed), [Network::Forbidden, Network::Allowed]);
    let looser = site.exits(
        &format!("{pins}exits.confinement = \"best-effort\"\nexits.reads = [\"/srv/words\"]"),
        &[],
    );
    let exit = &looser.change[0];
    assert_eq!(exit.confinement, Confinement::BestEffort);
    assert_eq!(exit.reads, [Path::new("/srv/words")]);
}

#[test]
fn a_generator_is_judged_and_asked_again_so_often_and_no_more() {
    let site = Site::new();
    let policy = Policy::new("p", LengthRules { min: 4, max: 6 });
    let lists = Lists::default();
    let judge = Judge::new(&policy, &lists, Circumstances::default());
    let made = |generate: &str| {
        site.generator("made.so", generate);
        let exits = site.exits("exits.generate = \"made.so\"", &["made.so"]);
        exits.generate(&ADA, &judge)
    };
    let told = "if (rules->min_len != 4 || rules->max_len != 6 || size != 7) return 9;";
    let third = made(&format!("{told} strcpy(made, calls < 3 ? \"abc\" : \"abcdef\");"));
    assert_eq!(third.unwrap().unwrap().expose(), "abcdef");
    let tenth = made("sprintf(made, calls < 10 ? \"%d\" : \"ten%d\", calls);");
    assert_eq!(tenth.unwrap().unwrap().expose(), "ten10");
    let eleventh = made("strcpy(made, calls < 11 ? \"abc\" : \"abcdef\");").unwrap_err();
    let said = eleventh.to_string();
    assert!(
        said.contains("`made.so` made 10") && said.contains("at least 4 characters"),
        "{said}"
    );
    let failed = made("*said = \"no\"; return 3;").unwrap_err();
    assert!(
        matches!(&failed, NotGenerated::Exit(refusal) if refusal.said().is_some_and(|said| said.expose() == "no")),
        "{failed}"
    );
    let too_long = made("memset(made, 'x', size);").unwrap_err();
    assert!(
        matches!(
            &too_long,
            NotGenerated::Exit(Refusal {
                why: ExitError::Unterminated,
                ..
            })
        ),
        "{too_long}"
    );
}

#[test]
fn the_sample_generator_keeps_to_a_policy() {
    let site = Site::new();
    site.sample("small_first_letter");
    let exits = site.exits("exits.generate = \"small_first_letter.so\"", &["small_first_letter.so"]);
    let policy = Policy::new("p", LengthRules { min: 12, max: 16 });
    let lists = Lists::default();
    let judge = Judge::new(&policy, &lists, Circumstances::default());
    let made = exits.generate(&ADA, &judge).unwrap().unwrap();
    assert_eq!(made.expose().len(), 16);
    assert!(made.expose().starts_with(|c: char| c.is_ascii_lowercase()));
}

#[test]
fn each_is_tried_and_what_is_wrong_is_told() {
    let site = Site::new();
    site.sample("reject_application_name");
    site.generator("made.so", "");
    site.change("late.so", "", "");
    let settings =
        "exits.change = [\"reject_application_name.so\", \"late.so\", \"gone.so\"]\nexits.generate = \"made.so\"";
    let pinned = ["reject_application_name.so", "made.so"];
    let all = site.exits(settings, &pinned).examine();
    let told: Vec<_> = all
        .iter()
        .map(|exit| (exit.name.as_str(), exit.role, exit.problem.is_some()))
        .collect();
    assert_eq!(
        told,
        [
            ("reject_application_name.so", ExitRole::Change, false),
            ("late.so", ExitRole::Change, true),
            ("gone.so", ExitRole::Change, true),
            ("made.so", ExitRole::Generate, false),
        ]
    );
    let hash = Sha256::of_file(&site.path("late.so")).unwrap().to_string();
    assert_eq!(all[1].sha256.as_deref(), Some(hash.as_str()));
    assert!(all[2].sha256.is_none() && all[0].held.is_some());
    let checks: Vec<_> = all.into_iter().map(check_of).collect();
    assert_eq!(checks[0].result, CheckResult::Good);
    assert_eq!(
        (checks[1].name.as_str(), checks[1].result),
        ("exit late.so", CheckResult::Bad)
    );
    assert!(checks[1].found.contains(&hash) && checks[1].next.is_some());
    // A generator in the place of a change exit has not its functions.
    let wrong = site.exits("exits.change = [\"made.so\"]", &["made.so"]).examine();
    assert!(wrong[0].problem.as_deref().unwrap().contains("ssod_Exit_Pwd_Init"));
}
