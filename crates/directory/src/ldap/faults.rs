//! What went wrong with a directory, in the port's words.

use super::child::Ended;
use super::protocol::Code;
use countersign_model::port::RepositoryError;

/// What an operation was about, and how it ended.
pub(crate) fn fault(place: &str, ended: &Ended) -> RepositoryError {
    let Ended { code, text } = ended;
    let said = |meaning: &str| match text.trim_matches(['\0', ' ', '\n']) {
        "" => meaning.to_owned(),
        text => format!("{meaning} (it says: {})", shortened(text)),
    };
    let place = place.to_owned();
    let unreachable = |why: String| RepositoryError::Unreachable {
        place: place.clone(),
        why,
    };
    let denied = |why: &str| RepositoryError::Denied {
        place: place.clone(),
        why: said(why),
    };
    let invalid = |why: &str| RepositoryError::Invalid {
        place: place.clone(),
        why: said(why),
    };
    match code {
        Code::Lost | Code::Tls | Code::Late | Code::Unable => unreachable(text.clone()),
        Code::Garbled => unreachable(format!("what it sends cannot be read: {text}")),
        Code::TooMany => unreachable(format!("{text}; nothing of it is used")),
        Code::Policy(_) => denied("the server's password policy refuses it"),
        Code::Result(code) => match code {
            3 | 4 | 11 => unreachable(said(
                "the server's size or time limit was reached, so nothing of it is used; raise the limit for users, or ask for less at once",
            )),
            8 | 13 => denied("the server wants a stronger authentication or connection"),
            10 => invalid(
                "the server refers to another one; name that one in `directory.servers`, referrals are never followed",
            ),
            16 | 20 | 68 => RepositoryError::Conflict(place),
            17 | 21 | 65 => invalid(
                "the server does not know Countersign's classes; load the schema that `countersign schema` prints",
            ),
            32 => RepositoryError::Missing(place),
            34 => invalid("the name is none for this server; check `directory.base` and `directory.configuration`"),
            48 | 49 => denied("the server does not accept who asks"),
            50 => denied("your account lacks the right; docs/admin says which rights there have to be"),
            51 | 52 => unreachable(said("the server is busy or being maintained")),
            53 => denied("the server is unwilling"),
            other => invalid(&format!("the server answered with result {other}")),
        },
    }
}

/// At most a line of what a server said.
fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(120).collect()
}
