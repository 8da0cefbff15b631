helpdesk-title = Helpdesk
helpdesk-says = Wie es um den Tresor eines Benutzers steht, und die Wörter, die ihm wieder hineinhelfen. Sie sehen keine Anmeldung, kein Passwort und keinen Tresor.
helpdesk-user = Benutzer
helpdesk-user-hint = Sein Name, wie ihn das Verzeichnis hat.
helpdesk-as = Sie arbeiten mit dem Verzeichnis als { $user }.
helpdesk-find = Zeigen
helpdesk-no-vault = Er hat keinen Tresor in dieser Ablage.
helpdesk-no-vault-says = Prüfen Sie den Namen mit ihm. Stimmt er, hat er Countersign noch nicht eingerichtet.
helpdesk-recovers = Wiederherstellung
helpdesk-without = Nicht eingerichtet
helpdesk-without-says = Es gibt keine Hälfte, und Sie können nicht helfen. Ihm bleiben seine Passphrase, ein anderer seiner Rechner oder ein neuer Anfang.
helpdesk-with = { $people ->
    [one] Durch eine Person
   *[other] Durch { $people } Personen
}
helpdesk-serial = Hälften Nummer { $serial }
helpdesk-slots = Öffnet mit
helpdesk-slots-none = nur mit dem, was auf seinen Rechnern ist
helpdesk-machines = { $count ->
    [one] Rechner
   *[other] Rechner ({ $count })
}
helpdesk-joined = beigetreten { $day }
helpdesk-vault = Tresor
helpdesk-vault-says = Kopf { $version }-mal geschrieben, Schlüssel Nummer { $epoch }
helpdesk-first = Fragen Sie erst, ob er Sie braucht: Ein altes Passwort oder seine Passphrase öffnet den Tresor auch.
helpdesk-recover = Ihm wieder hineinhelfen
helpdesk-recovery = Wiederherstellung
helpdesk-for = Für
helpdesk-step-check = Wer es ist
helpdesk-step-words = Seine Wörter
helpdesk-step-name = Der Name
helpdesk-step-read = Vorlesen
helpdesk-check = Prüfen Sie, wer es ist
helpdesk-check-says = Nach der Regel Ihres Unternehmens und vor allem anderen: Rufen Sie unter der Nummer aus der Personalliste zurück, fragen Sie die vorgesetzte Person, sehen Sie den Ausweis.
helpdesk-check-not = Es genügt nicht: ein Geburtsdatum, eine Personalnummer, „Ich habe es eilig“.
helpdesk-checked = Ich habe geprüft, wer es ist
helpdesk-reason = Grund
helpdesk-reason-hint = Für Ihr Protokoll: wie Sie geprüft haben, und die Nummer des Vorgangs. Kein Geheimnis.
helpdesk-words = Die drei Wörter, die er vorliest
helpdesk-words-says = Er wählt „Mit dem Helpdesk wiederherstellen“, dann „Wieder hineinkommen“. Er liest Ihnen drei Wörter vor und nie etwas anderes.
helpdesk-words-label = Seine drei Wörter
helpdesk-words-hint = { $count } von { $of } Wörtern
helpdesk-ring = Schlüsseldatei Ihres Rings
helpdesk-ring-hint = Mit ganzem Pfad, etwa /home/sie/desk-1.key.
helpdesk-passphrase = Passphrase Ihrer Schlüsseldatei
helpdesk-make = Seine Hälfte entnehmen
helpdesk-sealed = Versiegelt für
helpdesk-sealed-says = Es muss der Name des Anrufers sein. Ist er es nicht, oder ist sonst etwas seltsam, lesen Sie nichts vor.
helpdesk-other = Das ist nicht der Name, nach dem Sie gefragt haben.
helpdesk-other-says = Jemand kann das Verzeichnis verändert haben: Lesen Sie nichts vor, und rufen Sie Ihren Administrator an.
helpdesk-is-his = Es ist der Anrufer
helpdesk-is-not = Nicht er: vernichten
helpdesk-read = Lesen Sie diese Wörter vor
helpdesk-read-says = { $people ->
    [one] Langsam, eines nach dem anderen. Nur die ersten vier Buchstaben zählen. Er tippt sie ein.
   *[other] Langsam, eines nach dem anderen. Nur die ersten vier Buchstaben zählen. Es braucht { $people } Personen, jede mit eigenen Wörtern, am besten in eigenen Anrufen.
}
helpdesk-read-never = Schreiben Sie sie nie auf, senden Sie sie nicht, und lassen Sie sie nicht stehen. Niemand braucht Ihnen ein Passwort, eine Passphrase oder den gedruckten Code zu sagen: Beginnt er damit, unterbrechen Sie ihn.
helpdesk-destroy = Wörter vernichten und schließen
helpdesk-log = Ihr Protokoll
helpdesk-log-says = Jeder Ihrer Versuche, festgehalten, bevor etwas gezeigt wird. Nie ein Wort daraus.
helpdesk-log-whole = { $count ->
    [0] Unversehrt
    [one] Unversehrt: ein Eintrag
   *[other] Unversehrt: { $count } Einträge
}
helpdesk-log-fault = Das Protokoll wurde verändert oder gekürzt.
helpdesk-log-empty = Noch nichts.
