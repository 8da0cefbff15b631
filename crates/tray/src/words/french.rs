use super::{Age, MenuWords, NewsWords, TipWords, Words};

pub(crate) const FRENCH: Words = Words {
    menu: MenuWords {
        fill: "Remplir maintenant",
        search: "Rechercher…",
        lock: "Verrouiller",
        unlock: "Déverrouiller…",
        set_up: "Configurer…",
        pause: "Suspendre",
        for_15_minutes: "Pendant 15 minutes",
        until_unlocked: "Jusqu’au prochain déverrouillage",
        this_application: "Cette application",
        this_one: |name| format!("Cette application : {name}"),
        resume: "Reprendre",
        sync: |age| format!("Synchroniser maintenant (dernière fois : {age})"),
        syncing: "Synchronisation en cours…",
        never_synced: "jamais",
        ago: |age| match age {
            Age::Now => "à l’instant".to_owned(),
            Age::Minutes(many) => counted(many, "minute"),
            Age::Hours(many) => counted(many, "heure"),
            Age::Days(many) => counted(many, "jour"),
        },
        why: "Pourquoi rien n’a été rempli ?",
        settings: "Paramètres",
        quit: "Quitter",
    },
    tip: TipWords {
        absent: "pas encore configuré",
        locked: "verrouillé",
        ready: "prêt",
        syncing: "synchronisation en cours",
        offline: "hors ligne",
        attention: "demande votre attention",
        paused: "suspendu",
        paused_minutes: |many| match many {
            1 => "Rien n’est rempli pendant encore une minute.".to_owned(),
            _ => format!("Rien n’est rempli pendant {many} minutes."),
        },
        paused_until_unlocked: "Rien n’est rempli jusqu’au prochain déverrouillage.",
        paused_for: |names| format!("Laissé de côté : {names}"),
        asked: |name| format!("{name} attend votre réponse."),
        still_offline: "L’annuaire est injoignable ; les connexions sont remplies malgré tout.",
        no_windows: "Les fenêtres ne sont pas installées (countersign-windows) ; `countersign` fait la même chose en ligne de commande.",
    },
    news: NewsWords {
        filled: "Connexion remplie",
        not_filled: "Rien n’a été rempli",
        password_due: "Mots de passe à changer",
        sync_failing: "Pas de synchronisation avec l’annuaire",
        no_windows: "La fenêtre ne peut pas s’ouvrir",
        no_windows_body: "Installez countersign-windows ; d’ici là, `countersign` fait la même chose en ligne de commande.",
        windows_failed_body: "countersign-windows s’est arrêté sur une erreur ; son journal en dit plus.",
        filled_body: |name| format!("{name} a été rempli pour la première fois. Cela se fera désormais tout seul."),
        not_filled_body: |name, cause| match name {
            Some(name) => format!("{name} : {cause}"),
            None => cause.to_owned(),
        },
        due_body: |name, days| match days {
            0 => format!("{name} : le mot de passe a expiré."),
            1 => format!("{name} : le mot de passe expire dans un jour environ."),
            _ => format!("{name} : le mot de passe expire dans {days} jours."),
        },
        sync_body: |hours| {
            format!(
                "La dernière synchronisation date de plus de {hours} heures. Les connexions sont remplies malgré tout."
            )
        },
        more: |many| match many {
            1 => "et 1 autre".to_owned(),
            _ => format!("et {many} autres"),
        },
        show_logons: "Voir les connexions",
        show_why: "Voir pourquoi",
        show_passwords: "Voir les mots de passe",
        show_sync: "Voir les détails",
        logon_refused: "l’application a refusé la connexion ; elle n’est plus remplie.",
        too_often: "rempli trop souvent en peu de temps ; le remplissage est arrêté.",
        other_program: "ce programme n’est pas celui pour lequel la connexion a été enregistrée.",
        change_refused: "l’application a refusé le nouveau mot de passe.",
        password_unsure: "on ne sait pas lequel des deux mots de passe est valable.",
        password_expired: "le mot de passe a expiré.",
        needs_password: "saisissez d’abord votre mot de passe.",
        tied: "plusieurs modèles connaissent cette fenêtre.",
        no_form: "la fenêtre active ne contient aucun formulaire de connexion que Countersign connaisse.",
        no_logon: "aucune connexion n’est enregistrée pour elle.",
        other: "quelque chose n’était pas comme il faut.",
    },
};

fn counted(many: u64, what: &str) -> String {
    match many {
        1 => format!("il y a 1 {what}"),
        _ => format!("il y a {many} {what}s"),
    }
}
