//! `cargo xtask bench`: figures measured against real rivals, with targets.
//!
//! Rivals and ours run in turn within one call, and each result is checked before its time counts.

pub mod clock;
mod cut;
mod engines;
mod error;
mod exits;
mod fill;
mod fleet;
mod footprint;
mod fuzz;
mod idle;
mod killslapd;
mod killstore;
mod machine;
mod matching;
mod memory;
mod passwords;
mod powercut;
mod random;
mod report;
mod simulate;
mod store;
mod stress;
mod sync;
mod theft;
mod unlock;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use error::BenchError;
use machine::Machine;
use report::Report;

/// What may be said about a run.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Options {
    /// powercut: how many images of ours; the rivals have three tenths of it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub images: Option<u32>,
    /// exits: how many calls of each, a twentieth of that where each hangs; fill, fleet, footprint, killslapd, killstore, passwords, stress, sync, theft,
    /// unlock: how many rounds.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: Option<u32>,
    /// fuzz: how many seconds each target runs; idle: how many are counted.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub seconds: Option<u32>,
    /// simulate, killslapd: how many seeds.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub seeds: Option<u32>,
    /// simulate, killslapd: this seed alone, told step by step if something is wrong.
    #[arg(long, value_name = "N")]
    pub seed: Option<u32>,
    /// simulate: the first seed, where a long run is done in parts.
    #[arg(long, value_name = "N")]
    pub first: Option<u32>,
    /// fill: this toolkit alone; stress: this scene alone.
    #[arg(long, value_name = "NAME", value_parser = [fill::names(), stress::names()].concat())]
    pub only: Option<String>,
    /// In this process, as it was built and where it is.
    #[arg(long, hide = true)]
    pub here: bool,
}

impl Options {
    /// What `--only` names, of what a benchmark has.
    pub fn only_of(&self, known: &[&str]) -> Result<Option<&str>, BenchError> {
        match self.only.as_deref() {
            Some(name) if !known.contains(&name) => Err(BenchError::NoSuch {
                name: name.to_owned(),
                known: known.join(", "),
            }),
            only => Ok(only),
        }
    }

    /// The words that say the same on a command line.
    pub fn words(&self) -> Vec<String> {
        let numbers = [
            ("images", self.images),
            ("rounds", self.rounds),
            ("seconds", self.seconds),
            ("seeds", self.seeds),
            ("seed", self.seed),
            ("first", self.first),
        ];
        let said = numbers
            .into_iter()
            .filter_map(|(name, number)| number.map(|number| format!("--{name}={number}")));
        let only = self.only.iter().map(|name| format!("--only={name}"));
        said.chain(only).collect()
    }
}

/// Where a benchmark runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the laboratory, as its ordinary user, with the programs of this tree.
    Laboratory,
    /// On this machine, as the caller.
    Machine,
    /// On this machine, as root, in a mount namespace of its own: whatever it mounts ends with it.
    Mounts,
}

/// Where the benchmark of that name runs.
pub fn place(name: &str) -> Option<Place> {
    BENCHES.iter().find(|bench| bench.name == name).map(|bench| bench.place)
}

struct Bench {
    name: &'static str,
    about: &'static str,
    place: Place,
    run: fn(&Options) -> Result<Report, BenchError>,
}

