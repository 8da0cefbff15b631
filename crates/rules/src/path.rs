//! Patterns for programs: an absolute path or a glob. Never a regular expression, never a field.

use crate::literals::{Clause, of_glob};
use countersign_model::Pattern;
use globset::GlobBuilder;
use regex::bytes::{Regex, RegexBuilder};
use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

/// The longest path a pattern may be: what Linux allows a path.
pub(crate) const LONGEST: usize = 4096;
/// The most a compiled glob may take.
const GLOB_BYTES: usize = 1 << 20;
/// The most that matching one keeps in memory to be fast.
const CACHE_BYTES: usize = 1 << 16;

/// Why a pattern names no program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PathProblem {
    #[error("the path is empty")]
    Empty,
    #[error("`{0}` is not a whole path")]
    Relative(String),
    #[error("`{0}` names a folder")]
    Folder(String),
    #[error("the path is longer than any path can be")]
    Long,
    #[error("`{glob}` is not a glob: {why}")]
    Glob { glob: String, why: String },
}

/// A pattern for paths.
#[derive(Clone, Debug)]
pub(crate) enum PathPattern {
    Literal(PathBuf),
    Glob(Box<PathGlob>),
}

/// A glob, compiled when it is first asked.
#[derive(Clone, Debug)]
pub(crate) struct PathGlob {
    text: String,
    source: String,
    compiled: OnceLock<Option<Regex>>,
}

impl PathPattern {
    pub(crate) fn new(pattern: &Pattern) -> Result<Self, PathProblem> {
        let text = pattern.0.as_str();
        if text.trim().is_empty() {
            return Err(PathProblem::Empty);
        }
        if text.len() > LONGEST {
            return Err(PathProblem::Long);
        }
        if text.ends_with('/') {
            return Err(PathProblem::Folder(text.to_owned()));
        }
        let drive = text
            .as_bytes()
            .get(1..3)
            .is_some_and(|two| two == b":\\" || two == b":/");
        if !(text.starts_with(['/', '*']) || drive) {
            return Err(PathProblem::Relative(text.to_owned()));
        }
        if !text.contains(['*', '?', '[', '{']) {
            return Ok(Self::Literal(PathBuf::from(text)));
        }
        PathGlob::new(text).map(|glob| Self::Glob(Box::new(glob)))
    }

    /// Makes sure that it can be matched, as far as that is not known before it is first asked.
    pub(crate) fn check(&self) -> Result<(), PathProblem> {
        match self {
            Self::Literal(_) => Ok(()),
            Self::Glob(glob) => glob.check(),
        }
    }

    pub(crate) fn matches(&self, path: &Path) -> bool {
        match self {
            Self::Literal(literal) => literal == path,
            Self::Glob(glob) => glob.matches(path),
        }
    }

    /// What every path that matches contains.
    pub(crate) fn clauses(&self) -> Vec<Clause> {
        let named = |part: Component<'_>| match part {
            Component::Normal(name) => name.to_str().map(|name| vec![name.to_owned()]),
            _ => None,
        };
        match self {
            // Part by part: `/a//b` and `/a/b` are one path.
            Self::Literal(path) => path.components().filter_map(named).collect(),
            Self::Glob(glob) => of_glob(&glob.text),
        }
    }
}

impl PathGlob {
    fn new(text: &str) -> Result<Self, PathProblem> {
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        let glob = glob.map_err(|problem| wrong(text, &problem.kind().to_string()))?;
        Ok(Self {
            text: text.to_owned(),
            source: glob.regex().to_owned(),
            compiled: OnceLock::new(),
        })
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    fn check(&self) -> Result<(), PathProblem> {
        match self.compiled() {
            Some(_) => Ok(()),
            None => Err(wrong(&self.text, "it stands for too much; write less of `{…}` and `?`")),
        }
    }

    fn matches(&self, path: &Path) -> bool {
        self.compiled().is_some_and(|regex| regex.is_match(&path_bytes(path)))
    }

    fn compiled(&self) -> Option<&Regex> {
        let compile = || {
            RegexBuilder::new(&self.source)
                .dot_matches_new_line(true)
                .size_limit(GLOB_BYTES)
                .dfa_size_limit(CACHE_BYTES)
                .build()
                .ok()
        };
        self.compiled.get_or_init(compile).as_ref()
    }
}

fn wrong(glob: &str, why: &str) -> PathProblem {
    PathProblem::Glob {
        glob: glob.to_owned(),
        why: why.to_owned(),
    }
}

/// A path as globs see it: on Windows both kinds of slashes are one.
pub(crate) fn path_bytes(path: &Path) -> Cow<'_, [u8]> {
    let bytes = path.as_os_str().as_encoded_bytes();
    if cfg!(windows) {
        let slash = |byte: &u8| if *byte == b'\\' { b'/' } else { *byte };
        return Cow::Owned(bytes.iter().map(slash).collect());
    }
    Cow::Borrowed(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (pattern, path, yes) in [
            ("/usr/bin/zenity", "/usr/bin/zenity", true),
            ("/usr/bin/zenity", "/usr/bin/zenity2", false),
            ("/opt/*/bin/app", "/opt/acme/bin/app", true),
            ("/opt/*/bin/app", "/opt/a/b/bin/app", false),
            ("/opt/**/app", "/opt/a/b/bin/app", true),
            ("/usr/bin/python3{,.*}", "/usr/bin/python3.11", true),
        ] {
            let compiled = PathPattern::new(&Pattern::from(pattern)).unwrap();
            compiled.check().unwrap();
            assert_eq!(compiled.matches(Path::new(path)), yes, "{pattern} on {path}");
        }
        for pattern in ["zenity", "", "/usr/bin/", "/usr/bin/[a"] {
            assert!(PathPattern::new(&Pattern::from(pattern)).is_err(), "{pattern}");
        }
    }
}
