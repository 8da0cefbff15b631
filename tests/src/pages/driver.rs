//! WebDriver (W3C), as much of it as the tests use.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{LabError, Result};

/// How an element is written (W3C WebDriver, 11).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A session of a driver.
#[derive(Debug)]
pub(super) struct Driver {
    agent: ureq::Agent,
    base: String,
}

/// The id of an element in an answer.
pub(super) fn element(answer: &Value) -> Option<String> {
    Some(answer.get(ELEMENT)?.as_str()?.to_owned())
}

/// An element as scripts take it.
pub(super) fn reference(element: &str) -> Value {
    json!({ ELEMENT: element })
}

impl Driver {
    pub(super) fn begin(port: u16, wanted: &Value) -> Result<Self> {
        let configuration = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(60)))
            .http_status_as_error(false)
            .build();
        let mut driver = Self {
            agent: configuration.into(),
            base: format!("http://127.0.0.1:{port}/session"),
        };
        let begun = driver.post("", &json!({ "capabilities": { "alwaysMatch": wanted } }))?;
        let id = begun.get("sessionId").and_then(Value::as_str);
        let id = id.ok_or_else(|| wrong(&begun))?;
        driver.base = format!("{}/{id}", driver.base);
        Ok(driver)
    }

    pub(super) fn end(&self) {
        let _over_already = self.agent.delete(&self.base).call();
    }

    pub(super) fn windows(&self) -> Result<Vec<String>> {
        let all = self.get("/window/handles")?;
        let all = all.as_array().into_iter().flatten();
        Ok(all.filter_map(|one| Some(one.as_str()?.to_owned())).collect())
    }

    pub(super) fn window(&self) -> Result<String> {
        Ok(self.get("/window")?.as_str().unwrap_or_default().to_owned())
    }

    pub(super) fn switch(&self, window: &str) -> Result<()> {
        self.post("/window", &json!({ "handle": window })).map(drop)
    }

    pub(super) fn run(&self, script: &str, arguments: &Value) -> Result<Value> {
        self.post("/execute/sync", &json!({ "script": script, "args": arguments }))
    }

    pub(super) fn run_async(&self, script: &str, arguments: &Value) -> Result<Value> {
        self.post("/execute/async", &json!({ "script": script, "args": arguments }))
    }

    pub(super) fn click(&self, element: &str) -> Result<()> {
        self.post(&format!("/element/{element}/click"), &json!({})).map(drop)
    }

    pub(super) fn clear(&self, element: &str) -> Result<()> {
        self.post(&format!("/element/{element}/clear"), &json!({})).map(drop)
    }

    pub(super) fn keys(&self, element: &str, text: &str) -> Result<()> {
        self.post(&format!("/element/{element}/value"), &json!({ "text": text }))
            .map(drop)
    }

    fn get(&self, path: &str) -> Result<Value> {
        told(self.agent.get(format!("{}{path}", self.base)).call())
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        told(self.agent.post(format!("{}{path}", self.base)).send_json(body))
    }
}

type Answered = std::result::Result<ureq::http::Response<ureq::Body>, ureq::Error>;

/// The value of an answer, or the error it tells.
fn told(answer: Answered) -> Result<Value> {
    let mut answer = answer.map_err(|error| wrong(&error))?;
    let succeeded = answer.status().is_success();
    let mut body: Value = answer.body_mut().read_json().map_err(|error| wrong(&error))?;
    let value = body.get_mut("value").map(Value::take).unwrap_or_default();
    if succeeded { Ok(value) } else { Err(wrong(&value)) }
}

fn wrong(said: &impl ToString) -> LabError {
    LabError::Tool {
        program: "WebKitWebDriver".to_owned(),
        message: said.to_string(),
    }
}
