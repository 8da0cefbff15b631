//! What is on the board: one notification for each topic. The next news of a topic replace it, those of the last minutes are told together,
//! and what is told already is not told again.

use crate::news::{News, Topic};
use countersign_model::Monotonic;
use std::collections::BTreeMap;
use std::time::Duration;

/// News that are not farther apart are told together.
const TOGETHER: Duration = Duration::from_secs(120);
/// How many lines one notification has.
const LINES: usize = 3;
/// How many are remembered, so that a loop over many applications ends, too.
const MEMORY: usize = 64;

/// The notifications on the screen, as far as we put them there.
#[derive(Debug, Default)]
pub(crate) struct Board(BTreeMap<Topic, Post>);

#[derive(Debug, Default)]
struct Post {
    /// The number the desktop gave it; 0: it is not on the screen.
    number: u32,
    /// What it tells, oldest first.
    told: Vec<News>,
    at: Monotonic,
}

/// A notification as it is to be shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Notice<'a> {
    /// The number of the one it replaces; 0: none.
    pub replaces: u32,
    /// The latest news, latest first.
    pub lines: Vec<&'a News>,
    /// How many more there are.
    pub more: usize,
}

impl Board {
    /// Takes news. None: they are on the board already.
    pub(crate) fn take(&mut self, news: News, at: Monotonic) -> Option<Notice<'_>> {
        let post = self.0.entry(news.topic()).or_default();
        if at.since(post.at) > TOGETHER {
            post.told.clear();
        }
        post.at = at;
        if post.told.contains(&news) || post.told.len() >= MEMORY {
            return None;
        }
        post.told.push(news);
        Some(Notice {
            replaces: post.number,
            lines: post.told.iter().rev().take(LINES).collect(),
            more: post.told.len().saturating_sub(LINES),
        })
    }

    /// The desktop has put it up under this number.
    pub(crate) fn is_up(&mut self, topic: Topic, number: u32) {
        self.0.entry(topic).or_default().number = number;
    }

    /// It is gone from the screen.
    pub(crate) fn is_gone(&mut self, number: u32) {
        for post in self.0.values_mut().filter(|post| post.number == number) {
            post.number = 0;
        }
    }

    /// What the notification of this number is about; none: it is not ours.
    pub(crate) fn about(&self, number: u32) -> Option<Topic> {
        let mut posts = self.0.iter();
        let found = posts.find(|(_, post)| post.number == number && number != 0);
        found.map(|(topic, _)| *topic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::news::Cause;

    fn not_filled(application: &str) -> News {
        News::NotFilled {
            application: Some(application.to_owned()),
            cause: Cause::LogonRefused,
        }
    }

    fn at(seconds: u64) -> Monotonic {
        Monotonic(0).after(Duration::from_secs(seconds))
    }

    /// What it replaces, its applications, and how many more.
    fn told(notice: Option<Notice<'_>>) -> Option<(u32, Vec<String>, usize)> {
        let notice = notice?;
        let names = notice.lines.iter().map(|news| match news {
            News::NotFilled { application, .. } => application.clone().unwrap_or_default(),
            other => format!("{other:?}"),
        });
        Some((notice.replaces, names.collect(), notice.more))
    }

    #[test]
    fn a_loop_is_told_once_and_again_only_after_a_silence() {
        let mut board = Board::default();
        assert_eq!(
            told(board.take(not_filled("A"), at(0))),
            Some((0, vec!["A".to_owned()], 0))
        );
        board.is_up(Topic::Failure, 7);
        for second in 1..600 {
            assert_eq!(told(board.take(not_filled("A"), at(second))), None, "{second}");
        }
        assert_eq!(
            told(board.take(not_filled("A"), at(900))),
            Some((7, vec!["A".to_owned()], 0))
        );
    }

    #[test]
    fn news_of_one_topic_replace_each_other_and_are_told_together() {
        let mut board = Board::default();
        board.take(not_filled("A"), at(0));
        board.is_up(Topic::Failure, 7);
        for name in ["B", "C", "D"] {
            assert_eq!(told(board.take(not_filled(name), at(1))).unwrap().0, 7);
        }
        let fifth = told(board.take(not_filled("E"), at(2))).unwrap();
        assert_eq!(fifth, (7, ["E", "D", "C"].map(str::to_owned).into(), 2));
        // Another topic has a place of its own.
        let other = board.take(News::SyncFailing { hours: 4 }, at(2)).unwrap();
        assert_eq!(other.replaces, 0);
    }

    #[test]
    fn many_applications_in_a_row_do_not_flood() {
        let mut board = Board::default();
        let shown = (0..1000).filter(|number| board.take(not_filled(&number.to_string()), at(number / 100)).is_some());
        assert_eq!(shown.count(), MEMORY);
    }

    #[test]
    fn one_that_was_closed_is_not_replaced() {
        let mut board = Board::default();
        board.take(not_filled("A"), at(0));
        board.is_up(Topic::Failure, 7);
        assert_eq!(
            (board.about(7), board.about(8), board.about(0)),
            (Some(Topic::Failure), None, None)
        );
        board.is_gone(7);
        assert_eq!(board.about(7), None);
        assert_eq!(told(board.take(not_filled("B"), at(1))).unwrap().0, 0);
    }
}
