//! The desktop's own chooser of files and folders.

use crate::failure::{Failure, Way};
use gtk::prelude::{FileChooserExt, NativeDialogExt};
use gtk::{FileChooserAction, FileChooserNative, ResponseType};
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::mpsc::channel;
use tauri::WebviewWindow;

/// What is to be chosen.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Chosen {
    File,
    Folder,
}

/// Lets the user choose; none: he gave up.
#[tauri::command]
pub(crate) async fn choose_path(window: WebviewWindow, kind: Chosen) -> Result<Option<PathBuf>, Failure> {
    let failed = |error: &dyn std::error::Error| Failure::on_the_way(Way::Page, error, "type the path instead");
    let (tell, told) = channel();
    let parent = window.clone();
    window
        .run_on_main_thread(move || {
            let action = match kind {
                Chosen::File => FileChooserAction::Open,
                Chosen::Folder => FileChooserAction::SelectFolder,
            };
            let chooser = FileChooserNative::new(None, parent.gtk_window().ok().as_ref(), action, None, None);
            let answer = chooser.run();
            let path = (answer == ResponseType::Accept).then(|| chooser.filename()).flatten();
            let _gone = tell.send(path);
        })
        .map_err(|error| failed(&error))?;
    let chosen = tauri::async_runtime::spawn_blocking(move || told.recv()).await;
    let chosen = chosen.map_err(|error| failed(&error))?;
    chosen.map_err(|error| failed(&error))
}
