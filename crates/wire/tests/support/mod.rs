//! An agent that answers by rote.
#![allow(dead_code, missing_docs, reason = "each suite uses a part")]

use countersign_model::{Decision, Explanation, Timestamp, WindowId};
use countersign_secret::Password;
use countersign_wire::{
    Answer, ErrorCode, ErrorReply, Handler, Limits, Listener, Peer, Reply, Request, Stopper, serve,
};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

pub struct Rote;

impl Handler for Rote {
    fn program(&self) -> String {
        "rote-agent 1".to_owned()
    }

    fn handle(&self, peer: Peer, request: Request, secrets: Vec<Password>) -> Answer {
        assert_eq!(peer.pid, std::process::id());
        match request {
            Request::Unlock if secrets[0].expose() == "right" => Reply::Done.into(),
            Request::Unlock => ErrorReply::new(ErrorCode::WrongSecret, "the password is wrong")
                .next("try again")
                .retry_after(Duration::from_millis(1500))
                .into(),
            Request::LogonReveal { .. } => Answer::revealed(secrets.into_iter().next().unwrap()),
            Request::Why { .. } => Reply::Why((0..200).map(|number| decision(number, MAX / 100)).collect()).into(),
            Request::TemplateExplain { text, .. } => Reply::Why(vec![decision(0, text.len() + MAX)]).into(),
            _ => Reply::Done.into(),
        }
    }
}

const MAX: usize = countersign_wire::frame::MAX_ANSWER;

pub fn decision(number: u64, weight: usize) -> Explanation {
    serde_json::from_value(serde_json::json!({
        "at": number, "window": WindowId(number), "title": "x".repeat(weight), "program": "/usr/bin/zenity", "toolkit": null,
        "template": null, "form": null, "logon": null, "criteria": [], "decision": Decision::NoMatch, "attempt": null, "warnings": [],
    }))
    .inspect(|explanation: &Explanation| assert_eq!(explanation.at, Timestamp(number)))
    .unwrap()
}

pub struct Serving {
    stopper: Stopper,
    thread: Option<JoinHandle<()>>,
}

impl Serving {
    pub fn start(listener: Listener) -> Self {
        let stopper = listener.stopper();
        let thread = std::thread::spawn(move || serve(&listener, &Arc::new(Rote)).unwrap());
        Self {
            stopper,
            thread: Some(thread),
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.stopper.stop();
        self.thread.take().unwrap().join().unwrap();
    }
}

pub fn hasty() -> Limits {
    Limits {
        connections: 2,
        silence: Duration::from_millis(150),
        frame: Duration::from_millis(150),
    }
}
