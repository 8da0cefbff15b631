//! A morning's windows: what 1,000 window events say.

use countersign_model::{Lineage, ProcessIdentity, WindowFacts, WindowId, Writable};
use countersign_rules::parse_fixture;
use std::path::PathBuf;

use super::templates::{SHARED, application};
use crate::bench::BenchError;
use crate::workspace;

/// How many events there are.
pub const EVENTS: usize = 1_000;

/// Windows of programs that no template is about.
const OTHERS: [(&str, &str, &str); 8] = [
    (
        "/usr/lib/firefox/firefox",
        "firefox",
        "Payroll - Wikipedia — Mozilla Firefox",
    ),
    (
        "/usr/lib/libreoffice/program/soffice.bin",
        "libreoffice-calc",
        "Invoices 2026.ods - LibreOffice Calc",
    ),
    ("/usr/bin/thunar", "Thunar", "Acme Planner Berlin - File Manager"),
    ("/usr/bin/evince", "Evince", "contract-0417.pdf — Contracts"),
    (
        "/usr/lib/thunderbird/thunderbird",
        "thunderbird",
        "Re: log on to Globex Ledger Oslo - Thunderbird",
    ),
    ("/usr/bin/xfce4-terminal", "Xfce4-terminal", "demo@host: ~/archive"),
    ("/usr/bin/gedit", "Gedit", "notes.txt (~/Documents) - gedit"),
    (
        "/opt/Acme/Berlin/lib/updater",
        "updater",
        "Acme Payroll Berlin - Update",
    ),
];

/// The same 1,000 events each time, for the first `templates` of the generated templates.
pub fn recorded(templates: usize) -> Result<Vec<WindowFacts>, BenchError> {
    let fixtures = fixtures()?;
    let mut events: Vec<WindowFacts> = Vec::with_capacity(EVENTS);
    let mut turn = 0;
    while events.len() < EVENTS {
        let app = application((turn * 613) % templates);
        let shared = application((turn * 7 * 10 + turn % 3) % templates);
        match turn % 5 {
            // One logs on, and the title goes on changing.
            0 => events.extend([
                window(&app.executable, "Wfica", &app.logon_title),
                window(&app.executable, "Wfica", &app.name),
                window(&app.executable, "Wfica", &format!("{} - Case {turn}", app.name)),
            ]),
            // In the program that many templates share: a logon, or just another document of one of its applications.
            1 => events.push(window(SHARED, "Wfica", &shared.logon_title)),
            2 => events.extend([
                window(
                    SHARED,
                    "Wfica",
                    &format!("{} - Case {turn} - Citrix Workspace", shared.name),
                ),
                window(
                    SHARED,
                    "Wfica",
                    &format!("{} - Case {turn}* - Citrix Workspace", shared.name),
                ),
            ]),
            3 => events.extend(
                OTHERS
                    .iter()
                    .skip(turn / 5 % 4)
                    .step_by(3)
                    .map(|(executable, class, title)| window(executable, class, title)),
            ),
            _ => events.extend(fixtures.iter().cycle().skip(turn).take(1).cloned()),
        }
        turn += 1;
    }
    events.truncate(EVENTS);
    Ok(events)
}

fn window(executable: &str, class: &str, title: &str) -> WindowFacts {
    WindowFacts {
        id: WindowId(1),
        process: Ok(ProcessIdentity {
            lineage: Lineage { pid: 7, started: 9 },
            parent: None,
            started_by: Some(PathBuf::from("/usr/bin/xfce4-session")),
            executable: PathBuf::from(executable),
            script: None,
            writable: Writable::RootOnly,
            owner: countersign_model::FileOwner::Root,
            package: None,
            foreign: None,
        }),
        title: title.to_owned(),
        class: class.to_owned(),
        instance: class.to_lowercase(),
        stance: countersign_model::Stance::default(),
    }
}

/// The windows of the shipped templates' fixtures.
fn fixtures() -> Result<Vec<WindowFacts>, BenchError> {
    let folder = workspace::root().join("templates/fixtures");
    let mut paths = Vec::new();
    let failed = |path: &std::path::Path| {
        let path = path.to_owned();
        move |source| BenchError::File { path, source }
    };
    for entry in std::fs::read_dir(&folder).map_err(failed(&folder))? {
        let of_one = entry.map_err(failed(&folder))?.path();
        for entry in std::fs::read_dir(&of_one).map_err(failed(&of_one))? {
            paths.push(entry.map_err(failed(&of_one))?.path());
        }
    }
    paths.sort();
    let mut windows = Vec::new();
    for path in paths {
        let bytes = std::fs::read(&path).map_err(failed(&path))?;
        let fixture = parse_fixture(&path.display().to_string(), &bytes).map_err(|problem| BenchError::NotReady {
            who: "a fixture",
            why: problem.to_string(),
        })?;
        windows.push(fixture.window_facts());
    }
    Ok(windows)
}
