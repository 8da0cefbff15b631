use super::super::{Configuration, Templates};
use super::*;
use crate::paths::Paths;
use countersign_model::{Monotonic, TemplateId, Timestamp};
use countersign_secret::Key;
use countersign_signon::Now;
use countersign_store::Store;
use countersign_wire::{ErrorCode, ErrorReply, PolicyNamedBy};

const NOW: Now = Now {
    steady: Monotonic(0),
    wall: Timestamp(0),
};

struct Room {
    folder: tempfile::TempDir,
    device: Store,
}

impl Room {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (device, _) = Store::open(&folder.path().join("device"), Key::from_fill(|out| out.fill(7))).unwrap();
        Self { folder, device }
    }

    fn write(&self, name: &str, text: &str) -> &Self {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    fn policy(&self, id: &str, min: u32) -> &Self {
        self.write(&format!("package/policies/{id}.toml"), &policy(id, min))
    }

    fn template(&self, id: &str, logon: &str) -> &Self {
        let text = include_str!("../../../../../templates/org.gnome.zenity.password.toml");
        let text = text.replacen("org.gnome.zenity.password", id, 1);
        let text = text.replacen("[logon]", &format!("[logon]\n{logon}"), 1);
        self.write(&format!("package/templates/{id}.toml"), &text)
    }

    fn loaded(&self) -> Configuration {
        let below = |name: &str| self.folder.path().join(name);
        let paths = Paths {
            runtime: below("runtime"),
            state: below("state"),
            user_settings: below("settings.toml"),
            machine_settings: below("machine.toml"),
            machine_secret: below("machine-secret"),
            package: below("package"),
            default_repository: below("repository"),
        };
        Configuration::load(paths, None, &self.device, NOW)
    }
}

/// The same after an exchange.
fn refreshed(mut configuration: Configuration, room: &Room) -> Configuration {
    let fetched = Ok((Vec::new(), Vec::new()));
    let package = room.folder.path().join("package");
    let signed = Signed::default();
    let edition = configuration.edition().next(&package, fetched, &signed, &room.device);
    assert_eq!(configuration.take(edition, signed, NOW), Templates::Same);
    configuration
}

fn policy(id: &str, min: u32) -> String {
    format!("schema = 1\nid = \"{id}\"\nname = \"{id}\"\n[length]\nmin = {min}\n")
}

/// The policy that counts for an application: its id, its least length, and who names it.
fn counting(configuration: &Configuration, template: &str) -> String {
    let id = TemplateId::from(template);
    let standing = configuration.policy_for(&id).unwrap();
    let (name, by) = configuration.policy_name(Some(&id)).unwrap();
    assert_eq!(name, standing.policy().id);
    let by = match by {
        PolicyNamedBy::Template(id) => id.to_string(),
        PolicyNamedBy::Setting { layer, .. } => format!("{layer:?}"),
    };
    format!("{name} {} by {by}", standing.policy().length.min)
}

fn none(configuration: &Configuration, template: &str) -> (ErrorCode, String) {
    let error = ErrorReply::from(configuration.policy_for(&TemplateId::from(template)).unwrap_err());
    (
        error.code,
        format!("{}; next: {}", error.message, error.next.unwrap_or_default()),
    )
}

#[test]
fn the_template_counts_before_the_setting_and_the_setting_before_nothing() {
    let room = Room::new();
    room.policy("company", 14).policy("till", 15).policy("house", 16);
    room.template("org.example.Plain", "")
        .template("org.example.Till", "policy = \"till\"");
    let configuration = room.loaded();
    assert_eq!(
        counting(&configuration, "org.example.Till"),
        "till 15 by org.example.Till"
    );
    assert_eq!(counting(&configuration, "org.example.Plain"), "company 14 by BuiltIn");
    room.write("settings.toml", "password.policy = \"house\"\n");
    let configuration = room.loaded();
    assert_eq!(counting(&configuration, "org.example.Plain"), "house 16 by User");
    assert_eq!(
        counting(&configuration, "org.example.Till"),
        "till 15 by org.example.Till"
    );
    let (code, told) = none(&configuration, "org.example.None");
    assert_eq!(
        (code, told.contains("no template `org.example.None`")),
        (ErrorCode::NoMatch, true),
        "{told}"
    );
}

