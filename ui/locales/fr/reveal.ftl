reveal-title = Afficher
reveal-prove = Montrez que c’est bien vous. Il est alors visible 20 secondes, et le journal d’audit en garde trace.
reveal-next = le prochain mot de passe
reveal-former = ancien mot de passe { $number }
reveal-nothing = Cette fenêtre a été ouverte pour rien. Choisissez « Afficher » sur une connexion.
reveal-characters = { $count ->
    [one] Un caractère
   *[other] { $count } caractères
}
reveal-letters = Lettres
reveal-digits = Chiffres : soulignés
reveal-others = Autres : cadre pointillé
reveal-time = Temps restant
reveal-left = Cette fenêtre se ferme dans { $seconds ->
    [one] une seconde
   *[other] { $seconds } secondes
}.
reveal-hide = Masquer maintenant
