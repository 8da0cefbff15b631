//! The templates in force, and which of their forms a window could be.

use crate::compile::compile;
use crate::form::{FormRef, LoadedTemplate};
use crate::judge::window_holds;
use crate::lint::lint_compiled;
use crate::parse::ParsedTemplate;
use crate::path::PathPattern;
use crate::problem::{Problem, Severity, problem};
use countersign_model::{Publisher, TemplateId, WindowFacts};
use globset::{GlobSet, GlobSetBuilder};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One form of one template, by number.
type Place = (usize, usize);

/// How globs for executables are matched.
#[derive(Debug, Default)]
enum Globs {
    Together(GlobSet),
    #[default]
    OneByOne,
}

/// The templates in force.
///
/// A window event asks by executable: whole paths are looked up, globs are matched all at once. Templates of other programs cost nothing.
#[derive(Debug, Default)]
pub struct TemplateSet {
    templates: Vec<Arc<LoadedTemplate>>,
    by_id: BTreeMap<TemplateId, usize>,
    by_path: HashMap<PathBuf, Vec<Place>>,
    globs: Globs,
    by_glob: Vec<Place>,
}

impl TemplateSet {
    /// Puts templates in force.
    ///
    /// Each is linted; one with errors stays out. Of two with one id the package's stays in force, otherwise the one given first; the
    /// other one is named.
    #[must_use]
    pub fn build(sources: Vec<(Publisher, ParsedTemplate)>) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut sources = sources;
        sources.sort_by_key(|(publisher, _)| publisher.clone());
        let mut set = Self::default();
        for (publisher, parsed) in sources {
            if let Some(first) = set.get(&parsed.template.id) {
                problems.push(same_id(&parsed, first));
                continue;
            }
            let (forms, mut found) = compile(&parsed);
            found.extend(lint_compiled(&parsed, &forms));
            let usable = found.iter().all(|problem| problem.severity != Severity::Error);
            problems.append(&mut found);
            if usable {
                set.by_id.insert(parsed.template.id.clone(), set.templates.len());
                let ParsedTemplate { place, template, .. } = parsed;
                set.templates.push(Arc::new(LoadedTemplate {
                    publisher,
                    place,
                    template,
                    forms,
                }));
            }
        }
        set.index();
        (set, problems)
    }

    fn index(&mut self) {
        // Packages first, then by id: the order in which forms are tried does not depend on the order of files.
        self.templates
            .sort_by(|a, b| (&a.publisher, &a.template.id).cmp(&(&b.publisher, &b.template.id)));
        self.by_id = self
            .templates
            .iter()
            .enumerate()
            .map(|(at, loaded)| (loaded.template.id.clone(), at))
            .collect();
        let mut globs = GlobSetBuilder::new();
        for (at, loaded) in self.templates.iter().enumerate() {
            for (form, compiled) in loaded.forms.iter().enumerate() {
                for executable in &compiled.executable {
                    match executable {
                        PathPattern::Literal(path) => self.by_path.entry(path.clone()).or_default().push((at, form)),
                        PathPattern::Glob(glob) => {
                            globs.add(glob.glob().clone());
                            self.by_glob.push((at, form));
                        }
                    }
                }
            }
        }
        // Each glob compiled alone; only all of them together can be too large. Then they are matched one by one.
        self.globs = globs.build().map_or(Globs::OneByOne, Globs::Together);
    }

    /// Every template in force: the package's first, each publisher's by id.
    pub fn templates(&self) -> impl Iterator<Item = &Arc<LoadedTemplate>> {
        self.templates.iter()
    }

    /// A template by its id.
    #[must_use]
    pub fn get(&self, id: &TemplateId) -> Option<&Arc<LoadedTemplate>> {
        self.by_id.get(id).and_then(|at| self.templates.get(*at))
    }

    /// A form by its template and number.
    #[must_use]
    pub fn form(&self, id: &TemplateId, index: usize) -> Option<FormRef> {
        self.get(id).and_then(|loaded| FormRef::new(loaded, index))
    }

    /// The forms a window could be by executable, script, title and class, in the order in which they are to be tried.
    #[must_use]
    pub fn candidates(&self, window: &WindowFacts) -> Vec<FormRef> {
        let mut forms = self.related(window);
        forms.retain(|form| window_holds(form.compiled(), window));
        forms
    }

    /// The forms of the window's program, whatever its title: to explain why there is no candidate.
    #[must_use]
    pub fn related(&self, window: &WindowFacts) -> Vec<FormRef> {
        window
            .process
            .as_ref()
            .map_or_else(|_| Vec::new(), |process| self.of_program(&process.executable))
    }

    fn of_program(&self, executable: &Path) -> Vec<FormRef> {
        let mut places: Vec<Place> = self.by_path.get(executable).cloned().unwrap_or_default();
        match &self.globs {
            Globs::Together(globs) => {
                places.extend(
                    globs
                        .matches(executable)
                        .into_iter()
                        .filter_map(|at| self.by_glob.get(at).copied()),
                );
            }
            Globs::OneByOne => places.extend(
                self.by_glob
                    .iter()
                    .filter(|place| self.runs(**place, executable))
                    .copied(),
            ),
        }
        places.sort_unstable();
        places.dedup();
        places
            .into_iter()
            .filter_map(|(at, form)| FormRef::new(self.templates.get(at)?, form))
            .collect()
    }

    fn runs(&self, (at, form): Place, executable: &Path) -> bool {
        let compiled = self.templates.get(at).and_then(|loaded| loaded.forms.get(form));
        compiled.is_some_and(|compiled| compiled.executable.iter().any(|pattern| pattern.matches(executable)))
    }
}

fn same_id(second: &ParsedTemplate, first: &LoadedTemplate) -> Problem {
    let id = &second.template.id;
    let message = format!("the id `{id}` is also used by {}, which stays in force", first.place);
    let help = "give one of them another id, or remove one";
    problem(&second.place, second.spans.value("id"), Severity::Error, message, help)
}
