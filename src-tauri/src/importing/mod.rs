//! Files of other password managers: read and stored by this program, whose pages see no secret of them.

mod held;
mod told;

pub(crate) use held::Imports;

use crate::agent;
use crate::failure::{Failure, Way};
use crate::secrets::Typed;
use countersign_import::{
    Addition, Application, Choices, Fate, File, Held, Keys, Plain, PlainError, Plan, Pointer, Seal, key_file, plan,
};
use countersign_model::{LogonId, TemplateId};
use countersign_secret::{Password, SecretBytes};
use countersign_wire::{ErrorCode, ErrorReply, PlainField, Reply, Request};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tauri::{State, WebviewWindow};
use told::{Opened, Outcome, Preview};

/// A file that was opened, and what opens it.
struct Import {
    file: Plain,
    password: Option<Password>,
    key_file: Option<SecretBytes>,
    /// How much is in it alone, once it was stored.
    left: Mutex<Option<usize>>,
}

#[tauri::command]
pub(crate) async fn import_open(
    window: WebviewWindow,
    imports: State<'_, Imports>,
    file: PathBuf,
    key_file: Option<PathBuf>,
    secrets: Option<Typed>,
) -> Result<Opened, Failure> {
    let place = imports.anew(window.label())?;
    let Typed(secrets) = secrets.unwrap_or_default();
    let password = secrets.into_iter().next();
    let (opened, import) = aside(move || open(&file, key_file.as_deref(), password)).await?;
    let _only_once = place.set(Arc::new(import));
    Ok(opened)
}

/// Forgets the file.
#[tauri::command]
pub(crate) async fn import_close(window: WebviewWindow, imports: State<'_, Imports>) -> Result<(), Failure> {
    imports.anew(window.label()).map(drop)
}

#[tauri::command]
pub(crate) async fn import_preview(
    window: WebviewWindow,
    imports: State<'_, Imports>,
    assigned: Vec<(usize, TemplateId)>,
    skipped: Vec<usize>,
) -> Result<Preview, Failure> {
    let import = imports.of(window.label())?;
    aside(move || {
        let (plan, left_out) = import.plan(assigned, skipped)?;
        Ok(Preview {
            entries: plan.0.into_iter().map(told::entry).collect(),
            left_out,
        })
    })
    .await
}

#[tauri::command]
pub(crate) async fn import_store(
    window: WebviewWindow,
    imports: State<'_, Imports>,
    assigned: Vec<(usize, TemplateId)>,
    skipped: Vec<usize>,
) -> Result<Vec<Outcome>, Failure> {
    let import = imports.of(window.label())?;
    aside(move || import.store(assigned, skipped)).await
}

#[tauri::command]
pub(crate) async fn import_delete(
    window: WebviewWindow,
    imports: State<'_, Imports>,
    lost: usize,
) -> Result<(), Failure> {
    let import = imports.of(window.label())?;
    aside(move || import.delete(lost)).await?;
    imports.anew(window.label()).map(drop)
}

async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
    let worked = tauri::async_runtime::spawn_blocking(work).await;
    worked.map_err(|error| Failure::on_the_way(Way::Page, error, "close the window and open it again"))?
}

fn open(path: &Path, key: Option<&Path>, password: Option<Password>) -> Result<(Opened, Import), Failure> {
    let unread = |why: String| wrong(ErrorCode::Failed, &why, "choose another file, or export it again");
    let named = |error: &dyn std::error::Error| unread(format!("{}: {error}", path.display()));
    let file = Plain::read(path).map_err(|error: PlainError| named(&error))?;
    let read = File::recognised(file.bytes()).map_err(|error| named(&error))?;
    let (format, seal) = (read.format().name(), read.seal().map_err(|error| named(&error))?);
    let key_file = match (key, seal) {
        (Some(key), Seal::PasswordOrKeyFile) => {
            Some(key_file(key).map_err(|error| unread(format!("{}: {error}", key.display())))?)
        }
        _ => None,
    };
    let is_open = seal == Seal::None || password.is_some() || key_file.is_some();
    let import = Import {
        file,
        password,
        key_file,
        left: Mutex::default(),
    };
    if is_open {
        // Everything that is wrong with it is said now.
        import.contents()?;
    }
    let opened = Opened {
        format,
        seal: match seal {
            Seal::None => "none",
            Seal::Password => "password",
            Seal::PasswordOrKeyFile => "password-or-key-file",
        },
        open: is_open,
    };
    Ok((opened, import))
}

