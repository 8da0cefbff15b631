why-title = Pourquoi ?
why-says = Pourquoi quelque chose a été rempli, ou non. Chaque décision montre ce que son modèle demandait et ce qui a été trouvé.
why-look = Examiner une fenêtre
why-pick = Cliquez sur la fenêtre
why-pick-says = Vous avez { $seconds } secondes.
why-unknown-program = son programme n’est pas connu
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
why-program = Programme
why-template = Modèle
why-took = Remplie après
why-milliseconds = { NUMBER($count, maximumFractionDigits: 1) } ms
why-wanted = demandé
why-found = trouvé
verdict-passed = rempli
verdict-failed = non rempli
verdict-skipped = non examiné
