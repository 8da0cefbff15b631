//! Starts a program in a session of its own and prints what it shows: window, process and accessible tree.
//!
//! `cargo run -p countersign-tests --example look -- zenity --password`

#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use countersign_tests::accessible::Bus;
use countersign_tests::{Deadline, Result, Session};

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().unwrap_or_else(|| "zenity".to_owned());
    let arguments: Vec<_> = arguments.collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let session = Session::start()?;
    let process = session.spawn(&program, &arguments)?;
    let screen = session.screen()?;
    let seen = screen.wait_for_window("a window", Deadline::seconds(20), |seen| seen.pid.is_some())?;
    let pid = seen.pid.unwrap_or_else(|| process.id());
    println!("{seen:#?}");
    println!("exe {:?}", std::fs::read_link(format!("/proc/{pid}/exe")));
    let bus = Bus::of(&session)?;
    match bus.wait_for_application(pid, Deadline::seconds(10)) {
        Ok(application) => {
            // Wait for an editable object: a tree is built some time after its window.
            let _shown_without = bus.wait_for_node(pid, "a field", Deadline::seconds(5), |node| node.is("editable"));
            println!("{}", bus.describe(&application)?);
        }
        Err(error) => println!("not on the accessibility bus: {error}"),
    }
    if let Some(path) = std::env::var_os("LOOK_PICTURE") {
        session.screenshot(path.as_ref())?;
    }
    Ok(())
}
