# What was decided about a window, and what to do about it.

decision-no-match = Not recognised: no form fits this window
decision-no-match-next = Nothing to do if it is no logon. Otherwise the crosses below show what its template would have to say.
decision-locked = Not filled: the vault was locked
decision-locked-next = Unlock it.
decision-paused = Not filled: filling was paused
decision-paused-next = End the pause in the settings.
decision-manual = Not filled: automatic filling is off
decision-manual-next = Choose Fill on the logon.
decision-excluded = Not filled: you excluded this application
decision-excluded-next = Choose Fill on the logon, or include it again in the settings.
decision-reauthenticate = Not filled: this application wants your password first
decision-reauthenticate-next = Choose Fill on the logon, which asks for it.
decision-awaits-focus = Waiting: keys are typed only into the window in front
decision-awaits-focus-next = Click into the window.
decision-no-logon = Not filled: no logon is stored for it
decision-no-logon-next = Add one.
decision-ambiguous = Not filled: several logons would do ({ $what })
decision-ambiguous-next = Choose one with Fill.
decision-tied = Not filled: several templates claim this window ({ $what })
decision-tied-next = Tell whoever wrote them: one needs a condition that tells them apart.
decision-binding-changed = Not filled: the program is another one than the logon was saved for
decision-binding-changed-next = Saved for { $saved }, and this is { $live }. If you know why that changed and trust it: countersign logon rebind.
decision-answered = Answered, without any field
decision-filled = { $logon ->
    [""] Filled
   *[other] Filled with { $logon }
}
decision-refused = Not filled
decision-interrupted = Filled in part, not submitted
decision-logon-failed = The application refused the logon: { $what }
decision-logon-failed-next = Correct it. It is not filled again before.
decision-logon-succeeded = Logged on: { $what }
decision-change-asked = Not filled: the application asks for a new password
decision-change-asked-next = Have one made on the page Passwords; it is typed then.
decision-password-unsure = Not filled: which of two passwords “{ $what }” has is not known
decision-password-unsure-next = Try both by hand, then say on the page Passwords which one worked.
decision-password-expired = Not filled: the password of “{ $what }” has expired
decision-password-expired-next = Change it. Fill on the logon still fills the one until now.
decision-change-failed = The application refused the new password: { $what }
decision-change-succeeded = The password was changed: { $what }
decision-ignored = Left alone, as its template says
decision-loop-stopped = Stopped: filled { $fills } times, and the form is back every time
decision-loop-stopped-next = Check the logon, then choose Fill.
decision-unreadable = The window could not be read: { $what }

refusal-window-gone = The window closed. Open the application’s logon again.
refusal-identity-changed = The window now belongs to another program. Nothing was written to it.
refusal-focus-moved = Another window came to the front. Click into the logon window and choose Fill.
refusal-field-not-focused = Another field has the focus. Nothing was typed into it.
refusal-control-gone = The field for { $what } is not there any more.
refusal-not-in-time = { $what } waited in vain. Choose Fill once the application is ready.
refusal-not-editable = The field for { $what } takes no text.
refusal-not-kept = The field for { $what } did not keep what was written. Its template should use keys.
refusal-not-pressed = The button for { $what } could not be pressed.
refusal-not-responding = The application does not answer. Wait until it does, then choose Fill.
refusal-echo-on = The terminal would show the password. No program is asking for one.
refusal-not-a-prompt = No program in the terminal is asking for a password.
refusal-foreground-changed = Another program runs in the terminal now.
refusal-untypable = A character of the { $what } cannot be typed on this display.
refusal-modifier-held = A key such as Shift or Ctrl is being held. Release it and choose Fill.
refusal-no-value = The logon has no value for { $what }. Add it.
refusal-cancelled = Stopped before it was done.
refusal-desktop = The desktop failed: { $what }
