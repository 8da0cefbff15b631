//! Which window a form is: titles, the window it belongs to, how it stands, whose its program is.

mod support;

use countersign_model::{FileOwner, ParentWindow, Publisher, Role, Stance, WindowFacts};
use countersign_rules::{Contents, TemplateSet};
use support::{HEAD, control, failed, form, parsed, tree, window};

fn wanting(lines: &str) -> String {
    format!(
        "[[form]]\nkind = \"logon-failed\"\n[form.window]\nexecutable = [\"/usr/bin/app\"]\nnot_class = [\"Splash\"]\n{lines}\n[[form.require]]\ncontrol = {{ role = \"label\" }}\n"
    )
}

/// Whether the form is this window, told twice: fast, and criterion by criterion.
fn judged(lines: &str, window: &WindowFacts) -> Result<(), String> {
    let form = form(&wanting(lines));
    let judgement = form.judge(window, Contents::Controls(&tree(vec![control(Role::Label)])));
    assert_eq!(
        form.fits(window),
        judgement.matched.is_some(),
        "{lines}: {:?}",
        judgement.criteria
    );
    match judgement.matched {
        Some(_) => Ok(()),
        None => Err(failed(&judgement.criteria).join("; ")),
    }
}

fn with(change: impl FnOnce(&mut WindowFacts)) -> WindowFacts {
    let mut window = window("/usr/bin/app", "App");
    change(&mut window);
    window
}

fn standing(stance: Stance) -> WindowFacts {
    with(|window| window.stance = stance)
}

#[test]
fn one_of_several_titles() {
    let titled = |title: &str| with(|window| window.title = title.to_owned());
    let lines = "titles = [\"Log on\", \"/Anmeld(en|ung)/\", \"Connexion*\"]";
    for (title, holds) in [
        ("Log on", true),
        ("Anmelden", true),
        ("Connexion à Acme", true),
        ("Log off", false),
    ] {
        assert_eq!(judged(lines, &titled(title)).is_ok(), holds, "{title}");
    }
    assert!(
        judged(lines, &titled("Log off"))
            .unwrap_err()
            .starts_with("titles: Log off")
    );
    // With `title`, both must hold.
    let both = format!("title = \"*Acme\"\n{lines}");
    assert!(judged(&both, &titled("Connexion à Acme")).is_ok());
    assert!(judged(&both, &titled("Log on")).is_err());
}

#[test]
fn titles_with_characters_that_cannot_be_seen_are_never_answered() {
    for title in [
        "Log\u{200b} on",
        "Log on\u{202e}",
        "Log on\u{7}\u{1b}[2J",
        "\u{2066}Log on\u{2069}",
    ] {
        let window = with(|window| window.title = title.to_owned());
        let why = judged("title = \"*Log*on*\"", &window).unwrap_err();
        assert!(why.contains("some that cannot"), "{why}");
        assert!(!why.contains(['\u{200b}', '\u{202e}', '\u{7}', '\u{2066}']), "{why:?}");
        assert!(judged("titles = [\"*\"]", &window).is_err());
        // Where the title does not matter it is no matter.
        assert_eq!(judged("class = \"App\"", &window), Ok(()));
    }
}

#[test]
fn the_window_it_belongs_to() {
    let of = |title: &str, class: &str| {
        standing(Stance {
            parent: Some(ParentWindow {
                title: title.to_owned(),
                class: class.to_owned(),
            }),
            ..Stance::default()
        })
    };
    let lines = "parent = { title = \"Ledger*\", class = \"Ledger\" }";
    assert_eq!(judged(lines, &of("Ledger 2026", "Ledger")), Ok(()));
    assert!(
        judged(lines, &of("Mail", "Ledger"))
            .unwrap_err()
            .starts_with("parent: “Mail”")
    );
    assert!(judged(lines, &of("Ledger 2026", "Mail")).is_err());
    assert_eq!(
        judged(lines, &standing(Stance::default())).unwrap_err(),
        "parent: it belongs to no window"
    );
    assert_eq!(judged("parent = { class = \"Ledger\" }", &of("Mail", "Ledger")), Ok(()));
    assert_eq!(judged("", &of("Mail", "Mail")), Ok(()));
}

#[test]
fn how_it_stands_on_the_screen() {
    let shown = standing(Stance::default());
    let icon = standing(Stance {
        visible: false,
        minimised: true,
        parent: None,
    });
    for (lines, on_screen, as_icon) in [
        ("", true, true),
        ("visible = true", true, false),
        ("visible = false", false, true),
        ("minimised = true", false, true),
        ("minimised = false", true, false),
    ] {
        assert_eq!(judged(lines, &shown).is_ok(), on_screen, "{lines}");
        assert_eq!(judged(lines, &icon).is_ok(), as_icon, "{lines}");
    }
    assert_eq!(
        judged("visible = true", &icon).unwrap_err(),
        "visible: not on the screen"
    );
    assert_eq!(judged("minimised = false", &icon).unwrap_err(), "minimised: an icon");
}

fn owned(owner: FileOwner) -> WindowFacts {
    with(|window| {
        if let Ok(process) = &mut window.process {
            process.owner = owner;
        }
    })
}

