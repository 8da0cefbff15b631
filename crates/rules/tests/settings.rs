//! Settings: which value counts, where it comes from, and what is wrong with a line.

use countersign_model::{Layer, SETTINGS, SettingValue};
use countersign_rules::{Settings, SettingsLayer, parse_settings};

fn read(text: &str, layer: Layer) -> (SettingsLayer, Vec<String>) {
    let (found, problems) = parse_settings("s.toml", text.as_bytes(), layer);
    assert!(problems.iter().all(|problem| !problem.help.is_empty()));
    (
        found,
        problems
            .iter()
            .map(|problem| format!("{problem} | {}", problem.help))
            .collect(),
    )
}

#[test]
fn defaults_are_good_values() {
    let settings = Settings::default();
    assert_eq!(settings.all().len(), SETTINGS.len());
    assert!(settings.switch("fill.automatic"));
    assert_eq!(settings.number("loop.fills"), 3);
    assert_eq!(
        settings.text("passphrase.question"),
        "Which words will let you back in?"
    );
    assert_eq!(settings.text("repository.path"), "");
    assert!(
        settings
            .all()
            .iter()
            .all(|one| one.layer == Layer::BuiltIn && one.place.is_none())
    );
    assert!(settings.get("no.such").is_none());
}

#[test]
fn dotted_and_nested_names_are_the_same() {
    for text in [
        "loop.fills = 5\nloop.grace_seconds = 0x10",
        "[loop]\nfills = 5\ngrace_seconds = 1_6",
        "loop = { fills = 5, grace_seconds = 16 }",
    ] {
        let (layer, problems) = read(text, Layer::User);
        assert_eq!(problems, Vec::<String>::new(), "{text}");
        let settings = Settings::resolve(&[layer]);
        assert_eq!(
            (settings.number("loop.fills"), settings.number("loop.grace_seconds")),
            (5, 16)
        );
    }
}

#[test]
fn the_highest_layer_counts_and_its_place_is_known() {
    let (machine, _) = read("loop.fills = 4\nfill.automatic = false", Layer::Machine);
    let (user, _) = read("\n\n  loop.fills = 6", Layer::User);
    let settings = Settings::resolve(&[user, machine]);
    let fills = settings.get("loop.fills");
    assert_eq!(
        fills.map(|one| (one.layer, one.place.as_deref())),
        Some((Layer::User, Some("s.toml:3:8")))
    );
    assert_eq!(settings.number("loop.fills"), 6);
    assert!(!settings.switch("fill.automatic"));
}

#[test]
fn every_bad_line_is_named_and_the_others_count() {
    let text = r#"
loop.fils = 3
loop.fills = 99
loop.grace_seconds = "60"
fill.automatic = "yes"
passphrase.min_length = 20
passphrase.question = "two\nlines"
unlock = 3
other.name = 1
"#;
    let (layer, problems) = read(text, Layer::User);
    for (start, end) in [
        (
            "s.toml:2:6: there is no setting `loop.fils`",
            "did you mean `loop.fills`?",
        ),
        ("s.toml:3:14: `loop.fills` cannot be 99", "from 1 to 20"),
        (
            "s.toml:4:22: `loop.grace_seconds` cannot be the text \"60\"",
            "without quotes",
        ),
        (
            "s.toml:5:18: `fill.automatic` cannot be the text \"yes\"",
            "true or false",
        ),
        ("s.toml:7:23: `passphrase.question` cannot be", "one line"),
        ("s.toml:8:1: there is no setting `unlock`", "countersign settings"),
        ("s.toml:9:1: there is no setting `other`", "countersign settings"),
    ] {
        assert!(
            problems.iter().any(|one| one.starts_with(start) && one.contains(end)),
            "{start}\n{problems:#?}"
        );
    }
    assert_eq!(problems.len(), 7, "{problems:#?}");
    assert_eq!(
        layer.values.get("passphrase.min_length").map(|one| &one.value),
        Some(&SettingValue::Number(20))
    );
}

