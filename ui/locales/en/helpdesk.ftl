helpdesk-title = Helpdesk
helpdesk-says = How a user’s vault stands, and the words that help him back in. You see no logon, no password and no vault.
helpdesk-user = User
helpdesk-user-hint = His name as the directory has it.
helpdesk-as = You work with the directory as { $user }.
helpdesk-find = Show
helpdesk-no-vault = He has no vault in this repository.
helpdesk-no-vault-says = Check the name with him. If it is right, he has not set Countersign up yet.
helpdesk-recovers = Recovery
helpdesk-without = Not set up
helpdesk-without-says = No half exists, and you cannot help. His passphrase, another machine of his, or beginning anew is left.
helpdesk-with = { $people ->
    [one] By one operator
   *[other] By { $people } operators
}
helpdesk-serial = halves number { $serial }
helpdesk-slots = Opens with
helpdesk-slots-none = only what is on his machines
helpdesk-machines = { $count ->
    [one] Machine
   *[other] Machines ({ $count })
}
helpdesk-joined = joined { $day }
helpdesk-vault = Vault
helpdesk-vault-says = header written { $version } times, key number { $epoch }
helpdesk-first = Ask first whether it needs you: an old password or his passphrase opens the vault, too.
helpdesk-recover = Help him back in
helpdesk-recovery = Recovery
helpdesk-for = For
helpdesk-step-check = Who it is
helpdesk-step-words = His words
helpdesk-step-name = The name
helpdesk-step-read = Read out
helpdesk-check = Check who it is
helpdesk-check-says = By your company’s rule, before anything else: call back on the number in the staff list, ask the manager, see the badge.
helpdesk-check-not = Not enough: a birth date, a staff number, “I am in a hurry”.
helpdesk-checked = I have checked who it is
helpdesk-reason = Reason
helpdesk-reason-hint = For your log: how you checked, and the number of the ticket. No secret.
helpdesk-words = The three words he reads to you
helpdesk-words-says = He chooses “Recover with the helpdesk”, then “Get back in”. He reads three words to you, and never anything else.
helpdesk-words-label = His three words
helpdesk-words-hint = { $count } of { $of } words
helpdesk-ring = Key file of your ring
helpdesk-ring-hint = With its whole path, such as /home/you/desk-1.key.
helpdesk-passphrase = Passphrase of your key file
helpdesk-make = Take out his half
helpdesk-sealed = Sealed for
helpdesk-sealed-says = It must be the caller’s name. If it is not, or anything else is odd, read nothing out.
helpdesk-other = That is not the name you asked for.
helpdesk-other-says = Somebody may have changed the directory: read nothing out, and call your administrator.
helpdesk-is-his = It is the caller
helpdesk-is-not = It is not: destroy
helpdesk-read = Read these words out
helpdesk-read-says = { $people ->
    [one] Slowly, one by one. Only the first four letters of each count. He types them.
   *[other] Slowly, one by one. Only the first four letters of each count. It takes { $people } operators, each with his own words, best on calls of their own.
}
helpdesk-read-never = Never write them down, send them or leave them on the screen. Nobody needs to tell you a password, a passphrase or the printed code: if he begins to, stop him.
helpdesk-destroy = Destroy words and close
helpdesk-log = Your log
helpdesk-log-says = Every attempt of yours, noted before anything is shown. Never a word of it.
helpdesk-log-whole = { $count ->
    [0] Whole
    [one] Whole: one entry
   *[other] Whole: { $count } entries
}
helpdesk-log-fault = The log was changed or cut short.
helpdesk-log-empty = Nothing yet.
