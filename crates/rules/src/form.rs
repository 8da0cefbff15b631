//! A form of a loaded template.

use crate::checked::CheckedTemplate;
use crate::compile::compile_good;
use crate::compiled::{CompiledForm, Submits};
use crate::judge::{but_for_package, looks_like, window_holds};
use crate::set::rank;
use countersign_model::{Fallback, FieldName, Form, FormKind, Publisher, Template, TemplateId, WindowFacts};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// A template in force: packed, and opened while somebody uses it.
#[derive(Debug)]
pub struct LoadedTemplate {
    /// Who answers for it.
    pub publisher: Publisher,
    checked: CheckedTemplate,
    opened: Mutex<Weak<OpenTemplate>>,
}

/// A template and what its patterns mean.
#[derive(Debug)]
pub(crate) struct OpenTemplate {
    template: Template,
    forms: Vec<CompiledForm>,
}

impl LoadedTemplate {
    pub(crate) fn new(publisher: Publisher, checked: CheckedTemplate) -> Self {
        Self {
            publisher,
            checked,
            opened: Mutex::default(),
        }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.checked.head().id
    }

    /// What people call the application.
    #[must_use]
    pub fn name(&self) -> &str {
        self.checked.head().name
    }

    /// Where it came from, for people.
    #[must_use]
    pub fn place(&self) -> &str {
        self.checked.head().place
    }

    /// The template, unpacked.
    #[must_use]
    pub fn template(&self) -> Template {
        self.checked.template()
    }

    /// What a set is made of.
    #[must_use]
    pub fn checked(&self) -> &CheckedTemplate {
        &self.checked
    }

    /// Every form, opened: costly where there are many templates.
    pub fn forms(self: &Arc<Self>) -> impl Iterator<Item = FormRef> + use<> {
        let (loaded, (opened, _)) = (Arc::clone(self), self.open());
        (0..opened.forms.len()).filter_map(move |index| FormRef::new(&loaded, &opened, index))
    }

    /// The template opened for the caller alone: nothing stays when he is done with it.
    pub(crate) fn open_apart(&self) -> Arc<OpenTemplate> {
        Arc::new(OpenTemplate::new(self.template()))
    }

    /// The template opened, and whether it was opened just now.
    pub(crate) fn open(&self) -> (Arc<OpenTemplate>, Opening) {
        let mut known = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(opened) = known.upgrade() {
            return (opened, Opening::Before);
        }
        let opened = self.open_apart();
        *known = Arc::downgrade(&opened);
        (opened, Opening::Now)
    }
}

/// When a template was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    Before,
    Now,
}

impl OpenTemplate {
    pub(crate) fn new(template: Template) -> Self {
        let (forms, template) = compile_good(template);
        Self { template, forms }
    }
}

/// A form of a template in force. It keeps its template alive, so it stays true when the set is built anew.
#[derive(Clone)]
pub struct FormRef {
    loaded: Arc<LoadedTemplate>,
    opened: Arc<OpenTemplate>,
    index: usize,
}

/// What a form needs to be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Needs {
    /// Nothing but the window.
    Nothing,
    /// The window's controls.
    Controls,
    /// The terminal in the window.
    Terminal,
}

static EMPTY: CompiledForm = CompiledForm {
    executable: Vec::new(),
    script: Vec::new(),
    started_by: Vec::new(),
    title: None,
    titles: Vec::new(),
    class: None,
    not_class: Vec::new(),
    parent: None,
    visible: None,
    minimised: None,
    owner: Vec::new(),
    loads: Vec::new(),
    package: Vec::new(),
    terminal: None,
    require: Vec::new(),
    bind: Vec::new(),
    respond: None,
    chooses_by: BTreeSet::new(),
    typed: Vec::new(),
    submits: Submits::Yes,
};

