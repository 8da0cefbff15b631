use super::*;

fn secret(text: &str) -> Password {
    Password::from_string(text.to_owned()).unwrap()
}

struct Account {
    journal: PasswordJournal,
    fields: FieldValues,
    now: u64,
}

impl Account {
    fn new() -> Self {
        let name = FieldName::from("password");
        Self {
            journal: PasswordJournal::default(),
            fields: FieldValues(vec![(name, FieldKind::Secret, secret("old"))]),
            now: 1_000_000,
        }
    }

    fn step(&mut self, step: ChangeStep) -> Result<(), Misstep> {
        self.now += 1_000;
        let name = FieldName::from("password");
        self.journal.step(&mut self.fields, &name, step, Timestamp(self.now))
    }

    fn current(&self) -> &str {
        self.fields.get(&FieldName::from("password")).unwrap().expose()
    }

    fn stage(&self) -> Option<Stage> {
        self.journal.pending.as_ref().map(|pending| pending.stage)
    }

    fn candidate(&self) -> Option<Which> {
        self.stage().unwrap().candidate(None)
    }

    fn value(&self, which: Which) -> &str {
        match which {
            Which::Current => self.current(),
            Which::Pending => self.journal.pending.as_ref().unwrap().next.expose(),
        }
    }

    fn former(&self) -> Vec<(&str, Ending)> {
        let kept = self.journal.former.iter();
        kept.map(|former| (former.password.expose(), former.ending)).collect()
    }
}

fn sent() -> Account {
    let mut account = Account::new();
    account.step(ChangeStep::Begin(secret("new"))).unwrap();
    account.step(ChangeStep::Send).unwrap();
    account
}

#[test]
fn what_was_taken_counts_and_what_it_was_before_is_kept() {
    let mut account = sent();
    account.step(ChangeStep::Take(Which::Pending)).unwrap();
    assert_eq!(account.current(), "new");
    assert_eq!(account.former(), [("old", Ending::Replaced)]);
    assert_eq!(account.journal.since, Some(Timestamp(account.now)));
    assert!(account.journal.pending.is_none());
}

#[test]
fn what_was_not_taken_is_kept_as_well() {
    let mut account = sent();
    account.step(ChangeStep::Take(Which::Current)).unwrap();
    assert_eq!(account.current(), "old");
    assert_eq!(account.former(), [("new", Ending::Refused)]);
    let mut account = sent();
    account.step(ChangeStep::Revert).unwrap();
    assert_eq!(account.former(), [("new", Ending::Refused)]);
    let mut account = Account::new();
    account.step(ChangeStep::Begin(secret("new"))).unwrap();
    account.step(ChangeStep::Begin(secret("newer"))).unwrap();
    assert_eq!(account.former(), [("new", Ending::Abandoned)]);
    assert_eq!(account.stage(), Some(Stage::Made));
}

#[test]
fn nothing_takes_the_place_of_one_that_may_work() {
    let mut account = sent();
    assert_eq!(
        account.step(ChangeStep::Begin(secret("newer"))),
        Err(Misstep::Undecided)
    );
    assert_eq!(account.value(Which::Pending), "new");
    assert!(account.former().is_empty());
}

#[test]
fn a_logon_with_the_old_one_ends_no_change_that_was_only_made() {
    let mut account = Account::new();
    account.step(ChangeStep::Begin(secret("new"))).unwrap();
    assert_eq!(account.candidate(), Some(Which::Current));
    account.step(ChangeStep::Take(Which::Current)).unwrap();
    account.step(ChangeStep::Refuse(Which::Current)).unwrap();
    assert_eq!(account.stage(), Some(Stage::Made));
}

#[test]
fn what_was_not_typed_after_all_was_not_seen() {
    let mut account = sent();
    account.step(ChangeStep::TakeBack).unwrap();
    assert_eq!(account.stage(), Some(Stage::Made));
}

