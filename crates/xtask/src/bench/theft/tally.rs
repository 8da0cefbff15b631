//! How fills ended.

/// How one fill ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fill {
    /// The victim has exactly what was meant for it.
    Complete,
    /// Not complete, and the reason was named.
    Refused(String),
    /// Neither: the text says what happened.
    Wrong(String),
}

/// How many ended how.
#[derive(Debug, Default)]
pub struct Tally {
    /// Complete ones.
    pub complete: usize,
    /// Refused ones.
    pub refused: usize,
    /// The reasons, one of each.
    pub reasons: Vec<String>,
    /// What went wrong.
    pub wrong: Vec<String>,
}

impl Tally {
    /// Counts one.
    pub fn add(&mut self, fill: Fill) {
        match fill {
            Fill::Complete => self.complete += 1,
            Fill::Refused(reason) => {
                self.refused += 1;
                if !self.reasons.contains(&reason) {
                    self.reasons.push(reason);
                }
            }
            Fill::Wrong(how) => self.wrong.push(how),
        }
    }

    /// How many there were.
    pub fn all(&self) -> usize {
        self.complete + self.refused + self.wrong.len()
    }

    /// Complete ones, in percent.
    pub fn complete_percent(&self) -> f64 {
        percent(self.complete, self.all())
    }

    /// Complete or refused ones, in percent.
    pub fn accounted_percent(&self) -> f64 {
        percent(self.complete + self.refused, self.all())
    }
}

fn percent(part: usize, all: usize) -> f64 {
    let number = |count: usize| u32::try_from(count).map_or(f64::MAX, f64::from);
    if all == 0 {
        0.0
    } else {
        number(part) * 100.0 / number(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_fill_is_not_accounted_for() {
        let mut tally = Tally::default();
        assert_eq!(tally.accounted_percent(), 0.0);
        tally.add(Fill::Complete);
        tally.add(Fill::Refused("focus".to_owned()));
        tally.add(Fill::Refused("focus".to_owned()));
        tally.add(Fill::Wrong("half".to_owned()));
        assert_eq!((tally.complete_percent(), tally.accounted_percent()), (25.0, 75.0));
        assert_eq!(tally.reasons, ["focus"]);
    }
}
