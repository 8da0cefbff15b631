//! The words on fields and buttons that tell what they are for.

use countersign_model::{ControlFacts, ControlTree};

/// The words by which a field is known, in the languages of most desktops.
const KNOWN: [(&str, &[&str]); 4] = [
    (
        "username",
        &[
            "user",
            "login",
            "account",
            "e-mail",
            "email",
            "mail",
            "benutzer",
            "konto",
            "anmeldename",
            "utilisateur",
            "identifiant",
            "usuario",
            "usuário",
            "utente",
            "gebruiker",
            "jid",
            "nick",
            "uid",
        ],
    ),
    (
        "host",
        &[
            "host", "server", "serveur", "servidor", "rechner", "address", "adresse", "url",
        ],
    ),
    ("port", &["port"]),
    (
        "domain",
        &[
            "domain", "domäne", "domaine", "dominio", "realm", "company", "customer", "tenant", "client", "mandant",
        ],
    ),
];
pub(super) const NEW: &[&str] = &["new", "neu", "nouveau", "nuevo", "nuova"];
pub(super) const AGAIN: &[&str] = &[
    "confirm",
    "repeat",
    "retype",
    "again",
    "verify",
    "wiederhol",
    "bestätig",
    "confirmer",
    "repetir",
];
pub(super) const OLD: &[&str] = &[
    "old", "current", "alt", "aktuell", "bisher", "ancien", "actuel", "actual", "antigua",
];
/// What submits.
const YES: &[&str] = &[
    "ok",
    "login",
    "logon",
    "sign in",
    "connect",
    "unlock",
    "authenticate",
    "open",
    "continue",
    "next",
    "submit",
    "go",
    "apply",
    "anmelden",
    "verbinden",
    "entsperren",
    "weiter",
    "öffnen",
    "connexion",
    "se connecter",
    "déverrouiller",
    "suivant",
    "ouvrir",
    "iniciar",
    "entrar",
    "conectar",
    "aceptar",
    "accedi",
    "connetti",
    "sblocca",
    "log in",
    "log on",
    "einloggen",
];

/// The button that submits: one that says so; else none, since a guess may cancel.
pub(super) fn submit(tree: &ControlTree, buttons: &[usize]) -> Option<usize> {
    let says = |index: &usize| -> Option<usize> {
        let control = tree.controls.get(*index)?;
        let name = plain(&control.name);
        YES.iter().position(|word| {
            let follows = name.strip_prefix(word);
            follows.is_some_and(|rest| !rest.chars().next().is_some_and(char::is_alphanumeric))
        })
    };
    let all = buttons.iter().filter_map(|index| Some((says(index)?, *index)));
    all.min().map(|(_, index)| index)
}

/// What a field is called everywhere, if its label or name says so.
pub(super) fn known_as(control: Option<&ControlFacts>) -> Option<&'static str> {
    let control = control?;
    KNOWN
        .iter()
        .find(|(_, words)| mentions(control, words))
        .map(|(name, _)| *name)
}

pub(super) fn mentions(control: &ControlFacts, words: &[&str]) -> bool {
    let texts = [
        control.label.as_deref(),
        Some(control.name.as_str()),
        control.id.as_deref(),
    ];
    let mut texts = texts.into_iter().flatten().map(plain);
    texts.any(|text| {
        let mut found = text.split(|c: char| !c.is_alphanumeric() && c != '-');
        found.any(|word| words.iter().any(|wanted| word.starts_with(wanted)))
    })
}

/// Without the marks of keyboard shortcuts and without case.
fn plain(text: &str) -> String {
    let letters = text.trim().chars().filter(|c| !matches!(c, '_' | '&'));
    letters.collect::<String>().to_lowercase()
}