impl Import {
    fn contents(&self) -> Result<countersign_import::Contents, Failure> {
        let named = |error: countersign_import::ImportError| {
            let why = format!("{}: {error}", self.file.path().display());
            wrong(
                ErrorCode::Failed,
                &why,
                "nothing was imported; correct the file, or export it again",
            )
        };
        let file = File::recognised(self.file.bytes()).map_err(named)?;
        let keys = Keys {
            password: self.password.as_ref(),
            key_file: self.key_file.as_ref().map(SecretBytes::expose),
        };
        file.read(keys, &Default::default()).map_err(named)
    }

    fn plan(&self, assigned: Vec<(usize, TemplateId)>, skipped: Vec<usize>) -> Result<(Plan, Vec<String>), Failure> {
        let contents = self.contents()?;
        let (templates, logons) = match (
            agent::ask(&Request::Templates, &[])?,
            agent::ask(&Request::LogonList, &[])?,
        ) {
            ((Reply::Templates(templates), _), (Reply::Logons(logons), _)) => (templates, logons),
            ((Reply::Error(error), _), _) | (_, (Reply::Error(error), _)) => return Err(error.into()),
            _ => return Err(other_version()),
        };
        let in_use = templates.into_iter().filter(|template| template.in_use);
        let applications: Vec<Application> = in_use.map(Application::from).collect();
        let held: Vec<Held> = logons.into_iter().map(Held::from).collect();
        let pointer = |number: usize| Pointer(number.to_string());
        let choices = Choices {
            assigned: assigned
                .into_iter()
                .map(|(number, template)| (pointer(number), template.as_str().to_owned()))
                .collect(),
            skipped: skipped.into_iter().map(pointer).collect(),
        };
        let planned = plan(contents.entries, &applications, &held, &choices)
            .map_err(|error| wrong(ErrorCode::NoMatch, &error.to_string(), "look at the preview again"))?;
        let left_out = contents.left_out.iter();
        let left_out = left_out.map(|left| format!("{}: {}", left.place, left.what)).collect();
        Ok((planned, left_out))
    }

    /// Stores one after the other. One that the agent does not take is told and the next one follows.
    fn store(&self, assigned: Vec<(usize, TemplateId)>, skipped: Vec<usize>) -> Result<Vec<Outcome>, Failure> {
        let (mut plan, left_out) = self.plan(assigned, skipped)?;
        let mut outcomes = Vec::new();
        for item in &mut plan.0 {
            let Fate::Added(addition) = &mut item.fate else {
                continue;
            };
            let (id, error) = match stored(addition)? {
                Ok(id) => (Some(id), None),
                Err(error) => (None, Some(error)),
            };
            outcomes.push(Outcome {
                number: item.number,
                title: item.title.clone(),
                id,
                error,
            });
        }
        let refused = outcomes.iter().filter(|outcome| outcome.error.is_some());
        let refused: Vec<usize> = refused.map(|outcome| outcome.number).collect();
        let left = plan.left(&refused).len() + left_out.len();
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) = Some(left);
        Ok(outcomes)
    }

    /// Deletes the file, and with it as much as the user was told is lost.
    fn delete(&self, lost: usize) -> Result<(), Failure> {
        if *self.left.lock().unwrap_or_else(PoisonError::into_inner) != Some(lost) {
            return Err(wrong(
                ErrorCode::Refused,
                "more or less would be lost with the file than was said; it stays",
                "import it again, and look at what is in it alone",
            ));
        }
        self.file.delete().map_err(|error| {
            let why = format!("{}: {error}", self.file.path().display());
            wrong(ErrorCode::Failed, &why, "delete it by hand; its passwords can be read")
        })
    }
}

/// The stored logon, or why the agent did not take it. A locked vault or an agent that is gone ends the import; a second one goes on.
fn stored(addition: &mut Addition) -> Result<Result<LogonId, String>, Failure> {
    let plain = addition.plain.iter().map(|(name, value)| PlainField {
        name: name.clone(),
        value: value.clone(),
    });
    let request = Request::LogonAdd {
        template: addition.template.clone(),
        label: addition.label.clone(),
        plain: plain.collect(),
        secret_fields: addition.secret_fields.clone(),
    };
    // They are needed once, and wiped here.
    let secrets = std::mem::take(&mut addition.secrets);
    match agent::ask(&request, &secrets)?.0 {
        Reply::LogonSaved(id) => Ok(Ok(id)),
        Reply::Error(error) if error.code == ErrorCode::Locked => Err(error.into()),
        Reply::Error(error) => Ok(Err(match error.next {
            Some(next) => format!("{}; {next}", error.message),
            None => error.message,
        })),
        _ => Err(other_version()),
    }
}

fn wrong(code: ErrorCode, message: &str, next: &str) -> Failure {
    ErrorReply::new(code, message.to_owned()).next(next).into()
}

fn other_version() -> Failure {
    Failure::on_the_way(
        Way::OtherVersion,
        "the agent answered something else",
        "restart the agent, so that both are of one version",
    )
}
