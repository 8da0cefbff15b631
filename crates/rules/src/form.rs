//! A form of a loaded template.

use crate::compiled::CompiledForm;
use countersign_model::{Fallback, FieldName, Form, FormKind, Publisher, Template, TemplateId};
use std::collections::BTreeSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A template in force.
#[derive(Debug)]
pub struct LoadedTemplate {
    /// Who answers for it.
    pub publisher: Publisher,
    /// Where it came from, for people.
    pub place: String,
    /// The template.
    pub template: Template,
    pub(crate) forms: Vec<CompiledForm>,
}

/// A form of a template in force. It keeps its template alive, so it stays true when the set is built anew.
#[derive(Clone)]
pub struct FormRef {
    pub(crate) loaded: Arc<LoadedTemplate>,
    pub(crate) index: usize,
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
    class: None,
    terminal: None,
    require: Vec::new(),
    bind: Vec::new(),
    respond: None,
    chooses_by: BTreeSet::new(),
    typed: Vec::new(),
};

impl FormRef {
    /// Only for an index that is there.
    pub(crate) fn new(loaded: &Arc<LoadedTemplate>, index: usize) -> Option<Self> {
        let there = index < loaded.forms.len() && index < loaded.template.form.len();
        there.then(|| Self {
            loaded: Arc::clone(loaded),
            index,
        })
    }

    /// The template.
    #[must_use]
    pub fn template(&self) -> &Template {
        &self.loaded.template
    }

    /// The template with its publisher and place.
    #[must_use]
    pub fn loaded(&self) -> &Arc<LoadedTemplate> {
        &self.loaded
    }

    /// The template's id.
    #[must_use]
    pub fn id(&self) -> &TemplateId {
        &self.loaded.template.id
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
        self.loaded.template.form.get(self.index)
    }

    /// What the form is for.
    #[must_use]
    pub fn kind(&self) -> FormKind {
        self.form().map_or(FormKind::Logon, |form| form.kind)
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
        self.loaded.forms.get(self.index).unwrap_or(&EMPTY)
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
