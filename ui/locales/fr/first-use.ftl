first-use-title = Bienvenue dans Countersign
first-use-you = Vous
first-use-unlocking = Déverrouillage
first-use-passphrase = Phrase secrète
first-use-code = Code
first-use-check = Vérification
first-use-done = Tout est prêt.
first-use-done-says = Ouvrez une application comme d’habitude. Quand elle demande une connexion, Countersign la remplit, ou vous la demande une fois.
first-use-open-logons = Ouvrir les connexions

you-hello = Est-ce bien vous ?
you-says = Countersign vous connecte à vos applications. La configuration prend deux minutes, et vous pouvez fermer cette fenêtre à tout moment pour continuer plus tard.
you-user = Utilisateur
you-repository = Dépôt
you-found = Trouvé
you-unreachable = Injoignable pour l’instant
you-organisation = Organisation
you-trusted = Confirmée
you-pin-later = Vous pourrez aussi le faire plus tard.
you-join = J’utilise Countersign ailleurs
you-join-says = Cette machine rejoint le coffre que vous avez déjà.
you-join-do = Rejoindre mon coffre

enroll-daily = Qu’est-ce qui ouvre votre coffre au quotidien ?
enroll-slots = Votre coffre s’ouvrira avec
enroll-passphrase = Une phrase secrète, si le mot de passe fait défaut
enroll-passphrase-says = Si votre mot de passe est réinitialisé, cette réponse vous rouvre le coffre, sur toute machine.
enroll-keep = Notez la réponse et gardez-la où vous seul la trouvez. Qui perd le mot de passe et la réponse perd le coffre, à moins que l’assistance puisse aider avec un code imprimé.
enroll-unseen = Je suis sûr de n’avoir encore aucun coffre, bien qu’on ne puisse le voir en ce moment
enroll-do = Créer mon coffre
enroll-made = Votre coffre est créé.

first-code = Un code imprimé pour l’assistance
first-code-says = Si un jour vous perdez mot de passe et phrase secrète, les mots de l’assistance et ce code ouvrent ensemble votre coffre. Ni l’un ni l’autre ne suffit seul.
first-code-make = Créer le code
first-code-later = Plus tard
first-code-none = Pas de récupération par l’assistance ici
first-code-none-says = Votre dépôt ne nomme aucune assistance. Gardez bien la phrase secrète : c’est le seul retour possible.

first-check-synced = { $count ->
    [one] Un modèle est en vigueur.
   *[other] { $count } modèles sont en vigueur.
}
first-check-good = Tout est comme il faut
first-check-wrong = { $count ->
    [one] Un point à regarder
   *[other] { $count } points à regarder
}
first-check-says = Ce que vous remettez en ordre se voit ici de lui-même.
first-check-again = Vérifier à nouveau

bulk-at = Application { $at } sur { $of }, { $stored } enregistrées
bulk-store = Enregistrer et continuer
bulk-skip = Passer celle-ci
bulk-end = Cela suffit
bulk-says = Ce que vous passez, Countersign le demande quand l’application paraît.

join = Rejoindre votre coffre
join-how = Comment cette machine le rejoint
join-device = Avec une autre de mes machines
join-device-says = Elle doit être à portée de main et déverrouillée.
join-passphrase = Avec ma phrase secrète
join-passphrase-says = La réponse que vous avez choisie en créant le coffre.
join-ask = Demander à rejoindre
join-ours = Saisissez ces mots sur l’autre machine
join-ours-says = Là-bas : Countersign, Appareils, « Admettre une machine ». Chaque mot doit être le même.
join-theirs = Les six mots qu’elle répond
join-theirs-says = L’autre machine les montre quand vous y avez saisi ceux du dessus.
join-password = Mot de passe pour cette machine
join-password-says = Il ouvre le coffre ici à partir de maintenant : votre mot de passe de session, si votre organisation ne dit rien d’autre.
join-do = Rejoindre
first-use-import-says = Un navigateur ou un autre gestionnaire connaît déjà vos connexions ? Elles peuvent être reprises.
first-use-import = Importer des connexions
