password-title = Passwörter
password-search = Passwörter suchen
password-nothing = Kein Passwort hat „{ $search }“ im Namen.
password-empty = Noch keine Anmeldung gespeichert
password-empty-says = Sobald es welche gibt, zeigt diese Seite, welche Passwörter ablaufen und welche gerade geändert werden.
password-chosen = { $label }
password-shared = Gemeinsam: { $group }
password-unsure = Welches gilt?
password-sent = Hat es geklappt?
password-expired = Abgelaufen
password-due = Läuft bald ab
password-made = Neues wartet
password-still = In Gebrauch
password-unsure-says = Ein neues Passwort wurde erzeugt ({ $made }). Die Anwendung hat beide abgelehnt, und keines wird mehr eingegeben. Probieren Sie beide von Hand, und sagen Sie dann, welches galt.
password-sent-says = Ein neues Passwort wurde erzeugt ({ $made }) und in die Anwendung eingegeben. Sie hat noch nicht gezeigt, ob sie es angenommen hat. Die nächste Anmeldung klärt das.
password-expired-says = Es ist am { $expires } abgelaufen.
password-due-says = Es läuft am { $expires } ab. Ändern Sie es vorher.
password-made-says = Ein neues Passwort wurde erzeugt ({ $made }). Es wird eingegeben, sobald die Anwendung eines verlangt; bis dahin gilt das alte.
password-still-says = Es wird gerade nicht geändert.
password-grace = { $count ->
    [0] Es wird nur ausgefüllt, wo Sie es verlangen.
    [one] Es wird noch einmal von selbst ausgefüllt.
   *[other] Es wird noch { $count } Mal von selbst ausgefüllt.
}
password-worked = Hat das neue Passwort geklappt?
password-taken = Es hat geklappt
password-not-taken = Hat es nicht
password-worked-says = Wenn nicht, gilt wieder das bisherige. Kein Passwort wird weggeworfen.
password-reveal-next = Das nächste anzeigen
password-give-up = Aufgeben
password-change = Ein neues erzeugen
password-own = Selbst wählen
password-use-own = Dieses verwenden
password-since = In Gebrauch seit
password-expires = Läuft ab
password-never = Nie, soweit bekannt
password-history = { $count ->
    [one] Ein früheres Passwort
   *[other] { $count } frühere Passwörter
}
password-reveal-former = Früheres Passwort { $number } anzeigen
