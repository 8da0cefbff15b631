//! Controls, over the accessibility bus (AT-SPI). One thread serves the bus; every call from outside waits for it, in bounded time.

mod actions;
mod bus;
mod events;
mod focus;
mod fresh;
mod peers;
mod roles;
mod search;
mod shared;
mod texts;
mod token;

use crate::linux::bus::Bell;
use crate::linux::sinks::Sinks;
use crate::pace::steady;
use crate::respond::{Problem, Switch, Trouble};
use actions::Doing;
use async_executor::{Executor, Task};
use async_io::Timer;
use bus::{CallError, within};
use countersign_model::port::DesktopError;
use countersign_model::{ControlQuery, ControlToken, ControlTree, Extents, WindowFacts, WindowId};
use countersign_secret::Password;
use events::Attendance;
use focus::Ears;
use fresh::Fresh;
use futures_lite::future;
pub(crate) use peers::Room;
use peers::{Application, Found, Peers};
use search::{Certainty, Missing};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a window may be on the screen before its controls are on the bus.
const ARRIVAL: Duration = Duration::from_secs(2);
/// The same for a program that has loaded nothing to get there with.
const UNLIKELY: Duration = Duration::from_millis(300);
/// How long to insist on a frame with the window's title.
const TITLED: Duration = Duration::from_millis(300);
/// Windows inside an application come with no event that everybody sends: look again this often while waiting.
const LOOK: Duration = Duration::from_millis(25);

/// The accessibility bus.
pub(crate) struct Accessibility {
    peers: Arc<Peers>,
    attendance: Arc<Attendance>,
    ears: Arc<Ears>,
    fresh: Fresh,
    executor: Arc<Executor<'static>>,
    following: Option<(Task<()>, Task<()>)>,
    stop: Arc<Bell>,
    thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for Accessibility {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Accessibility").finish_non_exhaustive()
    }
}

impl Accessibility {
    /// Connects, switches accessibility on, and meets the applications that are there.
    ///
    /// # Errors
    /// [`DesktopError::NoAccessibility`].
    pub(crate) fn connect(session: Option<&str>, sinks: Sinks) -> Result<Self, DesktopError> {
        let none = |why: String| DesktopError::NoAccessibility(why);
        let executor = Arc::new(Executor::new());
        let stop = Arc::new(Bell::default());
        let (serving, stopping) = (Arc::clone(&executor), Arc::clone(&stop));
        let thread = std::thread::Builder::new()
            .name("accessibility".to_owned())
            .spawn(move || async_io::block_on(serving.run(stopping.after(0))))
            .map_err(|error| none(error.to_string()))?;
        let building = Arc::clone(&executor);
        let session = session.map(str::to_owned);
        let built = run(&executor, async move {
            let bus = bus::connect(&building, session.as_deref()).await?;
            let peers = Arc::new(Peers::new(bus.clone(), Arc::clone(&building)));
            let ears = Ears::new(bus.clone(), Arc::clone(&building));
            let attendance = Arc::new(Attendance::new(bus.clone(), building, sinks));
            let following = events::follow(&bus, &peers, &attendance).await?;
            peers.fill().await?;
            Ok::<_, CallError>((peers, attendance, ears, following))
        });
        let built = built.unwrap_or(Err(CallError::Gone));
        if built.is_err() {
            stop.ring();
        }
        let (peers, attendance, ears, following) = built.map_err(|error| none(error.to_string()))?;
        Ok(Self {
            peers,
            attendance,
            ears,
            fresh: Fresh::default(),
            executor,
            following: Some(following),
            stop,
            thread: Some(thread),
        })
    }

    /// Reads a window's controls. Of a window whose program does not answer it is told, as a change inside it, once the program does.
    ///
    /// # Errors
    /// See [`DesktopError`].
    pub(crate) fn read(
        &self,
        window: &WindowFacts,
        room: Room,
        query: &ControlQuery,
    ) -> Result<ControlTree, DesktopError> {
        let pid = pid(window)?;
        let (peers, attendance) = (Arc::clone(&self.peers), Arc::clone(&self.attendance));
        let (id, title, query) = (window.id, window.title.clone(), query.clone());
        let reading = async move {
            let read = read(&peers, (pid, &title), room, &query).await;
            if matches!(read, Err(DesktopError::NotResponding))
                && let Found::Application(application) = peers.find(pid)
            {
                attendance.tell_once_it_answers(id, &application);
            }
            read
        };
        let tree = self.run(reading).unwrap_or_else(|| Err(lost()))?;
        self.fresh.note(&tree);
        Ok(tree)
    }

