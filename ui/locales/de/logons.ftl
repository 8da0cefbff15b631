logons-title = Anmeldungen
logons-add = Anmeldung hinzufügen
logons-search = Anmeldungen suchen
logons-order = Sortiert nach
logons-order-name = Name
logons-order-recent = Zuletzt geändert
logons-order-application = Anwendung
logons-waiting = { $count ->
    [one] Eine Änderung noch zu senden
   *[other] { $count } Änderungen noch zu senden
}
logons-not-synced = Noch nicht abgeglichen
logons-synced = Abgeglichen { $when }
logons-offline = Offline: Anmeldungen gehen von hier
logons-nothing = In keiner Anmeldung kommt „{ $search }“ vor.
logons-empty = Noch keine Anmeldung gespeichert
logons-empty-open = Öffnen Sie eine Anwendung, an der Sie sich anmelden. Erscheint ihr Formular, fragt Countersign nach der Anmeldung und behält sie, sobald die Anwendung sie angenommen hat.
logons-empty-add = Oder fügen Sie hier eine hinzu, die Sie schon kennen.
logons-empty-safe = Jede ist für Sie allein versiegelt. Kein Administrator und kein Helpdesk kann sie lesen.
logons-chosen = { $label }
logons-shared = Gemeinsam: { $group }
logons-grey = Für diese Anwendung ist keine Vorlage in Kraft.
logons-grey-says = Sie wurde zurückgezogen, oder dieser Rechner hat sie nicht. Die Anmeldung bleibt, aber es wird nichts ausgefüllt.
logons-reveal-field = { $field } anzeigen
logons-saved-for = Gespeichert für
logons-unbound = das erste Programm, in das sie ausgefüllt wird
logons-changed = Geändert
logons-fill = Ausfüllen
logons-pick = Klicken Sie auf das Fenster
logons-pick-says = Sie haben { $seconds } Sekunden. Ein Klick daneben beendet es.
logons-remove = { $label } entfernen?
logons-remove-says = Sie wird auf allen Ihren Rechnern entfernt und ist nicht zurückzuholen, außer aus einem Export.
logons-key-arrows = Eine Anmeldung wählen
logons-key-enter = Die gewählte bearbeiten
logons-key-type = Suchen
