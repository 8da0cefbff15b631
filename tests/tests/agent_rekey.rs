//! The agent killed while the vault store goes to the vault's new key.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

mod machines;

use countersign_tests::agent::{Agent, PASSPHRASE, PASSWORD, state};
use machines::{OTHER_PASSWORD, Site, add, devices, id_of, labels, package, problems, reveals, until};
use std::time::Duration;

const LOGONS: usize = 12;
const KILLS: u64 = 12;

#[expect(clippy::disallowed_methods, reason = "the moment of the kill is what is tried")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}

fn killed_at_any_moment_of_a_roll_nothing_is_lost(site: &Site) {
    let one = site.machine();
    let package_one = package(&one);
    let mut first = site.enrolled(&one, &package_one);
    let names: Vec<_> = (0..LOGONS).map(|number| format!("logon{number:02}")).collect();
    for name in &names {
        add(&first, name);
    }
    let two = site.machine();
    let package_two = package(&two);
    let other = site.joined(&two, &package_two);
    for kill in 0..KILLS {
        let other_id = id_of(&other);
        until(&first, "two devices", |agent| devices(agent).len() == 2);
        let mut child = first.command_line().spawn(&["device", "revoke", &other_id]).unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), format!("{PASSWORD}\n").as_bytes()).unwrap();
        pause(Duration::from_millis(150 + 45 * kill));
        first.process().child().kill().unwrap();
        child.wait().unwrap();
        drop(first);

        // Without the repository: what is here has to be whole.
        site.away(&one);
        first = Agent::start(&one, &package_one).unwrap();
        first.done(&["unlock"], &[PASSWORD]).unwrap();
        assert_eq!(labels(&first), names, "kill {kill}");
        reveals(&first, "logon07", PASSWORD);
        assert!(!problems(&first).contains("store"), "kill {kill}: {}", problems(&first));
        drop(first);
        site.back(&one);
        first = site.started(&one, &package_one);
        first.done(&["unlock"], &[PASSWORD]).unwrap();
        if devices(&first).len() == 2 {
            let revoked = first.run(&["device", "revoke", &other_id], &[PASSWORD]).unwrap();
            // What the killed agent had written to the repository before may have come back meanwhile.
            let gone = format!("there is no device {other_id}");
            assert!(revoked.code == 0 || revoked.err.contains(&gone), "{}", revoked.shown());
        }
        until(&first, "one device", |agent| devices(agent).len() == 1);
        assert_eq!(labels(&first), names);
        assert!(!state(&one).join("vault.next").exists() && !state(&one).join("vault.old").exists());
        until(&other, "the news", |agent| {
            problems(agent).contains("taken off the vault")
        });
        other
            .done(&["unlock", "--passphrase"], &[PASSPHRASE, OTHER_PASSWORD])
            .unwrap();
        until(&other, "everything", |agent| labels(agent) == names);
    }
}

#[test]
#[ignore = "slow: kills the agent twelve times, each at another moment of a change of the vault's key"]
fn in_a_folder() {
    killed_at_any_moment_of_a_roll_nothing_is_lost(&Site::folder());
}

#[test]
#[ignore = "slow: the same with a real slapd"]
fn on_slapd() {
    killed_at_any_moment_of_a_roll_nothing_is_lost(&Site::slapd());
}

#[test]
#[ignore = "slow: the same with a real domain controller"]
fn on_samba() {
    killed_at_any_moment_of_a_roll_nothing_is_lost(&Site::samba());
}
