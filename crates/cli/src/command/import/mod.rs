//! `countersign import`: the file is read whole, what would be done is shown, and then it is done.

mod disposal;
mod shown;

use crate::agent::ask_with;
use crate::arguments::Import;
use crate::failure::Failure;
use crate::find;
use crate::screen::{Paint, Screen};
use crate::secrets::Source;
use crate::terminal::PromptError;
use crate::words::counted;
use countersign_import::{
    Addition, Application, ChoiceError, Choices, Contents, Fate, File, Format, Held, Keys, LeftOut, Plain, PlainError,
    Plan, Pointer, Seal, key_file, plan,
};
use countersign_model::LogonId;
use countersign_secret::{Password, SecretBytes};
use countersign_wire::{ClientError, ErrorCode, PlainField, Reply, Request};
use disposal::Disposal;
use serde::Serialize;
use std::path::Path;

/// What came of one entry that was to be added.
#[derive(Serialize)]
pub(super) struct Outcome {
    number: usize,
    title: String,
    id: Option<LogonId>,
    error: Option<String>,
}

/// What `import --json` prints.
#[derive(Serialize)]
struct Report<'a> {
    format: Format,
    entries: &'a Plan,
    left_out: Vec<String>,
    outcomes: &'a [Outcome],
    file: Disposal,
}

pub(crate) fn run(wanted: &Import, screen: &mut Screen) -> Result<u8, Failure> {
    let source = Source::standard_input();
    let file = Plain::read(&wanted.file).map_err(|error| unread(&wanted.file, error))?;
    let (format, seal, contents) = contents(wanted, &file, source)?;
    if wanted.delete && seal != Seal::None {
        return Err(Failure::Usage {
            message: "this file is sealed; there is no plain text to be deleted".to_owned(),
            next: "leave `--delete` out, and delete it by hand if it is not needed any more".to_owned(),
        });
    }
    let left_out: Vec<LeftOut> = contents.left_out;
    let held: Vec<Held> = find::logons()?.into_iter().map(Held::from).collect();
    let templates = find::templates()?;
    let applications: Vec<Application> = templates
        .into_iter()
        .filter(|template| template.in_use)
        .map(Application::from)
        .collect();
    let mut plan = plan(contents.entries, &applications, &held, &choices(wanted)).map_err(unchosen)?;
    if !wanted.format.json {
        screen.say(shown::preview(format, &plan, &left_out))?;
    }
    let outcomes = match wanted.dry_run || plan.additions() == 0 {
        true => Vec::new(),
        false => {
            agreed(wanted, &plan, source)?;
            added(&mut plan, wanted, screen)?
        }
    };
    let refused = outcomes.iter().filter(|outcome| outcome.error.is_some());
    let refused: Vec<usize> = refused.map(|outcome| outcome.number).collect();
    let disposal = match seal {
        Seal::None if !wanted.dry_run => {
            let left = shown::left(&plan, &refused, &left_out);
            disposal::offered(wanted, &file, &left, source, screen)?
        }
        _ => Disposal::Kept,
    };
    if wanted.format.json {
        let report = Report {
            format,
            entries: &plan,
            left_out: left_out
                .iter()
                .map(|left| format!("{}: {}", left.place, left.what))
                .collect(),
            outcomes: &outcomes,
            file: disposal,
        };
        screen.json("import", &report)?;
    }
    let nothing_fits = plan
        .0
        .iter()
        .all(|item| matches!(item.fate, Fate::NoTemplate | Fate::Choice { .. }));
    let failed = !refused.is_empty() || disposal == Disposal::NotDeleted;
    Ok(match (failed, nothing_fits) {
        (true, _) => ErrorCode::Failed.exit_code(),
        (false, true) => ErrorCode::NoMatch.exit_code(),
        (false, false) => 0,
    })
}

fn unread(place: &Path, error: PlainError) -> Failure {
    let place = place.to_owned();
    match error {
        PlainError::Unread(why) => Failure::File { place, why },
        PlainError::Large(error) => Failure::Import { place, error },
    }
}

