//! Templates as a large organisation has them, the same each time.

use countersign_rules::{CheckedTemplate, check, parse_template};
use std::fmt::Write as _;

use crate::bench::BenchError;
use crate::workspace;

/// Published applications of a terminal server all run in its client: every third template is about this program.
pub const SHARED: &str = "/opt/Citrix/ICAClient/wfica";

const VENDORS: [&str; 25] = [
    "Acme",
    "Aldgate",
    "Borealis",
    "Brightwater",
    "Cormorant",
    "Delphi",
    "Eastgate",
    "Fennimore",
    "Globex",
    "Halcyon",
    "Initech",
    "Juniper",
    "Kestrel",
    "Lindqvist",
    "Meridian",
    "Northwind",
    "Orchard",
    "Pemberton",
    "Quillon",
    "Redwood",
    "Sørensen",
    "Tailspin",
    "Umbra",
    "Vandelay",
    "Wingtip",
];
const PRODUCTS: [&str; 20] = [
    "Payroll",
    "Invoices",
    "Archive",
    "Planner",
    "Ledger",
    "Patients",
    "Warehouse",
    "Tickets",
    "Contracts",
    "Fleet",
    "Purchasing",
    "Laboratory",
    "Timesheets",
    "Reporting",
    "Claims",
    "Underwriting",
    "Dispatch",
    "Assets",
    "Library",
    "Permits",
];
const SITES: [&str; 20] = [
    "Berlin", "Zürich", "Lyon", "Porto", "Gdańsk", "Oslo", "Turku", "Leeds", "Cork", "Ghent", "Malmö", "Graz", "Brno",
    "Seville", "Turin", "Tartu", "Riga", "Utrecht", "Aarhus", "Basel",
];

/// What one generated template is about.
#[derive(Debug, Clone)]
pub struct Application {
    /// Its number, from 0.
    pub number: usize,
    /// What people call it: no two have the same name, but every word is in hundreds of them.
    pub name: String,
    /// Where its program is.
    pub executable: String,
    /// The title of its logon window.
    pub logon_title: String,
}

/// The application of a number below 10,000.
pub fn application(number: usize) -> Application {
    // A stride without a common factor visits every combination once, in no order a person would see.
    let mixed = (number * 7_919) % 10_000;
    let pick = |words: &[&'static str], at: usize| words.get(at % words.len()).copied().unwrap_or("None");
    let vendor = pick(&VENDORS, mixed);
    let product = pick(&PRODUCTS, mixed / 25);
    let site = pick(&SITES, mixed / 500);
    let name = format!("{vendor} {product} {site}");
    let executable = match number % 10 {
        0..3 => SHARED.to_owned(),
        3 => format!("/opt/{vendor}/{product}-{site}-4.2/bin/{product}"),
        _ => format!("/opt/{vendor}/{site}/bin/{}", product.to_lowercase()),
    };
    let logon_title = match number % 4 {
        0 => format!("Log on to {name}"),
        1 => format!("{name} - Sign in"),
        2 => format!("{name} [Session 07]"),
        _ => format!("{name} – Citrix Workspace"),
    };
    Application {
        number,
        name,
        executable,
        logon_title,
    }
}

impl Application {
    fn pattern(&self) -> String {
        let name = &self.name;
        // 20 % are regular expressions, spread over shared and own programs.
        match (self.number % 4, self.number / 10 % 5) {
            (0, 0) => format!("/(?i)log (on|in) to {name}/"),
            (1, 0) => format!("/{name} - (Sign|Log) in( \\([0-9]+\\))?/"),
            (2, 0) => format!("/{name} \\[Session [0-9]{{2}}\\]/"),
            (_, 0) => format!("/(?i){name} . (citrix|horizon) workspace/"),
            (0, _) => format!("Log on to {name}"),
            (1, _) => format!("{name} - Sign in*"),
            (2, _) => format!("{name} [Session ??]"),
            (..) => format!("{name} – *"),
        }
    }

    fn text(&self) -> String {
        let Self { number, name, .. } = self;
        let executable = match number % 10 {
            // One in ten is a glob: its version is part of the path.
            3 => self.executable.replace("-4.2/", "-*/"),
            _ => self.executable.clone(),
        };
        let mut text = String::new();
        let _infallible = write!(
            text,
            r#"schema = 1
id = "example.generated.A{number}"
name = "{name}"

[logon]
fields = ["username", "password"]

[[form]]
kind = "logon"

[form.window]
executable = ["{executable}"]
title = '{title}'

[[form.require]]
control = {{ role = "label", name = "Password" }}

[form.bind]
username = {{ role = "text", ordinal = 1 }}
password = {{ role = "password-text" }}

[form.respond]
method = "controls"
submit = {{ role = "push-button", name = "OK" }}
"#,
            title = self.pattern(),
        );
        text
    }
}

/// The shipped templates and `count` generated ones, checked one after the other.
pub fn all(count: usize) -> impl Iterator<Item = Result<CheckedTemplate, BenchError>> {
    let generated = (0..count).map(|number| {
        good(
            &format!("generated/{number}.toml"),
            application(number).text().as_bytes(),
        )
    });
    shipped()
        .into_iter()
        .flatten()
        .map(|(place, bytes)| good(&place, &bytes))
        .chain(generated)
}

fn good(place: &str, bytes: &[u8]) -> Result<CheckedTemplate, BenchError> {
    let (checked, problems) = match parse_template(place, bytes) {
        Ok(parsed) => check(&parsed),
        Err(problems) => (None, problems),
    };
    checked.ok_or_else(|| BenchError::NotReady {
        who: "a template",
        why: problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
    })
}

fn shipped() -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(workspace::root().join("templates"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            found.push((path.display().to_string(), std::fs::read(&path)?));
        }
    }
    found.sort();
    Ok(found)
}
