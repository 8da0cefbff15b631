# Was mehrere Seiten sagen.

places = Seiten
place-logons = Anmeldungen
place-password = Passwörter
place-sync = Abgleich
place-settings = Einstellungen
place-why = Warum?
place-devices = Geräte
place-about = Über

vault-unlocked = Entsperrt
vault-locked = Gesperrt
vault-paused = Pausiert

unlock = Entsperren
lock = Sperren
set-up = Countersign einrichten
start-agent = Countersign starten
try-again = Noch einmal versuchen
begin = Beginnen
next = Weiter
back = Zurück
close = Schließen
cancel = Abbrechen
save = Speichern
edit = Bearbeiten
remove = Entfernen
reveal = Anzeigen

shortcuts = Tastenkürzel
shortcut-list = Diese Liste zeigen
shortcut-close = Das Fenster schließen

failure-not-running = Countersign läuft nicht.
failure-not-running-next = Es ist nichts verloren. Starten Sie es, und dieses Fenster macht dort weiter, wo es war.
failure-other-version = Dieses Fenster und der Agent haben verschiedene Versionen.
failure-other-version-next = Melden Sie sich ab und wieder an, oder starten Sie den Agenten neu, damit beide gleich sind.
failure-connection = Die Verbindung zum Agenten ist abgebrochen.
failure-connection-next = Was Sie eingegeben haben, ist noch da. Versuchen Sie es noch einmal.

field-required = (nötig)
field-missing = Das wird gebraucht.
field-kept = Gespeichert. Bleibt es leer, ändert sich nichts.
field-totp = Der Schlüssel der Einmalpasswörter, wie ihn die Anwendung zeigt.
field-limit = Das ist zu viel: Ein Feld fasst höchstens 4 KiB. Nichts davon wurde übernommen.
field-most = Zu lang: { $most ->
    [one] höchstens ein Zeichen
   *[other] höchstens { $most } Zeichen
} für diese Anwendung.
field-username = Benutzername
field-password = Passwort
field-third = Drittes Feld
field-fourth = Viertes Feld
show-typed = Eingabe zeigen

proof-os = Ihr Anmeldepasswort
proof-directory = Ihr Passwort im Verzeichnis
proof-own = Ihr Tresorpasswort
proof-none = Ihre Passphrase
password-rules = Regeln: { $name }
password-new = Neues Passwort
password-again = Noch einmal
differ = Die beiden sind nicht gleich.
prove-title = Sind Sie es?
prove-says = Diese Anwendung verlangt Ihr Passwort, bevor ihre Anmeldung ausgefüllt wird.

strength-none = Mindestens { $length } Zeichen. Am besten sind ein paar Wörter, die nichts miteinander zu tun haben.
strength-short = Zu kurz: mindestens { $length } Zeichen.
strength = { $level ->
    [0] Sofort erraten.
    [1] Sehr schwach.
    [2] Schwach.
    [3] Stark.
   *[4] Sehr stark.
} { $enough ->
    [yes] Das genügt.
   *[no] Nehmen Sie noch ein oder zwei Wörter dazu.
}

list-count = { $count ->
    [0] Nichts gefunden
    [one] Ein Eintrag
   *[other] { $count } Einträge
}
steps = Schritt { $at } von { $of }
step-done = (erledigt)

publisher-signed = Signiert
publisher-signed-by = Signiert von { $name } ({ $organisation })
publisher-package = Paket
publisher-package-says = Mit Countersign ausgeliefert
publisher-unsigned = Eigene
publisher-unsigned-says = Auf diesem Rechner gemacht, von niemandem signiert
publisher-unsigned-elsewhere = Von anderswo
publisher-unsigned-elsewhere-says = Auf einem anderen Ihrer Rechner gemacht; hier hat ihr niemand zugestimmt

logon-name = Ihr Name dafür
logon-name-says = Um mehrere auseinanderzuhalten. Bleibt er leer, wird einer gebildet.

ending-replaced = ein anderes trat an seine Stelle
ending-refused = die Anwendung nahm es nicht an
ending-abandoned = aufgegeben, bevor etwas bekannt war

rating-strong = Stark
rating-fair = Mäßig
rating-weak = Schwach

