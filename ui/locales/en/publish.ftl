publish-title = Publish
publish-says = Puts a signed folder into the directory: templates, password policies and settings of a unit. First it is shown what would change.
publish-folder = Signed folder
publish-folder-hint = With its whole path. Sign it first: countersign trust sign.
publish-unit = Unit
publish-unit-hint = As in the directory, such as Sales/Berlin; { $root } is the whole organisation.
publish-group = Group that reads it
publish-group-hint = Left empty: the one called as the unit.
publish-as = You work with the directory as { $user }.
publish-plan = Show what would change
publish-root = The whole organisation
publish-first = Catalogue { $number } is the first one there.
publish-replaces = Catalogue { $number } comes in the place of { $replaces }.
publish-created = New
publish-changed = Changed
publish-deleted = Goes
publish-created-count = { $count ->
    [one] One new
   *[other] { $count } new
}
publish-changed-count = { $count ->
    [one] One changed
   *[other] { $count } changed
}
publish-deleted-count = { $count ->
    [one] One goes
   *[other] { $count } go
}
publish-no-change = No object changes; the catalogue is renewed.
publish-readers = { $count ->
    [one] Read by the group { $group }, which has one member.
   *[other] Read by the group { $group }, which has { $count } members.
}
publish-readers-unknown = Who reads it is not known here: name its group above.
publish-risks = Look twice:
publish-views = Views of the plan
publish-tab-changes = Changes
publish-tab-ldif = LDIF
publish-tab-undo = The way back
publish-ldif-says = The same as LDIF, for the directory’s own tools.
publish-undo-says = What puts the directory back as it was. Agents take an older catalogue only when it is signed with a higher number.
publish-copy = Copy it
publish-copied = Copied.
publish-kind-template = Templates
publish-kind-policy = Password policies
publish-kind-override = Settings
publish-count = ({ $count })
publish-no-values = No value is shown for it.
publish-before = until now
publish-after = then
publish-apply = Publish this
publish-apply-says = Catalogue { $number } of { $unit } comes into force as it was shown. If the directory has changed since, nothing is written.
publish-confirm = Much goes with this: users lose what is taken away.
publish-confirm-label = Type { $unit } to confirm
publish-do = Publish
publish-done = { $count ->
    [one] Published with one write.
   *[other] Published with { $count } writes.
}
publish-done-says = Users have it with their next sync.
