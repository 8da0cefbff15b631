//! Exits that answer, and exits that do everything but: compiled or written while the tests run, and called as the agent will.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod answering;
mod confined;
mod faulty;
mod lab;
mod loading;
mod programs;
mod samples;
mod timing;
