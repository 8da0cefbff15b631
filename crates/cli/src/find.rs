//! From what the user writes to the logon or template that is meant.

use crate::agent::ask;
use crate::failure::Failure;
use countersign_model::TemplateId;
use countersign_wire::{LogonSummary, Reply, Request, TemplateSummary};

pub(crate) fn logons() -> Result<Vec<LogonSummary>, Failure> {
    match ask(&Request::LogonList)? {
        Reply::Logons(logons) => Ok(logons),
        _ => Err(Failure::OtherAnswer),
    }
}

/// The applications that are filled only when the user asks.
pub(crate) fn exclusions() -> Result<Vec<TemplateId>, Failure> {
    match ask(&Request::Exclusions)? {
        Reply::Exclusions(templates) => Ok(templates),
        _ => Err(Failure::OtherAnswer),
    }
}

pub(crate) fn templates() -> Result<Vec<TemplateSummary>, Failure> {
    match ask(&Request::Templates)? {
        Reply::Templates(templates) => Ok(templates),
        _ => Err(Failure::OtherAnswer),
    }
}

/// The logon: by id or the beginning of it, by name, or by template.
pub(crate) fn logon(wanted: &str) -> Result<LogonSummary, Failure> {
    let next = "`countersign logon list` shows them with their ids; the first digits of one are enough";
    pick_logon(wanted, logons()?).map_err(|count| match count {
        0 => Failure::NoSuch {
            message: format!("no logon is called `{wanted}`"),
            next: next.to_owned(),
        },
        many => Failure::Usage {
            message: format!("`{wanted}` could be any of {many} logons"),
            next: next.to_owned(),
        },
    })
}

/// The one that fits best, or how many fit equally well.
fn pick_logon(wanted: &str, logons: Vec<LogonSummary>) -> Result<LogonSummary, usize> {
    let is_hex = wanted.len() >= 4 && wanted.bytes().all(|byte| byte.is_ascii_hexdigit());
    let wanted_id = wanted.to_ascii_lowercase();
    // A name comes before the beginning of an id: the user chose the one, chance the other.
    let ways: [&dyn Fn(&LogonSummary) -> bool; 5] = [
        &|logon| logon.id.to_string() == wanted_id,
        &|logon| logon.label == wanted,
        &|logon| is_hex && logon.id.to_string().starts_with(&wanted_id),
        &|logon| logon.template.as_str() == wanted,
        &|logon| {
            logon
                .application
                .as_ref()
                .is_some_and(|name| name.to_lowercase() == wanted.to_lowercase())
        },
    ];
    for way in ways {
        let mut fitting = logons.iter().filter(|logon| way(logon));
        match (fitting.next(), fitting.count()) {
            (Some(one), 0) => return Ok(one.clone()),
            (Some(_), more) => return Err(more + 1),
            (None, _) => {}
        }
    }
    Err(0)
}

/// The template: by id, or by the application's name.
pub(crate) fn template(wanted: &str) -> Result<TemplateSummary, Failure> {
    let templates = templates()?;
    let known = templates
        .iter()
        .map(|template| template.id.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    if let Some(exact) = templates.iter().find(|template| template.id.as_str() == wanted) {
        return Ok(exact.clone());
    }
    let mut named = templates
        .iter()
        .filter(|template| template.name.to_lowercase() == wanted.to_lowercase());
    match (named.next(), named.count()) {
        (Some(one), 0) => Ok(one.clone()),
        (None, _) => Err(Failure::NoSuch {
            message: format!("no template `{wanted}` is in force"),
            next: if known.is_empty() {
                "put one into the repository, then `countersign refresh`; `countersign status` shows files with mistakes".to_owned()
            } else {
                format!("there are {known}")
            },
        }),
        (Some(_), _) => Err(Failure::Usage {
            message: format!("several templates are called `{wanted}`"),
            next: format!("write its id: one of {known}"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_model::{Binding, Publisher, RecordId, Timestamp};

    fn logon(id: u8, label: &str, template: &str) -> LogonSummary {
        LogonSummary {
            id: RecordId([id; 16]),
            template: template.into(),
            application: Some(template.to_uppercase()),
            label: label.to_owned(),
            plain: Vec::new(),
            secret_fields: Vec::new(),
            binding: Binding {
                publisher: Publisher::Package,
                executable: None,
            },
            changed: Timestamp(0),
        }
    }

    #[test]
    fn the_best_fit_is_meant() {
        let all = || {
            vec![
                logon(0xab, "work", "ftp"),
                logon(0xcd, "home", "ftp"),
                logon(0xce, "abab", "ssh"),
            ]
        };
        let picked = |wanted: &str| pick_logon(wanted, all()).map(|logon| logon.label);
        assert_eq!(picked(&"ab".repeat(16)), Ok("work".to_owned()));
        assert_eq!(picked("home"), Ok("home".to_owned()));
        assert_eq!(picked("abab"), Ok("abab".to_owned()));
        assert_eq!(picked("ABABA"), Ok("work".to_owned()));
        assert_eq!(picked("cd"), Err(0));
        assert_eq!(picked("ssh"), Ok("abab".to_owned()));
        assert_eq!(picked("ftp"), Err(2));
        assert_eq!(picked("SSH"), Ok("abab".to_owned()));
        assert_eq!(picked("Ftp"), Err(2));
    }
}
