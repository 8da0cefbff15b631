//! An administrator's desk that publishes the unit `Sales`.

use countersign_tests::Session;
use countersign_tests::agent::{CommandLine, ROOT_PHRASE, line_of_words};

/// The passphrase of the publisher's key file.
const PHRASE: &str = "harbour velvet ticket onion marble";

/// Founds the organisation, signs these templates, each a name and a text, and publishes them; the root's six words.
pub fn publish(session: &Session, desk: &CommandLine<'_>, templates: &[(String, String)]) -> String {
    let folder = session.folder().join("desk");
    let place = |name: &str| folder.join(name).display().to_string();
    for (name, text) in templates {
        let file = folder.join("unit/templates").join(format!("{name}.toml"));
        session.write(&file, text).unwrap();
    }
    let (root, key, unit) = (place("root.key"), place("desk.key"), place("unit"));
    let done = |words: &[&str], secrets: &[&str]| desk.done(words, secrets).unwrap().out;
    let made = done(&["trust", "init", "Example", "--key", &root], &[ROOT_PHRASE]);
    let words = line_of_words(&made, 6).unwrap();
    done(&["trust", "publisher", "init", "desk", "--key", &key], &[PHRASE]);
    done(&["trust", "publisher", "add", &key, "--root", &root], &[ROOT_PHRASE]);
    let sign = ["trust", "sign", &unit, "--unit", "Sales", "--publisher", &key];
    done(&sign, &[PHRASE]);
    done(&["publish", "apply", &unit, "--unit", "Sales"], &[]);
    words
}
