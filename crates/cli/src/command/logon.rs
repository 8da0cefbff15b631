use crate::agent::{ask, ask_with, tell};
use crate::arguments::{Logon, LogonAdd, LogonChoice, LogonEdit, LogonFill, LogonGive, LogonRemove, LogonReveal};
use crate::clock::now;
use crate::command::given::{Given, asked_secret, assigned, called, unknown_field};
use crate::command::{capture, prompts};
use crate::decision::{told, verbal};
use crate::failure::Failure;
use crate::find;
use crate::screen::{Paint, Screen, put};
use crate::secrets::Source;
use crate::terminal::PromptError;
use crate::words::ago;
use countersign_model::{Decision, FieldKind, FieldName, LogonId};
use countersign_secret::Password;
use countersign_wire::{LogonSummary, Reply, Request, TemplateField, TemplateSummary};
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
        Logon::Give(wanted) => give(wanted, screen),
        Logon::Capture(wanted) => capture::run(wanted, screen),
        Logon::Edit(wanted) => edit(wanted, screen),
        Logon::Rebind(choice) => rebind(choice, screen),
        Logon::Remove(wanted) => remove(wanted, screen),
        Logon::Reveal(wanted) => reveal(wanted),
        Logon::Copy(wanted) => copy(wanted, screen),
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
    let Some(template) = &wanted.template else {
        return add_all(screen);
    };
    let template = find::template(template)?;
    let source = Source::standard_input();
    let given = Given::asked(&template, &wanted.set, source, screen)?
        .ok_or_else(|| PromptError::Empty("every field".to_owned()))?;
    store(&template, wanted.name.clone(), given, screen)?;
    Ok(0)
}

/// Asks for every application that its template wants asked for at first use, and that has no logon.
fn add_all(screen: &mut Screen) -> Result<u8, Failure> {
    let (stored, excluded) = (find::logons()?, find::exclusions()?);
    let mut wanted = find::templates()?;
    wanted.retain(|template| {
        let has_logon = stored.iter().any(|logon| logon.template == template.id);
        template.bulk_add && template.in_use && !has_logon && !excluded.contains(&template.id)
    });
    if wanted.is_empty() {
        screen.say("every application that wants a logon at first use has one")?;
        return Ok(0);
    }
    let source = Source::standard_input();
    for (number, template) in wanted.iter().enumerate() {
        let place = format!("{} of {}", number + 1, wanted.len());
        screen.note(format_args!(
            "{} ({place}); leave everything empty to go on without",
            Paint::Strong.on(&template.name)
        ));
        match Given::asked(template, &[], source, screen)? {
            Some(given) => store(template, None, given, screen)?,
            None => screen.say(format_args!("nothing stored for {}", template.name))?,
        }
    }
    Ok(0)
}

fn store(template: &TemplateSummary, name: Option<String>, given: Given, screen: &mut Screen) -> Result<(), Failure> {
    let request = Request::LogonAdd {
        template: template.id.clone(),
        label: name.unwrap_or_default(),
        plain: given.plain,
        secret_fields: given.secret_fields,
    };
    let id = saved(&request, &given.secrets)?;
    screen.say(format_args!("stored for {} as {}", template.name, short(id)))
}

/// Fills what is given into the window that asks for it.
fn give(wanted: &LogonGive, screen: &mut Screen) -> Result<u8, Failure> {
    let open = prompts::now()?.open;
    let prompt = match wanted.window {
        Some(window) => open.iter().find(|prompt| prompt.window == window),
        None => match open.as_slice() {
            [only] => Some(only),
            [] => None,
            _ => {
                return Err(Failure::Usage {
                    message: "several windows ask for a logon".to_owned(),
                    next: "name one with --window; `countersign prompts --once` shows them".to_owned(),
                });
            }
        },
    };
    let prompt = prompt.ok_or_else(|| Failure::Usage {
        message: "no such window asks for a logon".to_owned(),
        next: "`countersign prompts --once` shows what is asked; `countersign logon add` stores a logon".to_owned(),
    })?;
    let template = find::template(prompt.template.as_str())?;
    let source = Source::standard_input();
    let given = Given::asked(&template, &wanted.set, source, screen)?
        .ok_or_else(|| PromptError::Empty("every field".to_owned()))?;
    let explanation = prompts::fill_given(prompt.window, wanted.name.clone().unwrap_or_default(), given)?;
    if wanted.format.json {
        screen.json("explanation", &explanation)?;
    } else {
        screen.say(told(&explanation, now()))?;
    }
    Ok(verbal(&explanation).exit)
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
        .map(|field| asked_secret(source, field, screen))
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

fn copy(wanted: &LogonReveal, screen: &mut Screen) -> Result<u8, Failure> {
    let logon = find::logon(&wanted.choice.logon)?;
    let field = FieldName::from(wanted.field.as_str());
    let password = Source::standard_input().existing("Password")?;
    let (Reply::Copied { seconds }, _) = ask_with(&Request::LogonCopy { id: logon.id, field }, &[password])? else {
        return Err(Failure::OtherAnswer);
    };
    screen.say(format_args!(
        "{} copied; it leaves the clipboard in {seconds} seconds",
        Paint::Good.on("✓")
    ))?;
    Ok(0)
}

fn fill(wanted: &LogonFill, screen: &mut Screen) -> Result<u8, Failure> {
    let id = wanted
        .logon
        .as_deref()
        .map(find::logon)
        .transpose()?
        .map(|logon| logon.id);
    let request = |window, proven| Request::LogonFill { id, window, proven };
    let filled = |reply| match reply {
        Reply::Filled(explanation) => Ok(explanation),
        _ => Err(Failure::OtherAnswer),
    };
    let mut explanation = filled(ask(&request(wanted.window, false))?)?;
    if explanation.decision == Decision::Reauthenticate {
        let password = Source::standard_input().existing("Password")?;
        // The window that was looked at: another one may be active by now, such as this terminal.
        explanation = filled(ask_with(&request(Some(explanation.window), true), &[password])?.0)?;
    }
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

fn fields_of(logon: &LogonSummary) -> Vec<TemplateField> {
    let field = |name: &FieldName, kind| TemplateField {
        name: name.clone(),
        kind,
        label: None,
        mask: kind == FieldKind::Secret,
        required: false,
        default: None,
        max_length: None,
        totp: false,
    };
    let plain = logon.plain.iter().map(|plain| field(&plain.name, FieldKind::Plain));
    plain
        .chain(logon.secret_fields.iter().map(|name| field(name, FieldKind::Secret)))
        .collect()
}

fn short(id: LogonId) -> String {
    id.to_string().chars().take(8).collect()
}
