//! What the icon costs: memory, and threads that wake.

use countersign_tests::agent::{Agent, LEDGER, Package};
use countersign_tests::panel::Panel;
use countersign_tests::{Deadline, Session};

/// Time on a processor, in hundredths of a second.
pub fn ticks(process: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<_> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

/// A line of `/proc/PID/status` that is in kB.
fn kilobytes(process: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim_start_matches(':')
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap()
}

#[test]
fn an_icon_on_the_panel_wakes_nobody() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "Ledger", LEDGER).unwrap();
    let panel = Panel::start(&session).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    panel.icon().unwrap().wait_for_tip("Countersign: ready").unwrap();
    // Once it is quiet, memory is given back.
    Deadline::after(std::time::Duration::from_secs(8)).find(|| None::<()>);
    let woken = woken_within(agent.id(), 5);
    assert!(woken.is_empty(), "{woken:?}");
}

#[test]
#[ignore = "measures for a minute, and prints it"]
fn what_the_tray_costs() {
    let [without, with] = [false, true].map(|show| {
        let session = Session::start().unwrap();
        let settings = session.config_home().join("countersign/settings.toml");
        session.write(&settings, &format!("[tray]\nshow = {show}\n")).unwrap();
        let package = Package::with(&session, "Ledger", LEDGER).unwrap();
        let panel = Panel::start(&session).unwrap();
        let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
        if show {
            let icon = panel.icon().unwrap();
            icon.wait_for_tip("Countersign: ready").unwrap();
            icon.menu().unwrap();
        }
        Deadline::after(std::time::Duration::from_secs(8)).find(|| None::<()>);
        let woken = woken_within(agent.id(), 20);
        let anonymous = kilobytes(agent.id(), "RssAnon");
        println!(
            "tray {show}: VmRSS {} kB (anonymous {anonymous} kB), {} threads, woken in 20 s: {woken:?}",
            kilobytes(agent.id(), "VmRSS"),
            wake_ups(agent.id()).len(),
        );
        anonymous
    });
    assert!(
        with < without + 1024,
        "{without} kB without the icon, {with} kB with it"
    );
}

/// The threads that wake within so many seconds, and how often.
fn woken_within(process: u32, seconds: u64) -> Vec<(String, u64)> {
    let before = wake_ups(process);
    Deadline::after(std::time::Duration::from_secs(seconds)).find(|| None::<()>);
    let times = |thread: &String| before.get(thread).copied().unwrap_or_default();
    let after = wake_ups(process).into_iter();
    let woken = after.map(|(thread, now)| (now - times(&thread), thread));
    woken
        .filter(|(times, _)| *times > 0)
        .map(|(times, thread)| (thread, times))
        .collect()
}

/// How often each thread has begun to wait, by its number and name.
fn wake_ups(process: u32) -> std::collections::BTreeMap<String, u64> {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).unwrap();
    threads
        .map(|thread| {
            let path = thread.unwrap().path();
            let read = |name: &str| std::fs::read_to_string(path.join(name)).unwrap();
            let name = format!("{} {}", path.file_name().unwrap().display(), read("comm").trim());
            let status = read("status");
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            (name, line.unwrap().trim().parse().unwrap())
        })
        .collect()
}
