reveal-title = Reveal
reveal-prove = Prove that it is you. It is then shown for 20 seconds, and the audit log keeps that it was.
reveal-next = the next password
reveal-former = former password { $number }
reveal-nothing = This window was opened for nothing. Choose Reveal on a logon.
reveal-characters = { $count ->
    [one] One character
   *[other] { $count } characters
}
reveal-letters = Letters
reveal-digits = Digits: underlined
reveal-others = Others: dotted frame
reveal-time = Time left
reveal-left = This window closes in { $seconds ->
    [one] one second
   *[other] { $seconds } seconds
}.
reveal-hide = Hide now