#[test]
fn a_layer_sets_only_what_it_may() {
    let (layer, problems) = read("repository.path = \"/srv/repository\"", Layer::Directory);
    assert!(layer.values.is_empty());
    assert!(problems[0].contains("cannot be set here (the directory) | the highest layer that may set it is the user"));
    let (layer, problems) = read("repository.path = \"repository\"", Layer::User);
    assert!(layer.values.is_empty() && problems[0].contains("starts with `/` or `~/`"));
}

#[test]
fn what_loads_code_is_set_by_the_administrator_or_the_root() {
    let names = "exits.change = [\"a.so\", \"b\"]\nexits.generate = \"c.so\"";
    for layer in [Layer::Machine, Layer::Root] {
        let (read, problems) = read(names, layer);
        assert_eq!(problems, Vec::<String>::new());
        let settings = Settings::resolve(&[read]);
        assert_eq!(
            (settings.words("exits.change").len(), settings.text("exits.generate")),
            (2, "c.so")
        );
    }
    for (layer, who) in [
        (Layer::User, "the user"),
        (Layer::Package, "the package"),
        (Layer::Directory, "an override"),
    ] {
        let (read, problems) = read(names, layer);
        assert!(read.values.is_empty() && problems.len() == 2);
        let starts = format!("s.toml:1:7: `exits.change` cannot be set by {who} | the machine's administrator may");
        assert!(problems[0].contains(&starts), "{problems:?}");
    }
    let (read, problems) = read("exits.network = [\"a.so\"]", Layer::Machine);
    assert!(read.values.is_empty());
    assert!(
        problems[0].contains("cannot be set by the machine | only the organisation's root"),
        "{problems:?}"
    );
}

#[test]
fn lists_are_of_what_they_are_for() {
    let hash = "0123456789abcdefABCDEF".repeat(3)[..64].to_owned();
    let (layer, problems) = read(
        &format!("exits.pins = [\n  \"{hash}\",  # a.so\n]\nexits.generate = \"\"\nexits.reads = [\"/srv/words\"]"),
        Layer::Machine,
    );
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(
        layer.values["exits.pins"].value,
        SettingValue::Words(vec![hash.clone()])
    );
    assert_eq!(layer.values["exits.generate"].value, SettingValue::Text(String::new()));
    for (line, help) in [
        (format!("exits.pins = [\"{}\"]", &hash[1..]), "exits pin FILE"),
        (
            format!("exits.pins = [\"{}\"]", hash.replace('0', "g")),
            "exits pin FILE",
        ),
        (format!("exits.pins = [\"{hash}\", \"{hash}\"]"), "each once"),
        ("exits.change = [\"../a.so\"]".to_owned(), "without their folder"),
        ("exits.change = [\"\"]".to_owned(), "without their folder"),
        ("exits.change = \"a.so\"".to_owned(), "in brackets"),
        (
            "exits.change = [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]".to_owned(),
            "at most 8",
        ),
        ("exits.generate = \"/opt/a.so\"".to_owned(), "without its folder"),
        ("exits.reads = [\"words\"]".to_owned(), "start with `/`"),
    ] {
        let (layer, problems) = read(&line, Layer::Machine);
        assert!(
            layer.values.is_empty() && problems[0].contains(help),
            "{line}: {problems:?}"
        );
    }
}

#[test]
fn the_last_good_value_stays() {
    let (good, _) = read(
        "loop.fills = 5\nloop.grace_seconds = 30\nfill.automatic = false",
        Layer::User,
    );
    let (bad, _) = read("loop.fills = 0\nloop.grace_seconds = 40", Layer::User);
    let kept = Settings::resolve(&[bad.keeping(&good)]);
    assert_eq!((kept.number("loop.fills"), kept.number("loop.grace_seconds")), (5, 40));
    assert!(kept.switch("fill.automatic"), "a line that was taken out is gone");
    let (broken, problems) = read("loop.fills = \"\nloop.grace_seconds = 40", Layer::User);
    assert!(!problems.is_empty());
    let kept = Settings::resolve(&[broken.keeping(&good)]);
    assert_eq!(kept.number("loop.fills"), 5);
    assert!(
        !kept.switch("fill.automatic"),
        "it may be in the part that cannot be read"
    );
}
