//! The templates in force, and which of their forms a window could be.

use crate::checked::{CheckedTemplate, Head, check};
use crate::form::{FormRef, LoadedTemplate, OpenTemplate, Opening};
use crate::index::{FormNumber, Index};
use crate::named_policies::{Groups, NamedPolicy, PoliciesDiffer};
use crate::parse::ParsedTemplate;
use crate::problem::{Position, Problem, Severity, problem};
use countersign_model::{FieldRule, LogonSpec, Publisher, Template, TemplateId, WindowFacts};
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// How many templates stay open after nobody uses them any more.
const STAY_OPEN: usize = 64;

/// The templates in force.
///
/// A window event asks an index by executable and by pieces of the window's texts, so that templates of other programs and other
/// titles cost nothing. Templates are packed; those a window could be are opened, and the last few of them stay open.
#[derive(Debug, Default)]
pub struct TemplateSet {
    /// In the order in which they are tried: the organisation's first, then the package's, each publisher's by id.
    templates: Vec<Arc<LoadedTemplate>>,
    /// Sorted by id.
    by_id: Box<[u32]>,
    /// The number of each template's first form.
    firsts: Box<[FormNumber]>,
    index: Index,
    /// Whether any form asks for the package of its program.
    packages: bool,
    /// The attributes of the user's own entry that fields take their values from.
    attributes: BTreeSet<String>,
    /// The password policies of templates that share their logons.
    groups: Groups,
    recent: Mutex<VecDeque<Arc<OpenTemplate>>>,
}

impl TemplateSet {
    /// Puts templates in force.
    ///
    /// Each is linted; one with errors stays out. Of two with one id the organisation's stays in force, then the package's, then the
    /// higher revision, otherwise the one given first; the other one is named.
    #[must_use]
    pub fn build(mut sources: Vec<(Publisher, ParsedTemplate)>) -> (Self, Vec<Problem>) {
        sources.sort_by_key(|(publisher, parsed)| (rank(publisher), Reverse(parsed.template.revision)));
        let mut taken = Taken::default();
        for (publisher, parsed) in sources {
            let at = parsed.spans.value("id");
            if taken.is_free(parsed.template.id.as_str(), &parsed.place, at) {
                let (checked, mut found) = check(&parsed);
                taken.problems.append(&mut found);
                if let Some(checked) = checked {
                    taken.add(publisher, checked);
                }
            }
        }
        taken.finish()
    }

    /// Puts templates in force that were [checked](check) before. Of two with one id it chooses as [`build`](Self::build) does.
    #[must_use]
    pub fn of(checked: impl IntoIterator<Item = (Publisher, CheckedTemplate)>) -> (Self, Vec<Problem>) {
        let mut sources: Vec<_> = checked.into_iter().collect();
        sources.sort_by_key(|(publisher, checked)| (rank(publisher), Reverse(checked.head().revision)));
        let mut taken = Taken::default();
        for (publisher, checked) in sources {
            let Head { id, place, .. } = checked.head();
            if taken.is_free(id, place, checked.head().position()) {
                taken.add(publisher, checked);
            }
        }
        taken.finish()
    }

    fn in_order(mut templates: Vec<Arc<LoadedTemplate>>) -> Self {
        templates.shrink_to_fit();
        // By publisher, then by id: the order in which forms are tried does not depend on the order of files.
        templates.sort_by(|a, b| (&a.publisher, a.id()).cmp(&(&b.publisher, b.id())));
        let mut by_id: Vec<u32> = (0_u32..).zip(&templates).map(|(at, _)| at).collect();
        by_id.sort_by_key(|at| templates.get(*at as usize).map(|loaded| loaded.id()));
        let mut set = Self {
            templates,
            by_id: by_id.into(),
            ..Self::default()
        };
        let mut count: FormNumber = 0;
        let mut firsts = Vec::with_capacity(set.templates.len());
        for loaded in &set.templates {
            firsts.push(count);
            let Template { form: forms, logon, .. } = loaded.template();
            set.attributes.extend(attributes(&logon));
            set.groups.note(&loaded.publisher, loaded.id(), &logon);
            set.packages |= forms.iter().any(|form| !form.window.package.is_empty());
            count = count.saturating_add(FormNumber::try_from(forms.len()).unwrap_or(FormNumber::MAX));
        }
        set.firsts = firsts.into();
        set.index = Index::build(count, &|number| {
            let (loaded, index) = set.place(number)?;
            FormRef::new(loaded, &loaded.open_apart(), index)
        });
        set
    }

    /// Every template in force: the organisation's first, then the package's, each publisher's by id.
    pub fn templates(&self) -> impl ExactSizeIterator<Item = &Arc<LoadedTemplate>> {
        self.templates.iter()
    }

    /// The attributes of the user's own entry that templates in force take values from, each once.
    #[must_use]
    pub fn attributes(&self) -> &BTreeSet<String> {
        &self.attributes
    }

    /// A template by its id.
    #[must_use]
    pub fn get(&self, id: &TemplateId) -> Option<&Arc<LoadedTemplate>> {
        let loaded = |at: &u32| self.templates.get(*at as usize);
        let found = self
            .by_id
            .binary_search_by(|at| loaded(at).map(|loaded| loaded.id()).cmp(&Some(id.as_str())));
        found.ok().and_then(|at| self.by_id.get(at)).and_then(loaded)
    }

