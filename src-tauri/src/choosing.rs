//! The desktop's own chooser of files and folders.

use crate::failure::{Failure, Way};
use gtk::prelude::{FileChooserExt, NativeDialogExt, WidgetExt};
use gtk::{FileChooserAction, FileChooserNative, ResponseType};
use serde::Deserialize;
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use tauri::WebviewWindow;
use tauri::async_runtime::{Sender, channel};

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
    let (tell, mut told) = channel(1);
    let parent = window.clone();
    window
        .run_on_main_thread(move || show(&parent, kind, tell))
        .map_err(|error| failed(&error))?;
    let gone = || Failure::on_the_way(Way::Page, "the window is gone", "open it again");
    told.recv().await.ok_or_else(gone)
}

/// Shows the chooser and returns: the other windows go on while it is open.
fn show(parent: &WebviewWindow, kind: Chosen, tell: Sender<Option<PathBuf>>) {
    let action = match kind {
        Chosen::File => FileChooserAction::Open,
        Chosen::Folder => FileChooserAction::SelectFolder,
    };
    let parent = parent.gtk_window().ok();
    let chooser = FileChooserNative::new(None, parent.as_ref(), action, None, None);
    // Nobody else holds it: it lasts until it is answered, or its window is gone.
    let shown = Rc::new(RefCell::new(Some(chooser.clone())));
    let answered = Rc::clone(&shown);
    chooser.connect_response(move |chooser, answer| {
        let path = (answer == ResponseType::Accept).then(|| chooser.filename()).flatten();
        let _gone = tell.try_send(path);
        answered.take();
    });
    if let Some(parent) = parent {
        parent.connect_destroy(move |_| {
            if let Some(chooser) = shown.take() {
                chooser.destroy();
            }
        });
    }
    chooser.show();
}
