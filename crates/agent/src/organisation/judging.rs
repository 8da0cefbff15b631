//! Whether agents would take a unit's files into force.

use super::unit_folder::UnitFile;
use countersign_rules::policy::check_policy;
use countersign_rules::{ParsedTemplate, Problem, Severity, check, differing_policies, parse_override, parse_template};
use countersign_trust::EntryKind;
use countersign_wire::{ErrorCode, ErrorReply};

/// Looks at each file, then at what only shows when templates are looked at together.
///
/// # Errors
/// The first problem that keeps a file out of force, with its place. Warnings are for the author: `lint` shows them.
pub(super) fn judge(files: &[UnitFile]) -> Result<(), ErrorReply> {
    let mut templates = Vec::new();
    for file in files {
        let place = file.path.display().to_string();
        let problems = match file.entry.kind {
            EntryKind::Template => template(&place, &file.bytes, &mut templates),
            EntryKind::Override => match parse_override(&place, &file.bytes) {
                Ok((_, problems)) | Err(problems) => problems,
            },
            EntryKind::Policy => check_policy(&file.entry.id, &place, &file.bytes).1,
        };
        refuse(&problems)?;
    }
    refuse(&differing_policies(&templates))
}

fn template(place: &str, bytes: &[u8], templates: &mut Vec<ParsedTemplate>) -> Vec<Problem> {
    match parse_template(place, bytes) {
        Ok(parsed) => {
            let problems = check(&parsed).1;
            templates.push(parsed);
            problems
        }
        Err(problems) => problems,
    }
}

fn refuse(problems: &[Problem]) -> Result<(), ErrorReply> {
    match problems.iter().find(|problem| problem.severity == Severity::Error) {
        None => Ok(()),
        Some(first) => Err(ErrorReply::new(ErrorCode::BadRequest, first.to_string()).next(first.help.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_trust::{Entry, digest_of};

    const POLICY: &str = "schema = 1\nid = \"sales\"\nname = \"Sales\"\n[length]\nmin = 12\n";

    fn file(kind: EntryKind, id: &str, text: &str) -> UnitFile {
        UnitFile {
            entry: Entry {
                kind,
                id: id.to_owned(),
                version: 1,
                digest: digest_of(text.as_bytes()),
                size: 0,
            },
            path: format!("unit/{id}.toml").into(),
            bytes: text.as_bytes().to_vec(),
        }
    }

    fn template(id: &str, policy: &str) -> UnitFile {
        let text = include_str!("../../../../templates/org.gnome.zenity.password.toml");
        let text = text.replacen("org.gnome.zenity.password", id, 1);
        let text = text.replacen(
            "[logon]",
            &format!("[logon]\ngroup = \"office\"\npolicy = \"{policy}\""),
            1,
        );
        file(EntryKind::Template, id, &text)
    }

    fn refused(files: &[UnitFile]) -> String {
        let error = judge(files).unwrap_err();
        assert_eq!(error.code, ErrorCode::BadRequest);
        format!("{} next: {}", error.message, error.next.unwrap_or_default())
    }

    #[test]
    fn a_policy_that_can_be_used_is_signed() {
        judge(&[file(EntryKind::Policy, "sales", POLICY)]).unwrap();
    }

    #[test]
    fn a_policy_that_cannot_be_used_is_refused_with_its_place() {
        for (text, wanted) in [
            ("schema = 1\n", "unit/sales.toml:"),
            (
                &POLICY.replace("min = 12", "min = 12\nmaximum = 13"),
                "unit/sales.toml:6:",
            ),
            (
                &POLICY.replace("min = 12", "min = 12\nmax = 3"),
                "`max` is 3, and `min` is 12",
            ),
            (
                &format!("{POLICY}max = 12\n[characters]\ndigits = 13\n"),
                "no password can meet this policy",
            ),
            (&POLICY.replace("\"sales\"", "\"office\""), "calls itself `office`"),
        ] {
            let told = refused(&[file(EntryKind::Policy, "sales", text)]);
            assert!(told.contains(wanted) && told.contains("next: "), "{wanted}: {told}");
        }
    }

    #[test]
    fn templates_that_share_logons_are_signed_with_one_policy_only() {
        judge(&[
            template("org.example.One", "sales"),
            template("org.example.Two", "sales"),
        ])
        .unwrap();
        let told = refused(&[
            template("org.example.One", "sales"),
            template("org.example.Two", "office"),
        ]);
        assert!(told.starts_with("unit/org.example.Two.toml:"), "{told}");
        assert!(told.contains("`sales` and `office`"), "{told}");
    }
}
