//! The password policies that templates name, looked at together.
//!
//! Applications of one group share their logons, so that one password has to please all of them: they have one policy.

use crate::parse::ParsedTemplate;
use crate::problem::{Problem, Severity, problem};
use crate::select::short;
use countersign_model::{LogonSpec, Publisher, TemplateId};
use std::collections::{BTreeMap, BTreeSet};

/// Where a template says which policy counts.
const PATH: &str = "logon.policy";

/// A policy that a template names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPolicy {
    /// The policy's name.
    pub name: String,
    /// The template that names it: the one asked about, or one that shares its logons.
    pub by: TemplateId,
}

/// Templates that share their logons and name different policies: a password that one of them allows may be refused by the other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` and `{}` share their logons (`logon.group`) and name different password policies, `{}` and `{}`", .0.by, .1.by, .0.name, .1.name)]
pub struct PoliciesDiffer(pub Box<NamedPolicy>, pub Box<NamedPolicy>);

/// Which policies the groups of a set name: by publisher, as only templates of one publisher share.
#[derive(Debug, Default)]
pub(crate) struct Groups(BTreeMap<(Publisher, String), Vec<NamedPolicy>>);

impl Groups {
    /// Takes a template up; templates come in the order of their ids.
    pub(crate) fn note(&mut self, publisher: &Publisher, id: &str, logon: &LogonSpec) {
        if let (Some(group), Some(name)) = (&logon.group, &logon.policy) {
            let all = self.0.entry((publisher.clone(), group.clone())).or_default();
            all.push(NamedPolicy {
                name: name.clone(),
                by: TemplateId::from(id),
            });
        }
    }

    /// The policy of a group, if one is named.
    pub(crate) fn policy(&self, publisher: &Publisher, group: &str) -> Result<Option<NamedPolicy>, PoliciesDiffer> {
        let named = self.0.get(&(publisher.clone(), group.to_owned()));
        let Some((first, rest)) = named.and_then(|all| all.split_first()) else {
            return Ok(None);
        };
        match rest.iter().find(|other| other.name != first.name) {
            Some(other) => Err(differ(first, other)),
            None => Ok(Some(first.clone())),
        }
    }

    /// Those whose templates name different ones: for each template that does not name what the first names.
    pub(crate) fn differing(&self) -> impl Iterator<Item = PoliciesDiffer> {
        self.0
            .values()
            .filter_map(|all| all.split_first())
            .flat_map(|(first, rest)| {
                let others = rest.iter().filter(|other| other.name != first.name);
                others.map(|other| differ(first, other))
            })
    }
}

fn differ(first: &NamedPolicy, other: &NamedPolicy) -> PoliciesDiffer {
    PoliciesDiffer(Box::new(first.clone()), Box::new(other.clone()))
}

impl PoliciesDiffer {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        let wanted = &self.0.name;
        format!(
            "name one policy in both, or in one of them only; no password is made for either until then: `{PATH} = \"{wanted}\"`, say"
        )
    }
}

/// Looks at the templates of one publisher together: where those of a group name different policies, that is an error of the later ones, by
/// id. At run time no password would be made for any of them.
#[must_use]
pub fn differing_policies(templates: &[ParsedTemplate]) -> Vec<Problem> {
    let mut ordered: Vec<&ParsedTemplate> = templates.iter().collect();
    ordered.sort_by(|one, other| one.template.id.cmp(&other.template.id));
    let mut groups = Groups::default();
    for template in &ordered {
        let template = &template.template;
        groups.note(&Publisher::Package, template.id.as_str(), &template.logon);
    }
    let told = |differ: PoliciesDiffer| {
        let written = ordered.iter().find(|one| one.template.id == differ.1.by)?;
        let at = written.spans.value(PATH);
        Some(problem(
            &written.place,
            at,
            Severity::Error,
            differ.to_string(),
            differ.help(),
        ))
    };
    groups.differing().filter_map(told).collect()
}

/// A template that names a policy which is neither shipped nor among those known.
#[must_use]
pub fn unknown_policy(template: &ParsedTemplate, known: &BTreeSet<String>) -> Option<Problem> {
    let name = template.template.logon.policy.as_ref()?;
    if known.contains(name) || crate::policy::SHIPPED.contains(&name.as_str()) {
        return None;
    }
    let name = short(name);
    let message = format!("there is no password policy `{name}` here, and none of that name is shipped");
    let help =
        format!("add `policies/{name}.toml`, or name another one; one that another unit publishes is not seen here");
    let at = template.spans.value(PATH);
    Some(problem(&template.place, at, Severity::Warning, message, help))
}
