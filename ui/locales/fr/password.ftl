password-title = Mots de passe
password-search = Chercher un mot de passe
password-nothing = Aucun mot de passe n’a « { $search } » dans son nom.
password-empty = Aucune connexion enregistrée
password-empty-says = Dès qu’il y en aura, cette page montrera quels mots de passe expirent et quels changements sont en cours.
password-chosen = { $label }
password-shared = Partagé : { $group }
password-unsure = Lequel est valable ?
password-sent = A-t-il marché ?
password-expired = Expiré
password-due = Expire bientôt
password-made = Un nouveau attend
password-still = En service
password-unsure-says = Un nouveau mot de passe a été créé ({ $made }). L’application a refusé les deux, et aucun n’est plus saisi. Essayez les deux à la main, puis dites lequel a marché.
password-sent-says = Un nouveau mot de passe a été créé ({ $made }) et saisi dans l’application, qui n’a pas encore montré si elle l’a accepté. La prochaine connexion le dira.
password-expired-says = Il a expiré le { $expires }.
password-due-says = Il expire le { $expires }. Changez-le avant.
password-made-says = Un nouveau mot de passe a été créé ({ $made }). Il est saisi quand l’application en demande un ; d’ici là, l’ancien est valable.
password-still-says = Aucun changement n’est en cours.
password-grace = { $count ->
    [0] Il n’est rempli que si vous le demandez.
    [one] Il est encore rempli une fois de lui-même.
   *[other] Il est encore rempli { $count } fois de lui-même.
}
password-worked = Le nouveau mot de passe a-t-il marché ?
password-taken = Il a marché
password-not-taken = Non, pas du tout
password-worked-says = Sinon, l’ancien redevient valable. Aucun mot de passe n’est jeté.
password-reveal-next = Afficher le prochain
password-give-up = Y renoncer
password-change = En créer un nouveau
password-own = Choisir le mien
password-use-own = Utiliser celui-ci
password-since = En service depuis
password-expires = Expire
password-never = Jamais, autant qu’on sache
password-history = { $count ->
    [one] Un ancien mot de passe
   *[other] { $count } anciens mots de passe
}
password-reveal-former = Afficher l’ancien mot de passe { $number }
