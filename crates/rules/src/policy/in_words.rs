//! What a policy asks for, rule by rule, for people.

use super::alphabet::Alphabet;
use super::judge::{one_of, so_many, times};
use countersign_model::{CharacterClass, Policy, Rule};

/// The rules about a password, then those about its life. What only password exits use is not told.
const ORDER: [Rule; 28] = [
    Rule::MinLength,
    Rule::MaxLength,
    Rule::Small,
    Rule::Capital,
    Rule::Digits,
    Rule::Others,
    Rule::Letters,
    Rule::LettersOrDigits,
    Rule::Allowed,
    Rule::Forbidden,
    Rule::First,
    Rule::Last,
    Rule::InARow,
    Rule::OfOne,
    Rule::Piece,
    Rule::PieceTimes,
    Rule::UserName,
    Rule::OldPassword,
    Rule::Application,
    Rule::History,
    Rule::Dictionary,
    Rule::Breached,
    Rule::Strength,
    Rule::Days,
    Rule::MinDays,
    Rule::GraceLogins,
    Rule::WrongPasswords,
    Rule::BlockMinutes,
];

/// Each rule that asks for something, and what.
#[must_use]
pub fn in_words(policy: &Policy) -> Vec<(Rule, String)> {
    let words = |rule: &Rule| Some((*rule, words(*rule, policy)?));
    ORDER.iter().filter_map(words).collect()
}

fn words(rule: Rule, policy: &Policy) -> Option<String> {
    let characters = &policy.characters;
    match rule {
        Rule::Allowed => {
            let is_usual = is_every(&characters.allowed) && characters.more.is_empty();
            (!is_usual).then(|| format!("only these characters: {}", Alphabet::of(characters).shown()))
        }
        Rule::Forbidden => {
            let forbidden = &characters.forbidden;
            (!forbidden.is_empty()).then(|| format!("none of these characters: {forbidden}"))
        }
        Rule::First => ends("begins", &characters.first),
        Rule::Last => ends("ends", &characters.last),
        Rule::Dictionary => listed("is no word of", policy.lists.dictionary.as_deref()),
        Rule::Breached => listed("is not among the known passwords of", policy.lists.breached.as_deref()),
        Rule::Piece => {
            let rules = policy.repeats;
            (rules.piece_times > 0).then(|| {
                let (piece, times) = (so_many(rules.piece, "character"), times(rules.piece_times));
                format!("no piece of more than {piece} more than {times}")
            })
        }
        // Told with the piece it is of.
        Rule::PieceTimes => None,
        _ => Some(rule.number(policy))
            .filter(|number| *number > 0)
            .and_then(|number| numbered(rule, number)),
    }
}

fn numbered(rule: Rule, number: u32) -> Option<String> {
    let at_least = |what| format!("at least {}", so_many(number, what));
    Some(match rule {
        Rule::MinLength => at_least("character"),
        Rule::MaxLength => format!("at most {}", so_many(number, "character")),
        Rule::Small => at_least("small letter"),
        Rule::Capital => at_least("capital letter"),
        Rule::Digits => at_least("digit"),
        Rule::Others if number == 1 => "at least 1 character that is neither letter nor digit".to_owned(),
        Rule::Others => format!("at least {number} characters that are neither letters nor digits"),
        Rule::Letters => at_least("letter"),
        Rule::LettersOrDigits => format!("at least {number} letters and digits together"),
        Rule::InARow => format!("no character more than {} in a row", times(number)),
        Rule::OfOne => format!("no character more than {} in all", times(number)),
        Rule::UserName => "not like the user's name".to_owned(),
        Rule::OldPassword => "not like the password until now".to_owned(),
        Rule::Application => "not like the application's name".to_owned(),
        Rule::History => format!("none of the last {}", so_many(number, "password")),
        Rule::Strength => format!("a zxcvbn score of at least {number}"),
        Rule::Days => format!("has to be changed after {}", so_many(number, "day")),
        Rule::MinDays => format!("cannot be changed again before {}", so_many(number, "day")),
        Rule::GraceLogins => format!("{} let through after it has expired", so_many(number, "logon")),
        Rule::WrongPasswords => format!("the account is blocked after {}", so_many(number, "wrong password")),
        Rule::BlockMinutes => format!("a blocked account is free again after {}", so_many(number, "minute")),
        _ => return None,
    })
}