impl FormRef {
    /// Only for an index that is there.
    pub(crate) fn new(loaded: &Arc<LoadedTemplate>, opened: &Arc<OpenTemplate>, index: usize) -> Option<Self> {
        let there = index < opened.forms.len() && index < opened.template.form.len();
        there.then(|| Self {
            loaded: Arc::clone(loaded),
            opened: Arc::clone(opened),
            index,
        })
    }

    /// Whether a window could be it by executable, script, starter, title and class.
    #[must_use]
    pub fn fits(&self, window: &WindowFacts) -> bool {
        window_holds(self.compiled(), window)
    }

    /// Whether the window could be it but for the package of its program, which is not known.
    pub(crate) fn lacks_package(&self, window: &WindowFacts) -> bool {
        let compiled = self.compiled();
        let known = window.process.as_ref().is_ok_and(|process| process.package.is_some());
        !compiled.package.is_empty() && !known && but_for_package(compiled, window)
    }

    /// Whether it asks for a title or a class, and the window has them.
    pub(crate) fn looks_like(&self, window: &WindowFacts) -> bool {
        looks_like(self.compiled(), window)
    }

    /// Whether its program is this one.
    pub(crate) fn runs(&self, executable: &Path) -> bool {
        let patterns = &self.compiled().executable;
        patterns.iter().any(|pattern| pattern.matches(executable))
    }

    /// The template.
    #[must_use]
    pub fn template(&self) -> &Template {
        &self.opened.template
    }

    /// The template with its publisher and place.
    #[must_use]
    pub fn loaded(&self) -> &Arc<LoadedTemplate> {
        &self.loaded
    }

    /// The template's id.
    #[must_use]
    pub fn id(&self) -> &TemplateId {
        &self.opened.template.id
    }

    /// Who answers for the template.
    #[must_use]
    pub fn publisher(&self) -> &Publisher {
        &self.loaded.publisher
    }

    /// Which of the template's forms it is, from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The form as it is written. `None` cannot happen for a form a set gave out.
    #[must_use]
    pub fn form(&self) -> Option<&Form> {
        self.opened.template.form.get(self.index)
    }

    /// What the form is for.
    #[must_use]
    pub fn kind(&self) -> FormKind {
        self.form().map_or(FormKind::Logon, |form| form.kind)
    }

    /// Which form counts where several match: the organisation's before the package's before all others, then the higher priority.
    pub(crate) fn order(&self) -> impl Ord + use<> {
        let priority = self.form().map_or(0, |form| form.priority);
        (rank(self.publisher()), Reverse(priority))
    }

    /// Whether this form and another one's stand equal, and nothing tells which of their templates is meant.
    #[must_use]
    pub fn ties_with(&self, other: &Self) -> bool {
        self.id() != other.id() && self.order() == other.order()
    }

    /// What must be read before it can be judged.
    #[must_use]
    pub fn needs(&self) -> Needs {
        if self.compiled().terminal.is_some() {
            Needs::Terminal
        } else if self.compiled().selectors().next().is_some() {
            Needs::Controls
        } else {
            Needs::Nothing
        }
    }

    /// The plain fields that tell logons apart (`{field}` in a pattern). Empty: any logon of the template will do.
    #[must_use]
    pub fn chooses_by(&self) -> &BTreeSet<FieldName> {
        &self.compiled().chooses_by
    }

    /// What to do when controls cannot be written.
    #[must_use]
    pub fn fallback(&self) -> Fallback {
        self.compiled()
            .respond
            .as_ref()
            .map_or(Fallback::None, |respond| respond.fallback)
    }

    pub(crate) fn compiled(&self) -> &CompiledForm {
        self.opened.forms.get(self.index).unwrap_or(&EMPTY)
    }
}

impl PartialEq for FormRef {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.loaded, &other.loaded) && self.index == other.index
    }
}

impl Eq for FormRef {}

impl Hash for FormRef {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.loaded).hash(state);
        self.index.hash(state);
    }
}

impl fmt::Debug for FormRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.id(), self.index)
    }
}
