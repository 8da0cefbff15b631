first-use-title = Welcome to Countersign
first-use-you = You
first-use-unlocking = Unlocking
first-use-passphrase = Passphrase
first-use-code = Code
first-use-check = Check
first-use-done = You are set up.
first-use-done-says = Open an application as usual. When it asks for a logon, Countersign fills it, or asks you once.
first-use-open-logons = Open logons

you-hello = Is this you?
you-says = Countersign logs you on to your applications. Setting it up takes two minutes, and you may close this window at any time and go on later.
you-user = User
you-repository = Repository
you-found = Found
you-unreachable = Not reachable just now
you-organisation = Organisation
you-trusted = Confirmed
you-pin-later = You can also confirm it later.
you-join = I use Countersign elsewhere
you-join-says = This machine joins the vault you already have.
you-join-do = Join my vault

enroll-daily = What opens your vault day by day?
enroll-slots = Your vault will open with
enroll-passphrase = A passphrase, in case the password fails
enroll-passphrase-says = If your password is reset, this answer lets you back in, on any machine.
enroll-keep = Write the answer down and keep it where only you find it. Who loses the password and the answer loses the vault, unless the helpdesk can help with a printed code.
enroll-unseen = I am sure that I have no vault yet, although that cannot be seen just now
enroll-do = Make my vault
enroll-made = Your vault is made.

first-code = A printed code for the helpdesk
first-code-says = If you ever lose both password and passphrase, the helpdesk’s words and this code open your vault together. Neither does alone.
first-code-make = Make the code
first-code-later = Later
first-code-none = No helpdesk recovery here
first-code-none-says = Your repository names no helpdesk. Keep the passphrase well: it is the only way back.

first-check-synced = { $count ->
    [one] One template is in force.
   *[other] { $count } templates are in force.
}
first-check-good = Everything is as it should be
first-check-wrong = { $count ->
    [one] One thing to look at
   *[other] { $count } things to look at
}
first-check-says = What you put right is seen here by itself.
first-check-again = Check again

bulk-at = Application { $at } of { $of }, { $stored } stored
bulk-store = Store and go on
bulk-skip = Skip this one
bulk-end = That is enough
bulk-says = Whatever you skip, Countersign asks for when the application appears.

join = Join the vault you have
join-how = How this machine joins
join-device = With another machine of mine
join-device-says = It has to be at hand and unlocked.
join-passphrase = With my passphrase
join-passphrase-says = The answer you chose when you made the vault.
join-ask = Ask to join
join-ours = Type these words on the other machine
join-ours-says = There: Countersign, Devices, “Let a machine in”. Every word has to be the same.
join-theirs = The six words it answers
join-theirs-says = Shown on the other machine after you typed the ones above.
join-password = Password for this machine
join-password-says = It opens the vault here from now on: your login password, if your organisation says nothing else.
join-do = Join
first-use-import-says = A browser or another password manager already knows your logons? They can be taken over.
first-use-import = Import logons
