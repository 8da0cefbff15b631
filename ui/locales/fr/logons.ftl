logons-title = Connexions
logons-add = Ajouter une connexion
logons-search = Chercher une connexion
logons-order = Trier par
logons-order-name = Nom
logons-order-recent = Dernier changement
logons-order-application = Application
logons-waiting = { $count ->
    [one] Un changement à envoyer
   *[other] { $count } changements à envoyer
}
logons-not-synced = Pas encore synchronisé
logons-synced = Synchronisé { $when }
logons-offline = Hors ligne : tout marche d’ici
logons-nothing = Aucune connexion ne contient « { $search } ».
logons-empty = Aucune connexion enregistrée
logons-empty-open = Ouvrez une application à laquelle vous vous connectez. Quand son formulaire paraît, Countersign demande la connexion et la garde dès que l’application l’a acceptée.
logons-empty-add = Ou ajoutez ici celle que vous connaissez déjà.
logons-empty-safe = Chacune est scellée pour vous seul. Aucun administrateur et aucune assistance ne peut la lire.
logons-chosen = { $label }
logons-shared = Partagée : { $group }
logons-grey = Aucun modèle n’est en vigueur pour cette application.
logons-grey-says = Il a été retiré, ou cette machine ne l’a pas. La connexion reste, mais rien n’est rempli.
logons-reveal-field = Afficher { $field }
logons-saved-for = Enregistrée pour
logons-unbound = le premier programme où elle est remplie
logons-changed = Modifiée
logons-fill = Remplir
logons-pick = Cliquez sur la fenêtre à remplir
logons-pick-says = Vous avez { $seconds } secondes. Un clic à côté y met fin.
logons-remove = Supprimer { $label } ?
logons-remove-says = Elle est supprimée sur toutes vos machines et ne peut revenir que d’une exportation.
logons-key-arrows = Choisir une connexion
logons-key-enter = Modifier celle qui est choisie
logons-key-type = Chercher
