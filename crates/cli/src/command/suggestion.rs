//! A passphrase answer for people who want none of their own: five random words.

use crate::failure::Failure;
use crate::screen::{Screen, put};
use crate::secrets::Source;
use crate::terminal::PromptError;
use countersign_model::words::word;
use countersign_secret::{Key, Password, PasswordError};

/// 55 bits: at a second a guess a billion years.
const WORDS: usize = 5;
const ATTEMPTS: u32 = 3;

/// Shows five random words and has them typed from the paper they were written on.
pub(crate) fn suggested(source: Source, screen: &mut Screen) -> Result<Password, Failure> {
    let words = drawn()?;
    screen.note("Five random words, for you alone. Write them on paper, not on this machine:\n");
    let err = std::io::stderr();
    put(&err, b"    ")?;
    put(&err, words.expose().as_bytes())?;
    put(&err, b"\n\n")?;
    for _ in 0..ATTEMPTS {
        let typed = source.existing("The five words, from your paper")?;
        if typed.expose().split_whitespace().eq(words.expose().split(' ')) {
            return Ok(words);
        }
        screen.note("that is not what is above; try again");
    }
    Err(PromptError::Differ.into())
}

/// Each word stands for eleven bits of the system's randomness.
fn drawn() -> Result<Password, Failure> {
    let random = Key::make_random().map_err(|error| Failure::Usage {
        message: format!("the system gives no random numbers ({error})"),
        next: "try again in a moment".to_owned(),
    })?;
    let numbers = random.expose().chunks_exact(2).take(WORDS);
    let words = numbers.filter_map(|pair| Some(word(u16::from_le_bytes(pair.try_into().ok()?))));
    let made = Password::try_fill(Password::MAX, |into| {
        let mut used = 0;
        for (number, word) in words.enumerate() {
            let space = usize::from(number > 0);
            let end = used + space + word.len();
            let place = into.get_mut(used..end).ok_or(PasswordError::TooLong)?;
            let (gap, place) = place.split_at_mut(space);
            gap.fill(b' ');
            place.copy_from_slice(word.as_bytes());
            used = end;
        }
        Ok::<_, PasswordError>(used)
    });
    made.map_err(|error| PromptError::from(error).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn five_words_are_drawn_anew_each_time() {
        let drawn: Vec<Password> = (0..50).map(|_| drawn().unwrap()).collect();
        for answer in &drawn {
            let words: Vec<_> = answer.expose().split(' ').collect();
            assert_eq!(words.len(), WORDS);
            assert!(
                words
                    .iter()
                    .all(|word| countersign_model::words::number_of(word).is_some())
            );
            countersign_rules::judge_answer(answer.expose(), 16, 3).unwrap();
        }
        let different: BTreeSet<_> = drawn.iter().map(Password::expose).collect();
        assert_eq!(different.len(), 50);
    }
}
