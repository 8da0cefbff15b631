//! Whether a passphrase answer is strong enough to be the second way into a vault.

use zxcvbn::feedback::{Feedback, Suggestion, Warning};
use zxcvbn::{Entropy, zxcvbn};

/// The longest part of an answer that is judged: enough for any sentence, and bounded in time.
const JUDGED_CHARACTERS: usize = 128;

/// How strong an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// zxcvbn's score, from 0 (guessed at once) to 4.
    pub strength: u8,
    /// How many guesses it takes, as a power of ten.
    pub guesses_log10: u16,
    /// Its length in characters, white space around it left out.
    pub length: u64,
}

/// Why an answer is refused. The messages never contain any of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerTooWeak {
    /// Too few characters.
    #[error("the answer has {length} characters, at least {least} are needed; {hint}")]
    Short {
        /// How many it has.
        length: u64,
        /// How many it needs.
        least: u64,
        /// How to improve it.
        hint: String,
    },
    /// Too easily guessed.
    #[error("the answer is too easy to guess (strength {strength} of 4, at least {least} is needed); {hint}")]
    Weak {
        /// Its strength.
        strength: u8,
        /// The strength it needs.
        least: u8,
        /// How to improve it.
        hint: String,
    },
}

/// Judges an answer by the settings `passphrase.min_length` and `passphrase.min_strength`.
///
/// # Errors
/// [`AnswerTooWeak`] says what is wrong with it and how to improve it.
pub fn judge_answer(text: &str, min_length: u64, min_strength: u64) -> Result<Score, AnswerTooWeak> {
    // Spaces are collapsed before keys are derived, so they do not make an answer longer here either.
    let words: Vec<&str> = text.split_whitespace().collect();
    let length = words.iter().map(|word| word.chars().count()).sum::<usize>() + words.len().saturating_sub(1);
    let length = u64::try_from(length).unwrap_or(u64::MAX);
    if length < min_length {
        let hint = "take a few unrelated words, or a sentence only you would write".to_owned();
        return Err(AnswerTooWeak::Short {
            length,
            least: min_length,
            hint,
        });
    }
    let judged: String = words.join(" ").chars().take(JUDGED_CHARACTERS).collect();
    let entropy = zxcvbn(&judged, &["countersign", "passphrase", "password"]);
    let strength = u8::from(entropy.score());
    let least = u8::try_from(min_strength.min(4)).unwrap_or(4);
    if strength < least {
        let hint = hint(&entropy);
        return Err(AnswerTooWeak::Weak { strength, least, hint });
    }
    // Rounded down: a promise of strength is never larger than what was measured.
    let guesses_log10 = (0..=u16::MAX)
        .take_while(|power| f64::from(*power) <= entropy.guesses_log10())
        .last()
        .unwrap_or(0);
    Ok(Score {
        strength,
        guesses_log10,
        length,
    })
}

/// How to make something harder to guess, without any of it.
pub(crate) fn hint(entropy: &Entropy) -> String {
    let feedback = entropy.feedback();
    let warning = feedback.and_then(Feedback::warning).map(about);
    let suggestion = feedback
        .and_then(|feedback| feedback.suggestions().first().copied())
        .map(advice);
    let hint: Vec<&str> = warning.into_iter().chain(suggestion).collect();
    match hint.is_empty() {
        true => "add another word or two".to_owned(),
        false => hint.join("; "),
    }
}

fn about(warning: Warning) -> &'static str {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess => {
            "rows of keys are guessed first"
        }
        Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => {
            "repeats add next to nothing"
        }
        Warning::ThisIsATop10Password
        | Warning::ThisIsATop100Password
        | Warning::ThisIsACommonPassword
        | Warning::ThisIsSimilarToACommonlyUsedPassword => "it is close to a common password",
        Warning::SequencesLikeAbcAreEasyToGuess => "sequences such as abc or 6543 are guessed first",
        Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess => "years and dates are guessed first",
        Warning::AWordByItselfIsEasyToGuess => "one word alone is easily guessed",
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess | Warning::CommonNamesAndSurnamesAreEasyToGuess => {
            "names are easily guessed"
        }
    }
}

fn advice(suggestion: Suggestion) -> &'static str {
    match suggestion {
        Suggestion::UseAFewWordsAvoidCommonPhrases => "take a few words that do not belong together",
        Suggestion::NoNeedForSymbolsDigitsOrUppercaseLetters => "length helps more than symbols or capitals",
        Suggestion::CapitalizationDoesntHelpVeryMuch | Suggestion::AllUppercaseIsAlmostAsEasyToGuessAsAllLowercase => {
            "capitals do not count here; add a word"
        }
        Suggestion::ReversedWordsArentMuchHarderToGuess | Suggestion::PredictableSubstitutionsDontHelpVeryMuch => {
            "turned or altered words help little; add another one"
        }
        Suggestion::AvoidYearsThatAreAssociatedWithYou
        | Suggestion::AvoidDatesAndYearsThatAreAssociatedWithYou
        | Suggestion::AvoidRecentYears => "leave dates and years out",
        Suggestion::UseALongerKeyboardPatternWithMoreTurns
        | Suggestion::AvoidRepeatedWordsAndCharacters
        | Suggestion::AvoidSequences
        | Suggestion::AddAnotherWordOrTwo => "add another word or two",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers() {
        let strong = judge_answer("  otter  lantern quartz   violin ", 16, 3).unwrap();
        assert_eq!(strong.length, 27);
        assert!(strong.strength >= 3 && strong.guesses_log10 > 9);
        for (text, says) in [
            ("", "at least 16"),
            ("short", "5 characters"),
            ("a                       b", "3 characters"),
            ("aaaaaaaaaaaaaaaaaaaaaa", "repeats"),
            ("qwertyuiopasdfghjkl", "too easy"),
            ("passwordpassword", "too easy"),
        ] {
            let refused = judge_answer(text, 16, 3).unwrap_err().to_string();
            assert!(refused.contains(says), "{text}: {refused}");
            assert!(
                text.is_empty() || !refused.contains(text),
                "the message shows the answer"
            );
        }
        assert!(judge_answer(&"ab ".repeat(100_000), 16, 4).is_err());
    }
}