#[test]
fn whose_its_program_is() {
    for (owner, root, ours) in [
        (FileOwner::Root, true, true),
        (FileOwner::User, false, true),
        (FileOwner::Other, false, false),
    ] {
        assert_eq!(judged("owner = [\"root\"]", &owned(owner)).is_ok(), root, "{owner:?}");
        assert_eq!(
            judged("owner = [\"root\", \"user\"]", &owned(owner)).is_ok(),
            ours,
            "{owner:?}"
        );
    }
    assert_eq!(
        judged("owner = [\"root\"]", &owned(FileOwner::User)).unwrap_err(),
        "owner: the user's own"
    );
}

#[test]
fn the_code_that_is_loaded_into_its_program() {
    let loading = |file: Option<&str>| {
        with(|window| {
            if let Ok(process) = &mut window.process {
                process.foreign = file.map(Into::into);
            }
        })
    };
    assert_eq!(judged("", &loading(None)), Ok(()));
    let refused = judged("", &loading(Some("/home/u/liblies.so"))).unwrap_err();
    assert!(
        refused.contains("loads: /home/u/liblies.so, which somebody else may change"),
        "{refused}"
    );
    // What the template names may be loaded, and nothing else.
    let lines = "loads = [\"/home/*/.app/plugins/*.so\"]";
    assert_eq!(judged(lines, &loading(Some("/home/u/.app/plugins/chart.so"))), Ok(()));
    assert!(judged(lines, &loading(Some("/home/u/liblies.so"))).is_err());
}

#[test]
fn who_looks_like_it_is_told_from_who_is_it() {
    let template = |lines: &str| {
        let text = format!("{HEAD}{}", wanting(lines));
        TemplateSet::build(vec![(Publisher::Package, parsed(&text))]).0
    };
    let mut other = with(|window| {
        if let Ok(process) = &mut window.process {
            process.executable = "/home/u/app".into();
        }
    });
    other.title = "App".to_owned();
    let set = template("title = \"App\"");
    assert_eq!((set.candidates(&other).len(), set.lookalikes(&other).len()), (0, 1));
    // Without a title or class of its own nothing looks like it.
    assert_eq!(template("").lookalikes(&other).len(), 0);
    other.title = "Other".to_owned();
    assert_eq!(set.lookalikes(&other).len(), 0);
}

fn packaged(name: Option<&str>) -> WindowFacts {
    with(|window| {
        if let Ok(process) = &mut window.process {
            process.package = name.map(str::to_owned);
        }
    })
}

#[test]
fn the_package_of_its_program() {
    let lines = "package = [\"app\", \"app-gtk\"]";
    assert_eq!(judged(lines, &packaged(Some("app-gtk"))), Ok(()));
    assert!(
        judged(lines, &packaged(Some("apple")))
            .unwrap_err()
            .contains("package: apple")
    );
    assert!(
        judged(lines, &packaged(None))
            .unwrap_err()
            .contains("no package that is known")
    );
}

#[test]
fn a_package_is_asked_for_only_where_everything_else_holds() {
    let set = |lines: &str| {
        let (set, _) = TemplateSet::build(vec![(Publisher::Package, parsed(&format!("{HEAD}{}", wanting(lines))))]);
        set
    };
    let asks = |lines: &str, window: &WindowFacts| set(lines).asks_package(window);
    let lines = "package = [\"app\"]\ntitle = \"App\"";
    assert!(asks(lines, &packaged(None)));
    assert!(!asks(lines, &packaged(Some("other"))), "it is known");
    assert!(!asks("title = \"App\"", &packaged(None)));
    let mut elsewhere = packaged(None);
    elsewhere.title = "Other".to_owned();
    assert!(!asks(lines, &elsewhere));
    assert!(!asks(&format!("{lines}\nowner = [\"root\"]"), &owned(FileOwner::User)));
    let off = HEAD.replace("[logon]", "enabled = false\n[logon]");
    let (disabled, _) = TemplateSet::build(vec![(Publisher::Package, parsed(&format!("{off}{}", wanting(lines))))]);
    assert!(!disabled.asks_package(&packaged(None)));
}

#[test]
fn what_its_program_runs_and_who_started_it() {
    let running = |script: Option<&str>, by: Option<&str>| {
        with(|window| {
            if let Ok(process) = &mut window.process {
                process.script = script.map(Into::into);
                process.started_by = by.map(Into::into);
            }
        })
    };
    let script = "script = [\"/usr/share/app/*.py\"]";
    assert_eq!(judged(script, &running(Some("/usr/share/app/main.py"), None)), Ok(()));
    assert!(
        judged(script, &running(Some("/home/anna/main.py"), None))
            .unwrap_err()
            .starts_with("script:")
    );
    assert!(judged(script, &running(None, None)).is_err());
    let by = "started_by = [\"/usr/bin/ssh\"]";
    assert_eq!(judged(by, &running(None, Some("/usr/bin/ssh"))), Ok(()));
    assert!(
        judged(by, &running(None, Some("/usr/bin/bash")))
            .unwrap_err()
            .starts_with("started_by:")
    );
    assert!(judged(by, &running(None, None)).is_err());
    assert!(
        judged("class = \"Other\"", &running(None, None))
            .unwrap_err()
            .starts_with("class:")
    );
    let elsewhere = window("/opt/app", "App");
    assert!(judged("", &elsewhere).unwrap_err().starts_with("executable:"));
}
