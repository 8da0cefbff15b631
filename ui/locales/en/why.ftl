why-title = Why?
why-says = Why something was filled, or was not. Each decision shows what its template asked for and what was found.
why-look = Look at a window
why-method-controls = { $works ->
    [yes] Controls can be written
   *[no] Controls cannot be written
}
why-method-keys = { $works ->
    [yes] Keys can be typed
   *[no] Keys cannot be typed
}
why-method-terminal = { $works ->
    [yes] The terminal can be filled
   *[no] The terminal cannot be filled
}
why-candidates = { $count ->
    [0] No template knows its program
    [one] One form was compared
   *[other] { $count } forms were compared
}
why-timeline = The latest decisions
why-timeline-window = Decisions about this window
why-all = Show all
why-copy = Copy redacted report
why-copied = Copied, without titles, names of logons and texts of windows.
why-nothing = Nothing was decided yet. Open an application that asks for a logon.
why-which = Look at which window?
