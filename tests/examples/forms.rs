//! Starts each of the demo's applications, prints what its form offers, types the password with `xdotool` and prints
//! what follows: first a wrong password, then the right one. Runs inside `cargo xtask enter`.

#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::path::Path;

use countersign_tests::accessible::Bus;
use countersign_tests::account::lab_password;
use countersign_tests::applications::{AskpassSsh, FileZilla, TerminalSsh};
use countersign_tests::servers::{Ftp, Sshd};
use countersign_tests::{Deadline, Result, Session, keyboard};

fn main() -> Result<()> {
    let which = std::env::args().nth(1).unwrap_or_default();
    let session = Session::start()?;
    let mut sshd = Sshd::start(&session)?;
    let mut ftp = Ftp::start()?;
    for password in ["wrong-password".to_owned(), lab_password()?] {
        println!(
            "════ with {}",
            if password.starts_with("wrong") {
                "the wrong password"
            } else {
                "the right password"
            }
        );
        match which.as_str() {
            "filezilla" => {
                let _application = FileZilla::start(&session, &ftp)?;
                look(&session, "before")?;
                keyboard::type_text(&session, "demo")?;
                keyboard::press(&session, &["Tab"])?;
                type_in(&session, &password)?;
                println!("VERDICT {:?}", ftp.verdict(Deadline::seconds(20)));
                look(&session, "after")?;
            }
            "askpass" => {
                let _application = AskpassSsh::start(&session, &sshd)?;
                look(&session, "before")?;
                type_in(&session, &password)?;
                println!("VERDICT {:?}", sshd.verdict(Deadline::seconds(20)));
                look(&session, "after")?;
            }
            _ => {
                let _application = TerminalSsh::start(&session, &sshd)?;
                look(&session, "before")?;
                type_in(&session, &password)?;
                println!("VERDICT {:?}", sshd.verdict(Deadline::seconds(20)));
                look(&session, "after")?;
            }
        }
    }
    println!("{}", sshd.log());
    Ok(())
}

fn type_in(session: &Session, password: &str) -> Result<()> {
    keyboard::type_text(session, password)?;
    keyboard::press(session, &["Return"])
}

fn look(session: &Session, when: &str) -> Result<()> {
    let screen = session.screen()?;
    let _some_show_none = screen.wait_for_window("a window", Deadline::seconds(10), |seen| seen.pid.is_some());
    // For a person's eyes: what shows after things have settled.
    let _settled: Option<()> = Deadline::seconds(2).find(|| None);
    println!("──── {when}");
    for seen in screen.windows() {
        let exe = seen.pid.map(|pid| std::fs::read_link(format!("/proc/{pid}/exe")));
        println!(
            "window {:?} class {:?} pid {:?} exe {exe:?} active {}",
            seen.title,
            seen.class,
            seen.pid,
            screen.active() == Some(seen.id)
        );
    }
    let bus = Bus::of(session)?;
    for (application, pid) in bus.applications()? {
        println!("application {pid}\n{}", bus.describe(&application)?);
    }
    if let Some(folder) = std::env::var_os("LOOK_PICTURES") {
        session.screenshot(&Path::new(&folder).join(format!("{when}.png")))?;
    }
    Ok(())
}
