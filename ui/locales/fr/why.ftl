why-title = Pourquoi ?
why-says = Pourquoi quelque chose a été rempli, ou non. Chaque décision montre ce que son modèle demandait et ce qui a été trouvé.
why-look = Examiner une fenêtre
why-method-controls = { $works ->
    [yes] Champs accessibles en écriture
   *[no] Champs inaccessibles en écriture
}
why-method-keys = { $works ->
    [yes] La frappe est possible
   *[no] La frappe est impossible
}
why-method-terminal = { $works ->
    [yes] Le terminal peut être rempli
   *[no] Le terminal ne peut être rempli
}
why-candidates = { $count ->
    [0] Aucun modèle ne connaît son programme
    [one] Un formulaire a été comparé
   *[other] { $count } formulaires ont été comparés
}
why-timeline = Les dernières décisions
why-timeline-window = Décisions sur cette fenêtre
why-all = Tout montrer
why-copy = Copier un rapport anonyme
why-copied = Copié, sans titres, noms de connexions ni textes de fenêtres.
why-nothing = Rien n’a encore été décidé. Ouvrez une application qui demande une connexion.
why-which = Examiner quelle fenêtre ?
