publish-title = Publier
publish-says = Met un dossier signé dans l’annuaire : modèles, règles de mots de passe et réglages d’une unité. D’abord est montré ce qui changerait.
publish-folder = Dossier signé
publish-folder-hint = Avec son chemin complet. Signez-le d’abord : countersign trust sign.
publish-unit = Unité
publish-unit-hint = Comme dans l’annuaire, par exemple Sales/Berlin ; { $root } est toute l’organisation.
publish-group = Groupe qui la lit
publish-group-hint = Laissé vide : celui qui porte le nom de l’unité.
publish-as = Vous travaillez avec l’annuaire en tant que { $user }.
publish-plan = Montrer ce qui changerait
publish-root = Toute l’organisation
publish-first = Le catalogue { $number } y est le premier.
publish-replaces = Le catalogue { $number } prend la place de { $replaces }.
publish-created = Nouveau
publish-changed = Changé
publish-deleted = Disparaît
publish-created-count = { $count ->
    [one] Un nouveau
   *[other] { $count } nouveaux
}
publish-changed-count = { $count ->
    [one] Un changé
   *[other] { $count } changés
}
publish-deleted-count = { $count ->
    [one] Un disparaît
   *[other] { $count } disparaissent
}
publish-no-change = Aucun objet ne change ; le catalogue est renouvelé.
publish-readers = { $count ->
    [one] Lu par le groupe { $group }, qui a un membre.
   *[other] Lu par le groupe { $group }, qui a { $count } membres.
}
publish-readers-unknown = Qui la lit n’est pas connu ici : nommez son groupe ci-dessus.
publish-risks = Regardez deux fois :
publish-views = Vues du plan
publish-tab-changes = Changements
publish-tab-ldif = LDIF
publish-tab-undo = Le chemin du retour
publish-ldif-says = La même chose en LDIF, pour les outils de l’annuaire.
publish-undo-says = Ce qui remet l’annuaire comme il était. Les agents n’acceptent un ancien catalogue que signé avec un numéro plus élevé.
publish-copy = Copier
publish-copied = Copié.
publish-kind-template = Modèles
publish-kind-policy = Règles de mots de passe
publish-kind-override = Réglages
publish-count = ({ $count })
publish-no-values = Aucune valeur n’est montrée.
publish-before = jusqu’ici
publish-after = ensuite
publish-apply = Publier ceci
publish-apply-says = Le catalogue { $number } de { $unit } entre en vigueur tel que montré. Si l’annuaire a changé depuis, rien n’est écrit.
publish-confirm = Beaucoup disparaît : les utilisateurs ne l’auront plus.
publish-confirm-label = Saisissez { $unit } pour confirmer
publish-do = Publier
publish-done = { $count ->
    [one] Publié, un objet écrit.
   *[other] Publié, { $count } objets écrits.
}
publish-done-says = Les utilisateurs l’ont à leur prochaine synchronisation.
