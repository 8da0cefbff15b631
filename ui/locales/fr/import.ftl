import-title = Importer des connexions
import-says = D’un navigateur (CSV), de KeePassXC (CSV), de Bitwarden (JSON) ou d’une base KDBX. Rien n’est enregistré avant que vous ayez vu ce que devient chaque entrée.
import-step-file = Fichier
import-step-look = Ce qu’il devient
import-step-done = Enregistré
import-file = Le fichier
import-file-hint = Ce que vous avez exporté, avec son chemin complet.
import-sealed = Ce fichier est scellé ({ $format }).
import-password = Son mot de passe
import-key-file = Son fichier clé
import-key-file-hint = Seulement s’il en a un.
import-nothing = Rien n’a été importé.
import-open = Regarder dedans
import-other = Un autre fichier
import-found = { $count ->
    [one] Une entrée dans le fichier : { $format }
   *[other] { $count } entrées dans le fichier : { $format }
}
import-added = À enregistrer
import-added-says = Elle est enregistrée pour { $application }.
import-stored = Déjà enregistrée
import-stored-says = { $application } l’a déjà, sous « { $why } ». Les mots de passe ne sont pas comparés : si le fichier a le plus récent, modifiez la connexion.
import-taken = Place prise
import-taken-says = { $application } ne prend qu’une connexion, et il y a « { $why } ».
import-twice = En double
import-twice-says = C’est la même que l’entrée { $why }, enregistrée une fois.
import-contradicts = Contredit une autre
import-contradicts-says = L’entrée { $why } a la même application et le même utilisateur avec un autre mot de passe. Laissez celle qui est fausse.
import-choice = À choisir
import-choice-says = Plusieurs applications conviennent. Choisissez celle qu’elle concerne.
import-no-template = Aucune application
import-no-template-says = Aucun modèle n’est connu pour elle. Choisissez son application, ou laissez-la.
import-unfit = Ne convient pas
import-unfit-says = Elle ne peut être enregistrée telle quelle pour { $application }.
import-skipped = Laissée
import-skipped-says = Vous la laissez de côté.
import-left-out = { $count ->
    [one] Un élément du fichier n’est pas une connexion et reste dehors
   *[other] { $count } éléments du fichier ne sont pas des connexions et restent dehors
}
import-show = Montrer
import-all = Toutes les entrées
import-store = { $count ->
    [0] Rien à enregistrer
    [one] Enregistrer une connexion
   *[other] Enregistrer { $count } connexions
}
import-entries = Entrées du fichier
import-search = Chercher une entrée
import-no-entry = Aucune entrée ne contient « { $search } ».
import-unnamed = Entrée { $number }
import-site = Adresse
import-none = aucune
import-not-taken = Non repris : { $what }
import-for = Pour quelle application ?
import-by-itself = Comme Countersign le trouve
import-fitting = Celles-ci conviennent
import-others = Toutes les autres
import-leave = Laisser celle-ci
import-is-stored = enregistrée
import-is-not = non enregistrée
import-done = { $count ->
    [0] Rien n’a été enregistré.
    [one] Une connexion est enregistrée.
   *[other] { $count } connexions sont enregistrées.
}
import-failed = { $count ->
    [one] Une n’a pu être enregistrée.
   *[other] { $count } n’ont pu être enregistrées.
}
import-stays-sealed = Le fichier est scellé et reste où il est.
import-stays = Le fichier reste : tout n’y est pas enregistré.
import-stays-says = Qui lit le fichier lit ses mots de passe.
import-left = { $count ->
    [one] Un élément n’est que dans le fichier
   *[other] { $count } éléments ne sont que dans le fichier
}
import-left-stored = déjà enregistrée sous « { $why } », peut-être avec un mot de passe plus ancien : celui qui est enregistré n’est montré à personne sans preuve, ils ne sont donc pas comparés
import-lose-ask = Supprimer quand même…
import-lose-title = Supprimer le fichier, et perdre ce qui n’est que là ?
import-lose-says = { $count ->
    [one] Un élément n’existe nulle part ailleurs et est perdu pour toujours.
   *[other] { $count } éléments n’existent nulle part ailleurs et sont perdus pour toujours.
} Le fichier est écrasé puis supprimé.
import-lose = Supprimer et perdre cela
import-delete-title = Supprimer le fichier ?
import-delete-says = Tout y est enregistré, et qui lit le fichier lit ses mots de passe. Il est écrasé puis supprimé.
import-delete = Supprimer le fichier
import-deleted = Le fichier a été écrasé et supprimé.
import-beyond = La suppression n’atteint pas tout : les copies dans les sauvegardes et instantanés, dans la corbeille, dans un dossier synchronisé ou dans la liste des téléchargements du navigateur restent. Sur les SSD, et sur les systèmes de fichiers qui journalisent les données ou copient à l’écriture (btrfs, ZFS), ce qui a été écrit peut rester sur le disque bien qu’écrasé ; seul un disque chiffré y aide. Changez les mots de passe qui comptent.
import-outcomes = Entrée par entrée
import-logons = Ouvrir les connexions
import-another = Importer un autre fichier
