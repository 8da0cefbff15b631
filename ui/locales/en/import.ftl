import-title = Import logons
import-says = From a browser (CSV), KeePassXC (CSV), Bitwarden (JSON) or a KDBX database. Nothing is stored before you have seen what becomes of each entry.
import-step-file = File
import-step-look = What becomes of it
import-step-done = Stored
import-file = The file
import-file-hint = What you exported, with its whole path.
import-sealed = This file is sealed ({ $format }).
import-password = Its password
import-key-file = Its key file
import-key-file-hint = Only if it has one.
import-nothing = Nothing was imported.
import-open = Look into it
import-other = Another file
import-found = { $count ->
    [one] One entry in the file: { $format }
   *[other] { $count } entries in the file: { $format }
}
import-added = To be stored
import-added-says = It is stored for { $application }.
import-stored = Stored already
import-stored-says = { $application } has it already as “{ $why }”. Passwords are not compared: if the file has the newer one, edit the logon.
import-taken = Place is taken
import-taken-says = { $application } takes one logon only, and there is “{ $why }”.
import-twice = Twice in the file
import-twice-says = It is the same as entry { $why } and is stored once.
import-contradicts = Contradicts another
import-contradicts-says = Entry { $why } has the same application and user with another password. Leave out the one that is wrong.
import-choice = Choose for what
import-choice-says = Several applications fit. Choose which one it is for.
import-no-template = No application
import-no-template-says = No template is known for it. Choose the application it is for, or leave it.
import-unfit = Does not fit
import-unfit-says = It cannot be stored for { $application } as it is.
import-skipped = Left out
import-skipped-says = You leave it out.
import-left-out = { $count ->
    [one] One thing in the file is no logon and stays out
   *[other] { $count } things in the file are no logons and stay out
}
import-show = Show
import-all = Every entry
import-store = { $count ->
    [0] Nothing to store
    [one] Store one logon
   *[other] Store { $count } logons
}
import-entries = Entries of the file
import-search = Search entries
import-no-entry = No entry has “{ $search }” in it.
import-unnamed = Entry { $number }
import-site = Address
import-none = none
import-not-taken = Not taken over: { $what }
import-for = Which application is it for?
import-by-itself = As Countersign finds out
import-fitting = These fit
import-others = All others
import-leave = Leave this one out
import-is-stored = stored
import-is-not = not stored
import-done = { $count ->
    [0] Nothing was stored.
    [one] One logon is stored.
   *[other] { $count } logons are stored.
}
import-failed = { $count ->
    [one] One could not be stored.
   *[other] { $count } could not be stored.
}
import-stays-sealed = The file is sealed and stays where it is.
import-stays = The file stays: not everything in it is stored.
import-stays-says = Its passwords can be read by whoever reads the file.
import-left = { $count ->
    [one] One thing is in the file alone
   *[other] { $count } things are in the file alone
}
import-left-stored = stored already as “{ $why }”, perhaps with an older password: a stored one is shown to nobody without a proof, so they are not compared
import-lose-ask = Delete it all the same…
import-lose-title = Delete the file, and lose what is in it alone?
import-lose-says = { $count ->
    [one] One thing in it is nowhere else and is lost for good.
   *[other] { $count } things in it are nowhere else and are lost for good.
} The file is overwritten and deleted.
import-lose = Delete it and lose that
import-delete-title = Delete the file?
import-delete-says = Everything in it is stored, and its passwords can be read by whoever reads the file. It is overwritten and deleted.
import-delete = Delete the file
import-deleted = The file was overwritten and deleted.
import-beyond = Deleting does not reach everything: copies in backups and snapshots, in the trash, in a synchronised folder or in the browser’s list of downloads stay. On SSDs, and on file systems that journal data or copy on write (btrfs, ZFS), what was written can stay on the disk although it is overwritten; only an encrypted disk helps there. Change passwords that matter.
import-outcomes = Entry by entry
import-logons = Open logons
import-another = Import another file
