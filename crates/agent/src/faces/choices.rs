//! What people choose in the tray and in notifications, carried out as clients' requests are.

use crate::engine::Engine;
use crate::message::{Call, Message};
use countersign_signon::Notice;
use countersign_tray::{Cause, News, Page, TrayChoice};
use countersign_wire::{Answer, Reply, Request};
use rustix::process::{Signal, getpid, kill_process};
use std::sync::mpsc::channel;

/// What "shortly" is.
const SHORTLY: u32 = 15 * 60;

impl Engine {
    pub(crate) fn chosen(&mut self, choice: TrayChoice) {
        match choice {
            TrayChoice::Open(page) => self.open_window(page),
            TrayChoice::Unlock => self.open_window(Page::Unlock),
            TrayChoice::Fill => self.fill_chosen(),
            TrayChoice::Lock => self.request(Request::Lock),
            TrayChoice::PauseShortly => self.request(Request::Pause { seconds: SHORTLY }),
            TrayChoice::PauseUntilUnlocked => self.request(Request::PauseUntilUnlocked),
            TrayChoice::PauseApplication => {
                // It may have gone since the menu was opened.
                if let Some(at_hand) = &self.faces.at_hand {
                    let template = at_hand.template.clone();
                    self.request(Request::PauseApplication { template });
                }
            }
            TrayChoice::Resume => self.request(Request::Resume),
            TrayChoice::Sync => self.request(Request::Refresh),
            // As the system ends it.
            TrayChoice::Quit => {
                if let Err(errno) = kill_process(getpid(), Signal::TERM) {
                    tracing::error!("the agent cannot end itself: {errno}");
                }
            }
        }
    }

    /// Does what a client would ask for. What it is told later, such as the end of an exchange, is shown otherwise.
    fn request(&mut self, request: Request) {
        let (reply, answer) = channel();
        self.call(Call {
            request,
            secrets: Vec::new(),
            reply,
        });
        if let Ok(Answer {
            reply: Reply::Error(error),
            ..
        }) = answer.try_recv()
        {
            self.notify(Notice {
                application: "tray".to_owned(),
                text: error.message,
            });
        }
    }

    /// Fills the window that was active last; its outcome is waited for elsewhere.
    fn fill_chosen(&mut self) {
        let at_hand = self.faces.at_hand.as_ref();
        let window = at_hand.map(|at_hand| at_hand.window).or(self.active);
        let (reply, answer) = channel();
        self.fill(window, None, reply);
        self.tasks
            .work("fill", move || Message::Filled(answer.recv().ok().map(Box::new)));
    }

    /// The outcome of a fill that was chosen. What went well shows itself.
    pub(crate) fn filled(&mut self, answer: Option<Box<Answer>>) {
        match answer.map(|answer| answer.reply) {
            Some(Reply::Error(error)) => {
                let application = self.faces.at_hand.as_ref().map(|at_hand| at_hand.name.clone());
                let cause = match self.active {
                    None => Cause::NoForm,
                    Some(_) => Cause::Said(error.message),
                };
                self.tell(News::NotFilled { application, cause });
            }
            Some(Reply::Filled(explanation)) => self.tell_asked(&explanation),
            _ => {}
        }
    }
}
