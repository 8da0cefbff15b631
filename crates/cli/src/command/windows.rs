use crate::agent::ask;
use crate::arguments::{Format, WindowChoice};
use crate::decision::one_line;
use crate::failure::Failure;
use crate::screen::Screen;
use crate::words::table;
use countersign_model::{WindowFacts, WindowId};
use countersign_wire::{Reply, Request};

/// How long the user may take to point, in seconds.
const POINTING: u32 = 60;

pub(crate) fn run(format: Format, screen: &mut Screen) -> Result<u8, Failure> {
    let Reply::Windows(windows) = ask(&Request::Windows)? else {
        return Err(Failure::OtherAnswer);
    };
    if format.json {
        screen.json("windows", &windows)?;
        return Ok(0);
    }
    if windows.is_empty() {
        screen.say("no window is on the screen")?;
        return Ok(0);
    }
    let rows: Vec<[String; 4]> = windows
        .iter()
        .map(|window| {
            let (pid, program) = match &window.process {
                Ok(process) => {
                    let shown = process.script.as_ref().unwrap_or(&process.executable);
                    (process.lineage.pid.to_string(), shown.display().to_string())
                }
                Err(problem) => ("-".to_owned(), problem.to_string()),
            };
            [
                format!("{:#x}", window.id.0),
                pid,
                one_line(&program),
                one_line(&window.title),
            ]
        })
        .collect();
    screen.say(table(&rows))?;
    Ok(0)
}

/// The window that is meant.
pub(crate) fn chosen(wanted: &WindowChoice, screen: &mut Screen) -> Result<WindowId, Failure> {
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
