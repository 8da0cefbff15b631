//! The bad network and the hostile server do what they are told: suites against them prove something.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

#[path = "ldap_faults/hostile.rs"]
mod hostile;
#[path = "ldap_faults/relay.rs"]
mod relay;
