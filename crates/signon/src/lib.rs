//! The sign-on state machine: events in, effects out.
