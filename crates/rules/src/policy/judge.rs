//! Which rules a password breaks, in words a person can act on. No word holds anything of the password.

use super::alphabet::Alphabet;
use super::likeness::{Folded, comes_more_often, longest_run, most_of_one};
use super::lists::{Listed, Lists};
use super::number;
use crate::answer::hint;
use countersign_model::{CharacterClass, Policy, Rule};
use countersign_secret::Password;
use zeroize::Zeroizing;
use zxcvbn::zxcvbn;

/// A rule that a password breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which one.
    pub rule: Rule,
    /// What to do about it.
    pub message: String,
}

/// Whose password it is, and what came before it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Circumstances<'a> {
    /// The user's name in the application.
    pub user_name: Option<&'a str>,
    /// The application's name.
    pub application: Option<&'a str>,
    /// The password until now.
    pub old: Option<&'a Password>,
    /// Earlier passwords, the latest first.
    pub history: &'a [Password],
}

/// A policy, ready to judge passwords.
#[derive(Debug)]
pub struct Judge<'a> {
    policy: &'a Policy,
    lists: &'a Lists,
    circumstances: Circumstances<'a>,
    alphabet: Alphabet,
}

impl<'a> Judge<'a> {
    /// A judge by this policy. `lists` are those it names: what is not read counts as broken.
    #[must_use]
    pub fn new(policy: &'a Policy, lists: &'a Lists, circumstances: Circumstances<'a>) -> Self {
        Self {
            policy,
            lists,
            circumstances,
            alphabet: Alphabet::of(&policy.characters),
        }
    }

