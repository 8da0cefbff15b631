//! "Did you mean …?"

/// The word closest to `wrong`, if one is close enough to be what was meant.
pub(crate) fn nearest<'a>(wrong: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = wrong.to_lowercase();
    let allowed = 1 + wrong.chars().count() / 4;
    words
        .into_iter()
        .map(|word| (distance(&wrong, &word.to_lowercase()), word))
        .filter(|(far, _)| *far <= allowed)
        .min_by_key(|(far, _)| *far)
        .map(|(_, word)| word)
}

/// A sentence that names the closest word, or all of them.
pub(crate) fn suggestion(wrong: &str, words: &[&str]) -> String {
    match nearest(wrong, words.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None if words.is_empty() => "take it out".to_owned(),
        None => format!("known here: {}", words.join(", ")),
    }
}

/// Insertions, deletions, replacements and swaps of neighbours between two words of sane length.
fn distance(a: &str, b: &str) -> usize {
    const LONGEST: usize = 64;
    let a: Vec<char> = a.chars().take(LONGEST).collect();
    let b: Vec<char> = b.chars().take(LONGEST).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(&last, j) + usize::from(from != to))
                .min(at(&last, j + 1) + 1)
                .min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(to) && b.get(j - 1) == Some(from);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_words_are_suggested() {
        for (wrong, right) in [
            ("titel", "title"),
            ("excutable", "executable"),
            ("sumbit", "submit"),
            ("Role", "role"),
        ] {
            assert_eq!(
                nearest(wrong, ["title", "executable", "submit", "role"]),
                Some(right),
                "{wrong}"
            );
        }
        assert_eq!(nearest("zzz", ["title"]), None);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(suggestion("zzz", &["a", "b"]), "known here: a, b");
    }
}
