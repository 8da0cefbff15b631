sync-title = Sync
sync-now = Sync now
sync-done = Everything is read again.
sync-done-says = { $templates } templates in force, { $pulled } records came, { $pushed } went.
sync-repository = Repository
sync-reachable = Reachable
sync-offline = Offline
sync-offline-says = That is all right: your logons work from this machine, and changes are sent later.
sync-sign-in = Sign in to the directory
sync-sign-in-says = It is shown to the directory once, over a verified connection, and everything is read again.
sync-place = Place
sync-last = Last exchanged
sync-never = Never yet
sync-waiting = Still to send
sync-waiting-count = { $count ->
    [0] Nothing
    [one] One record
   *[other] { $count } records
}
sync-templates = Templates
sync-templates-count = { $signed } signed, { $package } from the package, { $unsigned } of your own
sync-last-good = What was good before stays in force.
sync-organisation = Organisation
sync-trusted = Trusted
sync-stale = Out of date
sync-organisation-none = None: this repository shows no organisation.
sync-organisation-unpinned = The repository shows an organisation that you have not confirmed. Its templates do not count until you do.
sync-until = its list holds until { $day }
sync-unit-root = The whole organisation
sync-unit = Published by { $publisher }, number { $number }, good until { $until }
sync-unit-holds = { $templates } templates, { $policies } password policies, { $overrides } setting overrides
sync-unit-missing = { $count ->
    [one] One object could not be had
   *[other] { $count } objects could not be had
}
sync-unit-stale = Out of date, still in force
sync-groups = Your groups: { $groups }
sync-next-try = Tried again
