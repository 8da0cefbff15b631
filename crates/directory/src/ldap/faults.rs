//! What went wrong with a directory, in the port's words.

use super::child::Ended;
use super::protocol::Code;
use countersign_model::port::RepositoryError;

/// What an operation was about, and how it ended.
pub(crate) fn fault(place: &str, ended: &Ended) -> RepositoryError {
    let Ended { code, text } = ended;
    let text = plain(text, 300);
    let said = |meaning: &str| match plain(&text, 120).trim() {
        "" => meaning.to_owned(),
        text => format!("{meaning} (it says: {text})"),
    };
    let place = plain(place, 1_000);
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
        Code::Lost | Code::Tls | Code::Late | Code::Unable => unreachable(text),
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
            1 | 51 | 52 | 80 => unreachable(said("the server is busy or being maintained")),
            53 => denied("the server is unwilling"),
            other => invalid(&format!("the server answered with result {other}")),
        },
    }
}

/// At most so many characters of the first line of what a server said: none that moves the cursor or turns the writing round.
pub(crate) fn plain(text: &str, most: usize) -> String {
    let line = text.trim_matches(['\0', ' ', '\n']).lines().next().unwrap_or_default();
    let shown = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    line.chars().filter(shown).take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_one_plain_line() {
        assert_eq!(plain("\0no\x1b[2J\u{202e}pe\nand more", 120), "no[2Jpe");
        assert_eq!(plain("ääää", 3), "äää");
        let ended = Ended {
            code: Code::Lost,
            text: "gone\n[ERROR] forged".to_owned(),
        };
        let said = fault("cn=a\nb", &ended).to_string();
        assert_eq!(said, "the repository cn=a cannot be reached: gone");
    }
}
