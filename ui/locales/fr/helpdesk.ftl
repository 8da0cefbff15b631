helpdesk-title = Assistance
helpdesk-says = Où en est le coffre d’un utilisateur, et les mots qui l’aident à y revenir. Vous ne voyez ni connexion, ni mot de passe, ni coffre.
helpdesk-user = Utilisateur
helpdesk-user-hint = Son nom tel que l’annuaire l’a.
helpdesk-as = Vous travaillez avec l’annuaire en tant que { $user }.
helpdesk-find = Montrer
helpdesk-no-vault = Il n’a pas de coffre dans ce dépôt.
helpdesk-no-vault-says = Vérifiez le nom avec lui. S’il est juste, il n’a pas encore configuré Countersign.
helpdesk-recovers = Récupération
helpdesk-without = Non configurée
helpdesk-without-says = Aucune moitié n’existe, et vous ne pouvez aider. Il lui reste sa phrase secrète, une autre machine à lui, ou un nouveau départ.
helpdesk-with = { $people ->
    [one] Par une personne
   *[other] Par { $people } personnes
}
helpdesk-serial = moitiés numéro { $serial }
helpdesk-slots = S’ouvre avec
helpdesk-slots-none = seulement ce qui est sur ses machines
helpdesk-machines = { $count ->
    [one] Machine
   *[other] Machines ({ $count })
}
helpdesk-joined = jointe : { $day }
helpdesk-vault = Coffre
helpdesk-vault-says = en-tête écrit { $version } fois, clé numéro { $epoch }
helpdesk-first = Demandez d’abord s’il a besoin de vous : un ancien mot de passe ou sa phrase secrète ouvre aussi le coffre.
helpdesk-recover = L’aider à y revenir
helpdesk-recovery = Récupération
helpdesk-for = Pour
helpdesk-step-check = Qui c’est
helpdesk-step-words = Ses mots
helpdesk-step-name = Le nom
helpdesk-step-read = Lire
helpdesk-check = Vérifiez qui c’est
helpdesk-check-says = Selon la règle de votre entreprise, avant toute chose : rappelez au numéro de la liste du personnel, demandez au responsable, voyez le badge.
helpdesk-check-not = Ne suffit pas : une date de naissance, un matricule, « je suis pressé ».
helpdesk-checked = J’ai vérifié qui c’est
helpdesk-reason = Raison
helpdesk-reason-hint = Pour votre journal : comment vous avez vérifié, et le numéro du ticket. Aucun secret.
helpdesk-words = Les trois mots qu’il vous lit
helpdesk-words-says = Il choisit « Récupérer avec l’assistance », puis « Revenir dans le coffre ». Il vous lit trois mots, et jamais rien d’autre.
helpdesk-words-label = Ses trois mots
helpdesk-words-hint = { $count } mots sur { $of }
helpdesk-ring = Fichier clé de votre anneau
helpdesk-ring-hint = Avec son chemin complet, par exemple /home/vous/desk-1.key.
helpdesk-passphrase = Phrase secrète de votre fichier clé
helpdesk-make = Extraire sa moitié
helpdesk-sealed = Scellé pour
helpdesk-sealed-says = Ce doit être le nom de l’appelant. Si ce ne l’est pas, ou si autre chose est étrange, ne lisez rien.
helpdesk-other = Ce n’est pas le nom que vous avez demandé.
helpdesk-other-says = Quelqu’un a pu changer l’annuaire : ne lisez rien, et appelez votre administrateur.
helpdesk-is-his = C’est l’appelant
helpdesk-is-not = Ce n’est pas lui : détruire
helpdesk-read = Lisez ces mots
helpdesk-read-says = { $people ->
    [one] Lentement, un par un. Seules les quatre premières lettres comptent. Il les tape.
   *[other] Lentement, un par un. Seules les quatre premières lettres comptent. Il faut { $people } personnes, chacune avec ses mots, de préférence en appels séparés.
}
helpdesk-read-never = Ne les notez jamais, ne les envoyez pas, ne les laissez pas à l’écran. Personne n’a à vous dire un mot de passe, une phrase secrète ou le code imprimé : s’il commence, arrêtez-le.
helpdesk-destroy = Détruire et fermer
helpdesk-log = Votre journal
helpdesk-log-says = Chacun de vos essais, noté avant que rien ne soit montré. Jamais un mot secret.
helpdesk-log-whole = { $count ->
    [0] Intact
    [one] Intact : une entrée
   *[other] Intact : { $count } entrées
}
helpdesk-log-fault = Le journal a été modifié ou tronqué.
helpdesk-log-empty = Rien encore.
