use super::*;

pub(super) fn audit() {
    let log_key = key(3);
    let entry = |nth: u64| AuditEntry {
        at: Timestamp(nth),
        device: DeviceId([1; 16]),
        event: Some(AuditEvent::Release),
        subject: format!("org.example.App{nth}"),
        detail: "/usr/bin/app".to_owned(),
    };
    let (mut bytes, mut head, mut starts, mut heads) = (Vec::new(), AuditHead::EMPTY, vec![0], vec![AuditHead::EMPTY]);
    for nth in 0..3 {
        let (more, next) = append_audit(&log_key, head, &entry(nth));
        bytes.extend(more);
        head = next;
        starts.push(bytes.len());
        heads.push(head);
    }
    let kept = |head: AuditHead| [("head", hex(&head.to_bytes()))];
    let base = Maker {
        stem: "audit",
        fields: vec![("kind", "audit".to_owned()), ("audit-key", hex(&[3; 32]))],
    };
    let maker = base.with("audit", &kept(head));
    let part = |nth: usize| bytes[starts[nth]..starts[nth + 1]].to_vec();
    maker.write("good", "three entries", "3 entries, whole", &bytes);
    base.write("headless", "three entries and no head", "3 entries, whole", &bytes);
    base.write("empty", "nothing", "0 entries, whole", &[]);
    maker.write(
        "cut",
        "the last entry is missing",
        "2 entries, cut short",
        &bytes[..starts[2]],
    );
    maker.write("gone", "all entries are missing", "0 entries, cut short", &[]);
    maker.write(
        "torn",
        "the last entry is not whole",
        "2 entries, torn",
        &bytes[..bytes.len() - 5],
    );
    maker.write(
        "removed",
        "the second entry is missing",
        "1 entries, out of order",
        &[part(0), part(2)].concat(),
    );
    maker.write(
        "moved",
        "two entries changed places",
        "0 entries, out of order",
        &[part(1), part(0), part(2)].concat(),
    );
    maker.write(
        "doubled",
        "an entry twice",
        "1 entries, out of order",
        &[part(0), part(0)].concat(),
    );
    let mut changed = bytes.clone();
    changed[starts[2] - 1] ^= 1;
    maker.write(
        "link",
        "a bit of the second link is another",
        "1 entries, changed",
        &changed,
    );
    let mut changed = bytes.clone();
    changed[starts[1] + 4 + 9] ^= 1;
    maker.write(
        "time",
        "the time of the second entry is another",
        "1 entries, changed",
        &changed,
    );
    let (forged, _) = append_audit(&key(4), head, &entry(3));
    maker.write(
        "forged",
        "an entry without the key",
        "3 entries, changed",
        &[bytes.clone(), forged].concat(),
    );
    let (more, _) = append_audit(&log_key, head, &entry(3));
    maker.write(
        "longer",
        "an entry after the head",
        "4 entries, other head",
        &[bytes.clone(), more].concat(),
    );
    base.with("audit", &kept(heads[2]))
        .write("old-head", "a head of two entries", "3 entries, other head", &bytes);
    maker.write("noise", "no entry at all", "0 entries, damaged", &[0xff; 80]);
}

pub(super) fn key_files() {
    let ring = ring_key(key(70));
    let answer = crate::normalise_answer(&password("five words")).unwrap();
    let file = seal_key_file(
        (KeyKind::Ring, "desk"),
        &ring.public().0,
        ring.private(),
        &answer,
        cheap(),
    )
    .unwrap();
    let maker = Maker {
        stem: "key-file",
        fields: vec![
            ("kind", "key-file".to_owned()),
            ("key-kind", "ring".to_owned()),
            ("secret", "Five  WORDS".to_owned()),
        ],
    };
    maker.write("good", "a recovery ring's key", "opens recovery ring desk", &file);
    maker.with("key-file", &[("secret", "four words".to_owned())]).write(
        "wrong",
        "a wrong passphrase",
        "wrong secret",
        &file,
    );
    maker.with("key-file", &[("key-kind", "root".to_owned())]).write(
        "other-kind",
        "a ring's key where a root's was expected",
        "other kind",
        &file,
    );
    for (at, what, expect) in [
        (0, "magic", "damaged"),
        (8, "format", "unsupported"),
        (11, "kind", "unsupported"),
        (14, "name", "wrong secret"),
        (20, "public-key", "wrong secret"),
        (50, "algorithm", "damaged"),
        (53, "memory", "wrong secret"),
        (65, "argon-salt", "wrong secret"),
        (file.len() - 1, "sealed", "damaged"),
    ] {
        let mut changed = file.clone();
        match what {
            // 64 MiB to 96: another cost within bounds.
            "memory" => changed[51..55].copy_from_slice(&(96 * 1024_u32).to_le_bytes()),
            _ => changed[at] ^= 1,
        }
        maker.write(
            &format!("flip-{what}"),
            &format!("the {what} is another"),
            expect,
            &changed,
        );
    }
    let mut changed = file.clone();
    changed[51..55].copy_from_slice(&1024_u32.to_le_bytes());
    maker.write("cheap", "memory below the bound", "out of bounds", &changed);
    maker.lengths(&file, "damaged");
}

pub(super) fn joins() {
    let joining = make_join_request(&ada(), "laptop").unwrap();
    let bytes = joining.request;
    let words = crate::inspect_join_request(&bytes).unwrap().words.join(" ");
    let maker = Maker {
        stem: "join",
        fields: vec![("kind", "join".to_owned())],
    };
    maker.write("good", "a request to join", &format!("ada laptop: {words}"), &bytes);
    maker.flip(&bytes, 0, "magic", "damaged");
    maker.flip(&bytes, 8, "format", "unsupported");
    maker.flip(&bytes, 10, "flags", "damaged");
    maker.lengths(&bytes, "damaged");
}
