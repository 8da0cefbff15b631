//! What the user is asked while forms wait, and his answers.

use crate::agent::{ask, ask_with, tell};
use crate::arguments::PromptsShown;
use crate::clock::now as moment;
use crate::command::given::Given;
use crate::command::password;
use crate::decision::{one_line, told};
use crate::failure::Failure;
use crate::find;
use crate::screen::{Paint, Screen};
use crate::secrets::Source;
use countersign_model::{Choice, Explanation, Prompt, Question, WindowId};
use countersign_wire::{Prompts, Reply, Request};

/// How long the agent may wait for something new, in seconds: less than a client waits for an answer.
const PATIENCE: u32 = 60;

pub(crate) fn run(wanted: PromptsShown, screen: &mut Screen) -> Result<u8, Failure> {
    if wanted.once || wanted.format.json {
        return once(wanted, screen);
    }
    if Source::standard_input() != Source::Terminal {
        return Err(Failure::Usage {
            message: "answers are taken at a terminal".to_owned(),
            next: "add --once to see what is asked; `countersign logon give`, `logon fill` and `exclude add` answer it"
                .to_owned(),
        });
    }
    screen.note("waiting for forms that ask for something; Ctrl-C ends it");
    let mut seen = Prompts {
        version: 0,
        open: Vec::new(),
    };
    let mut answered: Vec<Prompt> = Vec::new();
    loop {
        // What is still open stays answered: the user need not say twice that he does not want to.
        answered.retain(|prompt| seen.open.contains(prompt));
        match seen.open.iter().find(|prompt| !answered.contains(prompt)) {
            Some(prompt) => {
                let prompt = prompt.clone();
                if let Err(failure) = answer(&prompt, screen) {
                    // The form may have gone while he was asked.
                    screen.fail(&failure, false);
                }
                answered.push(prompt);
                seen = now()?;
            }
            None => seen = after(seen.version, PATIENCE)?,
        }
    }
}

/// What is asked just now.
pub(crate) fn now() -> Result<Prompts, Failure> {
    after(0, 0)
}

/// The question about a window, once it is asked; `None` when it is not within so many seconds.
pub(crate) fn about(window: WindowId, seconds: u32) -> Result<Option<Prompt>, Failure> {
    let mut seen = now()?;
    for _ in 0..MOST_CHANGES {
        if let Some(prompt) = seen.open.iter().find(|prompt| prompt.window == window) {
            return Ok(Some(prompt.clone()));
        }
        let next = after(seen.version, seconds)?;
        if next.version == seen.version {
            break;
        }
        seen = next;
    }
    Ok(None)
}

/// How many changes of what is asked are waited through.
const MOST_CHANGES: usize = 20;

fn after(seen: u64, seconds: u32) -> Result<Prompts, Failure> {
    match ask(&Request::Prompts { seen, seconds })? {
        Reply::Prompts(prompts) => Ok(prompts),
        _ => Err(Failure::OtherAnswer),
    }
}

/// Fills what was given into the window that asks for it.
pub(crate) fn fill_given(window: WindowId, label: String, given: Given) -> Result<Explanation, Failure> {
    let request = Request::LogonCapture {
        window,
        label,
        plain: given.plain,
        secret_fields: given.secret_fields,
    };
    match ask_with(&request, &given.secrets)?.0 {
        Reply::Filled(explanation) => Ok(*explanation),
        _ => Err(Failure::OtherAnswer),
    }
}

fn once(wanted: PromptsShown, screen: &mut Screen) -> Result<u8, Failure> {
    let open = now()?.open;
    if wanted.format.json {
        screen.json("prompts", &open)?;
    } else if open.is_empty() {
        screen.say("nothing is asked")?;
    } else {
        for prompt in &open {
            screen.say(described(prompt))?;
        }
    }
    Ok(0)
}

