//! Lints of `[logon]`: what is stored.

use super::Report;
use crate::pattern::is_field_name;
use crate::spans::{item, under};
use countersign_model::{FieldKind, FieldName, FieldRule, FieldScope, FieldSpec, TotpSpec};

/// The most characters a field may have, whatever a template says.
const LONGEST_FIELD: u32 = 4096;
const LONGEST_ATTRIBUTE: usize = 64;

pub(super) fn logon(report: &mut Report<'_>) {
    let logon = &report.parsed.template.logon;
    let fields = &logon.fields;
    if fields.is_empty() {
        report.error(
            "logon.fields",
            "a logon needs fields",
            "write `fields = [\"username\", \"password\"]`",
        );
    }
    for (index, field) in fields.iter().enumerate() {
        let path = item("logon.fields", index);
        if !is_field_name(field.as_str()) {
            let message = format!("`{field}` cannot be the name of a field");
            report.error(
                &path,
                message,
                "begin with a small letter; small letters, digits, `-` and `_` may follow",
            );
        }
        if fields.iter().take(index).any(|earlier| earlier == field) {
            report.error(&path, format!("the field `{field}` is there twice"), "name it once");
        }
    }
    for (what, named) in [("group", &logon.group), ("policy", &logon.policy)] {
        if named.as_ref().is_some_and(|name| name.trim().is_empty()) {
            let path = under("logon", what);
            report.error(&path, format!("the {what} has no name"), "name it, or leave it out");
        }
    }
    for (name, spec) in &logon.field {
        let path = under("logon.field", name.as_str());
        if !fields.contains(name) {
            report.error(
                &path,
                format!("`{name}` is not in `logon.fields`"),
                format!("add `{name}` there, or remove this"),
            );
        }
        field(report, &path, name, spec);
    }
}

fn field(report: &mut Report<'_>, path: &str, name: &FieldName, spec: &FieldSpec) {
    let secret = report.parsed.template.logon.kind(name) == FieldKind::Secret;
    if let Some(default) = &spec.default {
        let at = under(path, "default");
        if secret {
            let message = format!("`{name}` is secret, and everybody who can read the template can read this");
            report.error(&at, message, "remove it, or make the field plain");
        }
        if default.trim().is_empty() {
            report.error(&at, "the default is empty", "write a text, or leave it out");
        }
        let longest = spec.max_length.unwrap_or(LONGEST_FIELD);
        if u32::try_from(default.chars().count()).is_ok_and(|length| length > longest) {
            report.error(
                &at,
                format!("the default is longer than {longest} characters"),
                "shorten it, or raise `max_length`",
            );
        }
    }
    if spec.max_length.is_some_and(|most| most == 0 || most > LONGEST_FIELD) {
        report.error(
            &under(path, "max_length"),
            format!("a field has 1 to {LONGEST_FIELD} characters"),
            "write such a number",
        );
    }
    given(report, path, spec, secret);
    if let Some(totp) = &spec.totp {
        if !secret {
            let at = under(path, "totp");
            report.error(
                &at,
                "the key of one-time passwords is a secret",
                "leave `kind = \"plain\"` out",
            );
        }
        one_time(report, &under(path, "totp"), totp);
    }
}

/// Values that no user gives.
fn given(report: &mut Report<'_>, path: &str, spec: &FieldSpec, secret: bool) {
    let (rule, scope) = (under(path, "rule"), under(path, "scope"));
    if spec.scope == FieldScope::Global && spec.default.is_none() {
        report.error(&scope, "there is no value for everybody", "write it in `default`");
    }
    if spec.scope == FieldScope::Global && spec.rule.is_some() {
        report.error(
            &rule,
            "a value for everybody is not worked out",
            "keep `rule` or `scope`, not both",
        );
    }
    if spec.is_given() && secret {
        let at = if spec.rule.is_some() { &rule } else { &scope };
        report.error(
            at,
            "a secret is the user's own",
            "make the field plain, or leave this out",
        );
    }
    if spec.is_given() && spec.totp.is_some() {
        report.error(&under(path, "totp"), "the key must be the user's own", "leave it out");
    }
    match &spec.rule {
        Some(FieldRule::Environment(variable)) if !is_variable(variable) => report.error(
            &rule,
            format!("`{variable}` cannot be the name of a variable"),
            "write it without `$`, such as `USER`",
        ),
        Some(FieldRule::Directory(attribute)) if !is_attribute(attribute) => report.error(
            &rule,
            format!("`{attribute}` cannot be the name of an attribute"),
            "write its short name, such as `mail` or `employeeNumber`",
        ),
        Some(FieldRule::Directory(attribute)) if holds_secrets(attribute) => report.error(
            &rule,
            format!("`{attribute}` holds secrets, and what a rule gives is plain"),
            "let the user give a secret field",
        ),
        _ => {}
    }
}

fn is_variable(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !name.starts_with(|c: char| c.is_ascii_digit()) && !name.is_empty() && name.chars().all(letter)
}

/// A short name of RFC 4512, section 1.4 (`keystring`).
fn is_attribute(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '-';
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.len() <= LONGEST_ATTRIBUTE && name.chars().all(letter)
}

/// Attributes in which directories keep passwords or what is made of them.
fn holds_secrets(attribute: &str) -> bool {
    let name = attribute.to_ascii_lowercase();
    [
        "password",
        "pwd",
        "secret",
        "krbprincipalkey",
        "supplementalcredentials",
    ]
    .iter()
    .any(|word| name.contains(word))
}

fn one_time(report: &mut Report<'_>, path: &str, totp: &TotpSpec) {
    if !(6..=8).contains(&totp.digits) {
        report.error(&under(path, "digits"), "a code has 6 to 8 digits", "write 6, 7 or 8");
    }
    if !(15..=300).contains(&totp.period) {
        report.error(&under(path, "period"), "a code lasts 15 to 300 seconds", "write 30");
    }
}