slot-login = Ihr Passwort auf diesem Rechner
slot-passphrase = Passphrase
slot-device = Dieses Gerät
slot-silent = Passwort auf jedem Rechner
slot-directory-key = Schlüssel im Verzeichnis
slot-directory-identity = Identität im Verzeichnis
slot-os-protection = Schlüsselbund des Systems
slot-program = Externes Programm
slot-recovery = Wiederherstellung mit dem Helpdesk

primary-which = Was den Tresor im Alltag öffnet
primary-os = Anmeldepasswort
primary-os-says = Das Passwort, mit dem Sie sich an diesem Rechner anmelden.
primary-directory = Passwort des Verzeichnisses
primary-directory-says = Das Passwort, mit dem Sie sich am Verzeichnis Ihrer Organisation anmelden.
primary-own = Ein eigenes Passwort
primary-own-says = Ein Passwort, das nur für den Tresor gilt.
primary-none = Nichts
primary-none-says = Wer Ihr Konto auf diesem Rechner benutzt, öffnet den Tresor.

unlock-new-hint = Es öffnet den Tresor von jetzt an.
unlock-wait = Der nächste Versuch ist möglich in { $seconds ->
    [one] einer Sekunde
   *[other] { $seconds } Sekunden
}.

check-good = In Ordnung
check-warning = Hinsehen
check-bad = Falsch

syncing = Alles wird neu gelesen …
syncing-of = { $objects } von { $of } Objekten, { $bytes }
syncing-looks = Es wird nach Neuem gesehen.

code-title = Countersign: Wiederherstellungscode
code-says = Diese zwölf Wörter werden nur dieses eine Mal gezeigt. Drucken Sie sie aus oder schreiben Sie sie auf, und bewahren Sie sie fern von diesem Rechner auf.
code-made = Erstellt am { $day }. Zusammen mit den Wörtern des Helpdesks öffnet er Ihren Tresor. Keines von beiden genügt allein.
code-print = Drucken
code-kept = Ich habe ihn auf Papier
code-check = Nehmen Sie Ihr Papier und geben Sie zwei der Wörter ein.
code-word = Wort { $number }
code-wrong = Das ist nicht, was gezeigt wurde. Sehen Sie noch einmal nach.
code-check-now = Prüfen
code-back = Wörter noch einmal zeigen

passphrase-hint = Großschreibung und zusätzliche Leerzeichen zählen nicht. Eine Tatsache über Sie ist eine schlechte Antwort.
passphrase-suggest = Zufällige Wörter vorschlagen
passphrase-suggested = Fünf zufällige Wörter, nur für Sie. Schreiben Sie sie auf Papier, nicht auf diesem Rechner auf.
passphrase-take = Diese Wörter nehmen
passphrase-others = Andere
passphrase-again = Die Passphrase noch einmal, von Ihrem Papier

pin = Bestätigen Sie Ihre Organisation
pin-says = Diese Ablage gehört zu einer Organisation. Geben Sie die sechs Wörter ein, die Sie von Ihrem Administrator haben, damit sich niemand für sie ausgeben kann.
pin-words = Die sechs Wörter
pin-hint = Von Ihrem Administrator, nicht von diesem Rechner.
pin-do = Bestätigen

problems = { $count ->
    [one] Eines ist nicht in Kraft
   *[other] { $count } sind nicht in Kraft
}
severity-warning = Warnung
severity-error = Fehler

copy = Kopieren
copied = { $field } ist in der Zwischenablage.
copied-says = { $seconds ->
    [one] Es wird in einer Sekunde wieder daraus entfernt.
   *[other] Es wird in { $seconds } Sekunden wieder daraus entfernt.
} Bis dahin kann es lesen, was sonst in Ihrer Sitzung läuft.
windows = Fenster auf dem Bildschirm
windows-search = Fenster suchen
windows-none = Kein Fenster ist da. Öffnen Sie die Anwendung, und sehen Sie noch einmal nach.
windows-again = Noch einmal nachsehen
window-take = Dieses Fenster nehmen
window-point = Auf ein Fenster zeigen
window-from-list = Aus einer Liste
window-pick = Klicken Sie auf das Fenster
window-pick-says = Sie haben { $seconds } Sekunden.
window-unknown-program = das Programm ist nicht bekannt
path-choose = Wählen …
path-choose-for = Wählen: { $label }