    /// Whether the bus ended.
    pub(crate) fn ended(&self) -> bool {
        self.peers.ended()
    }

    /// Attends to a window.
    ///
    /// # Errors
    /// [`DesktopError::NotAccessible`] when its application is not on the bus.
    pub(crate) fn attend(&self, window: &WindowFacts) -> Result<(), DesktopError> {
        let pid = pid(window)?;
        let peers = Arc::clone(&self.peers);
        let application = self.run(async move { application(&peers, pid).await });
        self.attendance
            .attend(window.id, &*application.unwrap_or_else(|| Err(lost()))?);
        Ok(())
    }

    /// Ends [`Accessibility::attend`].
    pub(crate) fn ignore(&self, window: WindowId) {
        self.attendance.ignore(window);
    }

    /// Writes values into controls and checks that they were kept; says how many were written.
    ///
    /// # Errors
    /// See [`Problem`].
    pub(crate) fn set(
        &self,
        window: &WindowFacts,
        values: &[(&ControlToken, &Password)],
    ) -> Result<usize, (usize, Trouble)> {
        let mut controls = Vec::new();
        for (place, (control, value)) in values.iter().enumerate() {
            let doing = self.doing(window, control).map_err(|trouble| (place, trouble))?;
            controls.push((doing, value.duplicate()));
        }
        self.run(async move { texts::set(&controls).await })
            .unwrap_or_else(|| Err((0, Problem::Failed(lost().to_string()).after())))
    }

    /// Empties a text control.
    ///
    /// # Errors
    /// See [`Problem`].
    pub(crate) fn clear(&self, window: &WindowFacts, control: &ControlToken) -> Result<(), Trouble> {
        self.act(window, control, async |doing| texts::clear(doing).await)
    }

    /// Invokes a control's own action.
    ///
    /// # Errors
    /// See [`Problem`].
    pub(crate) fn press(&self, window: &WindowFacts, control: &ControlToken) -> Result<(), Trouble> {
        self.act(window, control, async |doing| actions::press(&doing).await)
    }

    /// Gives a control the focus.
    ///
    /// # Errors
    /// See [`Problem`].
    pub(crate) fn focus(&self, window: &WindowFacts, control: &ControlToken) -> Result<(), Trouble> {
        self.act(window, control, async |doing| {
            focus::give(&doing, &doing.ears.of(&doing.application)).await
        })
    }

    /// Switches a check box or toggle.
    ///
    /// # Errors
    /// See [`Problem`].
    pub(crate) fn switch(&self, window: &WindowFacts, control: &ControlToken, to: Switch) -> Result<(), Trouble> {
        self.act(window, control, async move |doing| actions::switch(&doing, to).await)
    }

    /// Chooses an item.
    ///
    /// # Errors
    /// See [`Problem`].
    pub(crate) fn select(&self, window: &WindowFacts, control: &ControlToken, item: &str) -> Result<(), Trouble> {
        let item = item.to_owned();
        self.act(window, control, async move |doing| actions::select(&doing, &item).await)
    }

    /// Whether a control has the focus, or gets it within `patience`.
    ///
    /// # Errors
    /// See [`Problem`].
    pub(crate) fn gets_focus(
        &self,
        window: &WindowFacts,
        control: &ControlToken,
        patience: Duration,
    ) -> Result<bool, Trouble> {
        self.act(window, control, async move |doing| {
            focus::within_reach(&doing, &doing.ears.of(&doing.application), patience).await
        })
    }

    /// How many characters a control holds.
    ///
    /// # Errors
    /// See [`Problem`].
    pub(crate) fn length(&self, window: &WindowFacts, control: &ControlToken) -> Result<Option<usize>, Trouble> {
        self.act(window, control, async |doing| texts::length(&doing).await)
    }

    /// Where a control is on the screen.
    ///
    /// # Errors
    /// See [`Problem`].
    pub(crate) fn place(&self, window: &WindowFacts, control: &ControlToken) -> Result<Extents, Trouble> {
        self.act(window, control, async |doing| actions::place(&doing).await)
    }

