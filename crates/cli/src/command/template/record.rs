use crate::agent::ask;
use crate::arguments::TemplateRecord;
use crate::clock::now;
use crate::command::windows;
use crate::decision::{one_line, told};
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use countersign_model::TemplateId;
use countersign_wire::{Draft, Reply, Request, Show};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

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
        window: windows::chosen(&wanted.window, screen)?,
        id: wanted.id.as_deref().map(TemplateId::from),
        name: wanted.name.clone(),
        named: BTreeMap::new(),
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
