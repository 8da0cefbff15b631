use crate::agent::ask;
use crate::arguments::Format;
use crate::decision::one_line;
use crate::failure::Failure;
use crate::screen::Screen;
use crate::words::table;
use countersign_wire::{Reply, Request};

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
