use super::{Age, MenuWords, NewsWords, TipWords, Words};

pub(crate) const ENGLISH: Words = Words {
    menu: MenuWords {
        fill: "Fill now",
        search: "Search…",
        lock: "Lock",
        unlock: "Unlock…",
        set_up: "Set up…",
        pause: "Pause",
        for_15_minutes: "For 15 minutes",
        until_unlocked: "Until unlocked",
        this_application: "This application",
        this_one: |name| format!("This application: {name}"),
        resume: "Resume",
        sync: |age| format!("Sync now (last: {age})"),
        syncing: "Syncing…",
        never_synced: "never",
        ago: |age| match age {
            Age::Now => "just now".to_owned(),
            Age::Minutes(many) => counted(many, "minute"),
            Age::Hours(many) => counted(many, "hour"),
            Age::Days(many) => counted(many, "day"),
        },
        why: "Why didn't it fill?",
        settings: "Settings",
        quit: "Quit",
    },
    tip: TipWords {
        absent: "not set up",
        locked: "locked",
        ready: "ready",
        syncing: "syncing",
        offline: "offline",
        attention: "needs your attention",
        paused: "paused",
        paused_minutes: |many| match many {
            1 => "Nothing is filled for another minute.".to_owned(),
            _ => format!("Nothing is filled for {many} minutes."),
        },
        paused_until_unlocked: "Nothing is filled until you unlock the next time.",
        paused_for: |names| format!("Left alone: {names}"),
        asked: |name| format!("{name} waits for your answer."),
        still_offline: "The directory cannot be reached; logons are filled all the same.",
        no_windows: "The windows are not installed (countersign-windows); `countersign` does the same on the command line.",
    },
    news: NewsWords {
        filled: "Logged on",
        not_filled: "Not filled",
        password_due: "Passwords to change",
        sync_failing: "Not in step with the directory",
        no_windows: "The window cannot be shown",
        no_windows_body: "Install countersign-windows; until then, `countersign` does the same on the command line.",
        windows_failed_body: "countersign-windows ended with an error; its log says more.",
        filled_body: |name| format!("{name} was filled for the first time. From now on it happens by itself."),
        not_filled_body: |name, cause| match name {
            Some(name) => format!("{name}: {cause}"),
            None => cause.to_owned(),
        },
        due_body: |name, days| match days {
            0 => format!("{name}: the password has expired."),
            1 => format!("{name}: the password expires in about a day."),
            _ => format!("{name}: the password expires in {days} days."),
        },
        sync_body: |hours| {
            format!("The last exchange was more than {hours} hours ago. Logons are filled all the same.")
        },
        more: |many| format!("and {many} more"),
        show_logons: "Show logons",
        show_why: "Show why",
        show_passwords: "Show passwords",
        show_sync: "Show details",
        logon_refused: "the application refused the logon; filling stopped for it.",
        too_often: "it was filled too often in a short time; filling stopped for it.",
        other_program: "the program is not the one the logon was saved for.",
        change_refused: "the application refused the new password.",
        password_unsure: "which of two passwords counts is not known.",
        password_expired: "the password has expired.",
        needs_password: "type your password first.",
        tied: "several templates know this window.",
        no_form: "no logon form that Countersign knows is in the active window.",
        no_logon: "no logon is stored for it.",
        other: "something was not as it should be.",
    },
};

fn counted(many: u64, what: &str) -> String {
    match many {
        1 => format!("1 {what} ago"),
        _ => format!("{many} {what}s ago"),
    }
}
