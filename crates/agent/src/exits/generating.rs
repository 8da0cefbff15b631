use super::{Account, Exits, Refusal};
use countersign_exits::{GeneratorExit, PasswordRules, Wanted};
use countersign_model::Policy;
use countersign_rules::policy::{Broken, Judge, OutOfRange, short_form};
use countersign_secret::Password;

/// How often an exit is asked for a password that the policy allows.
const MOST_TRIES: usize = 10;

/// Why a generator exit made no password.
#[derive(Debug, thiserror::Error)]
pub enum NotGenerated {
    /// It gave none.
    #[error(transparent)]
    Exit(#[from] Refusal),
    /// The policy cannot be told to it.
    #[error(transparent)]
    Policy(#[from] OutOfRange),
    /// It does not keep to the policy.
    #[error(
        "password exit `{exit}` made {MOST_TRIES} passwords and the policy allows none of them; the last would have to: {wanted}. Have it heed the rules it is given, or leave `exits.generate` blank"
    )]
    Broken {
        /// Its file's name.
        exit: String,
        /// What is wrong with the last one, in words that hold nothing of it.
        wanted: String,
    },
}

impl Exits {
    /// Has the generator exit make a password that the judge allows; it is asked ten times at most. None: the settings name no generator,
    /// and Countersign makes the password itself.
    ///
    /// It may take two seconds to start, two to make itself ready, and two for each password.
    ///
    /// # Errors
    /// When it cannot be loaded, gives no password or none that the policy allows, or the policy has numbers that no exit understands.
    pub fn generate(&self, account: &Account<'_>, judge: &Judge<'_>) -> Result<Option<Password>, NotGenerated> {
        let Some(exit) = &self.generate else {
            return Ok(None);
        };
        let refused = |why| Refusal {
            exit: exit.name.clone(),
            why,
        };
        let wanted = Wanted {
            user: account.user,
            application: account.application,
            login: account.login,
            rules: PasswordRules::from_shorts(&short_form(judge.policy())?),
            size: room(judge.policy()),
        };
        let mut open = GeneratorExit::open(exit.clone()).map_err(refused)?;
        let mut broken = Vec::new();
        for _ in 0..MOST_TRIES {
            let made = open.generate(&wanted).map_err(refused)?.password;
            broken = judge.judge(&made);
            if broken.is_empty() {
                return Ok(Some(made));
            }
        }
        let broken: Vec<String> = broken.into_iter().map(|Broken { message, .. }| message).collect();
        Err(NotGenerated::Broken {
            exit: exit.name.clone(),
            wanted: broken.join("; "),
        })
    }
}

/// A byte for each character the policy allows, and one for the NUL.
fn room(policy: &Policy) -> u16 {
    let longest = policy.length.max.clamp(1, Policy::LONGEST);
    u16::try_from(longest.saturating_add(1)).unwrap_or(u16::MAX)
}
