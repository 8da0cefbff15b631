reveal-title = Anzeigen
reveal-prove = Zeigen Sie, dass Sie es sind. Es ist dann 20 Sekunden zu sehen, und das Protokoll hält das fest.
reveal-next = das nächste Passwort
reveal-former = früheres Passwort { $number }
reveal-nothing = Dieses Fenster wurde für nichts geöffnet. Wählen Sie bei einer Anmeldung „Anzeigen“.
reveal-characters = { $count ->
    [one] Ein Zeichen
   *[other] { $count } Zeichen
}
reveal-letters = Buchstaben
reveal-digits = Ziffern: unterstrichen
reveal-others = Andere: gepunkteter Rahmen
reveal-time = Verbleibende Zeit
reveal-left = Dieses Fenster schließt sich in { $seconds ->
    [one] einer Sekunde
   *[other] { $seconds } Sekunden
}.
reveal-hide = Jetzt verbergen
