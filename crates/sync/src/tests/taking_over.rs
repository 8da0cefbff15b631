//! A device that goes on under another id.

use super::twins::{Device, Folder, PlainOf, sealed, version};
use crate::sent::SetBack;
use crate::takeover::{TakeOver, take_over};
use countersign_model::DeviceId;
use countersign_model::port::RecordStore;

#[test]
fn a_copy_with_lower_numbers_is_noticed_too() {
    let (folder, one) = (Folder::default(), Device::new(1));
    one.write(1, "mine", 10);
    one.write(2, "mine, too", 11);
    one.exchange(&folder);
    // Its copy went on from one version less, and wrote another record.
    let copied = version(3, 1, 1);
    let bytes = sealed(copied, countersign_vault::Commitment::NONE, 12, "the copy's");
    folder.records.lock().unwrap().insert(copied, bytes);
    assert_eq!(one.exchange(&folder).set_back, Some(SetBack { found: 1, sent: 2 }));
}

#[test]
fn what_counts_and_what_lost_to_another_device_goes_on_under_the_new_id() {
    let (folder, one, two) = (Folder::default(), Device::new(1), Device::new(2));
    one.write(1, "sent", 10);
    one.exchange(&folder);
    one.write(2, "lost to another device", 10);
    two.write(2, "won", 20);
    two.exchange(&folder);
    // Merged, and cut off before it was sent.
    *folder.calls_left.lock().unwrap() = Some(2);
    one.exchange(&folder);
    *folder.calls_left.lock().unwrap() = None;
    one.write(2, "unsent", 30);
    let over = TakeOver {
        before: DeviceId([1; 16]),
        now: DeviceId([7; 16]),
        sent: 1,
    };
    let faults = take_over(&one.vault, &PlainOf(over.now), over, || [0; 3]).unwrap();
    assert_eq!(faults, []);
    assert_eq!(
        (one.read(1).as_deref(), one.read(2).as_deref()),
        (Some("sent"), Some("unsent"))
    );
    let all = ["lost to another device", "won", "unsent"].map(str::to_owned);
    assert!(one.all_texts(2).is_superset(&all.into()));
    let left: Vec<_> = one
        .vault
        .ids(countersign_model::StoreKind::Record)
        .unwrap()
        .iter()
        .filter_map(|id| crate::layout::decode(id))
        .filter(|version| version.device == over.before)
        .collect();
    // Only what is in the repository stays under the former id.
    assert_eq!(left, [version(1, 1, 1)]);
}
