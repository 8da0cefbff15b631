use super::{RECORD, binding, first, home, logon, vault};
use crate::{
    BindingState, Commitment, LiveBinding, Opened, Reauthenticated, SealError, Unlocked, Written, release,
    release_for_owner,
};
use countersign_model::{FieldName, Publisher, TemplateId};
use std::path::PathBuf;

fn opened(unlocked: &Unlocked, executable: Option<&str>) -> Opened {
    let mut logon = logon(RECORD);
    logon.binding = binding(executable);
    let sealed = unlocked.seal_logon(&logon, 1, Commitment::NONE).unwrap();
    unlocked.open_logon(&first(unlocked), &sealed).unwrap()
}

fn live(executable: &str) -> LiveBinding {
    LiveBinding {
        template: TemplateId::from("org.filezilla.FileZilla"),
        publisher: Publisher::Package,
        executable: PathBuf::from(executable),
    }
}

#[test]
fn a_logon_leaves_for_what_it_was_saved_for() {
    let unlocked = home();
    let released = release(
        opened(&unlocked, Some("/usr/bin/filezilla")),
        &live("/usr/bin/filezilla"),
    )
    .unwrap();
    assert_eq!(released.binding_state(), BindingState::Held);
    assert_eq!(released.fields().plain("username"), Some("ada"));
    assert!(released.fields().get(&FieldName::from("password")).is_some());
    assert_eq!(unlocked.seal_fixed(&released, 2), Ok(None));
}

#[test]
fn a_logon_leaves_for_nothing_else() {
    let unlocked = home();
    let genuine = live("/usr/bin/filezilla");
    let others = [
        live("/home/ada/bin/filezilla"),
        live("/usr/bin/filezilla2"),
        live("/usr/bin/../bin/filezilla"),
        LiveBinding {
            template: TemplateId::from("org.example.Other"),
            ..genuine.clone()
        },
        LiveBinding {
            publisher: Publisher::Unsigned,
            ..genuine.clone()
        },
    ];
    for other in others {
        let changed = release(opened(&unlocked, Some("/usr/bin/filezilla")), &other).unwrap_err();
        assert_eq!(changed.saved, binding(Some("/usr/bin/filezilla")));
        assert_eq!(changed.live, other);
        assert!(changed.to_string().contains("/usr/bin/filezilla"));
    }
}

#[test]
fn the_first_fill_fixes_the_program_and_only_the_program() {
    let unlocked = home();
    let mut stranger = live("/usr/bin/filezilla");
    stranger.publisher = Publisher::Unsigned;
    assert!(release(opened(&unlocked, None), &stranger).is_err());
    stranger.publisher = Publisher::Package;
    stranger.executable = PathBuf::new();
    assert!(release(opened(&unlocked, None), &stranger).is_err());
    stranger.executable = PathBuf::from("/usr/bin/filezilla");
    stranger.template = TemplateId::from("org.example.Other");
    assert!(release(opened(&unlocked, None), &stranger).is_err());

    let opened = opened(&unlocked, None);
    let (parent, saved) = (opened.commitment(), opened.summary().changed);
    let released = release(opened, &live("/usr/bin/filezilla")).unwrap();
    assert_eq!(released.binding_state(), BindingState::ToFix);
    let sealed = unlocked.seal_fixed(&released, 2).unwrap().unwrap();
    let expected = unlocked
        .expect(RECORD, Written::By(unlocked.device_id(), 2))
        .replacing(parent);
    let fixed = unlocked.open_logon(&expected, &sealed).unwrap();
    assert_eq!(fixed.summary().binding, binding(Some("/usr/bin/filezilla")));
    assert_eq!(fixed.summary().changed, saved.next());
    assert!(release(fixed, &live("/opt/filezilla")).is_err());
}

#[test]
fn nothing_is_fixed_into_another_vault() {
    let released = release(opened(&home(), None), &live("/usr/bin/filezilla")).unwrap();
    let refused = vault(2, 2, 1, 1).seal_fixed(&released, 2);
    assert!(matches!(refused, Err(SealError::OutOfBounds(_))));
}

#[test]
fn the_owner_gets_the_whole_logon_of_his_own_vault() {
    let unlocked = home();
    let proof = || Reauthenticated {
        vault: unlocked.vault_id(),
    };
    let logon = release_for_owner(opened(&unlocked, None), proof()).unwrap();
    assert_eq!(logon.fields.0.len(), 2);
    assert!(release_for_owner(opened(&vault(2, 2, 1, 1), None), proof()).is_err());
}
