use crate::agent::ask;
use crate::arguments::TemplateRecord;
use crate::clock::now;
use crate::decision::{one_line, told};
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use countersign_model::{TemplateId, WindowFacts, WindowId};
use countersign_wire::{Draft, Reply, Request, Show};
use serde::Serialize;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// How long the user may take to point.
const POINTING: u32 = 60;

/// What `template record --json` prints.
#[derive(Serialize)]
struct Recorded<'a> {
    #[serde(flatten)]
    draft: &'a Draft,
    /// The files; none in a dry run.
    files: Vec<PathBuf>,
}

/// Exit 1 when the draft does not fit the window any more.
pub(super) fn run(wanted: &TemplateRecord, screen: &mut Screen) -> Result<u8, Failure> {
    let request = Request::TemplateRecord {
        window: window(wanted, screen)?,
        id: wanted.id.as_deref().map(TemplateId::from),
        name: wanted.name.clone(),
        show: if wanted.dry_run { Show::Frames } else { Show::Nothing },
    };
    let Reply::Drafted(draft) = ask(&request)? else {
        return Err(Failure::OtherAnswer);
    };
    let files = match wanted.dry_run {
        true => Vec::new(),
        false => written(&wanted.folder, &draft)?,
    };
    let fits = draft.tried.as_ref().is_some_and(|tried| tried.form.is_some());
    let exit = u8::from(!fits);
    if wanted.format.json {
        let draft = &*draft;
        screen.json("recorded", &Recorded { draft, files })?;
        return Ok(exit);
    }
    show(&draft, screen)?;
    if let (false, Some(tried)) = (fits, &draft.tried) {
        screen.say("the window has changed meanwhile; record it again:")?;
        screen.say(told(tried, now()))?;
    }
    match files.as_slice() {
        [template, ..] => {
            for file in &files {
                screen.say(format_args!("written  {}", file.display()))?;
            }
            let file = template.display();
            screen.say(format_args!(
                "next     `countersign template test {file}`, and `template explain {file}` with the application open"
            ))?;
        }
        [] => screen.text(&draft.template)?,
    }
    Ok(exit)
}

fn show(draft: &Draft, screen: &mut Screen) -> Result<(), Failure> {
    screen.say(format_args!("{}, a {} form", Paint::Strong.on(&draft.id), draft.kind))?;
    for choice in &draft.choices {
        let control = one_line(&choice.control);
        screen.say(format_args!("  {:9} {control}", choice.what))?;
        let (selector, stability) = (&choice.selector, choice.stability);
        screen.say(format_args!("            {selector}"))?;
        screen.say(Paint::Dim.on(format_args!("            stability {stability} of 100: {}", choice.why)))?;
    }
    for note in &draft.notes {
        screen.say(format_args!("  {} {}", Paint::Bad.on("!"), one_line(note)))?;
    }
    Ok(())
}

/// The window that is meant.
fn window(wanted: &TemplateRecord, screen: &mut Screen) -> Result<WindowId, Failure> {
    if let Some(window) = wanted.window {
        return Ok(window);
    }
    if wanted.pid.is_none() && wanted.title.is_none() {
        screen.note("click on the window of the logon; another button than the left one gives up");
        let Reply::Picked(picked) = ask(&Request::WindowPick { seconds: POINTING })? else {
            return Err(Failure::OtherAnswer);
        };
        return picked.ok_or_else(|| Failure::NoSuch {
            message: "no window was pointed at".to_owned(),
            next: "try again, or name it: `countersign windows` lists them".to_owned(),
        });
    }
    let Reply::Windows(windows) = ask(&Request::Windows)? else {
        return Err(Failure::OtherAnswer);
    };
    let is_meant = |window: &&WindowFacts| {
        let pid = window.process.as_ref().ok().map(|process| process.lineage.pid);
        let of_process = wanted.pid.is_none_or(|wanted| pid == Some(wanted));
        let title = wanted.title.as_ref();
        of_process && title.is_none_or(|title| window.title.contains(title.as_str()))
    };
    let meant: Vec<&WindowFacts> = windows.iter().filter(is_meant).collect();
    match meant.as_slice() {
        [only] => Ok(only.id),
        [] => Err(Failure::NoSuch {
            message: "no window on the screen is like that".to_owned(),
            next: "`countersign windows` lists those that are there".to_owned(),
        }),
        several => {
            let titles = several
                .iter()
                .map(|window| format!("{:#x} “{}”", window.id.0, one_line(&window.title)));
            Err(Failure::Usage {
                message: format!(
                    "several windows are like that: {}",
                    titles.collect::<Vec<_>>().join(", ")
                ),
                next: "name one with `--window`".to_owned(),
            })
        }
    }
}

/// The template first: it is never written over.
fn written(folder: &Path, draft: &Draft) -> Result<Vec<PathBuf>, Failure> {
    let template = folder.join(format!("{}.toml", draft.id));
    let fixtures = folder.join("fixtures").join(draft.id.as_str());
    create(&template, &draft.template)?;
    fs::create_dir_all(&fixtures).map_err(|why| Failure::Unwritten {
        place: fixtures.clone(),
        why,
    })?;
    let mut fixture = fixtures.join(format!("{}.toml", draft.kind));
    let mut number = 1;
    while fixture.exists() {
        number += 1;
        fixture = fixtures.join(format!("{}-{number}.toml", draft.kind));
    }
    create(&fixture, &draft.fixture)?;
    Ok(vec![template, fixture])
}

fn create(file: &Path, text: &str) -> Result<(), Failure> {
    let opened = OpenOptions::new().write(true).create_new(true).open(file);
    let done = opened.and_then(|mut file| file.write_all(text.as_bytes()));
    done.map_err(|why| match why.kind() {
        io::ErrorKind::AlreadyExists => Failure::Usage {
            message: format!("{} is there already", file.display()),
            next: "choose another `--id` or `--folder`, or move it away".to_owned(),
        },
        _ => Failure::Unwritten {
            place: file.to_owned(),
            why,
        },
    })
}
