//! What is heard, in plain words.

use countersign_model::{Hearing, LockOn, SessionHearing};
use std::collections::BTreeSet;

/// What each source stands for now; an error says why it is of no use.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub logind: Result<Logind, String>,
    /// The screen savers that are on the session bus.
    pub savers: Result<BTreeSet<String>, String>,
    pub display: Result<(), String>,
}

/// What logind gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Logind {
    /// The session's name; none when the agent belongs to no session.
    pub session: Option<String>,
    /// Why the machine would not wait for us before it sleeps.
    pub refused: Option<String>,
}

impl Default for Heard {
    fn default() -> Self {
        let yet = || "it was not looked for yet".to_owned();
        Self {
            logind: Err(yet()),
            savers: Err(yet()),
            display: Err(yet()),
        }
    }
}

impl Heard {
    pub(super) fn of(&self, wanted: LockOn) -> SessionHearing {
        let unless = |off: bool, hearing: fn(&Self) -> Hearing| if off { Hearing::Off } else { hearing(self) };
        SessionHearing {
            session_lock: unless(!wanted.session_lock, Self::session_lock),
            suspend: unless(!wanted.suspend, Self::suspend),
            idle: unless(wanted.idle.is_none(), Self::idle),
        }
    }

    fn session(&self) -> Result<&str, String> {
        let logind = self.logind.as_ref().map_err(Clone::clone)?;
        let session = logind.session.as_deref();
        session.ok_or_else(|| "logind knows no session of yours".to_owned())
    }

    fn session_lock(&self) -> Hearing {
        let session = self.session();
        let mut sources: Vec<_> = session.iter().map(|id| format!("logind (session {id})")).collect();
        sources.extend(self.savers.iter().flatten().cloned());
        match session {
            Err(why) if sources.is_empty() => Hearing::Missing {
                why: match &self.savers {
                    Ok(_) => format!("{why}, and no screen saver on the session bus tells of itself"),
                    Err(savers) => format!("{why}, and {savers}"),
                },
                next: "log on through a display manager on a system with logind, or use a screen saver that is on the session bus; \
                       in a container this is normal: lock with `countersign lock`, or set `lock.idle_minutes`"
                    .to_owned(),
            },
            _ => Hearing::By { sources, lacks: None },
        }
    }

    fn suspend(&self) -> Hearing {
        match &self.logind {
            Ok(logind) => Hearing::By {
                sources: vec!["logind".to_owned()],
                lacks: logind.refused.as_ref().map(|why| {
                    format!(
                        "the machine may sleep before the vault is locked, because logind lets nobody delay it ({why})"
                    )
                }),
            },
            Err(why) => Hearing::Missing {
                why: why.clone(),
                next: "run `countersign lock` before the machine sleeps; in a container this is normal".to_owned(),
            },
        }
    }

    fn idle(&self) -> Hearing {
        let hint = || "logind's idle hint, where the desktop gives it".to_owned();
        match (&self.display, self.session()) {
            (Ok(()), Ok(_)) => Hearing::By {
                sources: vec!["the display's idle time".to_owned(), hint()],
                lacks: None,
            },
            (Ok(()), Err(_)) => Hearing::By {
                sources: vec!["the display's idle time".to_owned()],
                lacks: None,
            },
            (Err(_), Ok(_)) => Hearing::By {
                sources: vec![hint()],
                lacks: None,
            },
            (Err(display), Err(logind)) => Hearing::Missing {
                why: format!("{display}, and {logind}"),
                next: "start the agent from a graphical session".to_owned(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const ALL: LockOn = LockOn {
        session_lock: true,
        suspend: true,
        idle: Some(Duration::from_secs(60)),
    };

    #[test]
    fn what_is_off_is_off_and_what_is_missing_says_what_to_do() {
        let none = Heard {
            logind: Err("there is no system bus".to_owned()),
            ..Heard::default()
        };
        let off = none.of(LockOn::default());
        assert_eq!([off.session_lock, off.suspend, off.idle], [const { Hearing::Off }; 3]);
        let on = none.of(ALL);
        for hearing in [on.session_lock, on.suspend, on.idle] {
            assert!(
                matches!(&hearing, Hearing::Missing { why, next } if why.contains("no system bus") && !next.is_empty()),
                "{hearing:?}"
            );
        }
    }

    #[test]
    fn each_source_is_named() {
        let heard = Heard {
            logind: Ok(Logind {
                session: Some("c2".to_owned()),
                refused: Some("not allowed".to_owned()),
            }),
            savers: Ok(BTreeSet::from(["org.gnome.ScreenSaver".to_owned()])),
            display: Ok(()),
        };
        let all = heard.of(ALL);
        let sources = |hearing: &Hearing| match hearing {
            Hearing::By { sources, .. } => sources.join(", "),
            other => panic!("{other:?}"),
        };
        assert_eq!(sources(&all.session_lock), "logind (session c2), org.gnome.ScreenSaver");
        assert!(matches!(&all.suspend, Hearing::By { lacks: Some(why), .. } if why.contains("not allowed")));
        assert!(sources(&all.idle).starts_with("the display"));
    }
}