const BENCHES: &[Bench] = &[
    Bench {
        name: "exits",
        about: "what a good password exit costs beyond itself, and twenty bad ones, each call of which is caught (--rounds, 1000)",
        place: Place::Machine,
        run: exits::run,
    },
    Bench {
        name: "fill",
        about: "from a logon form's window to its submission, by toolkit: ours, the rivals, the floor (--rounds, 24)",
        place: Place::Laboratory,
        run: fill::run,
    },
    Bench {
        name: "fleet",
        about: "1,000 desktops on one slapd over LDAPS, beside bare ldap3 connections that ask the same (--rounds, 3)",
        place: Place::Machine,
        run: fleet::run,
    },
    Bench {
        name: "footprint",
        about: "memory of the agent with its tray icon and of a window, click to window, search, beside KeePassXC (--rounds, 5)",
        place: Place::Laboratory,
        run: footprint::run,
    },
    Bench {
        name: "fuzz",
        about: "every fuzz target (--seconds, 60): the store's files, the vault's, templates, settings, the socket",
        place: Place::Machine,
        run: fuzz::run,
    },
    Bench {
        name: "idle",
        about: "context switches by thread and memory while nothing happens, beside KeePassXC (--seconds, 60)",
        place: Place::Laboratory,
        run: idle::run,
    },
    Bench {
        name: "killslapd",
        about: "three devices through a provider and a consumer slapd that are killed at random (--seeds, 5; --rounds, 120; --seed N)",
        place: Place::Machine,
        run: killslapd::run,
    },
    Bench {
        name: "killstore",
        about: "kill -9 of our store's writer, every value compared after each (--rounds, 5000)",
        place: Place::Machine,
        run: killstore::run,
    },
    Bench {
        name: "match",
        about: "which form a window could be, among 100 to 10,000 templates: the index, a loop over all, memory a template",
        place: Place::Machine,
        run: |_| matching::run(),
    },
    Bench {
        name: "passwords",
        about: "passwords made and checked a second by several policies, beside pwgen -s and bare random bytes (--rounds, 5)",
        place: Place::Machine,
        run: passwords::run,
    },
    Bench {
        name: "powercut",
        about: "power cuts of our store, sled, redb and SQLite in ext4 images; needs root (--images, 400)",
        place: Place::Mounts,
        run: powercut::run,
    },
    Bench {
        name: "simulate",
        about: "simulated devices and replicas around the real exchange of records (--seeds, 100000; --seed N replays one)",
        place: Place::Machine,
        run: simulate::run,
    },
    Bench {
        name: "store",
        about: "durable commits, checked reads, opening and bytes on disk of our store, redb and SQLite",
        place: Place::Machine,
        run: store::run,
    },
    Bench {
        name: "stress",
        about: "the right form amid 3,000 controls, 200 windows, restless, hanging and dying programs (--rounds, 5)",
        place: Place::Laboratory,
        run: stress::run,
    },
    Bench {
        name: "sync",
        about: "the organisation's configuration from slapd over LDAPS, durable and verified, beside ldapsearch (--rounds, 5)",
        place: Place::Machine,
        run: sync::run,
    },
    Bench {
        name: "theft",
        about: "does a character reach a window that steals the keyboard: every method, xdotool, KeePassXC (--rounds, 10000)",
        place: Place::Laboratory,
        run: theft::run,
    },
    Bench {
        name: "unlock",
        about: "Argon2id as a slot runs it beside the C tool argon2, and from unlock to a waiting form (--rounds, 12)",
        place: Place::Laboratory,
        run: unlock::run,
    },
];

/// Runs a benchmark, prints its tables and writes its JSON; without a name it lists the benchmarks.
///
/// Ends with 0 when every target was met, 3 when one was missed, 1 when it could not be run, 2 for an unknown name.
pub fn run(name: Option<&str>, json: Option<&Path>, options: &Options) -> ExitCode {
    let Some(name) = name else {
        list();
        return ExitCode::SUCCESS;
    };
    if name == fill::floor::NAME {
        return fill::floor::run();
    }
    if name == matching::memory::NAME {
        return matching::memory::run();
    }
    if let Some(served) = cut::serve(name) {
        return served;
    }
    let Some(bench) = BENCHES.iter().find(|bench| bench.name == name) else {
        complain(&format!("there is no benchmark `{name}`; these are the benchmarks:"));
        list();
        return ExitCode::from(2);
    };
    // Printed first: figures that took an hour are not lost to a file that cannot be written.
    let saved = (bench.run)(options).and_then(|report| {
        report.print();
        report.save(json).map(|()| report)
    });
    match saved {
        Ok(report) => report.exit_code(),
        Err(error) => {
            complain(&format!("bench {name} could not be run: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn list() {
    for Bench { name, about, .. } in BENCHES {
        println!("{name:<9} {about}");
    }
}

fn complain(message: &str) {
    let _nobody_listens = writeln!(std::io::stderr(), "{message}");
}