#[test]
fn steps_of_no_change_change_nothing() {
    let mut account = Account::new();
    for step in [
        ChangeStep::Send,
        ChangeStep::TakeBack,
        ChangeStep::Try(Which::Pending),
        ChangeStep::Take(Which::Pending),
        ChangeStep::Take(Which::Current),
        ChangeStep::Refuse(Which::Current),
        ChangeStep::Revert,
    ] {
        assert_eq!(account.step(step), Err(Misstep::NoChange));
    }
    assert!(account.journal.is_empty());
    assert_eq!(account.current(), "old");
}

#[test]
fn after_both_were_refused_nothing_more_is_tried() {
    let mut account = sent();
    for which in [Which::Pending, Which::Current] {
        assert_eq!(account.candidate(), Some(which));
        account.step(ChangeStep::Try(which)).unwrap();
        account.step(ChangeStep::Refuse(which)).unwrap();
    }
    assert_eq!(account.stage(), Some(Stage::Unsure));
    assert_eq!(account.candidate(), None);
    assert_eq!(
        (account.value(Which::Current), account.value(Which::Pending)),
        ("old", "new")
    );
}

#[test]
fn a_password_the_user_gives_ends_the_change() {
    let mut account = sent();
    account.journal.edited(Some(secret("old")), Timestamp(5));
    assert_eq!(
        account.former(),
        [("old", Ending::Replaced), ("new", Ending::Abandoned)]
    );
    assert!(account.journal.pending.is_none());
}

#[test]
fn no_more_are_kept_than_can_be() {
    let mut account = Account::new();
    for number in 0..2 * MOST_FORMER {
        account.step(ChangeStep::Begin(secret(&format!("p{number}")))).unwrap();
        account.step(ChangeStep::Take(Which::Pending)).unwrap();
    }
    assert_eq!(account.journal.former.len(), MOST_FORMER);
    assert_eq!(account.former().first().unwrap().0, format!("p{}", 2 * MOST_FORMER - 2));
}

/// Every way a search can go: whatever the application took, and whatever is heard of each try. The
/// password that works is among the first two that are tried, never lost, and no account is locked on the way.
#[test]
fn the_one_that_works_is_found_within_two_tries_and_locks_nothing() {
    for works in [Which::Current, Which::Pending] {
        for locks in [None, Some(2), Some(3)] {
            // A bit says whether the answer to that try is heard.
            for heard in 0..64_u32 {
                search(works, locks, heard);
            }
        }
    }
}

fn search(works: Which, locks: Option<u32>, heard: u32) {
    let mut account = sent();
    let right = account.value(works).to_owned();
    let (mut wrong_in_a_row, mut first_heard) = (0, None);
    for number in 0..6_u32 {
        let Some(stage) = account.stage() else { break };
        let which = stage.candidate(locks).unwrap();
        let is_right = account.value(which) == right;
        account.step(ChangeStep::Try(which)).unwrap();
        wrong_in_a_row = if is_right { 0 } else { wrong_in_a_row + 1 };
        assert!(wrong_in_a_row < 2, "locked: {works:?} {locks:?} {heard:b}");
        let is_heard = heard & (1 << number) != 0;
        if is_heard {
            first_heard.get_or_insert(number);
            account
                .step(match is_right {
                    true => ChangeStep::Take(which),
                    false => ChangeStep::Refuse(which),
                })
                .unwrap();
        }
        if first_heard == Some(number.wrapping_sub(1)) {
            assert!(is_right, "the other one holds: {works:?} {locks:?} {heard:b}");
        }
    }
    let pending = account.journal.pending.as_ref();
    let kept = account.current() == right || pending.is_some_and(|pending| pending.next.expose() == right);
    assert!(kept, "lost: {works:?} {locks:?} {heard:b}");
}

#[test]
fn where_the_first_wrong_one_locks_none_is_tried() {
    assert_eq!(sent().stage().unwrap().candidate(Some(1)), None);
}
