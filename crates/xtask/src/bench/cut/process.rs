//! The writer and the checker as processes of their own: one is cut off, and what the other finds may crash it.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Acknowledged, Finding, Script, State, Then, check};
use crate::bench::engines::Which;
use crate::bench::{BenchError, clock, complain};

/// The name by which this program starts itself as the writer.
const WRITER: &str = "store-writer";
/// The name by which this program starts itself as the checker.
const CHECKER: &str = "store-checker";
/// How long a check may take before the store counts as hung.
const PATIENCE: Duration = Duration::from_secs(120);

/// What both are told, as one line of JSON.
#[derive(Debug, Serialize, Deserialize)]
struct Task {
    which: Which,
    folder: PathBuf,
    script: Script,
    /// The writer's first step.
    steps: u64,
    /// What the checker must find.
    acknowledged: Acknowledged,
    /// The step before which the writer stops by itself, with everything closed.
    stop: Option<u64>,
    /// The writer rests so long after each commit.
    rest: Duration,
}

/// Runs as one of the two, if `name` is one of theirs.
pub fn serve(name: &str) -> Option<ExitCode> {
    let serve = match name {
        WRITER => write,
        CHECKER => find,
        _ => return None,
    };
    let mut line = String::new();
    let task = io::stdin().read_line(&mut line).map_err(|error| error.to_string());
    let done = task
        .and_then(|_| serde_json::from_str(&line).map_err(|error| error.to_string()))
        .and_then(serve);
    Some(match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            complain(&format!("{name}: {why}"));
            ExitCode::FAILURE
        }
    })
}

/// Commits one step after the other and says after each how many are durable.
fn write(task: Task) -> Result<(), String> {
    let mut engine = task.which.open(&task.folder).map_err(|fault| fault.0)?;
    let mut out = io::stdout().lock();
    let mut say = |steps: u64| {
        let line = format!("{steps}\n");
        out.write_all(line.as_bytes()).and_then(|()| out.flush())
    };
    say(task.steps).map_err(|error| error.to_string())?;
    let mut step = task.steps;
    while task.stop != Some(step) {
        engine.commit(task.script.step(step)).map_err(|fault| fault.0)?;
        step += 1;
        say(step).map_err(|error| error.to_string())?;
        if !task.rest.is_zero() {
            clock::rest(task.rest);
        }
    }
    engine.close().map_err(|fault| fault.0)
}

fn find(task: Task) -> Result<(), String> {
    let mut known = State::default();
    let finding = check(
        task.which,
        &task.folder,
        &task.script,
        &mut known,
        task.acknowledged,
        Then::GoOn,
    );
    let line = serde_json::to_string(&finding).map_err(|error| error.to_string())?;
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").map_err(|error| error.to_string())
}

fn start(name: &str, task: &Task) -> io::Result<Child> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["bench", name, "--here"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all((serde_json::to_string(task)? + "\n").as_bytes())?;
    }
    Ok(child)
}

fn not_started(name: &'static str) -> impl FnOnce(io::Error) -> BenchError {
    move |error| BenchError::NotReady {
        who: name,
        why: error.to_string(),
    }
}

/// A writer at work.
pub struct Writer {
    child: Child,
    opened: Receiver<()>,
    said: Arc<AtomicU64>,
    listener: Option<JoinHandle<()>>,
}

/// What was heard of a writer that has not said anything.
const NOTHING: u64 = u64::MAX;

impl Writer {
    /// Starts one that goes on from step `first`, resting after each commit, until it is killed or has reached `stop`.
    pub fn start(
        which: Which,
        folder: &Path,
        script: Script,
        first: u64,
        stop: Option<u64>,
        rest: Duration,
    ) -> Result<Self, BenchError> {
        let task = Task {
            which,
            folder: folder.to_owned(),
            script,
            steps: first,
            acknowledged: Acknowledged::exactly(first),
            stop,
            rest,
        };
        let mut child = start(WRITER, &task).map_err(not_started("the writer"))?;
        let (send, opened) = mpsc::channel();
        let out = child.stdout.take();
        let said = Arc::new(AtomicU64::new(NOTHING));
        let heard = Arc::clone(&said);
        let listener = out.map(|out| std::thread::spawn(move || listen(out, &send, &heard)));
        Ok(Self {
            child,
            opened,
            said,
            listener,
        })
    }

