//! `bench killslapd`: three devices of one user exchange logons through a provider and a consumer slapd, which are killed (SIGKILL) at random
//! moments, in the midst of exchanges too, and started again.
//!
//! It is the real run beside `bench simulate`: real servers, replication, TLS and child processes; what it looks for is the same. In the end
//! everybody has the same logons, no acknowledged write is missing, and no username stands with the password of another write.

mod device;
mod ledger;

use std::sync::Arc;
use std::time::Duration;

use countersign_model::{HeaderVersion, RecordId, UserId};
use countersign_secret::{Key, Password};
use countersign_sync::Fault;
use countersign_tests::Deadline;
use countersign_tests::servers::{DirectoryServer, Slapd, SlapdPair};
use countersign_vault::{Enroll, KdfParameters, Unlocked, enroll, normalise_answer};

use super::random::Chance;
use super::{BenchError, Options, Report, clock, complain};
use device::{Defect, Device, Hurry};
use ledger::{Ledger, Shelf};

const USER: &str = "ada";
const PASSWORD: &str = "Qx7-orbit-Lm20pRt";
const DEVICES: usize = 3;
const LOGONS: u64 = 6;
/// How many worlds there are, and how many rounds each has when nobody says.
const SEEDS: u32 = 5;
const ROUNDS: u32 = 120;
/// How many rounds a broken device has to be noticed in.
const NOTICED: u32 = 25;
/// In the end everybody exchanges so often at most until nothing is left to do.
const LAST: usize = 12;

fn wrong(error: impl std::fmt::Display) -> BenchError {
    BenchError::Wrong {
        who: "a device",
        why: error.to_string(),
    }
}

/// What happened.
#[derive(Debug, Default)]
struct Tally {
    kills: [usize; 2],
    during: usize,
    exchanges: usize,
    offline: usize,
    went_back: usize,
    writes: usize,
    wrong: Vec<String>,
}

/// Runs every seed and judges.
pub fn run(options: &Options) -> Result<Report, BenchError> {
    let rounds = options.rounds.unwrap_or(ROUNDS);
    let seeds = match options.seed {
        Some(seed) => seed..seed + 1,
        None => 0..options.seeds.unwrap_or(SEEDS),
    };
    let (vaults, header) = vaults()?;
    let (mut all, count) = (Tally::default(), seeds.len());
    for seed in seeds {
        let tally = world(seed, rounds, None, &vaults, &header)?;
        for what in &tally.wrong {
            complain(&format!("seed {seed}: {what}"));
        }
        all.add(tally);
    }
    let mut report = Report::new("killslapd");
    let [provider, consumer] = all.kills;
    for (what, many) in [
        ("rounds", count * usize::try_from(rounds).unwrap_or(0)),
        ("the provider was killed", provider),
        ("the consumer was killed", consumer),
        ("of these while a device exchanged", all.during),
        ("exchanges", all.exchanges),
        ("exchanges that were broken off", all.offline),
        ("writes acknowledged", all.writes),
        ("versions said to have gone back: the consumer lags", all.went_back),
    ] {
        report.count(what, count, many, "times");
    }
    let bad = all.wrong.len();
    report.target(
        format!("writes lost, pairs mixed, devices apart in {count} worlds"),
        "0",
        bad.to_string(),
        bad == 0 && all.writes > 0 && all.during > 0,
    );
    let defects = [Defect::Forgets, Defect::Mixes, Defect::Deaf];
    let mut noticed = 0;
    for defect in defects {
        noticed += usize::from(!world(1, NOTICED, Some(defect), &vaults, &header)?.wrong.is_empty());
    }
    report.target(
        format!("broken devices noticed within {NOTICED} rounds"),
        defects.len().to_string(),
        noticed.to_string(),
        noticed == defects.len(),
    );
    Ok(report)
}

impl Tally {
    fn add(&mut self, other: Self) {
        for (all, one) in self.kills.iter_mut().zip(other.kills) {
            *all += one;
        }
        self.during += other.during;
        self.exchanges += other.exchanges;
        self.offline += other.offline;
        self.went_back += other.went_back;
        self.writes += other.writes;
        self.wrong.extend(other.wrong);
    }

    fn exchanged(&mut self, device: &Device) -> Result<bool, BenchError> {
        let ended = device.exchange()?;
        self.exchanges += 1;
        self.offline += usize::from(ended.1.reached.is_err());
        let back = ended
            .1
            .faults
            .iter()
            .filter(|fault| matches!(fault, Fault::WentBack(_)));
        self.went_back += back.count();
        Ok(Device::is_quiet(&ended))
    }
}

