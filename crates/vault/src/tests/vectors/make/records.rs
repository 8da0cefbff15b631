use super::*;

pub(super) fn records() {
    let unlocked = home();
    let bytes = unlocked
        .seal_logon(&logon(crate::tests::RECORD), 4, Commitment::NONE)
        .unwrap();
    let maker = Maker {
        stem: "record",
        fields: vec![
            ("kind", "record".to_owned()),
            ("vault-key", hex(&[1; 32])),
            ("vault", hex(&[1; 16])),
            ("epoch", "1".to_owned()),
            ("record", hex(&crate::tests::RECORD.0)),
            ("record-kind", "logon".to_owned()),
            ("device", hex(&[1; 16])),
            ("counter", "4".to_owned()),
        ],
    };
    maker.write("good", "a logon", "opens logon org.filezilla.FileZilla 2", &bytes);
    for (at, what, expect) in [
        (0, "magic", "damaged"),
        (8, "format", "unsupported"),
        (10, "suite", "unsupported"),
        (13, "kind", "unsupported"),
        (14, "flags", "damaged"),
        (16, "vault", "misplaced vault"),
        (32, "epoch", "misplaced epoch"),
        (40, "record-id", "misplaced record"),
        (56, "counter", "damaged"),
        (64, "device", "misplaced version"),
        (80, "parent", "damaged"),
        (112, "tag", "damaged"),
        (144, "salt", "damaged"),
        (176, "commitment", "damaged"),
        (208, "ciphertext", "damaged"),
        (bytes.len() - 1, "gcm-tag", "damaged"),
    ] {
        maker.flip(&bytes, at, what, expect);
    }
    maker.lengths(&bytes, "damaged");
    let other = |name: &str, field: &'static str, value: String, expect: &str| {
        maker
            .with("record", &[(field, value)])
            .write(name, "a good logon where another was expected", expect, &bytes);
    };
    other("other-key", "vault-key", hex(&[2; 32]), "damaged");
    other("other-vault", "vault", hex(&[2; 16]), "misplaced vault");
    other("other-epoch", "epoch", "2".to_owned(), "misplaced epoch");
    other("other-record", "record", hex(&[2; 16]), "misplaced record");
    other("other-kind", "record-kind", "tombstone".to_owned(), "misplaced kind");
    other("other-device", "device", hex(&[2; 16]), "misplaced version");
    other("rolled-back", "counter", "5".to_owned(), "rolled back");
    let gone = unlocked
        .seal_tombstone(crate::tests::RECORD, Timestamp(42), 5, Commitment([6; 32]))
        .unwrap();
    let tombstone = maker.with("tombstone", &[("record-kind", "tombstone".to_owned())]);
    tombstone.write("good", "a tombstone", "opens tombstone 42", &gone);
    maker.with("tombstone", &[]).write(
        "for-a-logon",
        "a tombstone where a logon was expected",
        "misplaced kind",
        &gone,
    );
    tombstone.flip(&gone, 80, "parent", "damaged");
    let header = unlocked.seal_header();
    maker.write(
        "is-header",
        "a header where a record was expected",
        "misplaced kind",
        &header,
    );
}
