sync-title = Synchronisation
sync-now = Synchroniser maintenant
sync-done = Tout a été relu.
sync-done-says = { $templates } modèles en vigueur, { $pulled } fiches reçues, { $pushed } envoyées.
sync-repository = Dépôt
sync-reachable = Joignable
sync-offline = Hors ligne
sync-offline-says = C’est normal : vos connexions marchent depuis cette machine, et les changements sont envoyés plus tard.
sync-sign-in = Se connecter à l’annuaire
sync-sign-in-says = Il est montré une fois à l’annuaire, par une connexion vérifiée, et tout est relu.
sync-place = Lieu
sync-last = Dernier échange
sync-never = Jamais encore
sync-waiting = Reste à envoyer
sync-waiting-count = { $count ->
    [0] Rien
    [one] Une fiche
   *[other] { $count } fiches
}
sync-templates = Modèles
sync-templates-count = { $signed } signés, { $package } du paquet, { $unsigned } à vous
sync-last-good = Ce qui était bon avant reste en vigueur.
sync-organisation = Organisation
sync-trusted = De confiance
sync-stale = Périmée
sync-organisation-none = Aucune : ce dépôt ne montre pas d’organisation.
sync-organisation-unpinned = Le dépôt montre une organisation que vous n’avez pas confirmée. Ses modèles ne comptent pas avant.
sync-until = sa liste est valable jusqu’au { $day }
sync-unit-root = Toute l’organisation
sync-unit = Publié par { $publisher }, numéro { $number }, bon jusqu’au { $until }
sync-unit-holds = { $templates } modèles, { $policies } règles de mots de passe, { $overrides } réglages imposés
sync-unit-missing = { $count ->
    [one] Un objet n’a pu être obtenu
   *[other] { $count } objets n’ont pu être obtenus
}
sync-unit-stale = Périmé, encore en vigueur
sync-groups = Vos groupes : { $groups }
sync-next-try = Prochain essai