    fn doing(&self, window: &WindowFacts, control: &ControlToken) -> Result<Doing, Trouble> {
        let (name, path) = token::parts(control).ok_or_else(|| Problem::Gone.before())?;
        let pid = pid(window).map_err(|_| Problem::WindowGone.before())?;
        let application = self
            .peers
            .named(name, pid)
            .ok_or_else(|| Problem::WindowGone.before())?;
        Ok(Doing {
            application,
            path: path.to_owned(),
            peers: Arc::clone(&self.peers),
            ears: Arc::clone(&self.ears),
            fresh: self.fresh.recall(control),
        })
    }

    /// Does something with one control of a window. A handle of another process is no control of this window.
    fn act<T, F>(
        &self,
        window: &WindowFacts,
        control: &ControlToken,
        work: impl FnOnce(Doing) -> F + Send + 'static,
    ) -> Result<T, Trouble>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Trouble>> + Send + 'static,
    {
        let doing = self.doing(window, control)?;
        self.run(work(doing))
            .unwrap_or_else(|| Err(Problem::Failed(lost().to_string()).after()))
    }

    fn run<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Option<T> {
        run(&self.executor, work)
    }
}

impl Drop for Accessibility {
    fn drop(&mut self) {
        drop(self.following.take());
        self.stop.ring();
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

/// Runs on the bus's thread and waits. `None`: the thread ended.
fn run<T: Send + 'static>(
    executor: &Arc<Executor<'static>>,
    work: impl Future<Output = T> + Send + 'static,
) -> Option<T> {
    let (answer, answered) = sync_channel(1);
    executor
        .spawn(async move {
            let _nobody_waits = answer.send(work.await);
        })
        .detach();
    answered.recv().ok()
}

fn pid(window: &WindowFacts) -> Result<u32, DesktopError> {
    window
        .process
        .as_ref()
        .map(|process| process.lineage.pid)
        .map_err(|_| DesktopError::NotAccessible)
}

fn lost() -> DesktopError {
    DesktopError::NoAccessibility("the connection ended".to_owned())
}

/// Waits for the application of a process.
async fn application(peers: &Arc<Peers>, pid: u32) -> Result<Arc<Application>, DesktopError> {
    let began = steady();
    let mut patience = None;
    if matches!(peers.find(pid), Found::Unanswered) {
        peers.hurry();
    }
    loop {
        let rings = peers.bell.rings();
        let missing = match peers.find(pid) {
            Found::Application(application) => return Ok(application),
            Found::Unanswered => (ARRIVAL, DesktopError::NotResponding),
            Found::Absent => {
                // Its mappings are many lines: they are read only of one that is not there.
                let patience = patience.get_or_insert_with(|| if may_come(pid) { ARRIVAL } else { UNLIKELY });
                (*patience, DesktopError::NotAccessible)
            }
        };
        let left = began.after(missing.0).since(steady());
        if left.is_zero() {
            return Err(missing.1);
        }
        let _rang = within(left, async {
            peers.bell.after(rings).await;
            Ok(())
        })
        .await;
    }
}

async fn read(
    peers: &Arc<Peers>,
    (pid, title): (u32, &str),
    room: Room,
    query: &ControlQuery,
) -> Result<ControlTree, DesktopError> {
    let began = steady();
    let application = application(peers, pid).await?;
    loop {
        let waited = steady().since(began);
        let certainty = if waited < TITLED {
            Certainty::Titled
        } else {
            Certainty::Likely
        };
        match search::read(&application, title, certainty, room, query).await {
            Ok(tree) => return Ok(tree),
            Err(Missing::NotYet) if waited >= ARRIVAL => return Err(DesktopError::NotAccessible),
            Err(Missing::NotYet) => {}
            Err(Missing::Call(CallError::Silent)) => return Err(DesktopError::NotResponding),
            Err(Missing::Call(CallError::Gone)) => return Err(DesktopError::WindowGone),
            Err(Missing::Call(error)) => return Err(DesktopError::Display(error.to_string())),
        }
        let rings = peers.bell.rings();
        future::or(peers.bell.after(rings), async {
            Timer::after(LOOK).await;
        })
        .await;
    }
}

/// Whether a process has loaded anything that reaches the bus. Said of those that cannot be looked at, too.
fn may_come(pid: u32) -> bool {
    const LIBRARIES: [&str; 5] = ["libatk", "libatspi", "libdbus", "libgio", "Qt"];
    std::fs::read_to_string(format!("/proc/{pid}/maps"))
        .map_or(true, |maps| LIBRARIES.iter().any(|library| maps.contains(library)))
}
