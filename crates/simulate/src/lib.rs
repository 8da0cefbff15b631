//! Simulated devices, disks and replicas around the real exchange of records (`docs/simulation.md`).
//!
//! A world follows from its seed ([`Plan::of`]): agents edit and exchange while they die, replicas lag, part and are put back, and devices
//! are set back and copied. Then everything is healed, and all must agree, with nothing lost that was acknowledged ([`run`]). What really
//! happened is in a ledger of its own, which nothing that is tested sees. [`Mutant`] breaks the agents on purpose.

mod agent;
mod chance;
mod directory;
mod disk;
mod header;
mod ledger;
mod mutant;
mod run;
mod seal;
mod server;
mod tally;
mod verify;
mod violation;
mod world;

pub use mutant::Mutant;
pub use run::{OPERATIONS, Outcome, Outcomes, Plan, Seals, Trace, run, run_all, shortest_trace};
pub use seal::VaultPool;
pub use tally::Tally;
pub use violation::Violation;
