# Ce que disent plusieurs pages.

places = Pages
place-logons = Connexions
place-password = Mots de passe
place-sync = Synchronisation
place-settings = Réglages
place-why = Pourquoi ?
place-devices = Appareils
place-about = À propos

vault-unlocked = Déverrouillé
vault-locked = Verrouillé
vault-paused = En pause

unlock = Déverrouiller
lock = Verrouiller
set-up = Configurer Countersign
start-agent = Démarrer Countersign
try-again = Réessayer
begin = Commencer
next = Continuer
back = Retour
close = Fermer
cancel = Annuler
save = Enregistrer
edit = Modifier
remove = Supprimer
reveal = Afficher

shortcuts = Raccourcis clavier
shortcut-list = Montrer cette liste
shortcut-close = Fermer la fenêtre

failure-not-running = Countersign n’est pas en marche.
failure-not-running-next = Rien n’est perdu. Démarrez-le, et cette fenêtre reprend où elle en était.
failure-other-version = Cette fenêtre et l’agent n’ont pas la même version.
failure-other-version-next = Fermez puis rouvrez votre session, ou redémarrez l’agent, pour que les deux soient identiques.
failure-connection = La connexion avec l’agent a été perdue.
failure-connection-next = Ce que vous avez saisi est toujours là. Réessayez.

field-required = (nécessaire)
field-missing = Ce champ est nécessaire.
field-kept = Enregistré. Laissé vide, il ne change pas.
field-totp = La clé des mots de passe à usage unique, telle que l’application la montre.
field-limit = C’est trop : un champ accepte au plus 4 Kio. Rien n’en a été repris.
field-most = Trop long : { $most ->
    [one] un caractère au plus
   *[other] { $most } caractères au plus
} pour cette application.
field-username = Nom d’utilisateur
field-password = Mot de passe
field-third = Troisième champ
field-fourth = Quatrième champ
show-typed = Montrer la saisie

proof-os = Votre mot de passe de session
proof-directory = Votre mot de passe de l’annuaire
proof-own = Votre mot de passe du coffre
proof-none = Votre phrase secrète
password-rules = Règles : { $name }
password-new = Nouveau mot de passe
password-again = Encore une fois
differ = Les deux ne sont pas identiques.
prove-title = Est-ce bien vous ?
prove-says = Cette application demande votre mot de passe avant que sa connexion soit remplie.

strength-none = Au moins { $length } caractères. Quelques mots sans rapport entre eux conviennent le mieux.
strength-short = Trop court : au moins { $length } caractères.
strength = { $level ->
    [0] Deviné aussitôt.
    [1] Très faible.
    [2] Faible.
    [3] Solide.
   *[4] Très solide.
} { $enough ->
    [yes] Cela suffit.
   *[no] Ajoutez encore un mot ou deux.
}

list-count = { $count ->
    [0] Rien de trouvé
    [one] Un élément
   *[other] { $count } éléments
}
steps = Étape { $at } sur { $of }
step-done = (fait)

publisher-signed = Signé
publisher-signed-by = Signé par { $name } ({ $organisation })
publisher-package = Paquet
publisher-package-says = Livré avec Countersign
publisher-unsigned = À vous
publisher-unsigned-says = Fait sur cette machine, signé par personne
publisher-unsigned-elsewhere = D’ailleurs
publisher-unsigned-elsewhere-says = Fait sur une autre de vos machines ; personne ne l’a accepté ici

logon-name = Votre nom pour elle
logon-name-says = Pour en distinguer plusieurs. Laissé vide, il est formé pour vous.

ending-replaced = un autre a pris sa place
ending-refused = l’application ne l’a pas accepté
ending-abandoned = abandonné avant que rien ne soit connu

rating-strong = Solide
rating-fair = Moyen
rating-weak = Faible

slot-login = Votre mot de passe sur cette machine
slot-passphrase = Phrase secrète
slot-device = Cet appareil
slot-silent = Mot de passe sur toute machine
slot-directory-key = Clé dans l’annuaire
slot-directory-identity = Identité dans l’annuaire
slot-os-protection = Trousseau du système
slot-program = Programme externe
slot-recovery = Récupération avec l’assistance

primary-which = Ce qui ouvre le coffre au quotidien
primary-os = Mot de passe de session
primary-os-says = Le mot de passe avec lequel vous ouvrez votre session sur cette machine.
primary-directory = Mot de passe de l’annuaire
primary-directory-says = Le mot de passe avec lequel vous vous connectez à l’annuaire de votre organisation.
primary-own = Un mot de passe à part
primary-own-says = Un mot de passe qui ne sert qu’au coffre.
primary-none = Rien
primary-none-says = Quiconque utilise votre compte sur cette machine ouvre le coffre.

unlock-new-hint = Il ouvre le coffre à partir de maintenant.
unlock-wait = Prochain essai possible dans { $seconds ->
    [one] une seconde
   *[other] { $seconds } secondes
}.

check-good = En ordre
check-warning = À regarder
check-bad = Incorrect

syncing = Tout est relu…
syncing-of = { $objects } objets sur { $of }, { $bytes }
syncing-looks = Recherche de nouveautés.

code-title = Countersign : code de récupération
code-says = Ces douze mots ne sont montrés que cette fois. Imprimez-les ou notez-les, et gardez-les loin de cette machine.
code-made = Créé le { $day }. Avec les mots de l’assistance, il ouvre votre coffre. Ni l’un ni l’autre ne suffit seul.
code-print = Imprimer
code-kept = Je l’ai sur papier
code-check = Prenez votre papier et saisissez deux des mots.
code-word = Mot { $number }
code-wrong = Ce n’est pas ce qui a été montré. Regardez encore.
code-check-now = Vérifier
code-back = Montrer les mots à nouveau

passphrase-hint = Les majuscules et les espaces en trop ne comptent pas. Un fait vous concernant est une mauvaise réponse.
passphrase-suggest = Proposer des mots au hasard
passphrase-suggested = Cinq mots au hasard, pour vous seul. Notez-les sur papier, pas sur cette machine.
passphrase-take = Prendre ces mots
passphrase-others = D’autres
passphrase-again = La phrase secrète encore une fois, depuis votre papier

pin = Confirmez votre organisation
pin-says = Ce dépôt appartient à une organisation. Saisissez les six mots que votre administrateur vous a donnés, pour que personne ne puisse se faire passer pour elle.
pin-words = Les six mots
pin-hint = De votre administrateur, pas de cette machine.
pin-do = Confirmer

problems = { $count ->
    [one] Un élément n’est pas en vigueur
   *[other] { $count } éléments ne sont pas en vigueur
}
severity-warning = Avertissement
severity-error = Erreur

copy = Copier
copied = { $field } est dans le presse-papiers.
copied-says = { $seconds ->
    [one] Il en est retiré dans une seconde.
   *[other] Il en est retiré dans { $seconds } secondes.
} D’ici là, tout ce qui tourne dans votre session peut le lire.
windows = Fenêtres à l’écran
windows-search = Chercher une fenêtre
windows-none = Aucune fenêtre n’est là. Ouvrez l’application, puis regardez encore.
windows-again = Regarder encore
window-take = Prendre cette fenêtre
window-point = Montrer une fenêtre
window-from-list = Dans une liste
window-pick = Cliquez sur la fenêtre
window-pick-says = Vous avez { $seconds } secondes.
window-unknown-program = son programme n’est pas connu
path-choose = Choisir…
path-choose-for = Choisir : { $label }
