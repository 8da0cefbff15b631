password-title = Passwords
password-search = Search passwords
password-nothing = No password has “{ $search }” in its name.
password-empty = No logon is stored yet
password-empty-says = Once there are some, this page shows which passwords expire and which changes are under way.
password-chosen = { $label }
password-shared = Shared: { $group }
password-unsure = Which one holds?
password-sent = Did it work?
password-expired = Expired
password-due = Expires soon
password-made = New one waits
password-still = In use
password-unsure-says = A new password was made { $made }. The application refused both, and neither is typed any more. Try both by hand, then say which one worked.
password-sent-says = A new password was made { $made } and typed into the application, which has not shown yet whether it took it. The next logon finds out.
password-expired-says = It expired on { $expires }.
password-due-says = It expires on { $expires }. Change it before.
password-made-says = A new password was made { $made }. It is typed where the application next asks for one; until then the old one holds.
password-still-says = No change is under way.
password-grace = { $count ->
    [0] It is filled only where you ask.
    [one] It is filled by itself once more.
   *[other] It is filled by itself { $count } more times.
}
password-worked = Did the new password work?
password-taken = It worked
password-not-taken = It did not
password-worked-says = If it did not, the one until now holds again. No password is thrown away.
password-reveal-next = Reveal the next
password-give-up = Give it up
password-change = Make a new one
password-own = Choose my own
password-use-own = Use this one
password-since = In use since
password-expires = Expires
password-never = Never, as far as is known
password-history = { $count ->
    [one] One password of before
   *[other] { $count } passwords of before
}
password-reveal-former = Reveal former password { $number }
