//! Everything worth saying about a store that was read, and the sentence it becomes.

use crate::head::{self, Head, Stop};
use crate::manifest::Manifest;
use crate::opened::{Condition, Damage, Opened};
use std::collections::BTreeSet;

/// Everything worth saying.
#[derive(Clone, Debug, Default)]
pub(crate) struct Story {
    pub(crate) notes: Vec<String>,
    /// Damage beside lost changes.
    pub(crate) harm: Vec<String>,
    /// Lost changes whose keys are known.
    pub(crate) named: u64,
    /// Lost changes whose keys are not.
    pub(crate) unnamed: u64,
    /// Bytes cut off the end that were never acknowledged.
    pub(crate) torn: u64,
    /// Files in which something is not as it was written: they are never deleted.
    pub(crate) damaged_files: BTreeSet<String>,
}

impl Story {
    pub(crate) fn judge_head(&mut self, head: Option<&head::Read>) {
        match head {
            Some(read) if read.head.is_some() && read.damaged == 0 => {}
            Some(read) if read.head.is_some() => {
                self.notes
                    .push("one of the two entries of the head file was damaged and is written again".into());
            }
            _ => self.harm.push(
                "the head file is missing or destroyed, so it cannot be told whether the newest changes are all there"
                    .into(),
            ),
        }
    }

    /// What there is to say of a store whose last change has the number `changes`.
    pub(crate) fn tell(mut self, manifest: &Manifest, head: Option<Head>, changes: u64) -> Opened {
        let (values, lost) = (manifest.readable(), manifest.lost());
        if self.unnamed > 0 {
            self.harm.push(format!(
                "{} of {changes} changes cannot be read; what they changed may be missing or show an earlier state",
                self.unnamed
            ));
        }
        if !lost.is_empty() {
            self.harm
                .push(format!("{} values are lost and known by name", lost.len()));
        } else if self.named > 0 {
            self.notes.push(format!(
                "{} damaged changes were made good by later ones; nothing is lost",
                self.named
            ));
        }
        if self.torn > 0 {
            self.notes.push(format!(
                "{} bytes of a change that was never acknowledged were dropped",
                self.torn
            ));
        }
        let condition = if !self.harm.is_empty() {
            let sentence = format!("{}; the other {values} values are readable", self.harm.join("; "));
            Condition::Damaged(Damage {
                sentence,
                lost,
                unknown: self.unnamed,
            })
        } else if head.is_some_and(|head| head.stop == Stop::Clean) && self.torn == 0 {
            Condition::Clean
        } else {
            Condition::Recovered
        };
        Opened {
            condition,
            values,
            notes: self.notes,
        }
    }
}
