//! The values of a logon as its template wants them: what the user gives is checked, what nobody gives is worked out.

mod person;

pub(crate) use person::Person;

use crate::keeper::Fields;
use countersign_model::{FieldKind, FieldName, FieldRule, FieldScope, FieldValues, LogonSpec, Timestamp};
use countersign_rules::TotpKey;
use countersign_secret::Password;
use countersign_signon::LogonSummary;
use countersign_wire::{ErrorCode, ErrorReply};

/// A new logon: nothing that must be there is missing, and what has a default has it.
pub(crate) fn complete(spec: &LogonSpec, given: &mut Fields) -> Result<(), ErrorReply> {
    for name in spec.own() {
        let of_field = spec.spec(name);
        if given.iter().any(|(known, ..)| known == name) {
            continue;
        }
        if let (Some(default), FieldKind::Plain) = (&of_field.default, spec.kind(name)) {
            given.push((name.clone(), FieldKind::Plain, password(default.clone())?));
        } else if of_field.required {
            let message = format!("`{name}` is missing, and the application cannot do without");
            return Err(bad(message).next("run `countersign logon add` again and give it"));
        }
    }
    // In the template's order, whatever the client's was.
    given.sort_by_key(|(name, ..)| spec.fields.iter().position(|known| known == name));
    Ok(())
}

/// What the user gives is what the template takes.
pub(crate) fn check(spec: &LogonSpec, given: &Fields) -> Result<(), ErrorReply> {
    for (name, _, value) in given {
        if !spec.fields.contains(name) {
            return Err(unknown(name, spec));
        }
        let of_field = spec.spec(name);
        if of_field.is_given() {
            let message =
                format!("`{name}` is not stored: it is the same for everybody, or worked out when the form is filled");
            return Err(bad(message).next("leave it out"));
        }
        if let Some(most) = of_field.max_length
            && value.chars() > usize::try_from(most).unwrap_or(usize::MAX)
        {
            let message = format!(
                "`{name}` has {} characters; the application takes {most} at most",
                value.chars()
            );
            return Err(bad(message).next("shorten it"));
        }
        if let Some(totp) = of_field.totp {
            TotpKey::read(value, totp).map_err(|problem| {
                bad(format!("`{name}`: {problem}"))
                    .next("copy the key from the service's page, or the address in its QR code")
            })?;
        }
        if of_field.required && value.is_empty() {
            return Err(bad(format!("`{name}` would be empty")).next("give it a value"));
        }
    }
    Ok(())
}

/// The plain fields that nobody gives, as they are now.
fn given<'a>(spec: &'a LogonSpec, person: &Person) -> impl Iterator<Item = (&'a FieldName, String)> {
    spec.fields.iter().filter_map(|name| {
        let of_field = spec.field.get(name)?;
        let value = match (&of_field.rule, of_field.scope) {
            (Some(FieldRule::Environment(variable)), _) => std::env::var(variable).ok()?,
            (Some(FieldRule::Directory(attribute)), _) => person.attribute(attribute)?.to_owned(),
            (None, FieldScope::Global) => of_field.default.clone()?,
            (None, FieldScope::User) => return None,
        };
        (!value.is_empty()).then_some((name, value))
    })
}

/// Adds the fields that nobody gives to what the machine may know of a logon.
pub(crate) fn known(spec: &LogonSpec, person: &Person, mut logon: LogonSummary) -> LogonSummary {
    logon
        .plain
        .extend(given(spec, person).map(|(name, value)| (name.to_string(), value)));
    logon
}

/// What goes into the form: the stored values, those that nobody gives, and codes in the place of their keys.
pub(crate) fn to_fill(
    spec: &LogonSpec,
    person: &Person,
    stored: FieldValues,
    now: Timestamp,
) -> Result<FieldValues, String> {
    let mut values = Vec::new();
    for (name, kind, value) in stored.0 {
        let of_field = spec.spec(&name);
        // What a record holds from before the template said so does not count any more.
        if of_field.is_given() {
            continue;
        }
        let value = match of_field.totp {
            Some(totp) => TotpKey::read(&value, totp)
                .and_then(|key| key.code(now.0 / 1000))
                .map_err(|problem| format!("`{name}`: {problem}; correct it with `countersign logon edit`"))?,
            None => value,
        };
        values.push((name, kind, value));
    }
    for (name, value) in given(spec, person) {
        let value = Password::from_string(value).map_err(|problem| format!("`{name}`: {problem}"))?;
        values.push((name.clone(), FieldKind::Plain, value));
    }
    Ok(FieldValues(values))
}

fn password(text: String) -> Result<Password, ErrorReply> {
    Password::from_string(text).map_err(|problem| bad(problem.to_string()))
}

fn unknown(name: &FieldName, spec: &LogonSpec) -> ErrorReply {
    let known: Vec<_> = spec.fields.iter().map(FieldName::as_str).collect();
    bad(format!(
        "the template has no field `{name}`; it has {}",
        known.join(", ")
    ))
}

fn bad(message: String) -> ErrorReply {
    ErrorReply::new(ErrorCode::BadRequest, message)
}

#[cfg(test)]
mod tests;
