//! The machine's groups, where a folder stands for the directory.

use std::fs;

/// The names of the groups this process is in, sorted. Those without a name are left out.
pub(crate) fn of_this_process() -> Vec<String> {
    let mut ids = rustix::process::getgroups().unwrap_or_default();
    ids.push(rustix::process::getgid());
    let known = fs::read_to_string("/etc/group").unwrap_or_default();
    let mut names: Vec<String> = known
        .lines()
        .filter_map(|line| {
            let mut parts = line.split(':');
            let (name, id) = (parts.next()?, parts.nth(1)?.parse::<u32>().ok()?);
            ids.iter().any(|group| group.as_raw() == id).then(|| name.to_owned())
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

/// The members of a group of the machine, sorted, as its list of groups names them.
pub(crate) fn members(group: &str) -> Option<Vec<String>> {
    let known = fs::read_to_string("/etc/group").unwrap_or_default();
    let line = known.lines().find(|line| line.split(':').next() == Some(group))?;
    let named = line.split(':').nth(3).unwrap_or_default().split(',');
    let mut members: Vec<String> = named.filter(|name| !name.is_empty()).map(str::to_owned).collect();
    members.sort();
    Some(members)
}
