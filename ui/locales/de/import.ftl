import-title = Anmeldungen importieren
import-says = Aus einem Browser (CSV), KeePassXC (CSV), Bitwarden (JSON) oder einer KDBX-Datenbank. Gespeichert wird nichts, bevor Sie gesehen haben, was aus jedem Eintrag wird.
import-step-file = Datei
import-step-look = Was daraus wird
import-step-done = Gespeichert
import-file = Die Datei
import-file-hint = Was Sie exportiert haben, mit ganzem Pfad.
import-sealed = Diese Datei ist versiegelt ({ $format }).
import-password = Ihr Passwort
import-key-file = Ihre Schlüsseldatei
import-key-file-hint = Nur wenn sie eine hat.
import-nothing = Es wurde nichts importiert.
import-open = Hineinsehen
import-other = Andere Datei
import-found = { $count ->
    [one] Ein Eintrag in der Datei: { $format }
   *[other] { $count } Einträge in der Datei: { $format }
}
import-added = Wird gespeichert
import-added-says = Er wird für { $application } gespeichert.
import-stored = Schon gespeichert
import-stored-says = { $application } hat sie schon als „{ $why }“. Passwörter werden nicht verglichen: Steht das neuere in der Datei, bearbeiten Sie die Anmeldung.
import-taken = Platz ist belegt
import-taken-says = { $application } nimmt nur eine Anmeldung, und es gibt „{ $why }“.
import-twice = Doppelt in der Datei
import-twice-says = Er ist gleich wie Eintrag { $why } und wird einmal gespeichert.
import-contradicts = Widerspricht einem anderen
import-contradicts-says = Eintrag { $why } hat dieselbe Anwendung und denselben Benutzer mit einem anderen Passwort. Lassen Sie den falschen aus.
import-choice = Wofür?
import-choice-says = Mehrere Anwendungen passen. Wählen Sie, für welche er ist.
import-no-template = Keine Anwendung
import-no-template-says = Dafür ist keine Vorlage bekannt. Wählen Sie die Anwendung, für die er ist, oder lassen Sie ihn.
import-unfit = Passt nicht
import-unfit-says = Er lässt sich so nicht für { $application } speichern.
import-skipped = Ausgelassen
import-skipped-says = Sie lassen ihn aus.
import-left-out = { $count ->
    [one] Eines in der Datei ist keine Anmeldung und bleibt draußen
   *[other] { $count } Dinge in der Datei sind keine Anmeldungen und bleiben draußen
}
import-show = Zeigen
import-all = Alle Einträge
import-store = { $count ->
    [0] Nichts zu speichern
    [one] Eine Anmeldung speichern
   *[other] { $count } Anmeldungen speichern
}
import-entries = Einträge der Datei
import-search = Einträge suchen
import-no-entry = In keinem Eintrag kommt „{ $search }“ vor.
import-unnamed = Eintrag { $number }
import-site = Adresse
import-none = keine
import-not-taken = Nicht übernommen: { $what }
import-for = Für welche Anwendung ist er?
import-by-itself = Wie Countersign es herausfindet
import-fitting = Diese passen
import-others = Alle anderen
import-leave = Diesen auslassen
import-is-stored = gespeichert
import-is-not = nicht gespeichert
import-done = { $count ->
    [0] Nichts wurde gespeichert.
    [one] Eine Anmeldung ist gespeichert.
   *[other] { $count } Anmeldungen sind gespeichert.
}
import-failed = { $count ->
    [one] Eine ließ sich nicht speichern.
   *[other] { $count } ließen sich nicht speichern.
}
import-stays-sealed = Die Datei ist versiegelt und bleibt, wo sie ist.
import-stays = Die Datei bleibt: Nicht alles darin ist gespeichert.
import-stays-says = Wer die Datei liest, liest ihre Passwörter.
import-left = { $count ->
    [one] Eines steht nur in der Datei
   *[other] { $count } Dinge stehen nur in der Datei
}
import-left-stored = schon gespeichert als „{ $why }“, vielleicht mit einem älteren Passwort: Ein gespeichertes bekommt ohne Nachweis niemand zu sehen, darum werden sie nicht verglichen
import-lose-ask = Trotzdem löschen…
import-lose-title = Die Datei löschen, samt dem, was nur darin steht?
import-lose-says = { $count ->
    [one] Eines darin gibt es nirgends sonst; es ist für immer verloren.
   *[other] { $count } Dinge darin gibt es nirgends sonst; sie sind für immer verloren.
} Die Datei wird überschrieben und gelöscht.
import-lose = Löschen und das verlieren
import-delete-title = Die Datei löschen?
import-delete-says = Alles darin ist gespeichert, und wer die Datei liest, liest ihre Passwörter. Sie wird überschrieben und gelöscht.
import-delete = Die Datei löschen
import-deleted = Die Datei wurde überschrieben und gelöscht.
import-beyond = Löschen erreicht nicht alles: Kopien in Sicherungen und Schnappschüssen, im Papierkorb, in einem abgeglichenen Ordner oder in der Download-Liste des Browsers bleiben. Auf SSDs und auf Dateisystemen, die Daten protokollieren oder beim Schreiben kopieren (btrfs, ZFS), kann das Geschriebene auf der Platte bleiben, obwohl es überschrieben ist; da hilft nur eine verschlüsselte Platte. Ändern Sie Passwörter, auf die es ankommt.
import-outcomes = Eintrag für Eintrag
import-logons = Anmeldungen öffnen
import-another = Weitere Datei importieren
