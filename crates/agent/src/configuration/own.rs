//! Templates that the user makes for himself: files in a folder of his, nobody's word but his, and only for logons he gives for them.

use super::Configuration;
use super::shelf::Good;
use crate::paths::{PathError, private_folder};
use countersign_model::TemplateId;
use countersign_rules::Problem;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Why a template is not in force.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OwnError {
    /// It has mistakes.
    #[error("the template cannot be used: {0}")]
    Wrong(Problem),
    /// Another template has its id.
    #[error("the id `{id}` belongs to {place} already")]
    Taken { id: TemplateId, place: String },
    /// Its id is no file's name.
    #[error("`{0}` cannot be the name of a file")]
    Name(TemplateId),
    /// The user's folder cannot be used.
    #[error(transparent)]
    Folder(#[from] PathError),
    /// It cannot be written.
    #[error("{file} cannot be written: {why}", file = file.display())]
    Unwritten { file: PathBuf, why: io::Error },
}

impl Configuration {
    /// Keeps a template as `ID.toml` in the user's folder and puts it in force. Returns its id and its file.
    pub(crate) fn adopt(&mut self, text: &str) -> Result<(TemplateId, PathBuf), OwnError> {
        let good = Good::of("the draft", text.as_bytes()).map_err(first)?;
        let id = TemplateId::from(good.id());
        if let Some(other) = self.templates().get(&id) {
            let place = other.place().to_owned();
            return Err(OwnError::Taken { id, place });
        }
        let name = format!("{id}.toml");
        if Path::new(&name).file_name() != Some(name.as_ref()) {
            return Err(OwnError::Name(id));
        }
        let folder = self.paths.own_templates();
        private_folder(&folder)?;
        let file = folder.join(name);
        write(&file, text).map_err(|why| match why.kind() {
            io::ErrorKind::AlreadyExists => OwnError::Taken {
                id: id.clone(),
                place: file.display().to_string(),
            },
            _ => OwnError::Unwritten {
                file: file.clone(),
                why,
            },
        })?;
        self.edition = std::mem::take(&mut self.edition).with_own(&folder);
        self.templates_version += 1;
        self.tell();
        Ok((id, file))
    }
}

fn first(problems: Vec<Problem>) -> OwnError {
    let first = problems.into_iter().next();
    OwnError::Wrong(first.unwrap_or_else(|| super::unreadable(Path::new("the draft"), &io::Error::other("no reason"))))
}

/// A file that is there is never written over, and one that is written is whole.
fn write(file: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut opened = options.write(true).create_new(true).mode(0o600).open(file)?;
    let written = opened.write_all(text.as_bytes()).and_then(|()| opened.sync_all());
    written.inspect_err(|_| drop(std::fs::remove_file(file)))
}
