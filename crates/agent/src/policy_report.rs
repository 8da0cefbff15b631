//! What clients are told of the password policy that counts for an application.

use crate::configuration::NoPolicy;
use crate::engine::Engine;
use countersign_model::TemplateId;
use countersign_rules::policy::in_words;
use countersign_wire::{PolicyReport, PolicyRule};

impl Engine {
    /// The policy in force for an application, or for whatever names none.
    pub(crate) fn policy_report(&self, template: Option<&TemplateId>) -> Result<PolicyReport, NoPolicy> {
        let standing = match template {
            Some(template) => self.configuration.policy_for(template),
            None => self.configuration.usual_policy(),
        }?;
        let (_, named_by) = self.configuration.policy_name(template)?;
        let policy = standing.policy();
        let rules = in_words(policy).into_iter().map(|(rule, words)| PolicyRule {
            rule: rule.key().to_owned(),
            words,
        });
        Ok(PolicyReport {
            id: policy.id.clone(),
            name: policy.name.clone(),
            description: policy.description.clone(),
            publisher: standing.publisher().clone(),
            place: standing.place().to_owned(),
            named_by,
            rules: rules.collect(),
        })
    }
}