    /// The policy it judges by.
    #[must_use]
    pub fn policy(&self) -> &'a Policy {
        self.policy
    }

    /// Every rule that a password breaks.
    #[must_use]
    pub fn judge(&self, password: &Password) -> Vec<Broken> {
        self.broken_by(password.expose())
    }

    pub(crate) fn broken_by(&self, text: &str) -> Vec<Broken> {
        let mut found = Found(Vec::new());
        let characters = Zeroizing::new(text.chars().collect::<Vec<char>>());
        self.length(&characters, &mut found);
        self.characters(&characters, &mut found);
        self.classes(&characters, &mut found);
        self.ends(&characters, &mut found);
        self.repeats(&characters, &mut found);
        self.likeness(text, &mut found);
        self.listed(text, &mut found);
        // A password that is too long is not worth the time it takes.
        if characters.len() <= number(Policy::LONGEST) {
            self.strength(text, &mut found);
        }
        found.0
    }

    fn length(&self, characters: &[char], found: &mut Found) {
        let length = self.policy.length;
        found.when(characters.len() < number(length.min), Rule::MinLength, || {
            format!("make it at least {} long", so_many(length.min, "character"))
        });
        let most = length.max.min(Policy::LONGEST);
        found.when(characters.len() > number(most), Rule::MaxLength, || {
            format!("make it at most {} long", so_many(most, "character"))
        });
    }

    fn characters(&self, characters: &[char], found: &mut Found) {
        let forbidden = &self.policy.characters.forbidden;
        let (mut named, mut strange) = (false, false);
        for character in characters
            .iter()
            .filter(|character| !self.alphabet.contains(**character))
        {
            let is_named = forbidden.contains(*character);
            named |= is_named;
            strange |= !is_named;
        }
        found.when(named, Rule::Forbidden, || {
            format!("leave these characters out: {forbidden}")
        });
        found.when(strange, Rule::Allowed, || {
            format!("use these characters only: {}", self.alphabet.shown())
        });
    }

    fn classes(&self, characters: &[char], found: &mut Found) {
        let mut counts = [0; 4];
        for character in characters {
            if let Some(count) = counts.get_mut(CharacterClass::of(*character).index()) {
                *count += 1;
            }
        }
        let [small, capital, digits, others] = counts;
        let letters = small + capital;
        for (rule, count, what) in [
            (Rule::Small, small, "small letter"),
            (Rule::Capital, capital, "capital letter"),
            (Rule::Digits, digits, "digit"),
            (Rule::Others, others, "character that is neither letter nor digit"),
            (Rule::Letters, letters, "letter"),
            (Rule::LettersOrDigits, letters + digits, "letter or digit"),
        ] {
            let least = rule.number(self.policy);
            found.when(count < number(least), rule, || match (rule, least) {
                (_, 0 | 1) => format!("use at least 1 {what}"),
                (Rule::Others, least) => format!("use at least {least} characters that are neither letters nor digits"),
                (Rule::LettersOrDigits, least) => format!("use at least {least} letters or digits"),
                (_, least) => format!("use at least {}", so_many(least, what)),
            });
        }
    }

    fn ends(&self, characters: &[char], found: &mut Found) {
        let rules = &self.policy.characters;
        for (rule, at, allowed, verb) in [
            (Rule::First, characters.first(), &rules.first, "begin"),
            (Rule::Last, characters.last(), &rules.last, "end"),
        ] {
            let wrong = at.is_some_and(|character| !allowed.contains(&CharacterClass::of(*character)));
            found.when(wrong, rule, || format!("{verb} it with {}", one_of(allowed)));
        }
    }

    fn repeats(&self, characters: &[char], found: &mut Found) {
        let rules = self.policy.repeats;
        let too_many = |count: usize, most: u32| most > 0 && count > number(most);
        found.when(too_many(longest_run(characters), rules.in_a_row), Rule::InARow, || {
            format!("use no character more than {} in a row", times(rules.in_a_row))
        });
        found.when(too_many(most_of_one(characters), rules.of_one), Rule::OfOne, || {
            format!("use no character more than {} in all", times(rules.of_one))
        });
        let piece = number(rules.piece).saturating_add(1);
        let comes_again = rules.piece_times > 0 && comes_more_often(characters, piece, number(rules.piece_times));
        found.when(comes_again, Rule::Piece, || {
            let (piece, times) = (so_many(rules.piece, "character"), times(rules.piece_times));
            format!("let no piece of more than {piece} come more than {times}")
        });
    }

    fn likeness(&self, text: &str, found: &mut Found) {
        let (rules, circumstances) = (self.policy.unlike, &self.circumstances);
        let password = Folded::new(text);
        let like = |other: Option<&str>| other.is_some_and(|other| password.is_like(&Folded::new(other)));
        found.when(rules.user_name && like(circumstances.user_name), Rule::UserName, || {
            "leave the user name out of it, and do not take a part of it".to_owned()
        });
        found.when(
            rules.application && like(circumstances.application),
            Rule::Application,
            || "leave the application's name out of it, and do not take a part of it".to_owned(),
        );
        let old = circumstances.old.map(Password::expose);
        found.when(rules.old_password && like(old), Rule::OldPassword, || {
            "take something new: neither the old password nor this one may be a part of the other".to_owned()
        });
        let mut earlier = circumstances
            .old
            .into_iter()
            .chain(circumstances.history)
            .take(number(rules.history));
        found.when(earlier.any(|earlier| earlier.expose() == text), Rule::History, || {
            format!(
                "take one that is not among your last {}",
                so_many(rules.history, "password")
            )
        });
    }

    fn listed(&self, text: &str, found: &mut Found) {
        let rules = &self.policy.lists;
        let unread =
            || "the list it must not be in was not read: name it in the policy by a path that can be read".to_owned();
        if rules.dictionary.is_some() {
            let listed = self.lists.is_word(Folded::new(text).as_str());
            found.when(listed == Listed::Unknown, Rule::Dictionary, unread);
            found.when(listed == Listed::Yes, Rule::Dictionary, || {
                "take more than one word of the dictionary; digits and signs around it do not count".to_owned()
            });
        }
        if rules.breached.is_some() {
            let listed = self.lists.is_breached(text);
            found.when(listed == Listed::Unknown, Rule::Breached, unread);
            found.when(listed == Listed::Yes, Rule::Breached, || {
                "take another one: it is in a list of passwords that are known to others".to_owned()
            });
        }
    }

    fn strength(&self, text: &str, found: &mut Found) {
        let least = self.policy.strength.zxcvbn;
        if least == 0 {
            return;
        }
        let known = [self.circumstances.user_name, self.circumstances.application];
        let known: Vec<&str> = known.into_iter().flatten().collect();
        let entropy = zxcvbn(text, &known);
        found.when(u32::from(u8::from(entropy.score())) < least, Rule::Strength, || {
            format!("make it harder to guess: {}", hint(&entropy))
        });
    }
}

/// What is broken so far.
struct Found(Vec<Broken>);

impl Found {
    fn when(&mut self, broken: bool, rule: Rule, message: impl FnOnce() -> String) {
        if broken {
            let message = message();
            self.0.push(Broken { rule, message });
        }
    }
}

/// `1 digit`, `2 digits`.
pub(super) fn so_many(number: u32, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// `once`, `twice`, `3 times`.
pub(super) fn times(number: u32) -> String {
    match number {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

/// `a small letter or a digit`.
pub(super) fn one_of(classes: &[CharacterClass]) -> String {
    let word = |class: &CharacterClass| match class {
        CharacterClass::Other => "a character that is neither letter nor digit".to_owned(),
        class => format!("a {}", class.word()),
    };
    classes.iter().map(word).collect::<Vec<_>>().join(" or ")
}
