//! Ours and the rival's, in turn, on so many lanes at a time.

use std::time::Duration;

use super::super::sync::directory::wrong;
use super::super::{BenchError, clock};
use super::agents::{Agent, Change, Connection};
use super::bare::Bare;
use super::load::{Load, Meter};

/// What a heat is like.
#[derive(Debug, Clone, Copy)]
pub struct Heat {
    /// How many look at the same time.
    pub lanes: usize,
    /// How often each looks.
    pub turns: usize,
    /// One look in so many follows a change of a logon; 0: none.
    pub changes: usize,
    pub connection: Connection,
}

impl Heat {
    fn change(&self, desktop: usize, turn: usize) -> Change {
        match self.changes > 0 && (desktop + turn).is_multiple_of(self.changes) {
            true => Change::Logon,
            false => Change::None,
        }
    }
}

/// How it went.
#[derive(Debug, Default)]
pub struct Finish {
    pub looks: Vec<Duration>,
    pub took: Duration,
    pub load: Load,
}

impl Finish {
    pub fn rate(&self) -> f64 {
        count(&self.looks) / self.took.as_secs_f64().max(f64::EPSILON)
    }

    /// The server's time on a processor for a look, ms.
    pub fn cost(&self) -> f64 {
        self.load.processor.as_secs_f64() * 1_000.0 / count(&self.looks).max(1.0)
    }
}

fn count(looks: &[Duration]) -> f64 {
    u32::try_from(looks.len()).map_or(f64::MAX, f64::from)
}

/// A heat of ours: a thread a lane.
pub fn ours(agents: &mut [Agent], heat: Heat, meter: &Meter) -> Result<Finish, BenchError> {
    let size = agents.len().div_ceil(heat.lanes.max(1)).max(1);
    let (begun, before) = (clock::now(), meter.read()?);
    let run = |lane: usize, agents: &mut [Agent]| {
        let mut looks = Vec::with_capacity(agents.len() * heat.turns);
        for turn in 0..heat.turns {
            for (at, agent) in agents.iter_mut().enumerate() {
                looks.push(agent.look(heat.connection, heat.change(lane * size + at, turn))?);
            }
        }
        Ok::<_, BenchError>(looks)
    };
    let lanes = std::thread::scope(|scope| {
        let lanes = agents.chunks_mut(size).enumerate();
        let lanes: Vec<_> = lanes
            .map(|(lane, agents)| scope.spawn(move || run(lane, agents)))
            .collect();
        lanes
            .into_iter()
            .map(std::thread::ScopedJoinHandle::join)
            .collect::<Vec<_>>()
    });
    let mut result = Finish {
        took: clock::now().saturating_duration_since(begun),
        load: meter.read()?.since(before),
        ..Finish::default()
    };
    for looks in lanes {
        result
            .looks
            .extend(looks.map_err(|_| wrong("a lane of agents ended"))??);
    }
    Ok(result)
}

/// A heat of the rival's: a task a lane.
pub fn theirs(
    runtime: &tokio::runtime::Runtime,
    bare: &mut Vec<Bare>,
    heat: Heat,
    meter: &Meter,
) -> Result<Finish, BenchError> {
    let size = bare.len().div_ceil(heat.lanes.max(1)).max(1);
    let (begun, before) = (clock::now(), meter.read()?);
    let mut waiting = std::mem::take(bare);
    let mut lanes = Vec::new();
    while !waiting.is_empty() {
        let mut lane = waiting.split_off(waiting.len().saturating_sub(size));
        let first = waiting.len();
        lanes.push(runtime.spawn(async move {
            let mut looks = Vec::with_capacity(lane.len() * heat.turns);
            for turn in 0..heat.turns {
                for (at, bare) in lane.iter_mut().enumerate() {
                    looks.push(bare.look(heat.connection, heat.change(first + at, turn)).await?);
                }
            }
            Ok::<_, BenchError>((lane, looks))
        }));
    }
    let mut result = Finish::default();
    for lane in lanes {
        let (lane, looks) = runtime.block_on(lane).map_err(wrong)??;
        bare.extend(lane);
        result.looks.extend(looks);
    }
    result.took = clock::now().saturating_duration_since(begun);
    result.load = meter.read()?.since(before);
    Ok(result)
}
