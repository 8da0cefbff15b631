//! Setting overrides: what they may say, and which of them counts.

#![cfg(test)]
use countersign_model::{SettingValue, Timestamp};
use countersign_rules::{Laid, Override, merge_overrides, parse_override};

fn read(text: &str) -> Override {
    let (found, problems) = parse_override("o.toml", text.as_bytes()).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    found
}

const DAY: u64 = 86_400_000;

#[test]
fn an_override_says_for_whom_and_from_when() {
    let found =
        read("groups = [\"Sales Leads\"]\npriority = 5\nfrom = 2026-12-01\n[settings]\nfill.automatic = false\n");
    assert_eq!(found.from, Some(Timestamp(20_788 * DAY)));
    let member = vec!["sales leads".to_owned()];
    assert!(found.applies(&member, Timestamp(20_788 * DAY)));
    assert!(!found.applies(&member, Timestamp(20_788 * DAY - 1)));
    assert!(!found.applies(&["other".to_owned()], Timestamp(u64::MAX)));
    assert!(read("[settings]\nloop.fills = 2\n").applies(&[], Timestamp(0)));
    assert_eq!(read("from = 1970-01-01\n").from, Some(Timestamp(0)));
    assert_eq!(read("from = 2000-02-29\n").from, Some(Timestamp(11_016 * DAY)));
}

#[test]
fn what_is_not_good_is_named_with_its_place() {
    for (text, wanted) in [
        ("group = [\"a\"]\n", "an override has no `group`"),
        ("groups = \"a\"\n", "`groups` cannot be this"),
        ("priority = 1001\n", "`priority` cannot be this"),
        ("from = \"2026-12-01\"\n", "`from` cannot be this"),
        ("settings = 3\n", "an override has no `settings`"),
        ("[settings\n", "this is not TOML"),
    ] {
        let problems = parse_override("o.toml", text.as_bytes()).unwrap_err();
        assert!(
            problems.iter().any(|problem| problem.message.contains(wanted)),
            "{text}: {problems:?}"
        );
    }
    let text = "[settings]\nloop.fills = 2\nloop.filz = 3\nunlock.floor = \"weak\"\npassphrase.min_length = 8\n";
    let (found, problems) = parse_override("o.toml", text.as_bytes()).unwrap();
    assert_eq!(found.settings.values.len(), 1);
    let messages: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "there is no setting `loop.filz`",
            "`unlock.floor` cannot be set by an override",
            "`passphrase.min_length` cannot be set by an override"
        ]
    );
}

#[test]
fn the_deeper_unit_counts_then_the_priority_and_ties_are_named() {
    let high = read("priority = 9\n[settings]\nloop.fills = 1\nlock.idle_minutes = 1\nfill.automatic = true\n");
    let deep = read("[settings]\nloop.fills = 2\n");
    let strong = read("priority = 1\n[settings]\nloop.fills = 3\nloop.grace_seconds = 10\n");
    let tied = read("priority = 1\n[settings]\nloop.fills = 3\nloop.grace_seconds = 20\n");
    let laid = |depth, source: &str, stands| Laid {
        depth,
        source: source.to_owned(),
        stands,
    };
    let (merged, problems) = merge_overrides(vec![
        laid(0, "high", &high),
        laid(1, "deep", &deep),
        laid(1, "tied", &tied),
        laid(1, "strong", &strong),
    ]);
    let value = |name: &str| (merged.values[name].value.clone(), merged.values[name].place.as_str());
    assert_eq!(value("loop.fills"), (SettingValue::Number(3), "strong"));
    assert_eq!(value("loop.grace_seconds"), (SettingValue::Number(10), "strong"));
    assert_eq!(value("lock.idle_minutes"), (SettingValue::Number(1), "high"));
    assert_eq!(problems.len(), 1);
    assert!(problems[0].to_string().contains("loop.grace_seconds"), "{problems:?}");
}
