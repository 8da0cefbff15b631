//! `logon capture`: which control of a window is what, said by the user; a template of his own from it; and his logon.

use crate::agent::{ask, tell};
use crate::arguments::LogonCapture;
use crate::clock::now;
use crate::command::given::Given;
use crate::command::{prompts, windows};
use crate::decision::{one_line, told, verbal};
use crate::failure::Failure;
use crate::find;
use crate::screen::{Paint, Screen};
use crate::secrets::Source;
use crate::terminal::PromptError;
use countersign_model::{ControlToken, Explanation, TemplateId, WindowId};
use countersign_wire::{Draft, Reply, Request, Show};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How long the form is waited for to ask, once it is known, in seconds.
const ASKED_WITHIN: u32 = 5;

/// What `logon capture --json` prints.
#[derive(Serialize)]
struct Captured<'a> {
    template: &'a TemplateId,
    file: &'a Path,
    explanation: &'a Explanation,
}

pub(crate) fn run(wanted: &LogonCapture, screen: &mut Screen) -> Result<u8, Failure> {
    let source = Source::standard_input();
    if source == Source::Lines && !wanted.yes && !wanted.dry_run {
        return Err(Failure::Usage {
            message: "which control is what is asked at a terminal".to_owned(),
            next: "look with --dry-run, name them with --field, and add --yes".to_owned(),
        });
    }
    if !wanted.dry_run {
        // A template without a logon would be of no use: the vault must be open.
        find::logons()?;
    }
    let window = windows::chosen(&wanted.window, screen)?;
    let mut draft = draft(wanted, window, BTreeMap::new())?;
    if !wanted.field.is_empty() {
        draft = draft_again(wanted, window, &draft)?;
    }
    if wanted.dry_run {
        return shown(wanted, &draft, screen);
    }
    if !wanted.yes {
        match agreed(wanted, window, draft, screen)? {
            Some(right) => draft = right,
            None => return Ok(0),
        }
    }
    let (template, file) = adopted(window, draft)?;
    screen.note(format_args!(
        "your own template {template} is in force: {} (remove the file to undo it)",
        file.display()
    ));
    let explanation = match filled(wanted, window, &template, source, screen) {
        Ok(explanation) => explanation,
        Err(failure) => {
            screen.note(format_args!(
                "no logon was stored; `countersign logon add {template}` stores one"
            ));
            return Err(failure);
        }
    };
    if wanted.format.json {
        let captured = Captured {
            template: &template,
            file: &file,
            explanation: &explanation,
        };
        screen.json("captured", &captured)?;
    } else {
        screen.say(told(&explanation, now()))?;
    }
    Ok(verbal(&explanation).exit)
}

type Named = BTreeMap<String, ControlToken>;

fn draft(wanted: &LogonCapture, window: WindowId, named: Named) -> Result<Box<Draft>, Failure> {
    let request = Request::TemplateRecord {
        window,
        id: wanted.id.as_deref().map(TemplateId::from),
        name: wanted.application.clone(),
        named,
        show: Show::Frames,
    };
    match ask(&request)? {
        Reply::Drafted(draft) => Ok(draft),
        _ => Err(Failure::OtherAnswer),
    }
}

/// The draft by the numbers of the arguments.
fn draft_again(wanted: &LogonCapture, window: WindowId, draft: &Draft) -> Result<Box<Draft>, Failure> {
    let mut named = Named::new();
    for (field, number) in &wanted.field {
        let control = number.checked_sub(1).and_then(|index| draft.controls.get(index));
        let control = control.ok_or_else(|| Failure::Usage {
            message: format!("the window has no control {number}"),
            next: "--dry-run shows those it has".to_owned(),
        })?;
        named.insert(field.clone(), control.token.clone());
    }
    self::draft(wanted, window, named)
}

fn shown(wanted: &LogonCapture, draft: &Draft, screen: &mut Screen) -> Result<u8, Failure> {
    match wanted.format.json {
        true => screen.json("draft", draft)?,
        false => screen.say(listed(draft))?,
    }
    Ok(0)
}

/// Every control with its number, and what it is taken for.
fn listed(draft: &Draft) -> String {
    let mut lines = format!("{}, a {} form", Paint::Strong.on(&draft.id), draft.kind);
    for (index, control) in draft.controls.iter().enumerate() {
        let what = control.what.as_deref().unwrap_or("-");
        let shown = one_line(&control.control);
        lines.push_str(&format!("\n  {:>2}  {what:10} {shown}", index + 1));
    }
    for note in &draft.notes {
        lines.push_str(&format!("\n  {} {}", Paint::Bad.on("!"), one_line(note)));
    }
    lines
}

