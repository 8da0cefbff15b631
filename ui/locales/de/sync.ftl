sync-title = Abgleich
sync-now = Jetzt abgleichen
sync-done = Alles ist neu gelesen.
sync-done-says = { $templates } Vorlagen in Kraft, { $pulled } Datensätze kamen, { $pushed } gingen.
sync-repository = Ablage
sync-reachable = Erreichbar
sync-offline = Offline
sync-offline-says = Das ist in Ordnung: Ihre Anmeldungen gehen von diesem Rechner, und Änderungen werden später gesendet.
sync-sign-in = Am Verzeichnis anmelden
sync-sign-in-says = Es wird dem Verzeichnis einmal gezeigt, über eine geprüfte Verbindung, und alles wird neu gelesen.
sync-place = Ort
sync-last = Zuletzt abgeglichen
sync-never = Noch nie
sync-waiting = Noch zu senden
sync-waiting-count = { $count ->
    [0] Nichts
    [one] Ein Datensatz
   *[other] { $count } Datensätze
}
sync-templates = Vorlagen
sync-templates-count = { $signed } signiert, { $package } aus dem Paket, { $unsigned } eigene
sync-last-good = Was vorher gut war, bleibt in Kraft.
sync-organisation = Organisation
sync-trusted = Vertraut
sync-stale = Veraltet
sync-organisation-none = Keine: Diese Ablage zeigt keine Organisation.
sync-organisation-unpinned = Die Ablage zeigt eine Organisation, die Sie nicht bestätigt haben. Ihre Vorlagen zählen erst, wenn Sie das tun.
sync-until = die Liste gilt bis { $day }
sync-unit-root = Die ganze Organisation
sync-unit = Veröffentlicht von { $publisher }, Nummer { $number }, gültig bis { $until }
sync-unit-holds = { $templates } Vorlagen, { $policies } Passwortregeln, { $overrides } vorgegebene Einstellungen
sync-unit-missing = { $count ->
    [one] Ein Objekt war nicht zu bekommen
   *[other] { $count } Objekte waren nicht zu bekommen
}
sync-unit-stale = Veraltet, noch in Kraft
sync-groups = Ihre Gruppen: { $groups }
sync-next-try = Nächster Versuch
