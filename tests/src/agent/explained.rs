use serde_json::Value;

use crate::agent::{Agent, PATIENCE};
use crate::{Deadline, Result};

/// What the agent decided about windows since some moment.
#[derive(Debug)]
pub struct Explained<'a> {
    agent: &'a Agent<'a>,
    seen: usize,
}

impl<'a> Explained<'a> {
    /// From now on.
    pub fn from_now(agent: &'a Agent<'a>) -> Result<Self> {
        let seen = all(agent)?.len();
        Ok(Self { agent, seen })
    }

    /// Every decision since then, oldest first.
    pub fn all(&self) -> Result<Vec<Value>> {
        Ok(all(self.agent)?.split_off(self.seen))
    }

    /// Waits for a decision called `name` (`responded`, `locked`, `ambiguous`…) and returns its explanation. What comes after
    /// the one returned counts for the next call.
    pub fn wait(&mut self, name: &str) -> Result<Value> {
        self.wait_for(name, |explanation| decision(explanation).0 == name)
    }

    /// Waits for an explanation that satisfies `wanted`.
    pub fn wait_for(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
        self.wait_within(what, Deadline::seconds(PATIENCE), wanted)
    }

    /// The same until a deadline.
    pub fn wait_within(&mut self, what: &str, deadline: Deadline, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
        loop {
            let news = self.all()?;
            if let Some(at) = news.iter().position(&wanted) {
                self.seen += at + 1;
                return news.get(at).cloned().ok_or_else(|| deadline.late(what, ""));
            }
            if deadline.is_over() {
                let told = self.agent.run(&["why", "--limit", "20"], &[])?.out;
                let said = self.agent.said();
                return Err(deadline.late(what, &format!("; countersign why:\n{told}\nthe agent said:\n{said}")));
            }
            deadline.pause();
        }
    }
}

/// A decision's name and what belongs to it.
#[must_use]
pub fn decision(explanation: &Value) -> (String, Value) {
    match explanation.get("decision") {
        Some(Value::String(name)) => (name.clone(), Value::Null),
        Some(Value::Object(one)) => one
            .iter()
            .next()
            .map(|(name, value)| (name.clone(), value.clone()))
            .unwrap_or_default(),
        _ => (String::new(), Value::Null),
    }
}

fn all(agent: &Agent<'_>) -> Result<Vec<Value>> {
    let list = agent.json(&["why", "--limit", "1000", "--json"], "explanations")?;
    Ok(list.as_array().cloned().unwrap_or_default())
}