    /// How many steps it has said are durable, up to now; `None` if not even that its store is open.
    pub fn acknowledged(&self) -> Option<u64> {
        Some(self.said.load(Ordering::Acquire)).filter(|said| *said != NOTHING)
    }

    /// Waits until its store is open, or it has ended.
    pub fn wait_until_open(&self) {
        let _it_may_have_ended = self.opened.recv_timeout(PATIENCE);
    }

    /// Kills it and returns how many steps were acknowledged, `None` if it did not even say that its store is open.
    pub fn kill(mut self) -> Result<Option<u64>, BenchError> {
        self.child.kill().map_err(not_started("the writer"))?;
        self.end()
    }

    /// Waits until it has reached its `stop` and closed its store.
    pub fn finish(mut self) -> Result<(), BenchError> {
        let status = self.child.wait().map_err(not_started("the writer"))?;
        let mut words = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            let _whatever_it_said = stderr.read_to_string(&mut words);
        }
        self.end()?;
        if status.success() {
            return Ok(());
        }
        Err(BenchError::NotReady {
            who: "the writer",
            why: format!("{status}: {}", words.trim()),
        })
    }

    fn end(mut self) -> Result<Option<u64>, BenchError> {
        self.child.wait().map_err(not_started("the writer"))?;
        let _all_is_heard = self.listener.take().map(JoinHandle::join);
        Ok(self.acknowledged())
    }
}

/// Reads whole lines only: half a line acknowledges nothing.
fn listen(out: ChildStdout, opened: &Sender<()>, said: &AtomicU64) {
    let mut out = BufReader::new(out);
    let mut line = String::new();
    while out.read_line(&mut line).is_ok_and(|read| read > 0) {
        if let Some(steps) = line.strip_suffix('\n').and_then(|line| line.parse().ok())
            && said.swap(steps, Ordering::AcqRel) == NOTHING
        {
            let _nobody_may_wait = opened.send(());
        }
        line.clear();
    }
}

/// [`check`] in a process of its own: a store that crashes or hangs its opener is unusable.
pub fn check_in_child(
    which: Which,
    folder: &Path,
    script: Script,
    acknowledged: Acknowledged,
) -> Result<Finding, BenchError> {
    let task = Task {
        which,
        folder: folder.to_owned(),
        script,
        steps: 0,
        acknowledged,
        stop: None,
        rest: Duration::ZERO,
    };
    let mut child = start(CHECKER, &task).map_err(not_started("the checker"))?;
    let (send, receive) = mpsc::channel();
    let (out, words) = (child.stdout.take(), child.stderr.take());
    std::thread::spawn(move || {
        let (mut answer, mut complaint) = (String::new(), String::new());
        let _silence_is_an_answer = out.map(|mut out| out.read_to_string(&mut answer));
        let _silence_is_an_answer = words.map(|mut words| words.read_to_string(&mut complaint));
        send.send((answer, complaint))
    });
    let Ok((answer, complaint)) = receive.recv_timeout(PATIENCE) else {
        child.kill().map_err(not_started("the checker"))?;
        child.wait().map_err(not_started("the checker"))?;
        return Ok(Finding::Unusable(format!("no answer within {} s", PATIENCE.as_secs())));
    };
    let status = child.wait().map_err(not_started("the checker"))?;
    Ok(serde_json::from_str(&answer).unwrap_or_else(|_| {
        let first = complaint.lines().find(|line| !line.is_empty()).unwrap_or_default();
        Finding::Unusable(format!("opening it crashed: {status}: {first}"))
    }))
}
