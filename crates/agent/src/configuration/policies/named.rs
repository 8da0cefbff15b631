//! Which policy counts for an application.

use super::super::Configuration;
use super::StandingPolicy;
use countersign_model::{Layer, TemplateId};
use countersign_rules::{NamedPolicy, PoliciesDiffer};
use countersign_wire::{ErrorCode, ErrorReply, PolicyNamedBy};
use std::path::PathBuf;
use std::sync::Arc;

/// The setting that names the policy of whatever names none.
const SETTING: &str = "password.policy";

/// Why no policy counts for an application. No password is made for it, and none is judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoPolicy {
    /// The application is not known.
    #[error("no template `{0}` is in force")]
    NoTemplate(TemplateId),
    /// Those that share its logons disagree.
    #[error(transparent)]
    Differ(#[from] PoliciesDiffer),
    /// There is none of that name.
    #[error("there is no password policy `{name}`, which {by} names")]
    Missing {
        /// The policy's name.
        name: String,
        /// Who names it.
        by: PolicyNamedBy,
        /// The package's folder of policies.
        folder: PathBuf,
    },
    /// There is one, and it has errors.
    #[error("the password policy `{name}`, which {by} names, cannot be used: {wrong}")]
    Unusable {
        /// The policy's name.
        name: String,
        /// Who names it.
        by: PolicyNamedBy,
        /// What is wrong with it first, and where.
        wrong: String,
        /// What to do about it.
        help: String,
    },
}

impl NoPolicy {
    fn next(&self) -> String {
        match self {
            Self::NoTemplate(_) => "`countersign logon list` shows the applications of your logons".to_owned(),
            Self::Differ(differ) => differ.help(),
            Self::Missing { name, by, folder } => {
                let place = folder.join(format!("{name}.toml"));
                let other = match by {
                    PolicyNamedBy::Template(_) => "name another one in its `logon.policy`".to_owned(),
                    PolicyNamedBy::Setting { .. } => format!("set `{SETTING}` to one that is there"),
                };
                format!(
                    "publish `policies/{name}.toml` in a unit, or put it at {}, or {other}",
                    place.display()
                )
            }
            Self::Unusable { help, .. } => help.clone(),
        }
    }
}

impl From<NoPolicy> for ErrorReply {
    fn from(none: NoPolicy) -> Self {
        let code = match none {
            NoPolicy::NoTemplate(_) | NoPolicy::Missing { .. } => ErrorCode::NoMatch,
            NoPolicy::Differ(_) | NoPolicy::Unusable { .. } => ErrorCode::Failed,
        };
        Self::new(code, none.to_string()).next(none.next())
    }
}

impl Configuration {
    /// The policy in force for an application: the one its template names, or one that shares its logons, or else `password.policy`.
    pub(crate) fn policy_for(&self, template: &TemplateId) -> Result<Arc<StandingPolicy>, NoPolicy> {
        self.standing(Some(template))
    }

    /// The policy in force for whatever names none.
    pub(crate) fn usual_policy(&self) -> Result<Arc<StandingPolicy>, NoPolicy> {
        self.standing(None)
    }

    /// The name of the policy that counts for an application, or for whatever names none, and who names it.
    pub(crate) fn policy_name(&self, template: Option<&TemplateId>) -> Result<(String, PolicyNamedBy), NoPolicy> {
        if let Some(id) = template {
            let set = self.templates();
            let loaded = set.get(id).ok_or_else(|| NoPolicy::NoTemplate(id.clone()))?;
            if let Some(NamedPolicy { name, by }) = set.policy_of(loaded)? {
                return Ok((name, PolicyNamedBy::Template(by)));
            }
        }
        let settings = self.settings();
        let found = settings.get(SETTING);
        let by = PolicyNamedBy::Setting {
            layer: found.map_or(Layer::BuiltIn, |found| found.layer),
            place: found.and_then(|found| found.place.clone()),
        };
        Ok((settings.text(SETTING).to_owned(), by))
    }

    fn standing(&self, template: Option<&TemplateId>) -> Result<Arc<StandingPolicy>, NoPolicy> {
        let (name, by) = self.policy_name(template)?;
        let policies = self.edition.policies();
        let Some(kept) = policies.find(&name) else {
            let folder = policies.folder.clone();
            return Err(NoPolicy::Missing { name, by, folder });
        };
        kept.good.clone().ok_or_else(|| NoPolicy::Unusable {
            wrong: kept.wrong().map(ToString::to_string).unwrap_or_default(),
            help: kept.wrong().map(|wrong| wrong.help.clone()).unwrap_or_default(),
            name,
            by,
        })
    }
}
