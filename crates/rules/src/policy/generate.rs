//! Passwords drawn from what a policy allows, each as likely as any other.
//!
//! What is drawn is judged, and drawn again where it breaks a rule that was not counted: so every password of the kind that the policy
//! allows is as likely as before, and no other is ever made.

use super::dice::{Dice, NoRandomness};
use super::diceware::Diceware;
use super::judge::Judge;
use super::number;
use super::pronounceable::Pronounceable;
use super::space::{Space, bits};
use countersign_model::{Policy, Rule};
use countersign_secret::{Password, PasswordError};
use num_bigint::BigUint;
use std::collections::BTreeMap;
use zeroize::{Zeroize, Zeroizing};

/// How often it is drawn again before it is given up.
const MOST_DRAWS: u32 = 20_000;

/// What a password is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any password the policy allows.
    Random,
    /// Syllables.
    Pronounceable,
    /// Words.
    Diceware,
}

impl Kind {
    /// What people call it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Pronounceable => "pronounceable",
            Self::Diceware => "diceware",
        }
    }
}

/// Why no password was made.
#[derive(Debug, thiserror::Error)]
pub enum NotMade {
    /// The rules contradict each other.
    #[error("no password can meet this policy")]
    Impossible,
    /// There are passwords, but none of this kind.
    #[error("no {} password can meet this policy", .0.word())]
    NotOfThisKind(Kind),
    /// Nearly all that is drawn breaks a rule that cannot be counted beforehand.
    #[error("{draws} passwords were drawn and none met the policy: `{key}` refused {refused} of them", key = .rule.key())]
    Refused {
        /// How many were drawn.
        draws: u32,
        /// The rule that refused most.
        rule: Rule,
        /// How many it refused.
        refused: u32,
    },
    /// There is nothing to draw with.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// It does not fit into locked memory.
    #[error(transparent)]
    Memory(#[from] PasswordError),
}

/// Makes passwords of one kind by one policy.
pub struct Generator {
    drawn: Drawn,
}

enum Drawn {
    Space(Space),
    Pronounceable(Pronounceable),
    Diceware(Diceware),
}

impl Generator {
    /// Counts what there is to draw from: some milliseconds, and for long passwords with many needs up to some seconds.
    ///
    /// # Errors
    /// [`NotMade::Impossible`] when no password meets the counted rules, [`NotMade::NotOfThisKind`] when none of this kind does.
    pub fn new(policy: &Policy, kind: Kind) -> Result<Self, NotMade> {
        let lengths = match policy.generate.length {
            Some(length) => length.max(policy.length.min)..=length.min(policy.length.max),
            None => policy.length.min..=policy.length.max,
        };
        let not = NotMade::NotOfThisKind(kind);
        let drawn = match kind {
            Kind::Random => Drawn::Space(
                Some(Space::count(policy, lengths))
                    .filter(|space| !space.is_empty())
                    .ok_or(NotMade::Impossible)?,
            ),
            Kind::Pronounceable => Drawn::Pronounceable(Pronounceable::of(policy).ok_or(not)?),
            Kind::Diceware => Drawn::Diceware(Diceware::of(policy).ok_or(not)?),
        };
        Ok(Self { drawn })
    }

    /// How many bits a guesser has to find who knows the policy and the kind, before the rules that are not counted.
    #[must_use]
    pub fn bits(&self) -> f64 {
        bits(&self.size())
    }

    /// How many passwords there are to draw from, before the rules that are not counted.
    #[must_use]
    pub fn size(&self) -> BigUint {
        match &self.drawn {
            Drawn::Space(space) => space.size(),
            Drawn::Pronounceable(these) => these.size(),
            Drawn::Diceware(these) => these.size(),
        }
    }

    /// Draws one that the judge lets pass.
    ///
    /// # Errors
    /// [`NotMade::Refused`] names the rule that refuses most when nothing passes for very long; [`NotMade::Random`] and
    /// [`NotMade::Memory`].
    pub fn draw(&self, judge: &Judge<'_>, dice: &mut Dice<'_>) -> Result<Password, NotMade> {
        self.draw_within(MOST_DRAWS, judge, dice)
    }

    pub(super) fn draw_within(&self, draws: u32, judge: &Judge<'_>, dice: &mut Dice<'_>) -> Result<Password, NotMade> {
        // Never outgrown: a buffer that grows leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(number(Policy::LONGEST) * char::MAX.len_utf8()));
        let mut refusals: BTreeMap<Rule, u32> = BTreeMap::new();
        for _ in 0..draws {
            text.zeroize();
            let drawn = match &self.drawn {
                Drawn::Space(space) => space.draw(&mut text, dice),
                Drawn::Pronounceable(these) => these.draw(&mut text, dice),
                Drawn::Diceware(these) => these.draw(&mut text, dice),
            };
            drawn?.ok_or(NotMade::Impossible)?;
            let broken = judge.broken_by(&text);
            if broken.is_empty() {
                return Ok(Password::from_utf8(text.as_bytes())?);
            }
            for rule in broken {
                *refusals.entry(rule.rule).or_default() += 1;
            }
        }
        let most = refusals.into_iter().max_by_key(|(_, refused)| *refused);
        let (rule, refused) = most.ok_or(NotMade::Impossible)?;
        Err(NotMade::Refused { draws, rule, refused })
    }
}

impl std::fmt::Debug for Generator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Generator")
            .field("bits", &self.bits())
            .finish_non_exhaustive()
    }
}
