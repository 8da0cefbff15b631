use super::*;

pub(super) fn recovery() {
    let (first, second) = (ring_key(key(70)), ring_key(key(71)));
    let set = |rings: &Rings| {
        let mut unlocked = home();
        let made = unlocked.header_with_recovery(rings).unwrap();
        follow(&mut unlocked, &made.header).unwrap();
        (unlocked, made)
    };
    let (one, made) = set(&Rings::One(first.public()));
    let name = derive_vault_name(one.vault_id()).join(" ");
    let share = Maker {
        stem: "share",
        fields: vec![
            ("kind", "share".to_owned()),
            ("ring", hex(&[70; 32])),
            ("name", name.clone()),
        ],
    };
    let told = |ring: &crate::RingKey, header: &[u8]| {
        crate::unseal_half(ring, header, &name)
            .unwrap()
            .words
            .expose()
            .to_owned()
    };
    let words = told(&first, &made.header);
    share.write("good", "one operator", &format!("ada of 1: {words}"), &made.header);
    let caller = [("name", "zoo zoo zoo".to_owned())];
    share.with("share", &caller).write(
        "other-name",
        "three words of another vault",
        "other vault",
        &made.header,
    );
    let ring = [("ring", hex(&[72; 32]))];
    share
        .with("share", &ring)
        .write("other-ring", "another ring's key", "other ring", &made.header);
    share.write("none", "a vault without recovery", "no recovery", &home().seal_header());
    let forged = |name: &str, what: &str, expect: &str, change: &dyn Fn(&mut Header)| {
        let mut header = one.header.clone();
        change(&mut header);
        share.write(name, what, expect, &header.seal(&key(66)));
    };
    forged(
        "other-user",
        "the vault lies under another name",
        "other user",
        &|header| {
            header.user = UserId("mallory".to_owned());
        },
    );
    forged(
        "other-serial",
        "an older half under a newer number",
        "forged",
        &|header| {
            header.recovery.as_mut().unwrap().serial = 9;
        },
    );
    forged("changed", "a bit of the sealed half is another", "forged", &|header| {
        header.recovery.as_mut().unwrap().shares[0].sealed[40] ^= 1;
    });
    forged("moved", "a half from another vault", "forged", &|header| {
        let mut bob = crate::tests::vault(2, 2, 1, 1);
        let made = bob.header_with_recovery(&Rings::One(first.public())).unwrap();
        follow(&mut bob, &made.header).unwrap();
        header.recovery = bob.header.recovery;
    });
    let (_, both) = set(&Rings::Two(first.public(), second.public()));
    let (a1, a2) = (told(&first, &both.header), told(&second, &both.header));
    share.write(
        "first-of-two",
        "the first of two operators",
        &format!("ada of 2: {a1}"),
        &both.header,
    );
    let ring = [("ring", hex(&[71; 32]))];
    share.with("share", &ring).write(
        "second-of-two",
        "the second of two operators",
        &format!("ada of 2: {a2}"),
        &both.header,
    );

    let recover = |name: &str, what: &str, expect: &str, a: &str, b: &str, header: &[u8]| {
        Maker {
            stem: "recover",
            fields: vec![
                ("kind", "recover".to_owned()),
                ("user", "ada".to_owned()),
                ("half-a", a.to_owned()),
                ("half-b", b.to_owned()),
            ],
        }
        .write(name, what, expect, header);
    };
    let code = made.printed.expose();
    let header = &made.header;
    recover("good", "both halves", "opens epoch 1", &words, code, header);
    recover(
        "loud",
        "in capitals",
        "opens epoch 1",
        &words.to_uppercase(),
        &code.to_uppercase(),
        header,
    );
    let two = format!("{a1} {a2}");
    recover(
        "two",
        "two operators",
        "opens epoch 1",
        &two,
        both.printed.expose(),
        &both.header,
    );
    let swapped = format!("{a2} {a1}");
    recover(
        "two-swapped",
        "two operators, second first",
        "opens epoch 1",
        &swapped,
        both.printed.expose(),
        &both.header,
    );
    recover(
        "one-of-two",
        "one of two operators",
        "one of two",
        &a1,
        both.printed.expose(),
        &both.header,
    );
    let other = if words.starts_with("zoo") { "abandon" } else { "zoo" };
    let mut wrong: Vec<&str> = words.split(' ').collect();
    wrong[0] = "qqqq";
    recover(
        "unknown-word",
        "a word that is not on the list",
        "unknown word 1",
        &wrong.join(" "),
        code,
        header,
    );
    wrong[0] = other;
    let heard = crate::HalfA::from_words(&password(&wrong.join(" ")));
    let expect = if heard.is_ok() { "other words" } else { "wrong word" };
    recover(
        "wrong-word",
        "one of the words is another",
        expect,
        &wrong.join(" "),
        code,
        header,
    );
    recover(
        "short",
        "a word is missing",
        "count 7",
        &wrong[1..].join(" "),
        code,
        header,
    );
    let mut bob = crate::tests::vault(2, 2, 1, 1);
    let bobs = bob.header_with_recovery(&Rings::One(first.public())).unwrap();
    follow(&mut bob, &bobs.header).unwrap();
    let bobs_name = derive_vault_name(bob.vault_id()).join(" ");
    let bobs_words = crate::unseal_half(&first, &bobs.header, &bobs_name).unwrap();
    recover(
        "other-user",
        "another user's words",
        "other words",
        bobs_words.words.expose(),
        code,
        header,
    );
    recover(
        "other-code",
        "another user's printed code",
        "other code",
        &words,
        bobs.printed.expose(),
        header,
    );
    recover(
        "none",
        "a vault without recovery",
        "no recovery",
        &words,
        code,
        &home().seal_header(),
    );
    let rings = Rings::One(first.public());
    let next = one.header_with_recovery(&rings).unwrap();
    let new = told(&first, &next.header);
    recover(
        "old-words",
        "words that were replaced",
        "old words",
        &words,
        next.printed.expose(),
        &next.header,
    );
    recover(
        "old-code",
        "a printed code that was replaced",
        "old code",
        &new,
        code,
        &next.header,
    );
    let (mut used, _) = (home(), ());
    follow(&mut used, header).unwrap();
    used.remember_recovery(1);
    let renewed = used.roll(&RollPlan {
        recovery: RecoveryAtRoll::Renew(&rings),
        ..plan()
    });
    let renewed = renewed.unwrap();
    let printed = renewed.printed.as_ref().unwrap().expose();
    recover(
        "used-words",
        "words that were used",
        "used words",
        &words,
        printed,
        &renewed.header,
    );
    let newest = told(&first, &renewed.header);
    recover(
        "renewed",
        "the new words after a recovery",
        "opens epoch 2",
        &newest,
        printed,
        &renewed.header,
    );
    let kept = roll(&one);
    recover(
        "carried",
        "halves that went through a roll",
        "opens epoch 2",
        &words,
        code,
        &kept.header,
    );
}
