//! Which forms a window could be, without looking at all of them.
//!
//! The index proposes, it never decides: whatever it names is matched as it is written, and whatever matches is named. So it keeps no
//! patterns and no paths, only numbers: a hash for each whole path, a piece of text for each glob, and, where many forms share one
//! program, a piece of the title, class, script or starter that each of them asks for.

use crate::compiled::CompiledForm;
use crate::form::FormRef;
use crate::grams::{Asked, Facet, Grams, Texts};
use crate::literals::{Clause, either, folded, longest, of_glob};
use crate::path::{PathPattern, path_bytes};
use crate::pattern::Text;
use countersign_model::{ProcessIdentity, WindowFacts};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// A group with more forms than this is searched by what its forms ask for; a smaller one is tried as a whole.
const FEW: usize = 4;

/// The number of a form among all of a set, in the order in which forms are tried.
pub(crate) type FormNumber = u32;

/// Forms by program and by what they ask for.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Hashes of whole paths, sorted: the first groups.
    paths: Box<[u64]>,
    /// Which globs a path could match: the groups after those.
    globs: Grams,
    /// Where each group begins in `members`, and the end.
    starts: Box<[u32]>,
    members: Box<[FormNumber]>,
    /// Groups of many forms.
    large: BTreeMap<u32, Grams>,
}

impl Index {
    /// `form` gives the form of a number, any number of times.
    pub(crate) fn build(count: FormNumber, form: &dyn Fn(FormNumber) -> Option<FormRef>) -> Self {
        let mut by_path: Vec<(u64, FormNumber)> = Vec::new();
        let mut by_glob: BTreeMap<String, Vec<FormNumber>> = BTreeMap::new();
        for number in 0..count {
            let Some(form) = form(number) else { continue };
            for executable in &form.compiled().executable {
                match executable {
                    PathPattern::Literal(path) => by_path.push((hash(path), number)),
                    PathPattern::Glob(glob) => by_glob.entry(glob.text().to_owned()).or_default().push(number),
                }
            }
        }
        by_path.sort_unstable();
        by_path.dedup();
        let mut index = Groups::default();
        let mut paths = Vec::new();
        for same in by_path.chunk_by(|(one, _), (other, _)| one == other) {
            paths.extend(same.first().map(|(hash, _)| *hash));
            index.add(same.iter().map(|(_, number)| *number));
        }
        let mut globs: Vec<(u32, Asked)> = Vec::new();
        for (text, mut numbers) in by_glob {
            numbers.dedup();
            globs.push((index.next(), vec![(Facet::Executable, of_glob(&text))]));
            index.add(numbers);
        }
        let globs = Grams::build(&globs);
        let large = index.large(form);
        Self {
            paths: paths.into(),
            globs,
            starts: index.starts.into(),
            members: index.members.into(),
            large,
        }
    }

    /// The forms a window could be, in order. Some may be none.
    pub(crate) fn propose(&self, window: &WindowFacts, process: &ProcessIdentity) -> Vec<FormNumber> {
        let mut found = Vec::new();
        let mut texts = None;
        for group in self.groups(&process.executable) {
            match self.large.get(&group) {
                Some(asked) => asked.find(texts.get_or_insert_with(|| texts_of(window, process)), &mut found),
                None => found.extend(self.members(group)),
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The forms of a program, in order, whatever the window says. Some may be none.
    pub(crate) fn of_program(&self, executable: &Path) -> Vec<FormNumber> {
        let groups = self.groups(executable).into_iter();
        let mut found: Vec<_> = groups.flat_map(|group| self.members(group)).copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn groups(&self, executable: &Path) -> Vec<u32> {
        let mut groups = Vec::new();
        let path = path_bytes(executable).into_owned();
        self.globs
            .find(&Texts::new(vec![(Facet::Executable, path)]), &mut groups);
        groups.sort_unstable();
        groups.dedup();
        if let Ok(at) = self.paths.binary_search(&hash(executable)) {
            groups.extend(u32::try_from(at));
        }
        groups
    }

    fn members(&self, group: u32) -> &[FormNumber] {
        members(&self.starts, &self.members, group)
    }
}

/// Groups while they are put together.
struct Groups {
    starts: Vec<u32>,
    members: Vec<FormNumber>,
}

impl Default for Groups {
    fn default() -> Self {
        Self {
            starts: vec![0],
            members: Vec::new(),
        }
    }
}

impl Groups {
    fn next(&self) -> u32 {
        u32::try_from(self.starts.len() - 1).unwrap_or(u32::MAX)
    }

    fn add(&mut self, numbers: impl IntoIterator<Item = FormNumber>) {
        self.members.extend(numbers);
        self.starts.push(u32::try_from(self.members.len()).unwrap_or(u32::MAX));
    }

    fn large(&self, form: &dyn Fn(FormNumber) -> Option<FormRef>) -> BTreeMap<u32, Grams> {
        let many = (0..self.next()).filter_map(|group| {
            let members = members(&self.starts, &self.members, group);
            (members.len() > FEW).then_some((group, members))
        });
        many.map(|(group, members)| {
            let ask = |number: &FormNumber| Some((*number, asked_by(form(*number)?.compiled())));
            let asked: Vec<_> = members.iter().filter_map(ask).collect();
            (group, Grams::build(&asked))
        })
        .collect()
    }
}

fn members<'a>(starts: &[u32], members: &'a [FormNumber], group: u32) -> &'a [FormNumber] {
    let at = |group: u32| starts.get(group as usize).map(|start| *start as usize);
    let range = at(group).zip(at(group.saturating_add(1)));
    range.and_then(|(from, to)| members.get(from..to)).unwrap_or_default()
}

/// What a form asks of a window beside the executable.
fn asked_by(form: &CompiledForm) -> Asked {
    let paths = |patterns: &[PathPattern]| match patterns {
        [alone] => alone.clauses(),
        several => {
            let each = several.iter().map(|pattern| longest(pattern.clauses()));
            either(each).into_iter().collect()
        }
    };
    vec![
        (Facet::Script, paths(&form.script)),
        (Facet::StartedBy, paths(&form.started_by)),
        (Facet::Title, titles(form)),
        (
            Facet::Class,
            form.class.as_ref().map(|text| text.clauses()).unwrap_or_default(),
        ),
    ]
}

/// What `title` asks for, and one of `titles`.
fn titles(form: &CompiledForm) -> Vec<Clause> {
    let mut asked = form.title.as_ref().map(Text::clauses).unwrap_or_default();
    asked.extend(either(form.titles.iter().map(|title| longest(title.clauses()))));
    asked
}

fn texts_of(window: &WindowFacts, process: &ProcessIdentity) -> Texts {
    let path = |path: &Option<std::path::PathBuf>| path.as_deref().map(|path| path_bytes(path).into_owned());
    Texts::new(vec![
        (Facet::Script, path(&process.script).unwrap_or_default()),
        (Facet::StartedBy, path(&process.started_by).unwrap_or_default()),
        (Facet::Title, folded(&window.title).into_bytes()),
        (Facet::Class, folded(&window.class).into_bytes()),
    ])
}

/// The same for equal paths. Unequal ones may share it: then a form is tried in vain.
fn hash(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}
