logons-title = Logons
logons-add = Add a logon
logons-search = Search logons
logons-order = Sort by
logons-order-name = Name
logons-order-recent = Last changed
logons-order-application = Application
logons-waiting = { $count ->
    [one] One change to send
   *[other] { $count } changes to send
}
logons-not-synced = Not exchanged yet
logons-synced = Exchanged { $when }
logons-offline = Offline: logons work from here
logons-nothing = No logon has “{ $search }” in it.
logons-empty = No logon is stored yet
logons-empty-open = Open an application you log on to. When its form appears, Countersign asks for the logon and keeps it once the application has taken it.
logons-empty-add = Or add one here, if you know it already.
logons-empty-safe = Each is sealed for you alone. No administrator and no helpdesk can read it.
logons-chosen = { $label }
logons-shared = Shared: { $group }
logons-grey = No template is in force for this application.
logons-grey-says = It was withdrawn, or this machine does not have it. The logon stays, but nothing is filled.
logons-reveal-field = Reveal { $field }
logons-saved-for = Saved for
logons-unbound = the first program it is filled into
logons-changed = Changed
logons-fill = Fill
logons-pick = Click on the window to fill
logons-pick-says = You have { $seconds } seconds. A click elsewhere on the desktop ends it.
logons-remove = Remove { $label }?
logons-remove-says = It is removed on all your machines and cannot be brought back, except from an export.
logons-key-arrows = Choose a logon
logons-key-enter = Edit the chosen one
logons-key-type = Search
