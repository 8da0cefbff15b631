use crate::agent::{ask, ask_with, tell};
use crate::arguments::{Logon, LogonAdd, LogonChoice, LogonEdit, LogonFill, LogonRemove, LogonReveal};
use crate::clock::now;
use crate::decision::{told, verbal};
use crate::failure::Failure;
use crate::find;
use crate::screen::{Paint, Screen, put};
use crate::secrets::Source;
use crate::terminal::PromptError;
use crate::words::ago;
use countersign_model::{FieldKind, FieldName, LogonId};
use countersign_secret::Password;
use countersign_wire::{LogonSummary, PlainField, Reply, Request, TemplateField};
use std::io::IsTerminal;

pub(crate) fn run(command: &Logon, screen: &mut Screen) -> Result<u8, Failure> {
    match command {
        Logon::List(format) => {
            let logons = find::logons()?;
            if format.json {
                screen.json("logons", &logons)?;
            } else if logons.is_empty() {
                screen.say("no logon is stored; `countersign logon add TEMPLATE` stores one")?;
            } else {
                let now = now();
                for logon in &logons {
                    screen.say(described(logon, &ago(logon.changed, now)))?;
                }
            }
            Ok(0)
        }
        Logon::Add(wanted) => add(wanted, screen),
        Logon::Edit(wanted) => edit(wanted, screen),
        Logon::Rebind(choice) => rebind(choice, screen),
        Logon::Remove(wanted) => remove(wanted, screen),
        Logon::Reveal(wanted) => reveal(wanted),
        Logon::Fill(wanted) => fill(wanted, screen),
    }
}

fn described(logon: &LogonSummary, changed: &str) -> String {
    let id = logon.id.to_string();
    let application = logon.application.as_deref().unwrap_or("no template in force");
    let mut fields: Vec<String> = logon
        .plain
        .iter()
        .map(|field| format!("{}={}", field.name, field.value))
        .collect();
    fields.extend(logon.secret_fields.iter().map(|name| format!("{name}=••••")));
    let saved_for = match &logon.binding.executable {
        Some(executable) => executable.display().to_string(),
        None => "the first program it is filled into".to_owned(),
    };
    format!(
        "{}  {}\n  for       {} ({application})\n  fields    {}\n  saved for {saved_for}, template {}\n  changed   {changed}",
        id.get(..8).unwrap_or(&id),
        Paint::Strong.on(&logon.label),
        logon.template,
        fields.join("  "),
        logon.binding.publisher,
    )
}

