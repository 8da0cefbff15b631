//! The windows: opened, found again, told of changes, destroyed.

use crate::importing::Imports;
use crate::page::{Opening, Page};
use crate::{commands, follow};
use clap::Parser;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Emitter, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

/// What each window is about, by its label.
#[derive(Default)]
struct Arguments(Mutex<HashMap<String, String>>);

/// The windows whose next close is asked of their pages, by their labels.
#[derive(Default)]
struct Held(Mutex<HashSet<String>>);

/// Runs until the last window is closed. Where the program runs already it is asked to open the window, and this one ends.
pub(crate) fn run(opening: Opening) -> tauri::Result<()> {
    tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, arguments, _folder| {
            // Whoever may speak to this program may also start it: what is asked for is read as on its command line.
            if let Ok(asked) = crate::Arguments::try_parse_from(arguments) {
                let _not_opened = open(app, &Opening::new(asked.page, asked.argument));
            }
        }))
        .manage(Arguments::default())
        .manage(Imports::default())
        .manage(Held::default())
        .invoke_handler(commands::handler())
        .setup(move |app| {
            open(app.handle(), &opening)?;
            follow::start(app.handle().clone());
            Ok(())
        })
        .run(tauri::generate_context!())
}

/// Opens a window, or brings it to the front.
pub(crate) fn open(app: &AppHandle, opening: &Opening) -> tauri::Result<()> {
    let label = opening.label();
    if let Some(window) = app.get_webview_window(&label) {
        window.unminimize()?;
        window.show()?;
        return window.set_focus();
    }
    if let Some(argument) = &opening.argument {
        let arguments = app.state::<Arguments>();
        let mut arguments = arguments.0.lock().unwrap_or_else(PoisonError::into_inner);
        arguments.insert(label.clone(), argument.clone());
    }
    if opening.page == Page::Import {
        app.state::<Imports>().admit(&label);
    }
    let (width, height) = opening.page.size();
    let file = format!("{}.html", opening.page.name());
    let window = WebviewWindowBuilder::new(app, &label, WebviewUrl::App(file.into()))
        .title("Countersign")
        .inner_size(width, height)
        .min_inner_size(320.0, 240.0)
        .always_on_top(opening.page == Page::Chooser)
        .on_navigation(|url| url.scheme() == "tauri" || url.scheme().starts_with("isolation-"))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_document_title_changed(|window, title| {
            let _stays_as_it_was = window.set_title(&title);
        })
        .build()?;
    let closed = app.clone();
    window.on_window_event(move |event| match event {
        // A page that does not answer is asked once.
        tauri::WindowEvent::CloseRequested { api, .. } if released(&closed, &label) => {
            api.prevent_close();
            let _closes_next_time = closed.emit("leave-asked", &label);
        }
        tauri::WindowEvent::Destroyed => {
            released(&closed, &label);
            closed.state::<Imports>().forget(&label);
            let arguments = closed.state::<Arguments>();
            let mut arguments = arguments.0.lock().unwrap_or_else(PoisonError::into_inner);
            arguments.remove(&label);
        }
        _ => {}
    });
    Ok(())
}

/// Has the next close of a window asked of its page.
pub(crate) fn hold(window: &WebviewWindow) {
    let held = window.state::<Held>();
    let mut held = held.0.lock().unwrap_or_else(PoisonError::into_inner);
    held.insert(window.label().to_owned());
}

/// Whether a window was held; it is no longer.
fn released(app: &AppHandle, label: &str) -> bool {
    let held = app.state::<Held>();
    let mut held = held.0.lock().unwrap_or_else(PoisonError::into_inner);
    held.remove(label)
}

/// What a window is about.
pub(crate) fn argument(window: &WebviewWindow) -> Option<String> {
    let arguments = window.state::<Arguments>();
    let arguments = arguments.0.lock().unwrap_or_else(PoisonError::into_inner);
    arguments.get(window.label()).cloned()
}

/// The page can be used: its window takes the focus.
pub(crate) fn ready(window: &WebviewWindow) -> tauri::Result<()> {
    window.set_focus()
}
