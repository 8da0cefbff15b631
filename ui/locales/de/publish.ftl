publish-title = Veröffentlichen
publish-says = Bringt einen signierten Ordner ins Verzeichnis: Vorlagen, Passwortregeln und Einstellungen einer Einheit. Erst wird gezeigt, was sich änderte.
publish-folder = Signierter Ordner
publish-folder-hint = Mit ganzem Pfad. Signieren Sie ihn zuerst: countersign trust sign.
publish-unit = Einheit
publish-unit-hint = Wie im Verzeichnis, etwa Sales/Berlin; { $root } ist die ganze Organisation.
publish-group = Gruppe, die sie liest
publish-group-hint = Bleibt es leer: die mit dem Namen der Einheit.
publish-as = Sie arbeiten mit dem Verzeichnis als { $user }.
publish-plan = Zeigen, was sich änderte
publish-root = Die ganze Organisation
publish-first = Katalog { $number } ist der erste dort.
publish-replaces = Katalog { $number } kommt an die Stelle von { $replaces }.
publish-created = Neu
publish-changed = Geändert
publish-deleted = Entfällt
publish-created-count = { $count ->
    [one] Eines neu
   *[other] { $count } neu
}
publish-changed-count = { $count ->
    [one] Eines geändert
   *[other] { $count } geändert
}
publish-deleted-count = { $count ->
    [one] Eines entfällt
   *[other] { $count } entfallen
}
publish-no-change = Kein Objekt ändert sich; der Katalog wird erneuert.
publish-readers = { $count ->
    [one] Gelesen von der Gruppe { $group } mit einem Mitglied.
   *[other] Gelesen von der Gruppe { $group } mit { $count } Mitgliedern.
}
publish-readers-unknown = Wer sie liest, ist hier nicht bekannt: Nennen Sie oben ihre Gruppe.
publish-risks = Sehen Sie zweimal hin:
publish-views = Ansichten des Plans
publish-tab-changes = Änderungen
publish-tab-ldif = LDIF
publish-tab-undo = Der Weg zurück
publish-ldif-says = Dasselbe als LDIF, für die Werkzeuge des Verzeichnisses.
publish-undo-says = Was das Verzeichnis wieder herstellt, wie es war. Agenten nehmen einen älteren Katalog nur, wenn er mit höherer Nummer signiert ist.
publish-copy = Kopieren
publish-copied = Kopiert.
publish-kind-template = Vorlagen
publish-kind-policy = Passwortregeln
publish-kind-override = Einstellungen
publish-count = ({ $count })
publish-no-values = Dazu wird kein Wert gezeigt.
publish-before = bisher
publish-after = dann
publish-apply = Das veröffentlichen
publish-apply-says = Katalog { $number } von { $unit } tritt in Kraft, wie gezeigt. Hat sich das Verzeichnis seitdem geändert, wird nichts geschrieben.
publish-confirm = Vieles entfällt damit: Benutzern fehlt es danach.
publish-confirm-label = Geben Sie zur Bestätigung { $unit } ein
publish-do = Veröffentlichen
publish-done = { $count ->
    [one] Veröffentlicht, ein Objekt geschrieben.
   *[other] Veröffentlicht, { $count } Objekte geschrieben.
}
publish-done-says = Die Benutzer haben es mit dem nächsten Abgleich.
