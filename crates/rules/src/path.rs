//! Patterns for programs: an absolute path or a glob. Never a regular expression, never a field.

use countersign_model::Pattern;
use globset::{Glob, GlobBuilder, GlobMatcher};
use std::path::{Path, PathBuf};

/// Why a pattern names no program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PathProblem {
    #[error("the path is empty")]
    Empty,
    #[error("`{0}` is not a whole path")]
    Relative(String),
    #[error("`{0}` names a folder")]
    Folder(String),
    #[error("`{glob}` is not a glob: {why}")]
    Glob { glob: String, why: String },
}

/// A compiled pattern for paths.
#[derive(Clone, Debug)]
pub(crate) enum PathPattern {
    Literal(PathBuf),
    Glob(Box<GlobMatcher>),
}

impl PathPattern {
    pub(crate) fn new(pattern: &Pattern) -> Result<Self, PathProblem> {
        let text = pattern.0.as_str();
        if text.trim().is_empty() {
            return Err(PathProblem::Empty);
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
        Self::glob(text).map(|glob| Self::Glob(Box::new(glob.compile_matcher())))
    }

    fn glob(text: &str) -> Result<Glob, PathProblem> {
        GlobBuilder::new(text)
            .literal_separator(true)
            .build()
            .map_err(|problem| PathProblem::Glob {
                glob: text.to_owned(),
                why: problem.kind().to_string(),
            })
    }

    pub(crate) fn matches(&self, path: &Path) -> bool {
        match self {
            Self::Literal(literal) => literal == path,
            Self::Glob(glob) => glob.is_match(path),
        }
    }
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
            assert_eq!(
                PathPattern::new(&Pattern::from(pattern))
                    .unwrap()
                    .matches(Path::new(path)),
                yes,
                "{pattern} on {path}"
            );
        }
        for pattern in ["zenity", "", "/usr/bin/", "/usr/bin/[a"] {
            assert!(PathPattern::new(&Pattern::from(pattern)).is_err(), "{pattern}");
        }
    }
}
