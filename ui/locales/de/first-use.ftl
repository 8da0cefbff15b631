first-use-title = Willkommen bei Countersign
first-use-you = Sie
first-use-unlocking = Entsperren
first-use-passphrase = Passphrase
first-use-code = Code
first-use-check = Prüfung
first-use-done = Alles ist eingerichtet.
first-use-done-says = Öffnen Sie eine Anwendung wie gewohnt. Fragt sie nach einer Anmeldung, füllt Countersign sie aus oder fragt Sie einmal danach.
first-use-open-logons = Anmeldungen öffnen

you-hello = Sind Sie das?
you-says = Countersign meldet Sie an Ihren Anwendungen an. Das Einrichten dauert zwei Minuten; Sie können dieses Fenster jederzeit schließen und später weitermachen.
you-user = Benutzer
you-repository = Ablage
you-found = Gefunden
you-unreachable = Gerade nicht erreichbar
you-organisation = Organisation
you-trusted = Bestätigt
you-pin-later = Das geht auch später noch.
you-join = Ich nutze Countersign schon anderswo
you-join-says = Dieser Rechner tritt dem Tresor bei, den Sie schon haben.
you-join-do = Meinem Tresor beitreten

enroll-daily = Was öffnet Ihren Tresor im Alltag?
enroll-slots = Ihr Tresor öffnet sich mit
enroll-passphrase = Eine Passphrase, falls das Passwort versagt
enroll-passphrase-says = Wird Ihr Passwort zurückgesetzt, kommen Sie mit dieser Antwort wieder hinein, auf jedem Rechner.
enroll-keep = Schreiben Sie die Antwort auf, und bewahren Sie sie dort auf, wo nur Sie sie finden. Wer Passwort und Antwort verliert, verliert den Tresor, wenn nicht der Helpdesk mit einem gedruckten Code helfen kann.
enroll-unseen = Ich bin sicher, dass ich noch keinen Tresor habe, obwohl das gerade nicht zu sehen ist
enroll-do = Meinen Tresor anlegen
enroll-made = Ihr Tresor ist angelegt.

first-code = Ein gedruckter Code für den Helpdesk
first-code-says = Sollten Sie einmal Passwort und Passphrase verlieren, öffnen die Wörter des Helpdesks und dieser Code zusammen Ihren Tresor. Keines von beiden genügt allein.
first-code-make = Code bilden
first-code-later = Später
first-code-none = Hier hilft kein Helpdesk
first-code-none-says = Ihre Ablage nennt keinen Helpdesk. Bewahren Sie die Passphrase gut auf: Sie ist der einzige Weg zurück.

first-check-synced = { $count ->
    [one] Eine Vorlage ist in Kraft.
   *[other] { $count } Vorlagen sind in Kraft.
}
first-check-good = Alles ist, wie es sein soll
first-check-wrong = { $count ->
    [one] Eines ist anzusehen
   *[other] { $count } Dinge sind anzusehen
}
first-check-says = Was Sie in Ordnung bringen, ist hier von selbst zu sehen.
first-check-again = Noch einmal prüfen

bulk-at = Anwendung { $at } von { $of }, { $stored } gespeichert
bulk-store = Speichern und weiter
bulk-skip = Diese auslassen
bulk-end = Das genügt
bulk-says = Was Sie auslassen, fragt Countersign, wenn die Anwendung erscheint.

join = Ihrem Tresor beitreten
join-how = Wie dieser Rechner beitritt
join-device = Mit einem anderen meiner Rechner
join-device-says = Er muss zur Hand und entsperrt sein.
join-passphrase = Mit meiner Passphrase
join-passphrase-says = Die Antwort, die Sie beim Anlegen des Tresors gewählt haben.
join-ask = Um Beitritt bitten
join-ours = Geben Sie diese Wörter auf dem anderen Rechner ein
join-ours-says = Dort: Countersign, Geräte, „Einen Rechner zulassen“. Jedes Wort muss gleich sein.
join-theirs = Die sechs Wörter, die er antwortet
join-theirs-says = Der andere Rechner zeigt sie, nachdem Sie dort die obigen eingegeben haben.
join-password = Passwort für diesen Rechner
join-password-says = Es öffnet den Tresor hier von jetzt an: Ihr Anmeldepasswort, wenn Ihre Organisation nichts anderes sagt.
join-do = Beitreten
first-use-import-says = Ein Browser oder eine andere Passwortverwaltung kennt Ihre Anmeldungen schon? Sie können übernommen werden.
first-use-import = Anmeldungen importieren
