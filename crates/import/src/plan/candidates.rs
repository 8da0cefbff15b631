//! Which templates an entry could be for.

use super::Application;
use crate::address::Address;
use crate::entry::Entry;

/// Further fields that say which program it is.
const PROGRAM_FIELDS: [&str; 3] = ["application", "executable", "program"];

/// The applications that an entry names: by their name, by their program, by their host. It is told, never guessed, when there are several.
pub(super) fn candidates<'a>(entry: &Entry, applications: &'a [Application]) -> Vec<&'a Application> {
    let addresses: Vec<Address> = entry.addresses.iter().filter_map(|text| Address::read(text)).collect();
    let programs: Vec<String> = addresses
        .iter()
        .filter_map(|address| address.program.clone())
        .chain(programs(entry))
        .collect();
    let is_meant = |application: &&Application| {
        is_called(&entry.title, application)
            || programs.iter().any(|program| {
                is_called(program, application) || application.executables.iter().any(|path| is_program(program, path))
            })
            || addresses.iter().any(|address| {
                is_host(address, application)
                    || application
                        .executables
                        .iter()
                        .any(|path| is_program(&address.scheme, path))
            })
    };
    applications.iter().filter(is_meant).collect()
}

fn programs(entry: &Entry) -> impl Iterator<Item = String> {
    let named = entry.further.iter().filter(|field| {
        let name = field.name.to_lowercase();
        PROGRAM_FIELDS.contains(&name.as_str())
    });
    named.filter_map(|field| {
        std::str::from_utf8(field.value.expose())
            .ok()
            .map(|value| value.trim().to_owned())
    })
}

fn is_called(name: &str, application: &Application) -> bool {
    let name = name.trim().to_lowercase();
    !name.is_empty()
        && (name == application.name.to_lowercase() || name == application.template.as_str().to_lowercase())
}

/// The same path, or its last part. `path` is a pattern where it has one of these characters, and says no one program.
fn is_program(program: &str, path: &str) -> bool {
    let is_path = path.starts_with('/') && !path.ends_with('/') && !path.contains(['*', '?', '[', '{']);
    let last = path.rsplit('/').next().unwrap_or_default();
    !program.is_empty() && is_path && (program == path || program == last)
}

/// The host that the template's id is made of backwards, or that a default of its fields names.
fn is_host(address: &Address, application: &Application) -> bool {
    if address.host.is_empty() {
        return false;
    }
    let mut labels: Vec<&str> = address.site().split('.').collect();
    labels.reverse();
    let backwards = labels.join(".");
    let mut defaults = application.fields.iter().filter_map(|field| field.default.as_deref());
    labels.len() > 1
        && (backwards.eq_ignore_ascii_case(application.template.as_str())
            || defaults.any(|default| {
                let default = default.trim();
                default.contains('.') && Address::read(default).is_some_and(|known| known.host == address.host)
            }))
}