/// Lets the user say what is what until it is right; `None`: he gives up.
fn agreed(
    wanted: &LogonCapture,
    window: WindowId,
    mut draft: Box<Draft>,
    screen: &mut Screen,
) -> Result<Option<Box<Draft>>, Failure> {
    screen.note(listed(&draft));
    loop {
        let words =
            "Is that right? (y yes, n give up, or a number and what it is, such as `1 username`; `1 -` leaves it)";
        let said = Source::Terminal.plain(words)?.unwrap_or_default();
        let said = said.trim();
        match said.to_lowercase().as_str() {
            "y" | "yes" => return Ok(Some(draft)),
            "n" | "no" => return Ok(None),
            _ => {}
        }
        let Some(named) = renamed(&draft, said) else { continue };
        match self::draft(wanted, window, named) {
            Ok(next) => draft = next,
            Err(failure) => screen.fail(&failure, false),
        }
        screen.note(listed(&draft));
    }
}

/// What everything is for after the user's `NUMBER NAME`; `None` if he wrote something else.
fn renamed(draft: &Draft, said: &str) -> Option<Named> {
    let (number, name) = said.split_once(char::is_whitespace)?;
    let control = draft.controls.get(number.parse::<usize>().ok()?.checked_sub(1)?)?;
    let name = name.trim();
    let others = draft.controls.iter().filter(|other| other.token != control.token);
    let mut named: Named = others
        .filter_map(|other| Some((other.what.clone()?, other.token.clone())))
        .collect();
    if name != "-" {
        named.insert(name.to_owned(), control.token.clone());
    }
    Some(named)
}

fn adopted(window: WindowId, draft: Box<Draft>) -> Result<(TemplateId, PathBuf), Failure> {
    let text = draft.template;
    match ask(&Request::TemplateAdopt { window, text })? {
        Reply::Adopted { id, file } => Ok((id, file)),
        _ => Err(Failure::OtherAnswer),
    }
}

/// Asks for the logon and has it filled into the form that is waiting.
fn filled(
    wanted: &LogonCapture,
    window: WindowId,
    template: &TemplateId,
    source: Source,
    screen: &mut Screen,
) -> Result<Explanation, Failure> {
    let prompt = prompts::about(window, ASKED_WITHIN)?.ok_or_else(|| Failure::NoSuch {
        message: "the form does not ask for a logon".to_owned(),
        next: format!("`countersign why --window {:#x}` says why", window.0),
    })?;
    let summary = find::template(template.as_str())?;
    let Some(given) = Given::asked(&summary, &wanted.set, source, screen)? else {
        tell(&Request::PromptDismiss { window: prompt.window }, &[])?;
        return Err(PromptError::Empty("every field".to_owned()).into());
    };
    prompts::fill_given(window, wanted.name.clone().unwrap_or_default(), given)
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_wire::DraftControl;

    fn draft() -> Draft {
        let control = |token: &str, what: Option<&str>| DraftControl {
            token: ControlToken(token.to_owned()),
            control: token.to_owned(),
            what: what.map(str::to_owned),
        };
        Draft {
            id: TemplateId::from("local.form"),
            kind: "logon".to_owned(),
            template: String::new(),
            fixture: String::new(),
            choices: Vec::new(),
            controls: vec![
                control("a", Some("username")),
                control("b", None),
                control("c", Some("password")),
            ],
            notes: Vec::new(),
            tried: None,
        }
    }

    fn said(text: &str) -> Option<Vec<(String, String)>> {
        let named = renamed(&draft(), text)?;
        Some(named.into_iter().map(|(name, token)| (name, token.0)).collect())
    }

    #[test]
    fn what_the_user_says_takes_the_place_of_what_was_guessed() {
        let pairs = |all: &[(&str, &str)]| -> Vec<(String, String)> {
            all.iter()
                .map(|(name, token)| ((*name).to_owned(), (*token).to_owned()))
                .collect()
        };
        assert_eq!(
            said("2 domain"),
            Some(pairs(&[("domain", "b"), ("password", "c"), ("username", "a")]))
        );
        assert_eq!(said("2 username"), Some(pairs(&[("password", "c"), ("username", "b")])));
        assert_eq!(said("1 -"), Some(pairs(&[("password", "c")])));
        for other in ["", "hello", "4 username", "0 username", "username 1"] {
            assert_eq!(said(other), None, "{other}");
        }
    }
}
