# What several pages say.

places = Pages
place-logons = Logons
place-password = Passwords
place-sync = Sync
place-settings = Settings
place-why = Why?
place-devices = Devices
place-about = About

vault-unlocked = Unlocked
vault-locked = Locked
vault-paused = Paused

unlock = Unlock
lock = Lock
set-up = Set up Countersign
start-agent = Start Countersign
try-again = Try again
begin = Begin
next = Continue
back = Back
close = Close
cancel = Cancel
save = Save
edit = Edit
remove = Remove
reveal = Reveal

shortcuts = Keyboard shortcuts
shortcut-list = Show this list
shortcut-close = Close the window

failure-not-running = Countersign is not running.
failure-not-running-next = Nothing is lost. Start it, and this window goes on where it was.
failure-other-version = This window and the agent are of different versions.
failure-other-version-next = Log out and back in, or restart the agent, so that both are the same.
failure-connection = The connection to the agent was lost.
failure-connection-next = What you typed is still here. Try again.

field-required = (required)
field-missing = This is needed.
field-kept = Stored. Leave it empty to keep it.
field-totp = The key of one-time passwords, as the application shows it.
field-limit = That is too much: a field takes at most 4 KiB. Nothing of it was taken.
field-most = Too long: { $most ->
    [one] at most one character
   *[other] at most { $most } characters
} for this application.
field-username = User name
field-password = Password
field-third = Third field
field-fourth = Fourth field
show-typed = Show what is typed

proof-os = Your login password
proof-directory = Your directory password
proof-own = Your vault password
proof-none = Your passphrase
password-rules = Rules: { $name }
password-new = New password
password-again = Once more
differ = The two are not the same.
prove-title = Is it you?
prove-says = This application wants your password before its logon is filled.

strength-none = At least { $length } characters. A few unrelated words are best.
strength-short = Too short: at least { $length } characters.
strength = { $level ->
    [0] Guessed at once.
    [1] Very weak.
    [2] Weak.
    [3] Strong.
   *[4] Very strong.
} { $enough ->
    [yes] Good enough.
   *[no] Add another word or two.
}

list-count = { $count ->
    [0] Nothing found
    [one] One entry
   *[other] { $count } entries
}
steps = Step { $at } of { $of }
step-done = (done)

publisher-signed = Signed
publisher-signed-by = Signed by { $name } of { $organisation }
publisher-package = Package
publisher-package-says = Shipped with Countersign
publisher-unsigned = Your own
publisher-unsigned-says = Made on this machine, signed by nobody
publisher-unsigned-elsewhere = From elsewhere
publisher-unsigned-elsewhere-says = Made on another machine of yours; nobody here has agreed to it

logon-name = Your name for it
logon-name-says = To tell several apart. Leave it empty and one is made.

ending-replaced = another one took its place
ending-refused = the application did not take it
ending-abandoned = given up before anything was known

rating-strong = Strong
rating-fair = Fair
rating-weak = Weak

slot-login = Your password on this machine
slot-passphrase = Passphrase
slot-device = This device
slot-silent = Password on any machine
slot-directory-key = Key in the directory
slot-directory-identity = Directory identity
slot-os-protection = Keyring of the system
slot-program = External program
slot-recovery = Recovery with the helpdesk

primary-which = What opens the vault day by day
primary-os = Login password
primary-os-says = The password you log on to this machine with.
primary-directory = Directory password
primary-directory-says = The password you log on to your organisation’s directory with.
primary-own = A password of its own
primary-own-says = A password that is for the vault alone.
primary-none = Nothing
primary-none-says = Whoever uses your account on this machine opens the vault.

unlock-new-hint = It opens the vault from now on.
unlock-wait = The next attempt is taken in { $seconds ->
    [one] one second
   *[other] { $seconds } seconds
}.

check-good = Good
check-warning = Look at it
check-bad = Wrong

syncing = Reading everything again…
syncing-of = { $objects } of { $of } objects, { $bytes }
syncing-looks = Looking for what is new.

code-title = Countersign: recovery code
code-says = These twelve words are shown this once. Print them or write them down, and keep them away from this machine.
code-made = Made { $day }. Together with the helpdesk’s words it opens your vault. Neither does alone.
code-print = Print
code-kept = I have it on paper
code-check = Take your paper and type two of the words.
code-word = Word { $number }
code-wrong = That is not what was shown. Look again.
code-check-now = Check
code-back = Show the words again

passphrase-hint = Capitals and extra spaces do not count. A fact about you is a bad answer.
passphrase-suggest = Suggest random words
passphrase-suggested = Five random words, for you alone. Write them on paper, not on this machine.
passphrase-take = Use these words
passphrase-others = Others
passphrase-again = The passphrase once more, from your paper

pin = Confirm your organisation
pin-says = This repository belongs to an organisation. Type the six words your administrator gave you, so that nobody can pretend to be it.
pin-words = The six words
pin-hint = From your administrator, not from this machine.
pin-do = Confirm

problems = { $count ->
    [one] One thing is not in force
   *[other] { $count } things are not in force
}
severity-warning = Warning
severity-error = Error

copy = Copy
copied = { $field } is on the clipboard.
copied-says = { $seconds ->
    [one] It is taken off again in one second.
   *[other] It is taken off again in { $seconds } seconds.
} Whatever else runs in your session can read it until then.
windows = Windows on the screen
windows-search = Search windows
windows-none = No window is there. Open the application, then look again.
windows-again = Look again
window-take = Take this window
window-point = Point at a window
window-from-list = From a list
window-pick = Click on the window
window-pick-says = You have { $seconds } seconds.
window-unknown-program = its program is not known
path-choose = Choose…
path-choose-for = Choose: { $label }
