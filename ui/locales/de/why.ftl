why-title = Warum?
why-says = Warum etwas ausgefüllt wurde oder nicht. Zu jeder Entscheidung steht, was die Vorlage verlangte und was gefunden wurde.
why-look = Ein Fenster ansehen
why-method-controls = { $works ->
    [yes] Felder sind beschreibbar
   *[no] Felder sind nicht beschreibbar
}
why-method-keys = { $works ->
    [yes] Tippen ist möglich
   *[no] Tippen ist nicht möglich
}
why-method-terminal = { $works ->
    [yes] Das Terminal ist ausfüllbar
   *[no] Das Terminal ist nicht ausfüllbar
}
why-candidates = { $count ->
    [0] Keine Vorlage kennt sein Programm
    [one] Ein Formular wurde verglichen
   *[other] { $count } Formulare wurden verglichen
}
why-timeline = Die letzten Entscheidungen
why-timeline-window = Entscheidungen zu diesem Fenster
why-all = Alle zeigen
why-copy = Bereinigten Bericht kopieren
why-copied = Kopiert, ohne Titel, Namen von Anmeldungen und Texte aus Fenstern.
why-nothing = Noch wurde nichts entschieden. Öffnen Sie eine Anwendung, die nach einer Anmeldung fragt.
why-which = Welches Fenster ansehen?
