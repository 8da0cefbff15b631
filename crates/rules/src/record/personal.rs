//! What belongs to the person at the machine and has no place in a template or a fixture.

use crate::pattern::escaped;

/// Words of a person and their machine, and what stands for each of them in a fixture.
#[derive(Clone, Debug, Default)]
pub struct Personal {
    /// Longest first.
    words: Vec<(String, &'static str)>,
    home: Option<String>,
}

/// Shorter words stand in too many others by chance.
const SHORTEST: usize = 3;

impl Personal {
    /// Nothing is personal so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A login name, a person's name, a host: wherever it stands as a word, `stand_in` stands instead. Short ones stay.
    #[must_use]
    pub fn with(mut self, word: &str, stand_in: &'static str) -> Self {
        let word = word.trim();
        let is_known = self.words.iter().any(|(known, _)| known.eq_ignore_ascii_case(word));
        if word.chars().count() >= SHORTEST && !is_known && word != stand_in {
            self.words.push((word.to_owned(), stand_in));
            self.words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        }
        self
    }

    /// The home folder: in its place stands `/home/demo`.
    #[must_use]
    pub fn at_home(mut self, home: &str) -> Self {
        let home = home.trim_end_matches('/');
        self.home = (!home.is_empty()).then(|| home.to_owned());
        self
    }

    /// A text as a fixture has it.
    pub(super) fn redacted(&self, text: &str) -> String {
        let mut all = String::new();
        for part in self.parts(text) {
            all.push_str(match part {
                Part::Text(text) => text,
                Part::Personal(stand_in) => stand_in,
            });
        }
        all
    }

    /// A pattern that this text matches, and its redaction.
    pub(super) fn pattern(&self, text: &str) -> String {
        let mut all = String::new();
        for part in self.parts(text.trim()) {
            match part {
                Part::Text(text) => all.push_str(&escaped(text)),
                Part::Personal(_) if all.ends_with('*') => {}
                Part::Personal(_) => all.push('*'),
            }
        }
        // Between slashes it would be a regular expression.
        match all.strip_prefix('/') {
            Some(rest) if rest.ends_with('/') => format!("?{rest}"),
            _ => all,
        }
    }

    /// A path as a template has it: a home folder is anybody's. Elsewhere a path says which program it is, and stays.
    pub(super) fn path(&self, path: &str) -> String {
        let Some((homes, rest)) = self.below_home(path) else {
            return path.to_owned();
        };
        let parts = self.parts(rest).into_iter().map(|part| match part {
            Part::Text(text) => text,
            Part::Personal(_) => "*",
        });
        format!("{homes}/*{}", parts.collect::<String>())
    }

    /// A path as a fixture has it.
    pub(super) fn redacted_path(&self, path: &str) -> String {
        match self.below_home(path) {
            Some((homes, rest)) => format!("{homes}/demo{}", self.redacted(rest)),
            None => path.to_owned(),
        }
    }

    /// Where home folders are, and the path below this one.
    fn below_home<'a>(&self, path: &'a str) -> Option<(&str, &'a str)> {
        let home = self.home.as_deref()?;
        let rest = path.strip_prefix(home).filter(|rest| rest.starts_with('/'))?;
        let (homes, _) = home.rsplit_once('/')?;
        Some((homes, rest))
    }

    fn parts<'a>(&self, text: &'a str) -> Vec<Part<'a>> {
        let (mut parts, mut from, mut at) = (Vec::new(), 0, 0);
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            match self.word_at(text, at) {
                Some((length, stand_in)) => {
                    parts.extend(text.get(from..at).filter(|text| !text.is_empty()).map(Part::Text));
                    parts.push(Part::Personal(stand_in));
                    at += length;
                    from = at;
                }
                None => at += rest.chars().next().map_or(1, char::len_utf8),
            }
        }
        parts.extend(text.get(from..).filter(|text| !text.is_empty()).map(Part::Text));
        parts
    }

    /// The personal word that begins here, if one does and ends where a word ends.
    fn word_at(&self, text: &str, at: usize) -> Option<(usize, &'static str)> {
        let rest = text.get(at..)?;
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        if is_letter(text.get(..at)?.chars().next_back()) {
            return None;
        }
        let home = self.home.as_deref().map(|home| (home, "/home/demo"));
        let words = self.words.iter().map(|(word, stand_in)| (word.as_str(), *stand_in));
        home.into_iter().chain(words).find_map(|(word, stand_in)| {
            let found = rest.get(..word.len())?;
            let ends = !is_letter(rest.get(word.len()..)?.chars().next());
            (found.eq_ignore_ascii_case(word) && ends).then_some((word.len(), stand_in))
        })
    }
}

enum Part<'a> {
    Text(&'a str),
    Personal(&'static str),
}
