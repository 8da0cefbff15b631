//! KeePassXC's global auto-type, with its own delays or with none.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use countersign_tests::window::Screen;
use countersign_tests::{Deadline, Process, Session};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt as _, KEY_PRESS_EVENT, KEY_RELEASE_EVENT};
use x11rb::protocol::xtest::ConnectionExt as _;

use super::form::{PASSWORD, Shown, Start, USER, start_error};
use crate::bench::{BenchError, clock};

/// Every form whose title holds this is the entry's.
pub const ENTRY: &str = "Acme Login";
/// How long a window must have stood before auto-type is asked for: earlier, the trigger is sometimes lost.
const SETTLED: Duration = Duration::from_millis(400);

/// How KeePassXC is set up.
#[derive(Debug, Clone, Copy)]
pub enum Delays {
    /// As it comes: 500 ms at first, 25 ms a key.
    Default,
    /// Both set to 0.
    Zero,
}

/// A running KeePassXC with one entry, and the key that triggers it.
#[derive(Debug)]
pub struct KeePassXc {
    // Held for its end.
    _process: Process,
    screen: Screen,
    letter: char,
}

impl KeePassXc {
    /// Makes a database and starts KeePassXC on it, unlocked by a key file.
    pub fn start(session: &Session, delays: Delays) -> Result<Self, BenchError> {
        // Two of them run at once: each has its own hotkey, and its own runtime folder to be the only one in.
        let (name, letter, extra) = match delays {
            Delays::Default => ("keepassxc-default", 'v', ""),
            Delays::Zero => ("keepassxc-zero", 'b', "AutoTypeStartDelay=0\nAutoTypeDelay=0\n"),
        };
        let folder = session.home().join(name);
        let config = folder.join("keepassxc.ini");
        let key = u32::from(letter.to_ascii_uppercase());
        let ini = format!(
            "[General]\nConfigVersion=2\nGlobalAutoTypeKey={key}\nGlobalAutoTypeModifiers=234881024\n\
             AutoTypeEntryTitleMatch=true\nUpdateCheckMessageShown=true\n{extra}\n\
             [GUI]\nCheckForUpdates=false\n\n[Security]\nAutotypeAsk=false\n"
        );
        session.write(&config, &ini)?;
        session.write(&folder.join("run/.keep"), "")?;
        let database = folder.join("d.kdbx").display().to_string();
        let key_file = folder.join("k").display().to_string();
        tool(session, &["db-create", "--set-key-file", &key_file, &database], "")?;
        let add = [
            "add",
            "--no-password",
            "-k",
            &key_file,
            &database,
            ENTRY,
            "-u",
            USER,
            "-p",
        ];
        tool(session, &add, &format!("{PASSWORD}\n"))?;
        let mut command = session.command("keepassxc");
        command
            .env("XDG_RUNTIME_DIR", folder.join("run"))
            .env("TMPDIR", folder.join("run"));
        command
            .arg("--config")
            .arg(&config)
            .arg("--localconfig")
            .arg(folder.join("local.ini"));
        command.args(["--keyfile", &key_file, &database]);
        let process = Process::start(name, &mut command, &session.log(name))?;
        let screen = session.screen()?;
        let shown = |seen: &countersign_tests::window::Seen| {
            seen.pid == Some(process.id()) && seen.title.starts_with("d.kdbx - ")
        };
        screen.wait_for_window("KeePassXC's unlocked database", Deadline::seconds(30), shown)?;
        Ok(Self {
            _process: process,
            screen,
            letter,
        })
    }

    /// Lets the form settle, presses the hotkey, and starts the clock there.
    pub fn trigger(&self, form: Shown) -> Result<Start, BenchError> {
        clock::rest(SETTLED.saturating_sub(clock::now().saturating_duration_since(form.mapped)));
        let connection = self.screen.connection();
        let symbols = [0xffe3, 0xffe9, 0xffe1, u32::from(self.letter)].into_iter();
        let codes: Vec<u8> = symbols.map(|symbol| self.code_of(symbol)).collect::<Result<_, _>>()?;
        let told = clock::now();
        for &code in &codes {
            connection.xtest_fake_input(KEY_PRESS_EVENT, code, 0, x11rb::NONE, 0, 0, 0)?;
        }
        for code in codes.into_iter().rev() {
            connection.xtest_fake_input(KEY_RELEASE_EVENT, code, 0, x11rb::NONE, 0, 0, 0)?;
        }
        connection.get_input_focus()?.reply()?;
        Ok(Start::Told(told))
    }

    fn code_of(&self, symbol: u32) -> Result<u8, BenchError> {
        let connection = self.screen.connection();
        let (first, last) = (connection.setup().min_keycode, connection.setup().max_keycode);
        let map = connection.get_keyboard_mapping(first, last - first + 1)?.reply()?;
        let rows = map.keysyms.chunks(usize::from(map.keysyms_per_keycode.max(1)));
        let code = (first..=last)
            .zip(rows)
            .find(|(_, row)| row.contains(&symbol))
            .map(|(code, _)| code);
        code.ok_or_else(|| BenchError::Display(format!("no key has the symbol {symbol:#x}")))
    }
}

fn tool(session: &Session, arguments: &[&str], input: &str) -> Result<(), BenchError> {
    let mut command = session.command("keepassxc-cli");
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(start_error("keepassxc-cli"))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin
            .write_all(input.as_bytes())
            .map_err(start_error("keepassxc-cli"))?;
    }
    let answer = child.wait_with_output().map_err(start_error("keepassxc-cli"))?;
    if answer.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&answer.stderr).trim().to_owned();
    Err(BenchError::NotReady { who: "KeePassXC", why })
}
