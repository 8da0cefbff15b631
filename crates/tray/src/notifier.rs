use crate::board::Board;
use crate::language::Language;
use crate::news::{News, Topic};
use crate::service::{NAME, NoService, Passing, Shown, connect, driven, put_up, reads_markup};
use crate::standing::TrayChoice;
use crate::words::{Words, in_markup};
use countersign_model::Monotonic;
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_lite::{StreamExt, future};
use futures_util::stream::SelectAll;
use std::sync::mpsc::Sender;
use zbus::{Connection, MatchRule, MessageStream, message};

/// Tells the user of news by the desktop's notifications. The bus is connected with the first; a desktop without a notification service
/// hears nothing.
#[derive(Debug)]
pub struct Notifier {
    language: Language,
    choices: Sender<TrayChoice>,
    /// The thread that tells, once there was something to tell.
    news: Option<UnboundedSender<(News, Monotonic)>>,
}

impl Notifier {
    /// Nothing is done before there are news. What the user chooses in a notification goes to `choices`.
    #[must_use]
    pub fn new(language: Language, choices: Sender<TrayChoice>) -> Self {
        Self {
            language,
            choices,
            news: None,
        }
    }

    /// Tells the user, at this moment of the steady clock.
    pub fn post(&mut self, news: News, at: Monotonic) {
        let unsent = match &self.news {
            Some(sender) => sender.unbounded_send((news, at)).err().map(|back| back.into_inner()),
            None => Some((news, at)),
        };
        // The thread ends with its bus.
        if let Some(unsent) = unsent {
            self.news = self.begin(unsent);
        }
    }

    fn begin(&self, first: (News, Monotonic)) -> Option<UnboundedSender<(News, Monotonic)>> {
        let (sender, news) = unbounded();
        let teller = Teller {
            board: Board::default(),
            words: self.language.words(),
            choices: self.choices.clone(),
        };
        let started = std::thread::Builder::new()
            .name("notifications".to_owned())
            .spawn(move || async_io::block_on(teller.serve(news)));
        if let Err(error) = started {
            tracing::error!("cannot start a thread for notifications: {error}");
            return None;
        }
        sender.unbounded_send(first).ok().map(|()| sender)
    }
}

/// The thread that tells.
struct Teller {
    board: Board,
    words: &'static Words,
    choices: Sender<TrayChoice>,
}

/// What wakes the thread.
enum Event {
    News(News, Monotonic),
    Signal(message::Message),
    End,
}

impl Teller {
    async fn serve(self, news: UnboundedReceiver<(News, Monotonic)>) {
        if let Err(error) = self.follow(news).await {
            tracing::debug!("no notifications: {error:?}");
        }
    }

    /// Tells news until nobody sends any, or the bus ends.
    async fn follow(mut self, mut news: UnboundedReceiver<(News, Monotonic)>) -> Result<(), NoService> {
        let bus = connect().await?;
        driven(&bus.clone(), async {
            let mut signals = signals(&bus).await?;
            loop {
                let told = async { news.next().await.map_or(Event::End, |(news, at)| Event::News(news, at)) };
                let heard = async {
                    match signals.next().await {
                        Some(Ok(signal)) => Event::Signal(signal),
                        _ => Event::End,
                    }
                };
                match future::or(told, heard).await {
                    Event::News(news, at) => self.tell(&bus, news, at).await,
                    Event::Signal(signal) => self.hear(&signal),
                    Event::End => return Ok(()),
                }
            }
        })
        .await
    }

    async fn tell(&mut self, bus: &Connection, news: News, at: Monotonic) {
        let topic = news.topic();
        let Some(notice) = self.board.take(news, at) else {
            return;
        };
        let mut lines: Vec<_> = notice.lines.iter().map(|news| self.words.line(news)).collect();
        if notice.more > 0 {
            lines.push((self.words.news.more)(notice.more));
        }
        let mut body = lines.join("\n");
        // Asked each time: another service may have taken its place.
        let put = async {
            if reads_markup(bus).await? {
                body = in_markup(&body);
            }
            let shown = Shown {
                replaces: notice.replaces,
                title: self.words.title(topic),
                body,
                action: self.words.action(topic),
                passing: match topic {
                    Topic::Success => Passing::Transient,
                    Topic::Failure | Topic::Password | Topic::Sync | Topic::Windows => Passing::Kept,
                },
            };
            put_up(bus, &shown).await
        };
        match put.await {
            Ok(number) => self.board.is_up(topic, number),
            Err(error) => tracing::debug!("a notification is not shown: {error:?}"),
        }
    }

    fn hear(&mut self, signal: &message::Message) {
        let header = signal.header();
        match header.member().map(|member| member.as_str()) {
            Some("ActionInvoked") => {
                let Ok((number, _)) = signal.body().deserialize::<(u32, String)>() else {
                    return;
                };
                if let Some(page) = self.board.about(number).and_then(Topic::page) {
                    // A receiver that is gone means that the agent ends.
                    let _ = self.choices.send(TrayChoice::Open(page));
                }
            }
            Some("NotificationClosed") => {
                if let Ok((number, _)) = signal.body().deserialize::<(u32, u32)>() {
                    self.board.is_gone(number);
                }
            }
            _ => {}
        }
    }
}

async fn signals(bus: &Connection) -> Result<SelectAll<MessageStream>, NoService> {
    let mut all = SelectAll::new();
    for member in ["ActionInvoked", "NotificationClosed"] {
        let rule = MatchRule::builder()
            .msg_type(message::Type::Signal)
            .sender(NAME)?
            .interface(NAME)?
            .member(member)?
            .build();
        all.push(MessageStream::for_match_rule(rule, bus, None).await?);
    }
    Ok(all)
}
