use super::*;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::os::unix::fs::symlink;
use tempfile::TempDir;

const TEXT: &[u8] = b"title = \"ERP\"\n";

/// A unit with one template, and a file of somebody else's beside it.
fn unit() -> (TempDir, UnitFolder) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("unit/templates")).unwrap();
    std::fs::create_dir(folder.path().join("mine")).unwrap();
    std::fs::write(folder.path().join("mine/erp.toml"), TEXT).unwrap();
    let unit = UnitFolder::open(&folder.path().join("unit")).unwrap();
    (folder, unit)
}

#[test]
fn only_plain_files_of_bounded_length_are_read() {
    let (folder, unit) = unit();
    let path = unit.path_of(EntryKind::Template, "erp");
    assert_eq!(unit.object(EntryKind::Template, "erp"), Ok(None));
    std::fs::write(&path, TEXT).unwrap();
    assert_eq!(unit.object(EntryKind::Template, "erp").unwrap().as_deref(), Some(TEXT));
    assert_eq!(unit.files().unwrap().len(), 1);

    let mine = folder.path().join("mine/erp.toml");
    let endless = || symlink("/dev/zero", &path).unwrap();
    let linked = || symlink(&mine, &path).unwrap();
    let pipe = || mknodat(CWD, &path, FileType::Fifo, Mode::RWXU, 0).unwrap();
    let long = || std::fs::write(&path, vec![b'#'; LONGEST_FILE + 1]).unwrap();
    let within = || std::fs::create_dir(&path).unwrap();
    let strange: [&dyn Fn(); 5] = [&linked, &endless, &long, &pipe, &within];
    for make in strange {
        std::fs::remove_file(&path).unwrap();
        make();
        let refusals = [
            unit.object(EntryKind::Template, "erp").unwrap_err(),
            unit.files().err().unwrap(),
            bounded(&path, LONGEST_OBJECT).unwrap_err(),
        ];
        for refused in refusals {
            assert_eq!(refused.code, ErrorCode::BadRequest, "{refused:?}");
            assert!(refused.message.contains(path.to_str().unwrap()), "{refused:?}");
        }
    }
    std::fs::remove_dir(&path).unwrap();

    // Nor is anything below a linked folder.
    std::fs::remove_dir(path.parent().unwrap()).unwrap();
    symlink(folder.path().join("mine"), path.parent().unwrap()).unwrap();
    assert!(unit.object(EntryKind::Template, "erp").is_err());
    assert!(unit.files().is_err() && unit.restore(None).is_err());
    symlink(folder.path().join("mine"), folder.path().join("unit/.pages")).unwrap();
    unit.tidy(9, &[], &[]);
    assert_eq!(std::fs::read(&mine).unwrap(), TEXT);
}

#[test]
fn what_is_kept_is_written_through_no_link() {
    let (folder, unit) = unit();
    let entry = Entry {
        kind: EntryKind::Template,
        id: "erp".to_owned(),
        version: 1,
        digest: digest_of(b"new"),
        size: 3,
    };
    let keep = || unit.keep_published(43, [(&entry, b"new".as_slice())].into_iter());
    let mine = folder.path().join("mine");
    for (place, to) in [
        (".published", mine.clone()),
        (".published/43", mine.clone()),
        (".published/43/templates", mine.clone()),
        (".published/43/templates/erp.toml", mine.join("erp.toml")),
    ] {
        let link = folder.path().join("unit").join(place);
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(to, &link).unwrap();
        let refused = keep().unwrap_err();
        assert!(refused.message.contains(link.to_str().unwrap()), "{refused:?}");
        assert_eq!(std::fs::read(mine.join("erp.toml")).unwrap(), TEXT, "{place}");
        assert_eq!(std::fs::read_dir(&mine).unwrap().count(), 1, "{place}");
        std::fs::remove_file(&link).unwrap();
    }

    // Of what an earlier try left there, nothing is written into: others may have it open, or under another name.
    let kept = folder.path().join("unit/.published/43/templates/erp.toml");
    std::fs::hard_link(mine.join("erp.toml"), &kept).unwrap();
    keep().unwrap();
    assert_eq!(std::fs::read(&kept).unwrap(), b"new");
    assert_eq!(std::fs::read(mine.join("erp.toml")).unwrap(), TEXT);
    keep().unwrap();
    let names = std::fs::read_dir(kept.parent().unwrap()).unwrap();
    assert_eq!(names.count(), 1);
}
