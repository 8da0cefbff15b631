//! What templates and settings mean: parse, lint, match, explain.
//!
//! Everything here is pure: bytes and facts in, judgements, plans and problems out. No files, no clock, no operating system.

mod answer;
mod compile;
mod compiled;
mod criteria;
mod fixture;
mod form;
mod getopt;
mod judge;
mod key;
mod lint;
mod lint_respond;
mod lint_terminal;
mod lint_window;
mod nearest;
mod parse;
mod path;
mod pattern;
mod planning;
mod problem;
mod query;
pub mod recording;
mod resolved;
mod schema;
mod select;
mod set;
mod settings;
mod shape;
mod spans;
mod step_text;
mod terminal;

pub use answer::{AnswerTooWeak, Score, judge_answer};
pub use fixture::{FixtureResult, parse_fixture, run_fixture};
pub use form::{FormRef, LoadedTemplate, Needs};
pub use judge::{Contents, Judgement, Matched};
pub use key::{KeyProblem, parse_key};
pub use lint::lint;
pub use parse::{LONGEST_FILE, ParsedTemplate, parse_template};
pub use pattern::PlainFields;
pub use planning::{PlanProblem, fallback_plan, plan};
pub use problem::{Position, Problem, Severity};
pub use query::query;
pub use recording::Fixture;
pub use resolved::{Resolved, Settings};
pub use schema::template_schema;
pub use select::{NotFound, find, selector_query};
pub use set::TemplateSet;
pub use settings::{Placed, SettingsLayer, parse_settings};
pub use spans::Spans;
pub use step_text::step_text;
pub use terminal::judge_terminal;