/// One user's vault, open on every device.
fn vaults() -> Result<(Vec<Arc<Unlocked>>, Vec<u8>), BenchError> {
    let secret = |text: &str| Password::from_utf8(text.as_bytes()).map_err(wrong);
    let enrolled = enroll(&Enroll {
        user: &UserId::from(USER),
        password: &secret("correct horse")?,
        answer: &normalise_answer(&secret("battery staple and more words")?).map_err(wrong)?,
        device_secret: &Key::from_fill(|bytes| bytes.fill(1)),
        kdf: KdfParameters::new(64, 3, 4).map_err(wrong)?,
        after: HeaderVersion(0),
    });
    let enrolled = enrolled.map_err(wrong)?;
    let mut vaults = Vec::with_capacity(DEVICES);
    for _ in 1..DEVICES {
        vaults.push(Arc::new(enrolled.unlocked.another_device().map_err(wrong)?));
    }
    let header = enrolled.header;
    vaults.push(Arc::new(enrolled.unlocked));
    Ok((vaults, header))
}

fn server(pair: &mut SlapdPair, which: usize) -> &mut Slapd {
    if which == 0 { &mut pair.first } else { &mut pair.second }
}

fn world(
    seed: u32,
    rounds: u32,
    defect: Option<Defect>,
    vaults: &[Arc<Unlocked>],
    header: &[u8],
) -> Result<Tally, BenchError> {
    let mut chance = Chance::of(&[0x51a9, u64::from(seed)]);
    let mut pair = SlapdPair::provider_and_consumer()?;
    pair.first.add_user(USER, PASSWORD)?;
    pair.synchronised(Deadline::seconds(60))?;
    let clock = Arc::new(Hurry::default());
    let devices = vaults
        .iter()
        .map(|vault| Device::new(&pair, Arc::clone(vault), header.to_vec(), &clock));
    let mut devices = devices.collect::<Result<Vec<_>, _>>()?;
    if let Some(first) = devices.first_mut() {
        first.defect = defect;
    }
    let (mut ledger, mut tally) = (Ledger::default(), Tally::default());
    let mut down = [0_u64; 2];
    for _ in 0..rounds {
        clock.pass(Duration::from_secs(1_200));
        for (which, left) in down.iter_mut().enumerate() {
            if *left == 1 {
                server(&mut pair, which).restart()?;
            }
            *left = left.saturating_sub(1);
        }
        let Some(device) = devices.get(usize::try_from(chance.below(DEVICES as u64)).unwrap_or(0)) else {
            continue;
        };
        for _ in 0..chance.below(3) {
            let logon = u8::try_from(1 + chance.below(LOGONS)).unwrap_or(1);
            device.write(&mut ledger, RecordId([logon; 16]), &mut chance)?;
        }
        let victim = usize::try_from(chance.below(2)).unwrap_or(0);
        let is_up = down.get(victim).is_some_and(|left| *left == 0);
        if chance.below(3) == 0 && is_up {
            // Around the time that an exchange takes.
            let after = chance.between(Duration::ZERO, Duration::from_millis(40));
            let (during, ended) = exchange_and_kill(device, server(&mut pair, victim), after, &mut tally);
            ended?;
            tally.during += usize::from(during);
            if let (Some(kills), Some(left)) = (tally.kills.get_mut(victim), down.get_mut(victim)) {
                *kills += 1;
                *left = 1 + chance.below(4);
            }
        } else {
            tally.exchanged(device)?;
        }
    }
    for (which, left) in down.into_iter().enumerate() {
        if left > 0 {
            server(&mut pair, which).restart()?;
        }
    }
    tally.writes = ledger.acknowledged();
    tally.wrong = settle(&pair, &devices, &clock, &mut tally)?;
    let shelves: Vec<Shelf> = devices.iter().map(Device::shelf).collect::<Result<_, _>>()?;
    tally.wrong.extend(ledger.judge(&shelves));
    Ok(tally)
}

/// An exchange, and a server's death some time after it began. Whether it was not over by then.
fn exchange_and_kill(
    device: &Device,
    victim: &mut Slapd,
    after: Duration,
    tally: &mut Tally,
) -> (bool, Result<(), BenchError>) {
    std::thread::scope(|scope| {
        let exchanging = scope.spawn(|| tally.exchanged(device).map(drop));
        clock::rest(after);
        let during = !exchanging.is_finished();
        let killed = victim.kill().map_err(BenchError::from);
        let ended = exchanging.join().map_err(|_| wrong("an exchange ended in a panic"));
        (during, ended.and_then(|ended| ended).and(killed))
    })
}

/// Everybody exchanges until nothing is left to do. What is wrong if that does not come.
fn settle(pair: &SlapdPair, devices: &[Device], clock: &Hurry, tally: &mut Tally) -> Result<Vec<String>, BenchError> {
    for _ in 0..LAST {
        pair.synchronised_by_a_change(Deadline::seconds(120))?;
        clock.pass(Duration::from_secs(7_200));
        let mut quiet = true;
        for device in devices {
            quiet &= tally.exchanged(device)?;
        }
        if quiet {
            return Ok(Vec::new());
        }
    }
    Ok(vec![format!("after {LAST} rounds there is still something to do")])
}
