# Ce qui a été décidé pour une fenêtre, et ce qu’il faut faire.

decision-no-match = Non reconnue : aucun formulaire ne correspond à cette fenêtre
decision-no-match-next = Rien à faire si ce n’est pas une connexion. Sinon, les croix ci-dessous montrent ce que son modèle devrait dire.
decision-locked = Non remplie : le coffre était verrouillé
decision-locked-next = Déverrouillez-le.
decision-paused = Non remplie : le remplissage était en pause
decision-paused-next = Mettez fin à la pause dans les réglages.
decision-manual = Non remplie : le remplissage automatique est désactivé
decision-manual-next = Choisissez « Remplir » sur la connexion.
decision-excluded = Non remplie : vous avez exclu cette application
decision-excluded-next = Choisissez « Remplir » sur la connexion, ou reprenez l’application dans les réglages.
decision-reauthenticate = Non remplie : cette application demande d’abord votre mot de passe
decision-reauthenticate-next = Choisissez « Remplir » sur la connexion ; il vous sera demandé.
decision-awaits-focus = En attente : rien n’est tapé que dans la fenêtre de devant
decision-awaits-focus-next = Cliquez dans la fenêtre.
decision-no-logon = Non remplie : aucune connexion n’est enregistrée pour elle
decision-no-logon-next = Ajoutez-en une.
decision-ambiguous = Non remplie : plusieurs connexions conviendraient ({ $what })
decision-ambiguous-next = Choisissez-en une avec « Remplir ».
decision-tied = Non remplie : plusieurs modèles revendiquent cette fenêtre ({ $what })
decision-tied-next = Dites-le à leurs auteurs : l’un d’eux a besoin d’une condition qui les distingue.
decision-binding-changed = Non remplie : le programme n’est pas celui pour lequel la connexion a été enregistrée
decision-binding-changed-next = Enregistrée pour { $saved }, ceci est { $live }. Si vous en connaissez la raison et lui faites confiance : countersign logon rebind.
decision-answered = Répondu, sans aucun champ
decision-filled = { $logon ->
    [""] Remplie
   *[other] Remplie avec { $logon }
}
decision-refused = Non remplie
decision-interrupted = Remplie en partie, non envoyée
decision-logon-failed = L’application a refusé la connexion : { $what }
decision-logon-failed-next = Corrigez-la. Elle n’est plus remplie d’ici là.
decision-logon-succeeded = Connecté : { $what }
decision-change-asked = Non remplie : l’application demande un nouveau mot de passe
decision-change-asked-next = Faites-en créer un sur la page « Mots de passe » ; il sera alors saisi.
decision-password-unsure = Non remplie : on ignore lequel des deux mots de passe de « { $what } » est valable
decision-password-unsure-next = Essayez les deux à la main, puis dites sur la page « Mots de passe » lequel a marché.
decision-password-expired = Non remplie : le mot de passe de « { $what } » a expiré
decision-password-expired-next = Changez-le. « Remplir » sur la connexion prend encore l’ancien.
decision-change-failed = L’application a refusé le nouveau mot de passe : { $what }
decision-change-succeeded = Le mot de passe a été changé : { $what }
decision-ignored = Laissée en paix, comme le dit son modèle
decision-loop-stopped = Arrêté : remplie { $fills } fois, et le formulaire revient toujours
decision-loop-stopped-next = Vérifiez la connexion, puis choisissez « Remplir ».
decision-unreadable = La fenêtre n’a pas pu être lue : { $what }

refusal-window-gone = La fenêtre s’est fermée. Rouvrez la connexion de l’application.
refusal-identity-changed = La fenêtre appartient maintenant à un autre programme. Rien n’y a été écrit.
refusal-focus-moved = Une autre fenêtre est passée devant. Cliquez dans la fenêtre de connexion et choisissez « Remplir ».
refusal-field-not-focused = Un autre champ a le focus. Rien n’y a été tapé.
refusal-control-gone = Le champ pour { $what } n’est plus là.
refusal-not-in-time = { $what } a attendu en vain. Choisissez « Remplir » quand l’application est prête.
refusal-not-editable = Le champ pour { $what } n’accepte pas de texte.
refusal-not-kept = Le champ pour { $what } n’a pas gardé ce qui y a été écrit. Son modèle devrait utiliser les touches.
refusal-not-pressed = Le bouton pour { $what } n’a pas pu être pressé.
refusal-not-responding = L’application ne répond pas. Attendez qu’elle réponde, puis choisissez « Remplir ».
refusal-echo-on = Le terminal montrerait le mot de passe. Aucun programme ne le demande.
refusal-not-a-prompt = Aucun programme du terminal ne demande de mot de passe.
refusal-foreground-changed = Un autre programme tourne maintenant dans le terminal.
refusal-untypable = Un caractère de { $what } ne peut pas être tapé sur cet écran.
refusal-modifier-held = Une touche comme Maj ou Ctrl est enfoncée. Relâchez-la et choisissez « Remplir ».
refusal-no-value = La connexion n’a pas de valeur pour { $what }. Ajoutez-la.
refusal-cancelled = Arrêté avant la fin.
refusal-desktop = Le bureau a échoué : { $what }
