//! What pages may call. Each request of the agent's protocol is a command of its name; the permissions are in `capabilities/`.

use crate::agent;
use crate::choosing;
use crate::failure::{Failure, Way};
use crate::importing;
use crate::page::{Opening, Page};
use crate::secrets::{Shown, Typed};
use crate::shell;
use countersign_wire::{Reply, Request};
use serde::Serialize;
use tauri::ipc::Invoke;
use tauri::{AppHandle, WebviewWindow, Wry};

include!("requests.rs");

/// A reply, and what is to be shown with it.
#[derive(Serialize)]
pub(crate) struct Answer {
    reply: Reply,
    secrets: Vec<Shown>,
}

/// Whether secrets of an answer go on to the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Secrets {
    Shown,
    Kept,
}

macro_rules! commands {
    (tell { $($tell:ident)* } show { $($show:ident)* }) => {
        $(
            #[tauri::command]
            async fn $tell(request: Request, secrets: Option<Typed>) -> Result<Answer, Failure> {
                answer(stringify!($tell), request, secrets, Secrets::Kept).await
            }
        )*
        $(
            #[tauri::command]
            async fn $show(request: Request, secrets: Option<Typed>) -> Result<Answer, Failure> {
                answer(stringify!($show), request, secrets, Secrets::Shown).await
            }
        )*

        /// Answers every call.
        pub(crate) fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![
                $($tell,)* $($show,)* agent_start, open_page, page_argument, close_page, hold_page, page_ready, choosing::choose_path,
                importing::import_open, importing::import_preview, importing::import_store, importing::import_delete,
                importing::import_close
            ]
        }
    };
}

requests!(commands);

async fn answer(
    command: &'static str,
    request: Request,
    secrets: Option<Typed>,
    shown: Secrets,
) -> Result<Answer, Failure> {
    if name(&request).as_deref() != Some(command) {
        return Err(wrong(format_args!("{command} was called with another request")));
    }
    let Typed(secrets) = secrets.unwrap_or_default();
    if secrets.len() != request.secrets() {
        return Err(wrong(format_args!(
            "{command} needs {} secrets and came with {}",
            request.secrets(),
            secrets.len()
        )));
    }
    let asked = tauri::async_runtime::spawn_blocking(move || agent::ask(&request, &secrets));
    let (reply, secrets) = asked.await.map_err(wrong)??;
    let secrets = match shown {
        Secrets::Shown => secrets.into_iter().map(Shown).collect(),
        Secrets::Kept => Vec::new(),
    };
    Ok(Answer { reply, secrets })
}

/// The name of a request as commands have it.
fn name(request: &Request) -> Option<String> {
    let tag = match serde_json::to_value(request).ok()? {
        serde_json::Value::String(tag) => tag,
        serde_json::Value::Object(tagged) => tagged.into_iter().next()?.0,
        _ => return None,
    };
    Some(tag.replace('-', "_"))
}

fn wrong(message: impl ToString) -> Failure {
    Failure::on_the_way(Way::Page, message, "close the window and open it again")
}

#[tauri::command]
async fn agent_start() -> Result<(), Failure> {
    tauri::async_runtime::spawn_blocking(agent::start)
        .await
        .map_err(wrong)?
}

#[tauri::command]
async fn open_page(app: AppHandle, page: Page, argument: Option<String>) -> Result<(), Failure> {
    shell::open(&app, &Opening::new(page, argument)).map_err(wrong)
}

#[tauri::command]
async fn page_argument(window: WebviewWindow) -> Option<String> {
    shell::argument(&window)
}

/// Destroys the window, and with it the process that showed it.
#[tauri::command]
async fn close_page(window: WebviewWindow) -> Result<(), Failure> {
    window.destroy().map_err(wrong)
}

/// The next close of this window is asked of its page. Returns what the question is addressed to.
#[tauri::command]
async fn hold_page(window: WebviewWindow) -> String {
    shell::hold(&window);
    window.label().to_owned()
}

#[tauri::command]
async fn page_ready(window: WebviewWindow) -> Result<(), Failure> {
    shell::ready(&window).map_err(wrong)
}
