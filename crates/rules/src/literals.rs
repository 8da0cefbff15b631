//! What every text that matches a pattern must contain.
//!
//! The index asks for these texts before anything is matched. They only ever narrow down: a pattern that says nothing here is simply
//! tried.

use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind};

/// Texts of which every match contains at least one.
pub(crate) type Clause = Vec<String>;

/// More alternatives than this say too little.
const MOST_ALTERNATIVES: usize = 16;

/// A text without the difference between capital and small letters, character by character.
pub(crate) fn folded(text: &str) -> String {
    text.chars().map(fold).collect()
}

/// The one character that stands for all that differ from it only by case.
fn fold(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_lowercase();
    }
    let upper = single(character.to_uppercase()).unwrap_or(character);
    single(upper.to_lowercase()).unwrap_or(upper)
}

fn single(mut characters: impl Iterator<Item = char>) -> Option<char> {
    let first = characters.next()?;
    characters.next().is_none().then_some(first)
}

/// What a whole-text regular expression asks for, folded.
pub(crate) fn of_regex(source: &str) -> Vec<Clause> {
    let parsed = regex_syntax::parse(source);
    parsed.map_or_else(|_| Vec::new(), |hir| of_hir(&hir))
}

fn of_hir(hir: &Hir) -> Vec<Clause> {
    let mut walk = Walk::default();
    walk.take(hir);
    walk.pause();
    walk.clauses
}

#[derive(Default)]
struct Walk {
    clauses: Vec<Clause>,
    /// The literal characters since the last thing that was not one.
    run: String,
}

impl Walk {
    fn take(&mut self, hir: &Hir) {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => self.run.extend(text.chars().map(fold)),
                Err(_) => self.pause(),
            },
            HirKind::Class(Class::Unicode(class)) => match one_letter(class) {
                Some(letter) => self.run.push(letter),
                None => self.pause(),
            },
            HirKind::Class(Class::Bytes(_)) => self.pause(),
            HirKind::Repetition(repeated) => {
                self.pause();
                if repeated.min > 0 {
                    self.take(&repeated.sub);
                    self.pause();
                }
            }
            HirKind::Capture(capture) => self.take(&capture.sub),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.take(part)),
            HirKind::Alternation(branches) => {
                self.pause();
                self.clauses
                    .extend(either(branches.iter().map(|branch| longest(of_hir(branch)))));
            }
        }
    }

    fn pause(&mut self) {
        if !self.run.is_empty() {
            self.clauses.push(vec![std::mem::take(&mut self.run)]);
        }
    }
}

/// The letter a class stands for, if its members differ only by case.
fn one_letter(class: &ClassUnicode) -> Option<char> {
    let mut members = class.ranges().iter().flat_map(|range| range.start()..=range.end());
    let first = fold(members.next()?);
    members.all(|member| fold(member) == first).then_some(first)
}

/// What is asked for by one of several patterns: nothing, if one of them asks for nothing.
pub(crate) fn either(branches: impl Iterator<Item = Option<Clause>>) -> Option<Clause> {
    let mut any = Vec::new();
    for branch in branches {
        any.extend(branch?);
        if any.len() > MOST_ALTERNATIVES {
            return None;
        }
    }
    (!any.is_empty()).then_some(any)
}

/// The clause that says most: the one whose shortest text is longest.
pub(crate) fn longest(clauses: Vec<Clause>) -> Option<Clause> {
    let shortest = |clause: &Clause| clause.iter().map(String::len).min().unwrap_or(0);
    clauses.into_iter().max_by_key(shortest)
}

/// What a glob for paths asks for, as it is written: what stands outside of `*`, `?`, `[…]` and `{…}`.
pub(crate) fn of_glob(glob: &str) -> Vec<Clause> {
    let mut clauses = Vec::new();
    let mut run = String::new();
    let mut characters = glob.chars().peekable();
    // Inside brackets nothing is certain; where they end is not worth being exact about.
    let mut depth = 0_usize;
    while let Some(character) = characters.next() {
        match character {
            '[' | ']' | '\\' => {
                // What a class or an escape means is the glob's own business: nothing after it is looked at.
                depth = usize::MAX;
            }
            '{' => depth = depth.saturating_add(1),
            '}' if depth != usize::MAX => depth = depth.saturating_sub(1),
            '*' if characters.peek() == Some(&'*') => {
                // `/**/` also stands for a single `/`.
                while characters.peek().is_some_and(|next| matches!(next, '*' | '/')) {
                    characters.next();
                }
                run.truncate(run.trim_end_matches('/').len());
            }
            '*' | '?' | '}' => {}
            // On Windows both kinds of slashes are one.
            '/' if cfg!(windows) => {}
            other if depth == 0 => {
                run.push(other);
                continue;
            }
            _ => {}
        }
        if !run.is_empty() {
            clauses.push(vec![std::mem::take(&mut run)]);
        }
    }
    if !run.is_empty() {
        clauses.push(vec![run]);
    }
    clauses
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(clauses: Vec<Clause>) -> Vec<String> {
        clauses.into_iter().map(|clause| clause.join("|")).collect()
    }

    #[test]
    fn regular_expressions() {
        for (source, asks) in [
            ("Log on to Acme [0-9]+", vec!["log on to acme "]),
            ("(?i)kelvin's (server|host)", vec!["kelvin's ", "server|host"]),
            ("(a|b*)x{2,}", vec!["x"]),
            ("(?s:.+)@(?s:.+)'s password:.*", vec!["@", "'s password:"]),
            ("[A-Z]{3}", vec![]),
            (r"\bsign\b in", vec!["sign in"]),
            ("(?:foo)?bar|ba", vec!["bar|ba"]),
        ] {
            assert_eq!(joined(of_regex(source)), asks, "{source}");
        }
        assert!(of_regex("(").is_empty());
    }

    #[test]
    fn letters_that_differ_only_by_case_are_one() {
        assert_eq!(folded("KELVIN \u{212a} \u{17f}"), "kelvin k s");
        assert_eq!(folded("Ää ß"), "ää ß");
    }

    #[test]
    fn globs() {
        for (glob, asks) in [
            ("/opt/*/bin/app", vec!["/opt/", "/bin/app"]),
            ("/opt/**/app", vec!["/opt", "app"]),
            ("**/app", vec!["app"]),
            ("/usr/bin/python3{,.*}", vec!["/usr/bin/python3"]),
            ("/a/{b,c}/d", vec!["/a/", "/d"]),
            ("/a/[x]/d", vec!["/a/"]),
            ("/a/x?y", vec!["/a/x", "y"]),
        ] {
            if !cfg!(windows) {
                assert_eq!(joined(of_glob(glob)), asks, "{glob}");
            }
        }
    }
}