fn add(wanted: &LogonAdd, screen: &mut Screen) -> Result<u8, Failure> {
    let template = find::template(&wanted.template)?;
    let source = Source::standard_input();
    let mut plain = assigned(&wanted.set, &template.fields)?;
    let mut left_out = Vec::new();
    let is_plain = |field: &&TemplateField| field.kind == FieldKind::Plain;
    for field in template.fields.iter().filter(is_plain) {
        if plain.iter().any(|given| given.name == field.name) {
            continue;
        }
        match source.plain(called(field))? {
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
    let mut secret_fields = Vec::new();
    let mut secrets = Vec::new();
    for field in template.fields.iter().filter(|field| field.kind == FieldKind::Secret) {
        let secret = source.fresh(called(field), screen)?;
        if !secret.is_empty() {
            secret_fields.push(field.name.clone());
            secrets.push(secret);
        }
    }
    if secrets.is_empty() && plain.is_empty() {
        return Err(PromptError::Empty("every field".to_owned()).into());
    }
    let request = Request::LogonAdd {
        template: template.id.clone(),
        label: wanted.name.clone().unwrap_or_default(),
        plain,
        secret_fields,
    };
    let id = saved(&request, &secrets)?;
    screen.say(format_args!("stored for {} as {}", template.name, short(id)))?;
    Ok(0)
}

fn edit(wanted: &LogonEdit, screen: &mut Screen) -> Result<u8, Failure> {
    let logon = find::logon(&wanted.choice.logon)?;
    // Without the template (withdrawn, say) the logon itself knows its fields.
    let fields = match find::templates()?
        .into_iter()
        .find(|template| template.id == logon.template)
    {
        Some(template) => template.fields,
        None => fields_of(&logon),
    };
    let plain = assigned(&wanted.set, &fields)?;
    let asked_for_nothing = wanted.name.is_none() && plain.is_empty() && wanted.secret.is_empty();
    let mut chosen = Vec::new();
    for field in fields.iter().filter(|field| field.kind == FieldKind::Secret) {
        if asked_for_nothing || wanted.secret.iter().any(|name| name == field.name.as_str()) {
            chosen.push(field);
        }
    }
    if let Some(name) = wanted
        .secret
        .iter()
        .find(|name| !chosen.iter().any(|field| field.name.as_str() == **name))
    {
        return Err(unknown_field(name, &fields, FieldKind::Secret));
    }
    let source = Source::standard_input();
    let secrets = chosen
        .iter()
        .map(|field| source.fresh(called(field), screen))
        .collect::<Result<Vec<Password>, _>>()?;
    if let Some((field, _)) = chosen.iter().zip(&secrets).find(|(_, secret)| secret.is_empty()) {
        return Err(PromptError::Empty(called(field).to_owned()).into());
    }
    let request = Request::LogonEdit {
        id: logon.id,
        label: wanted.name.clone(),
        plain,
        secret_fields: chosen.iter().map(|field| field.name.clone()).collect(),
    };
    let id = saved(&request, &secrets)?;
    screen.say(format_args!("changed {}", short(id)))?;
    Ok(0)
}

fn rebind(choice: &LogonChoice, screen: &mut Screen) -> Result<u8, Failure> {
    let logon = find::logon(&choice.logon)?;
    let password = Source::standard_input().existing("Password")?;
    let id = saved(&Request::LogonRebind { id: logon.id }, &[password])?;
    screen.say(format_args!(
        "{} is saved for the program it is filled into next",
        short(id)
    ))?;
    Ok(0)
}

fn remove(wanted: &LogonRemove, screen: &mut Screen) -> Result<u8, Failure> {
    let logon = find::logon(&wanted.choice.logon)?;
    if !wanted.yes {
        let question = format!(
            "Remove `{}` for {}, on all your machines? (yes/no)",
            logon.label, logon.template
        );
        match Source::standard_input().plain(&question)? {
            Some(answer) if answer.trim().eq_ignore_ascii_case("yes") => {}
            Some(_) => return Err(PromptError::Cancelled.into()),
            None => {
                return Err(Failure::Usage {
                    message: "removing a logon has to be confirmed".to_owned(),
                    next: "add `--yes`".to_owned(),
                });
            }
        }
    }
    tell(&Request::LogonRemove { id: logon.id }, &[])?;
    screen.say(format_args!("removed `{}`", logon.label))?;
    Ok(0)
}

/// The secret goes from locked memory to standard output with nothing in between.
fn reveal(wanted: &LogonReveal) -> Result<u8, Failure> {
    let logon = find::logon(&wanted.choice.logon)?;
    let field = FieldName::from(wanted.field.as_str());
    let password = Source::standard_input().existing("Password")?;
    let (reply, secrets) = ask_with(&Request::LogonReveal { id: logon.id, field }, &[password])?;
    let (Reply::Revealed, [secret]) = (reply, secrets.as_slice()) else {
        return Err(Failure::OtherAnswer);
    };
    let out = std::io::stdout();
    put(&out, secret.expose().as_bytes())?;
    if out.is_terminal() {
        put(&out, b"\n")?;
    }
    Ok(0)
}

fn fill(wanted: &LogonFill, screen: &mut Screen) -> Result<u8, Failure> {
    let id = wanted
        .logon
        .as_deref()
        .map(find::logon)
        .transpose()?
        .map(|logon| logon.id);
    let Reply::Filled(explanation) = ask(&Request::LogonFill {
        id,
        window: wanted.window,
    })?
    else {
        return Err(Failure::OtherAnswer);
    };
    if wanted.format.json {
        screen.json("explanation", &explanation)?;
    } else {
        screen.say(told(&explanation, now()))?;
    }
    Ok(verbal(&explanation).exit)
}

fn saved(request: &Request, secrets: &[Password]) -> Result<LogonId, Failure> {
    match ask_with(request, secrets)?.0 {
        Reply::LogonSaved(id) => Ok(id),
        _ => Err(Failure::OtherAnswer),
    }
}

/// The `--set` values, as long as they name plain fields.
fn assigned(given: &[(String, String)], fields: &[TemplateField]) -> Result<Vec<PlainField>, Failure> {
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

fn unknown_field(name: &str, fields: &[TemplateField], kind: FieldKind) -> Failure {
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

fn fields_of(logon: &LogonSummary) -> Vec<TemplateField> {
    let field = |name: &FieldName, kind| TemplateField {
        name: name.clone(),
        kind,
        label: None,
    };
    let plain = logon.plain.iter().map(|plain| field(&plain.name, FieldKind::Plain));
    plain
        .chain(logon.secret_fields.iter().map(|name| field(name, FieldKind::Secret)))
        .collect()
}

fn called(field: &TemplateField) -> &str {
    field.label.as_deref().unwrap_or(field.name.as_str())
}

fn short(id: LogonId) -> String {
    id.to_string().chars().take(8).collect()
}
