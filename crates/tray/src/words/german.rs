use super::{Age, MenuWords, NewsWords, TipWords, Words};

pub(crate) const GERMAN: Words = Words {
    menu: MenuWords {
        fill: "Jetzt ausfüllen",
        search: "Suchen …",
        lock: "Sperren",
        unlock: "Entsperren …",
        set_up: "Einrichten …",
        pause: "Pause",
        for_15_minutes: "Für 15 Minuten",
        until_unlocked: "Bis zum nächsten Entsperren",
        this_application: "Diese Anwendung",
        this_one: |name| format!("Diese Anwendung: {name}"),
        resume: "Fortsetzen",
        sync: |age| format!("Jetzt abgleichen (zuletzt {age})"),
        syncing: "Abgleich läuft …",
        never_synced: "nie",
        ago: |age| match age {
            Age::Now => "gerade eben".to_owned(),
            Age::Minutes(many) => counted(many, "Minute", "Minuten"),
            Age::Hours(many) => counted(many, "Stunde", "Stunden"),
            Age::Days(many) => counted(many, "Tag", "Tagen"),
        },
        why: "Warum wurde nicht ausgefüllt?",
        settings: "Einstellungen",
        quit: "Beenden",
    },
    tip: TipWords {
        absent: "nicht eingerichtet",
        locked: "gesperrt",
        ready: "bereit",
        syncing: "gleicht ab",
        offline: "offline",
        attention: "braucht Ihre Aufmerksamkeit",
        paused: "pausiert",
        paused_minutes: |many| match many {
            1 => "Noch eine Minute lang wird nichts ausgefüllt.".to_owned(),
            _ => format!("{many} Minuten lang wird nichts ausgefüllt."),
        },
        paused_until_unlocked: "Bis zum nächsten Entsperren wird nichts ausgefüllt.",
        paused_for: |names| format!("Ausgenommen: {names}"),
        asked: |name| format!("{name} wartet auf Ihre Antwort."),
        still_offline: "Das Verzeichnis ist nicht erreichbar; Anmeldungen werden trotzdem ausgefüllt.",
        no_windows: "Die Fenster sind nicht installiert (countersign-windows); `countersign` leistet auf der Kommandozeile dasselbe.",
    },
    news: NewsWords {
        filled: "Angemeldet",
        not_filled: "Nicht ausgefüllt",
        password_due: "Passwörter sind zu ändern",
        sync_failing: "Kein Abgleich mit dem Verzeichnis",
        no_windows: "Das Fenster lässt sich nicht öffnen",
        no_windows_body: "Installieren Sie countersign-windows; bis dahin leistet `countersign` auf der Kommandozeile dasselbe.",
        windows_failed_body: "countersign-windows endete mit einem Fehler; mehr steht in seinem Protokoll.",
        filled_body: |name| format!("{name} wurde zum ersten Mal ausgefüllt. Von nun an geschieht das von selbst."),
        not_filled_body: |name, cause| match name {
            Some(name) => format!("{name}: {cause}"),
            None => cause.to_owned(),
        },
        due_body: |name, days| match days {
            0 => format!("{name}: Das Passwort ist abgelaufen."),
            1 => format!("{name}: Das Passwort läuft in etwa einem Tag ab."),
            _ => format!("{name}: Das Passwort läuft in {days} Tagen ab."),
        },
        sync_body: |hours| {
            format!("Der letzte Abgleich ist mehr als {hours} Stunden her. Anmeldungen werden trotzdem ausgefüllt.")
        },
        more: |many| format!("und {many} weitere"),
        show_logons: "Anmeldungen zeigen",
        show_why: "Warum?",
        show_passwords: "Passwörter zeigen",
        show_sync: "Einzelheiten zeigen",
        logon_refused: "Die Anwendung hat die Anmeldung abgelehnt; sie wird nicht mehr ausgefüllt.",
        too_often: "In kurzer Zeit zu oft ausgefüllt; das Ausfüllen wurde angehalten.",
        other_program: "Das Programm ist nicht das, für das die Anmeldung gespeichert wurde.",
        change_refused: "Die Anwendung hat das neue Passwort abgelehnt.",
        password_unsure: "Welches von zwei Passwörtern gilt, ist nicht bekannt.",
        password_expired: "Das Passwort ist abgelaufen.",
        needs_password: "Geben Sie zuerst Ihr Passwort ein.",
        tied: "Mehrere Vorlagen kennen dieses Fenster.",
        no_form: "Im aktiven Fenster ist kein Anmeldeformular, das Countersign kennt.",
        no_logon: "Dafür ist keine Anmeldung gespeichert.",
        other: "Etwas war nicht, wie es sein soll.",
    },
};

fn counted(many: u64, one: &str, more: &str) -> String {
    match many {
        1 => format!("vor 1 {one}"),
        _ => format!("vor {many} {more}"),
    }
}