fn ends(verb: &str, classes: &[CharacterClass]) -> Option<String> {
    (!is_every(classes)).then(|| format!("{verb} with {}", one_of(classes)))
}

fn listed(verb: &str, path: Option<&str>) -> Option<String> {
    path.map(|path| format!("{verb} the list {path}"))
}

fn is_every(classes: &[CharacterClass]) -> bool {
    CharacterClass::ALL.iter().all(|class| classes.contains(class))
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_model::LengthRules;

    #[test]
    fn every_rule_about_passwords_has_its_place() {
        let for_exits = [Rule::DictionaryFormat, Rule::Recoverable];
        for rule in Rule::OF_EXITS.iter().chain(&Rule::BEYOND_EXITS) {
            let count = ORDER.iter().filter(|one| *one == rule).count();
            assert_eq!(count, usize::from(!for_exits.contains(rule)), "{rule:?}");
        }
    }

    #[test]
    fn only_what_is_asked_for_is_told() {
        let policy = Policy::new("p", LengthRules { min: 1, max: 128 });
        let told: Vec<String> = in_words(&policy).into_iter().map(|(_, words)| words).collect();
        assert_eq!(told, ["at least 1 character", "at most 128 characters"]);
    }

    #[test]
    fn every_rule_that_asks_is_told_in_words_of_its_own() {
        let mut policy = Policy::new("p", LengthRules { min: 2, max: 9 });
        let characters = &mut policy.characters;
        for need in [
            &mut characters.small,
            &mut characters.capital,
            &mut characters.digits,
            &mut characters.others,
            &mut characters.letters,
            &mut characters.letters_or_digits,
        ] {
            *need = 2;
        }
        characters.allowed = vec![CharacterClass::Small];
        characters.forbidden = "0O".to_owned();
        characters.first = vec![CharacterClass::Small, CharacterClass::Capital];
        characters.last = vec![CharacterClass::Digit];
        let repeats = &mut policy.repeats;
        (repeats.in_a_row, repeats.of_one, repeats.piece, repeats.piece_times) = (2, 3, 1, 1);
        let unlike = &mut policy.unlike;
        (
            unlike.user_name,
            unlike.old_password,
            unlike.application,
            unlike.history,
        ) = (true, true, true, 12);
        policy.lists.dictionary = Some("words.txt".to_owned());
        policy.lists.breached = Some("/srv/known".to_owned());
        policy.strength.zxcvbn = 3;
        let life = &mut policy.life;
        (
            life.days,
            life.min_days,
            life.grace_logins,
            life.wrong_passwords,
            life.block_minutes,
        ) = (90, 1, 3, 10, 15);
        let told = in_words(&policy);
        let rules: Vec<Rule> = told.iter().map(|(rule, _)| *rule).collect();
        let wanted: Vec<Rule> = ORDER.into_iter().filter(|rule| *rule != Rule::PieceTimes).collect();
        assert_eq!(rules, wanted);
        let words: Vec<&str> = told.iter().map(|(_, words)| words.as_str()).collect();
        for wanted in [
            "at least 2 small letters",
            "at least 2 characters that are neither letters nor digits",
            "only these characters: a-z",
            "begins with a small letter or a capital letter",
            "no character more than twice in a row",
            "no piece of more than 1 character more than once",
            "none of the last 12 passwords",
            "is no word of the list words.txt",
            "a zxcvbn score of at least 3",
            "cannot be changed again before 1 day",
        ] {
            assert!(words.contains(&wanted), "{wanted}: {words:#?}");
        }
    }
}
