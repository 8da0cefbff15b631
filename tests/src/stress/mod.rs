//! Windows that make it hard to answer the right one: very large ones, restless ones, many at once, programs that hang or die.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{ChildStdout, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::deadline::moment;
use crate::process::signal;
use crate::{Deadline, LabError, Process, Result, Session};

/// The template's id.
pub const TEMPLATE: &str = "stress.form";
/// What the form is to be filled with.
pub const USER: &str = "demo.user-0042";
/// Its password.
pub const PASSWORD: &str = "Gr8!plum_Kite#27,wet";

const SCRIPT: &str = include_str!("window.py");

/// What is around a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scene {
    /// Nothing.
    Alone,
    /// The program dies as soon as something is written into the form.
    Dies,
    /// 3,000 other controls in the same window.
    Many,
    /// A part of the window is made anew 100 times a second.
    Redraw,
    /// 199 other windows of the same program, all within a second.
    Windows,
    /// The same, and the template asks to look into each of them.
    Alike,
}

impl Scene {
    fn word(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::Dies => "dies",
            Self::Many => "many",
            Self::Redraw => "redraw",
            Self::Windows => "windows",
            Self::Alike => "alike",
        }
    }
}

/// What a form said when it was submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its window.
    pub window: u32,
    /// For how long its program answered nobody at first, because it was making its windows.
    pub busy: Duration,
    /// `user|password`.
    pub text: String,
    /// When it said so.
    pub at: Instant,
}

impl Answer {
    /// Whether it is what the form was to be filled with.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.text.split_once('|') == Some((USER, PASSWORD))
    }
}

/// A form on the screen, and its program. Dropping it ends the program.
#[derive(Debug)]
pub struct Shown {
    shell: Process,
    pid: u32,
    answers: Receiver<Answer>,
}

/// The template for these forms: every window whose title begins with `title`.
///
/// # Errors
/// When the script cannot be written.
pub fn template(session: &Session, title: &str) -> Result<String> {
    let script = script(session);
    session.write(&script, SCRIPT)?;
    Ok(format!(
        "schema = 1\nid = \"{TEMPLATE}\"\nname = \"Stress\"\n[logon]\nfields = [\"username\", \"password\"]\n\
         [[form]]\nkind = \"logon\"\n[form.window]\nexecutable = [\"/usr/bin/python3.*\"]\nscript = [\"{}\"]\ntitle = \"{title}*\"\n\
         [form.bind]\nusername = {{ role = \"text\", ordinal = 1 }}\npassword = {{ role = \"password-text\" }}\n\
         [form.respond]\nmethod = \"controls\"\nsubmit = {{ role = \"push-button\", name = \"OK\" }}\n",
        script.display()
    ))
}

fn script(session: &Session) -> PathBuf {
    session.home().join("stress/window.py")
}

/// Shows a form. Its program runs below a shell of its own: a form that comes again from the same parent is a refused logon.
///
/// # Errors
/// When it does not start.
pub fn show(session: &Session, title: &str, scene: Scene) -> Result<Shown> {
    let mut command = session.command("sh");
    command.args(["-c", r#"/usr/bin/python3 "$0" "$1" "$2"; exit $?"#]);
    command.arg(script(session)).args([title, scene.word()]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut shell = Process::adopt("the form", &mut command)?;
    let stdout = shell.child().stdout.take();
    let late = || LabError::Tool {
        program: "the form".to_owned(),
        message: "it did not say its process number".to_owned(),
    };
    let mut lines = BufReader::new(stdout.ok_or_else(late)?);
    let mut first = String::new();
    let pid = lines.read_line(&mut first).ok().and_then(|_| first.trim().parse().ok());
    let (to, answers) = channel();
    std::thread::spawn(move || listen(lines, &to));
    Ok(Shown {
        pid: pid.ok_or_else(late)?,
        shell,
        answers,
    })
}

fn listen(lines: BufReader<ChildStdout>, to: &Sender<Answer>) {
    for line in lines.lines() {
        let Ok(line) = line else { return };
        let at = moment();
        let mut parts = line.splitn(3, '|');
        let mut number = || parts.next()?.parse::<u32>().ok();
        let (Some(window), Some(busy)) = (number(), number()) else {
            continue;
        };
        let answer = Answer {
            window,
            busy: Duration::from_micros(busy.into()),
            text: parts.next().unwrap_or_default().to_owned(),
            at,
        };
        if to.send(answer).is_err() {
            return;
        }
    }
}

impl Shown {
    /// Waits for what it is submitted with.
    ///
    /// # Errors
    /// When it is not.
    pub fn answer(&self, deadline: Deadline) -> Result<Answer> {
        let answer = self.answers.recv_timeout(deadline.left());
        answer.map_err(|_| deadline.late("the form's submission", ""))
    }

    /// Stops the program where it is, as if it hung.
    pub fn hang(&self) {
        signal(self.pid, Signal::STOP);
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether the program has ended.
    #[must_use]
    pub fn is_over(&mut self) -> bool {
        self.shell.ended().is_some()
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        // What is stopped hears nothing.
        signal(self.pid, Signal::KILL);
    }
}
