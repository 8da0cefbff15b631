# Was über ein Fenster entschieden wurde, und was zu tun ist.

decision-no-match = Nicht erkannt: Kein Formular passt zu diesem Fenster
decision-no-match-next = Nichts zu tun, wenn es keine Anmeldung ist. Sonst zeigen die Kreuze unten, was in der Vorlage stehen müsste.
decision-locked = Nicht ausgefüllt: Der Tresor war gesperrt
decision-locked-next = Entsperren Sie ihn.
decision-paused = Nicht ausgefüllt: Das Ausfüllen war pausiert
decision-paused-next = Beenden Sie die Pause in den Einstellungen.
decision-manual = Nicht ausgefüllt: Das selbsttätige Ausfüllen ist aus
decision-manual-next = Wählen Sie bei der Anmeldung „Ausfüllen“.
decision-excluded = Nicht ausgefüllt: Sie haben diese Anwendung ausgenommen
decision-excluded-next = Wählen Sie bei der Anmeldung „Ausfüllen“, oder nehmen Sie die Anwendung in den Einstellungen wieder auf.
decision-reauthenticate = Nicht ausgefüllt: Diese Anwendung verlangt vorher Ihr Passwort
decision-reauthenticate-next = Wählen Sie bei der Anmeldung „Ausfüllen“; dann wird danach gefragt.
decision-awaits-focus = Wartet: Getippt wird nur in das vorderste Fenster
decision-awaits-focus-next = Klicken Sie in das Fenster.
decision-no-logon = Nicht ausgefüllt: Dafür ist keine Anmeldung gespeichert
decision-no-logon-next = Fügen Sie eine hinzu.
decision-ambiguous = Nicht ausgefüllt: Mehrere Anmeldungen kommen in Frage ({ $what })
decision-ambiguous-next = Wählen Sie eine mit „Ausfüllen“.
decision-tied = Nicht ausgefüllt: Mehrere Vorlagen beanspruchen dieses Fenster ({ $what })
decision-tied-next = Sagen Sie es denen, die sie geschrieben haben: Eine braucht eine Bedingung, die sie unterscheidet.
decision-binding-changed = Nicht ausgefüllt: Das Programm ist ein anderes als das, für das die Anmeldung gespeichert wurde
decision-binding-changed-next = Gespeichert für { $saved }, dies ist { $live }. Wenn Sie den Grund kennen und ihm trauen: countersign logon rebind.
decision-answered = Beantwortet, ohne ein Feld
decision-filled = { $logon ->
    [""] Ausgefüllt
   *[other] Ausgefüllt mit { $logon }
}
decision-refused = Nicht ausgefüllt
decision-interrupted = Teilweise ausgefüllt, nicht abgeschickt
decision-logon-failed = Die Anwendung hat die Anmeldung abgelehnt: { $what }
decision-logon-failed-next = Berichtigen Sie sie. Vorher wird sie nicht wieder ausgefüllt.
decision-logon-succeeded = Angemeldet: { $what }
decision-change-asked = Nicht ausgefüllt: Die Anwendung verlangt ein neues Passwort
decision-change-asked-next = Lassen Sie auf der Seite „Passwörter“ eines erzeugen; dann wird es eingegeben.
decision-password-unsure = Nicht ausgefüllt: Welches von zwei Passwörtern für „{ $what }“ gilt, ist nicht bekannt
decision-password-unsure-next = Probieren Sie beide von Hand, und sagen Sie dann auf der Seite „Passwörter“, welches galt.
decision-password-expired = Nicht ausgefüllt: Das Passwort von „{ $what }“ ist abgelaufen
decision-password-expired-next = Ändern Sie es. „Ausfüllen“ bei der Anmeldung nimmt weiter das bisherige.
decision-change-failed = Die Anwendung hat das neue Passwort abgelehnt: { $what }
decision-change-succeeded = Das Passwort wurde geändert: { $what }
decision-ignored = In Ruhe gelassen, wie es die Vorlage sagt
decision-loop-stopped = Angehalten: { $fills } Mal ausgefüllt, und das Formular ist jedes Mal wieder da
decision-loop-stopped-next = Prüfen Sie die Anmeldung, und wählen Sie dann „Ausfüllen“.
decision-unreadable = Das Fenster konnte nicht gelesen werden: { $what }

refusal-window-gone = Das Fenster wurde geschlossen. Öffnen Sie die Anmeldung der Anwendung noch einmal.
refusal-identity-changed = Das Fenster gehört jetzt einem anderen Programm. Es wurde nichts hineingeschrieben.
refusal-focus-moved = Ein anderes Fenster kam nach vorn. Klicken Sie in das Anmeldefenster, und wählen Sie „Ausfüllen“.
refusal-field-not-focused = Ein anderes Feld hat den Fokus. Es wurde nichts hineingetippt.
refusal-control-gone = Das Feld für { $what } ist nicht mehr da.
refusal-not-in-time = { $what } hat vergeblich gewartet. Wählen Sie „Ausfüllen“, sobald die Anwendung bereit ist.
refusal-not-editable = Das Feld für { $what } nimmt keinen Text.
refusal-not-kept = Das Feld für { $what } hat das Geschriebene nicht behalten. Die Vorlage sollte Tasten verwenden.
refusal-not-pressed = Der Knopf für { $what } ließ sich nicht drücken.
refusal-not-responding = Die Anwendung antwortet nicht. Warten Sie, bis sie es tut, und wählen Sie dann „Ausfüllen“.
refusal-echo-on = Das Terminal würde das Passwort zeigen. Kein Programm fragt danach.
refusal-not-a-prompt = Kein Programm im Terminal fragt nach einem Passwort.
refusal-foreground-changed = Im Terminal läuft jetzt ein anderes Programm.
refusal-untypable = Ein Zeichen von { $what } lässt sich auf diesem Bildschirm nicht tippen.
refusal-modifier-held = Eine Taste wie Umschalt oder Strg wird gehalten. Lassen Sie sie los, und wählen Sie „Ausfüllen“.
refusal-no-value = Die Anmeldung hat keinen Wert für { $what }. Ergänzen Sie ihn.
refusal-cancelled = Angehalten, bevor es fertig war.
refusal-desktop = Der Desktop hat versagt: { $what }
