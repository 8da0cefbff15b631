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