#[test]
fn a_policy_that_is_missing_is_named_with_where_it_would_have_to_be() {
    let room = Room::new();
    room.template("org.example.Plain", "")
        .template("org.example.Till", "policy = \"till\"");
    let configuration = room.loaded();
    let (code, told) = none(&configuration, "org.example.Till");
    assert_eq!(code, ErrorCode::NoMatch);
    for words in [
        "`till`, which the template `org.example.Till` names",
        "package/policies/till.toml",
        "`logon.policy`",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let (_, told) = none(&configuration, "org.example.Plain");
    for words in [
        "`company`, which the setting `password.policy` names",
        "package/policies/company.toml",
        "set `password.policy`",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[test]
fn applications_that_share_logons_have_one_policy() {
    let room = Room::new();
    room.policy("company", 14).policy("till", 15);
    room.template("org.example.A", "group = \"office\"");
    room.template("org.example.B", "group = \"office\"\npolicy = \"till\"");
    room.template("org.example.C", "group = \"office\"\npolicy = \"till\"");
    let configuration = room.loaded();
    for id in ["org.example.A", "org.example.B", "org.example.C"] {
        assert_eq!(counting(&configuration, id), "till 15 by org.example.B");
    }
    // Where they disagree no password is made that one of them would refuse.
    room.template("org.example.D", "group = \"office\"\npolicy = \"company\"");
    room.template("org.example.E", "group = \"elsewhere\"\npolicy = \"company\"");
    let configuration = room.loaded();
    for id in ["org.example.A", "org.example.D"] {
        let (code, told) = none(&configuration, id);
        assert_eq!(code, ErrorCode::Failed);
        assert!(
            told.contains("`org.example.B` and `org.example.D` share their logons"),
            "{told}"
        );
    }
    assert_eq!(counting(&configuration, "org.example.E"), "company 14 by org.example.E");
    let problems: Vec<_> = configuration.problems().iter().map(ToString::to_string).collect();
    assert!(
        problems
            .iter()
            .any(|problem| problem.contains("org.example.D.toml") && problem.contains("`till` and `company`")),
        "{problems:?}"
    );
}

#[test]
fn a_policy_with_mistakes_is_told_and_its_last_good_version_stays() {
    let room = Room::new();
    room.policy("company", 14).template("org.example.Plain", "");
    assert_eq!(room.loaded().problems(), []);
    for (text, wanted) in [
        ("schema = ", "company.toml:1:"),
        (&policy("company", 200), "1 to 128 characters"),
        (&policy("other", 14), "calls itself `other`"),
        (
            &(policy("company", 2) + "max = 2\n[characters]\ndigits = 3\n"),
            "no password can meet this policy",
        ),
    ] {
        let before = room.policy("company", 14).loaded();
        room.write("package/policies/company.toml", text);
        let next = refreshed(before, &room);
        assert_eq!(counting(&next, "org.example.Plain"), "company 14 by BuiltIn");
        let problems: Vec<_> = next.problems().iter().map(ToString::to_string).collect();
        assert!(
            problems.iter().any(|problem| problem.contains(wanted)),
            "{wanted}: {problems:?}"
        );
        // Without a last good version there is none.
        let (code, told) = none(&room.loaded(), "org.example.Plain");
        assert_eq!(code, ErrorCode::Failed);
        assert!(
            told.contains("cannot be used") && told.contains("company.toml:"),
            "{told}"
        );
    }
    // Mended it counts, removed it does not.
    room.policy("company", 18);
    let next = refreshed(room.loaded(), &room);
    assert_eq!(
        (counting(&next, "org.example.Plain"), next.problems().len()),
        ("company 18 by BuiltIn".to_owned(), 0)
    );
    std::fs::remove_file(room.folder.path().join("package/policies/company.toml")).unwrap();
    assert_eq!(none(&refreshed(next, &room), "org.example.Plain").0, ErrorCode::NoMatch);
}

#[test]
fn lists_are_files_beside_the_packages_policies() {
    let room = Room::new();
    let text = policy("company", 14) + "[lists]\ndictionary = \"words.txt\"\n";
    room.write("package/policies/company.toml", &text)
        .template("org.example.Plain", "");
    let id = TemplateId::from("org.example.Plain");
    let standing = room.loaded().policy_for(&id).unwrap();
    let unread = standing.lists().unwrap_err().to_string();
    assert!(unread.contains("package/policies/words.txt cannot be read"), "{unread}");
    assert_eq!(standing.unread_list().map(|list| list.to_string()), Some(unread));
    std::fs::create_dir(room.folder.path().join("package/policies/words.txt")).unwrap();
    assert!(standing.lists().unwrap_err().to_string().contains("it is not a file"));
    std::fs::remove_dir(room.folder.path().join("package/policies/words.txt")).unwrap();
    room.write("package/policies/words.txt", "donaudampfschiff\n");
    assert!(standing.unread_list().is_none() && standing.lists().is_ok());
}