    /// The password policy that counts for a template's application, if one is named: by itself, or by one that shares its logons.
    ///
    /// # Errors
    /// [`PoliciesDiffer`] where those that share their logons name different ones.
    pub fn policy_of(&self, loaded: &LoadedTemplate) -> Result<Option<NamedPolicy>, PoliciesDiffer> {
        let LogonSpec { group, policy, .. } = loaded.template().logon;
        match group {
            Some(group) => self.groups.policy(&loaded.publisher, &group),
            None => Ok(policy.map(|name| NamedPolicy {
                name,
                by: TemplateId::from(loaded.id()),
            })),
        }
    }

    /// A form by its template and number.
    #[must_use]
    pub fn form(&self, id: &TemplateId, index: usize) -> Option<FormRef> {
        self.get(id).and_then(|loaded| self.open(loaded, index))
    }

    /// The forms a window could be by executable, script, starter, title and class, in the order in which they are to be tried.
    #[must_use]
    pub fn candidates(&self, window: &WindowFacts) -> Vec<FormRef> {
        let Ok(process) = &window.process else {
            return Vec::new();
        };
        let mut forms = self.forms(self.index.propose(window, process));
        forms.retain(|form| form.template().unused().is_none() && form.fits(window));
        forms.sort_by_key(FormRef::order);
        forms
    }

    /// Whether some form would fit this window if its program belonged to the right package, which has not been asked for yet.
    #[must_use]
    pub fn asks_package(&self, window: &WindowFacts) -> bool {
        let Ok(process) = &window.process else { return false };
        if !self.packages {
            return false;
        }
        let mut forms = self.forms(self.index.propose(window, process)).into_iter();
        forms.any(|form| form.template().unused().is_none() && form.lacks_package(window))
    }

    /// The forms of the window's program, whatever its title: to explain why there is no candidate.
    #[must_use]
    pub fn related(&self, window: &WindowFacts) -> Vec<FormRef> {
        let Ok(process) = &window.process else {
            return Vec::new();
        };
        let mut forms = self.forms(self.index.of_program(&process.executable));
        forms.retain(|form| form.runs(&process.executable));
        forms.sort_by_key(FormRef::order);
        forms
    }

    /// The forms of the window's program, and those of others that the window looks like by title and class: to explain what kept them away.
    /// It opens every template.
    #[must_use]
    pub fn lookalikes(&self, window: &WindowFacts) -> Vec<FormRef> {
        let mut forms: Vec<FormRef> = self
            .templates()
            .flat_map(|loaded| loaded.forms().collect::<Vec<_>>())
            .collect();
        let runs = |form: &FormRef| {
            let process = window.process.as_ref();
            process.is_ok_and(|process| form.runs(&process.executable))
        };
        forms.retain(|form| runs(form) || form.looks_like(window));
        forms.sort_by_key(FormRef::order);
        forms
    }

    fn forms(&self, numbers: Vec<FormNumber>) -> Vec<FormRef> {
        let form = |number| self.place(number).and_then(|(loaded, index)| self.open(loaded, index));
        numbers.into_iter().filter_map(form).collect()
    }

    fn place(&self, number: FormNumber) -> Option<(&Arc<LoadedTemplate>, usize)> {
        let at = self.firsts.partition_point(|first| *first <= number).checked_sub(1)?;
        let first = self.firsts.get(at)?;
        Some((self.templates.get(at)?, (number - first) as usize))
    }

    fn open(&self, loaded: &Arc<LoadedTemplate>, index: usize) -> Option<FormRef> {
        let (opened, when) = loaded.open();
        if when == Opening::Now {
            let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
            if recent.len() >= STAY_OPEN {
                recent.pop_front();
            }
            recent.push_back(Arc::clone(&opened));
        }
        FormRef::new(loaded, &opened, index)
    }
}

/// Whose templates stand above whose.
pub(crate) fn rank(publisher: &Publisher) -> u8 {
    match publisher {
        Publisher::Signed { .. } => 0,
        Publisher::Package => 1,
        Publisher::Unsigned | Publisher::UnsignedElsewhere => 2,
    }
}

/// Templates while a set is put together.
#[derive(Default)]
struct Taken {
    templates: Vec<Arc<LoadedTemplate>>,
    by_id: HashMap<String, usize>,
    problems: Vec<Problem>,
}

impl Taken {
    /// Whether nobody has this id yet. The second one is told.
    fn is_free(&mut self, id: &str, place: &str, at: Position) -> bool {
        let Some(first) = self.by_id.get(id).and_then(|first| self.templates.get(*first)) else {
            return true;
        };
        let message = format!("the id `{id}` is also used by {}, which stays in force", first.place());
        let help = "give one of them another id, or remove one";
        self.problems.push(problem(place, at, Severity::Error, message, help));
        false
    }

    fn add(&mut self, publisher: Publisher, checked: CheckedTemplate) {
        self.by_id.insert(checked.id().to_owned(), self.templates.len());
        self.templates.push(Arc::new(LoadedTemplate::new(publisher, checked)));
    }

    fn finish(mut self) -> (TemplateSet, Vec<Problem>) {
        let set = TemplateSet::in_order(self.templates);
        for differ in set.groups.differing() {
            if let Some(loaded) = set.get(&differ.1.by) {
                let head = loaded.checked().head();
                let (message, help) = (differ.to_string(), differ.help());
                let told = problem(head.place, head.position(), Severity::Error, message, help);
                self.problems.push(told);
            }
        }
        (set, self.problems)
    }
}

fn attributes(logon: &LogonSpec) -> impl Iterator<Item = String> {
    let rules = logon.field.values().filter_map(|spec| spec.rule.as_ref());
    rules.filter_map(|rule| match rule {
        FieldRule::Directory(name) => Some(name.clone()),
        FieldRule::Environment(_) => None,
    })
}
