use crate::merge::surplus;
use crate::order::{next_counter, time_of_change};
use crate::tests::twins::version;
use countersign_model::Timestamp;

#[test]
fn two_copies_of_a_device_do_not_count_alike() {
    assert_eq!(next_counter(0, [0; 3]), 1);
    assert_eq!(next_counter(41, [0, 1, 2]), 42 + 258);
    assert_ne!(next_counter(7, [0, 0, 1]), next_counter(7, [1, 0, 0]));
    assert_eq!(next_counter(u64::MAX, [9; 3]), u64::MAX);
}

#[test]
fn a_change_is_later_than_what_it_follows_and_than_all_that_is_sealed_anew_from_it() {
    let (early, late) = (Timestamp(5_000), Timestamp(90_000));
    assert_eq!(time_of_change(late, early), late);
    assert_eq!(time_of_change(early, late), Timestamp(91_000));
    assert!(time_of_change(early, late) > late.next().next());
}

#[test]
fn of_each_device_the_newest_and_ten_more_are_kept() {
    // The numbers of one device are far above those of the other.
    let mut past: Vec<_> = (1..=30).map(|counter| version(1, 1, 1_000_000 + counter)).collect();
    past.extend((1..=5).map(|counter| version(1, 2, counter)));
    let gone = surplus(&past, version(1, 1, 1_000_031));
    assert_eq!(gone.len(), 20);
    assert!(
        gone.iter()
            .all(|gone| gone.device == version(1, 1, 1).device && gone.counter <= 1_000_020)
    );
}
