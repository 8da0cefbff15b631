//! What the user gives for the fields of an application's logon.

use crate::failure::Failure;
use crate::screen::Screen;
use crate::secrets::Source;
use crate::terminal::PromptError;
use countersign_model::{FieldKind, FieldName};
use countersign_secret::Password;
use countersign_wire::{PlainField, TemplateField, TemplateSummary};

/// The values of a new logon.
pub(crate) struct Given {
    pub(crate) plain: Vec<PlainField>,
    pub(crate) secret_fields: Vec<FieldName>,
    pub(crate) secrets: Vec<Password>,
}

impl Given {
    /// Asks for every field that `set` does not name; nothing when nothing is given at all.
    pub(crate) fn asked(
        template: &TemplateSummary,
        set: &[(String, String)],
        source: Source,
        screen: &mut Screen,
    ) -> Result<Option<Self>, Failure> {
        let mut plain = assigned(set, &template.fields)?;
        let mut left_out = Vec::new();
        let is_plain = |field: &&TemplateField| field.kind == FieldKind::Plain;
        for field in template.fields.iter().filter(is_plain) {
            if plain.iter().any(|given| given.name == field.name) {
                continue;
            }
            match asked_plain(source, field)? {
                Some(value) => plain.push(PlainField {
                    name: field.name.clone(),
                    value,
                }),
                None => left_out.push(field.name.as_str()),
            }
        }
        if !left_out.is_empty() {
            let names = left_out.join(", ");
            screen.note(format_args!(
                "not given, and so empty: {names}; `--set FIELD=VALUE` gives one"
            ));
        }
        plain.retain(|field| !field.value.is_empty());
        let mut given = Self {
            plain,
            secret_fields: Vec::new(),
            secrets: Vec::new(),
        };
        for field in template.fields.iter().filter(|field| field.kind == FieldKind::Secret) {
            let secret = asked_secret(source, field, screen)?;
            if !secret.is_empty() {
                given.secret_fields.push(field.name.clone());
                given.secrets.push(secret);
            }
        }
        Ok((!given.plain.is_empty() || !given.secrets.is_empty()).then_some(given))
    }
}

/// The `--set` values, as long as they name plain fields.
pub(crate) fn assigned(given: &[(String, String)], fields: &[TemplateField]) -> Result<Vec<PlainField>, Failure> {
    let mut plain: Vec<PlainField> = Vec::new();
    for (name, value) in given {
        let Some(field) = fields.iter().find(|field| field.name.as_str() == name) else {
            return Err(unknown_field(name, fields, FieldKind::Plain));
        };
        if field.kind == FieldKind::Secret {
            return Err(Failure::Usage {
                message: format!("`{name}` is a secret and never taken from arguments"),
                next: "change it now if it is a real one: other programs may have seen it. You are asked for secrets, or give them on standard input".to_owned(),
            });
        }
        plain.retain(|earlier| earlier.name != field.name);
        plain.push(PlainField {
            name: field.name.clone(),
            value: value.clone(),
        });
    }
    Ok(plain)
}

pub(crate) fn unknown_field(name: &str, fields: &[TemplateField], kind: FieldKind) -> Failure {
    let word = match kind {
        FieldKind::Plain => "plain",
        FieldKind::Secret => "secret",
    };
    let known: Vec<&str> = fields
        .iter()
        .filter(|field| field.kind == kind)
        .map(|field| field.name.as_str())
        .collect();
    Failure::Usage {
        message: format!("this application has no {word} field `{name}`"),
        next: if known.is_empty() {
            format!("it has no {word} fields")
        } else {
            format!("it has {}", known.join(", "))
        },
    }
}

/// A plain field, if there is somebody to ask. Nothing is given where the template has a default: the agent takes that.
fn asked_plain(source: Source, field: &TemplateField) -> Result<Option<String>, PromptError> {
    let what = match (&field.default, field.required) {
        (Some(default), _) => format!("{} [{default}]", called(field)),
        (None, true) => format!("{} (needed)", called(field)),
        (None, false) => called(field).to_owned(),
    };
    match (source, field.mask) {
        (Source::Terminal, true) => Ok(Some(source.existing(&what)?.expose().to_owned())),
        _ => source.plain(&what),
    }
}

/// A secret field: hidden and typed twice, unless the template says that it may be seen, or it is a key that is copied.
pub(crate) fn asked_secret(
    source: Source,
    field: &TemplateField,
    screen: &mut Screen,
) -> Result<Password, PromptError> {
    match (field.mask, field.totp) {
        (false, _) => source.words(called(field)),
        (true, true) => source.existing(&format!(
            "{} (the key of its codes, as the service shows it)",
            called(field)
        )),
        (true, false) => source.fresh(called(field), screen),
    }
}

pub(crate) fn called(field: &TemplateField) -> &str {
    field.label.as_deref().unwrap_or(field.name.as_str())
}