/// Everything in the file, or what is wrong with it. Its secrets ask for nobody before its format is known.
fn contents(wanted: &Import, plain: &Plain, source: Source) -> Result<(Format, Seal, Contents), Failure> {
    let unread = |error| Failure::Import {
        place: wanted.file.clone(),
        error,
    };
    let told = wanted.written_as.map(Format::from);
    let file = match (told, wanted.map.is_empty()) {
        (Some(format), _) => File::told(plain.bytes(), format),
        (None, false) => File::told(plain.bytes(), Format::Csv),
        (None, true) => File::recognised(plain.bytes()),
    };
    let file = file.map_err(unread)?;
    let seal = file.seal().map_err(unread)?;
    let key_file: Option<SecretBytes> = match (&wanted.key_file, seal) {
        (Some(path), Seal::PasswordOrKeyFile) => Some(key_file(path).map_err(|why| Failure::File {
            place: path.clone(),
            why,
        })?),
        (Some(_), _) => {
            return Err(Failure::Usage {
                message: format!("a file of {} has no key file", file.format().name()),
                next: "leave `--key-file` out".to_owned(),
            });
        }
        (None, _) => None,
    };
    let password: Option<Password> = match (seal, wanted.no_password) {
        (Seal::None, _) | (_, true) => None,
        (_, false) => Some(source.existing(&format!("Password of {}", name(&wanted.file)))?),
    };
    let keys = Keys {
        password: password.as_ref(),
        key_file: key_file.as_ref().map(SecretBytes::expose),
    };
    let contents = file.read(keys, &wanted.map).map_err(unread)?;
    Ok((file.format(), seal, contents))
}

fn choices(wanted: &Import) -> Choices {
    let assigned = wanted.assign.iter();
    Choices {
        assigned: assigned
            .map(|(entry, template)| (Pointer(entry.clone()), template.clone()))
            .collect(),
        skipped: wanted.skip.iter().cloned().map(Pointer).collect(),
    }
}

fn unchosen(error: ChoiceError) -> Failure {
    let message = error.to_string();
    match error {
        ChoiceError::NoEntry(_) => Failure::NoSuch {
            message,
            next: "`--dry-run` shows the entries with their numbers".to_owned(),
        },
        ChoiceError::NoTemplate(_) => Failure::NoSuch {
            message,
            next: "`countersign status` counts the templates in force; `countersign template` makes one".to_owned(),
        },
        ChoiceError::SeveralTemplates { .. } => Failure::Usage {
            message,
            next: "write the id of one of them".to_owned(),
        },
    }
}

fn agreed(wanted: &Import, plan: &Plan, source: Source) -> Result<(), Failure> {
    if wanted.yes {
        return Ok(());
    }
    let many = counted(u64::try_from(plan.additions()).unwrap_or(u64::MAX), "logon");
    match source.plain(&format!("Store {many}? (yes/no)"))? {
        Some(answer) if answer.trim().eq_ignore_ascii_case("yes") => Ok(()),
        Some(_) => Err(PromptError::Cancelled.into()),
        None => Err(Failure::Usage {
            message: "an import has to be confirmed; nothing was changed".to_owned(),
            next: "look at it with `--dry-run`, then add `--yes`".to_owned(),
        }),
    }
}

/// Stores one after the other. A logon that the agent does not take is told and the next one follows; without the agent or with a locked
/// vault the rest is left, and a second import goes on where this one ended.
fn added(plan: &mut Plan, wanted: &Import, screen: &mut Screen) -> Result<Vec<Outcome>, Failure> {
    let mut outcomes = Vec::new();
    for item in &mut plan.0 {
        let Fate::Added(addition) = &mut item.fate else {
            continue;
        };
        let stored = stored(addition);
        let outcome = match stored {
            Ok(id) => Outcome {
                number: item.number,
                title: item.title.clone(),
                id: Some(id),
                error: None,
            },
            Err(Failure::Client(ClientError::Failed(error))) if error.code != ErrorCode::Locked => Outcome {
                number: item.number,
                title: item.title.clone(),
                id: None,
                error: Some(match error.next {
                    Some(next) => format!("{}; {next}", error.message),
                    None => error.message,
                }),
            },
            Err(failure) => {
                screen.note(format_args!(
                    "{} stored before this; the same import again skips them and stores the others",
                    counted(u64::try_from(outcomes.len()).unwrap_or(u64::MAX), "logon")
                ));
                return Err(failure);
            }
        };
        if !wanted.format.json {
            screen.say(shown::outcome(&outcome))?;
        }
        outcomes.push(outcome);
    }
    if !wanted.format.json {
        let good = outcomes.iter().filter(|outcome| outcome.error.is_none()).count();
        screen.say(format_args!(
            "{} {} stored",
            Paint::Good.on("✓"),
            counted(u64::try_from(good).unwrap_or(u64::MAX), "logon")
        ))?;
    }
    Ok(outcomes)
}

fn stored(addition: &mut Addition) -> Result<LogonId, Failure> {
    let request = Request::LogonAdd {
        template: addition.template.clone(),
        label: addition.label.clone(),
        plain: addition
            .plain
            .iter()
            .map(|(name, value)| PlainField {
                name: name.clone(),
                value: value.clone(),
            })
            .collect(),
        secret_fields: addition.secret_fields.clone(),
    };
    // They are needed once, and wiped here.
    let secrets = std::mem::take(&mut addition.secrets);
    match ask_with(&request, &secrets)?.0 {
        Reply::LogonSaved(id) => Ok(id),
        _ => Err(Failure::OtherAnswer),
    }
}

/// The file's own name, for questions.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