fn described(prompt: &Prompt) -> String {
    let application = Paint::Strong.on(one_line(&prompt.application));
    let window = format!(
        "window {:#x} \u{201c}{}\u{201d}",
        prompt.window.0,
        one_line(&prompt.title)
    );
    match &prompt.question {
        Question::Logon => format!(
            "{application}: no stored logon fits ({window})\n  `countersign logon give --window {:#x}` fills one, and stores it once it is accepted",
            prompt.window.0
        ),
        Question::Change(choice) => format!(
            "{application}: asks for a new password of {} ({window})\n  `countersign password change {:?}` makes one by the policy and types it",
            one_line(&choice.label),
            choice.label
        ),
        Question::Choice(choices) => {
            let labels: Vec<_> = choices.iter().map(|choice| one_line(&choice.label)).collect();
            format!(
                "{application}: several logons would do: {} ({window})\n  `countersign logon fill LOGON --window {:#x}` fills one of them",
                labels.join(", "),
                prompt.window.0
            )
        }
    }
}

/// Asks the user and does what he says.
fn answer(prompt: &Prompt, screen: &mut Screen) -> Result<(), Failure> {
    let never = match prompt.may_exclude {
        true => ", x never for this application",
        false => "",
    };
    let mut lines = format!(
        "{} (\u{201c}{}\u{201d})",
        Paint::Strong.on(one_line(&prompt.application)),
        one_line(&prompt.title)
    );
    let choices: &[Choice] = match &prompt.question {
        Question::Choice(choices) => choices,
        Question::Logon | Question::Change(_) => &[],
    };
    for (number, choice) in choices.iter().enumerate() {
        lines.push_str(&format!("\n  {}  {}", number + 1, one_line(&choice.label)));
    }
    screen.note(lines);
    let words = match prompt.question {
        Question::Choice(_) => format!("Which? (its number, n not now{never})"),
        Question::Logon => format!("No stored logon fits. Give one? (y yes, n not now{never})"),
        Question::Change(_) => {
            format!("It asks for a new password. Have one made and typed? (y yes, n not now{never})")
        }
    };
    loop {
        let said = Source::Terminal.plain(&words)?.unwrap_or_default();
        let said = said.trim().to_lowercase();
        let chosen = said
            .parse::<usize>()
            .ok()
            .and_then(|number| choices.get(number.checked_sub(1)?));
        match (said.as_str(), chosen) {
            (_, Some(choice)) => return fill(prompt.window, choice, screen),
            ("y" | "yes", None) if choices.is_empty() => {
                return match &prompt.question {
                    Question::Change(choice) => change(choice, screen),
                    _ => give(prompt, screen),
                };
            }
            ("n" | "no", None) => return tell(&Request::PromptDismiss { window: prompt.window }, &[]),
            ("x" | "never", None) if prompt.may_exclude => {
                let template = prompt.template.clone();
                tell(&Request::Exclude { template }, &[])?;
                return screen.say(format_args!(
                    "{} is filled only when you ask; `countersign exclude remove {}` undoes it",
                    prompt.application, prompt.template
                ));
            }
            _ => {}
        }
    }
}

fn change(choice: &Choice, screen: &mut Screen) -> Result<(), Failure> {
    password::begin(choice.id, &[], screen)?;
    screen.say(format_args!(
        "a new password of {} is made; it is typed now, and `countersign password status` shows what becomes of it",
        one_line(&choice.label)
    ))
}

fn fill(window: WindowId, choice: &Choice, screen: &mut Screen) -> Result<(), Failure> {
    let request = Request::LogonFill {
        id: Some(choice.id),
        window: Some(window),
        proven: false,
    };
    match ask(&request)? {
        Reply::Filled(explanation) => screen.say(told(&explanation, moment())),
        _ => Err(Failure::OtherAnswer),
    }
}

fn give(prompt: &Prompt, screen: &mut Screen) -> Result<(), Failure> {
    let template = find::template(prompt.template.as_str())?;
    let Some(given) = Given::asked(&template, &[], Source::Terminal, screen)? else {
        return tell(&Request::PromptDismiss { window: prompt.window }, &[]);
    };
    let explanation = fill_given(prompt.window, String::new(), given)?;
    screen.say(told(&explanation, moment()))
}
