//! What is not loaded at all.

use crate::lab::{Lab, QUIET, Source, before, documented, pinned};
use countersign_exits::{ChangeExit, Entry, Exit, ExitError, GeneratorExit, Pins};

fn refused(exit: Exit) -> ExitError {
    ChangeExit::open(exit).err().unwrap()
}

#[test]
fn another_version_is_refused() {
    let lab = Lab::new();
    let source = Source {
        init: "if (*pulExitVersion != SSOD_EXIT_VERSION) return 1; *pulExitVersion = 2;",
        ..QUIET
    };
    assert!(matches!(refused(lab.library(source)), ExitError::Version { found: 2 }));
}

#[test]
fn an_exit_that_cannot_start_says_with_what() {
    let lab = Lab::new();
    let source = Source {
        init: "return 77;",
        ..QUIET
    };
    let failed = refused(lab.library(source));
    assert!(
        matches!(
            failed,
            ExitError::Failed {
                entry: Entry::Init,
                code: 77,
                ..
            }
        ),
        "{failed}"
    );
}

#[test]
fn a_file_that_was_changed_is_refused_and_the_error_says_what_to_do() {
    let lab = Lab::new();
    let exit = lab.library(QUIET);
    let library = exit.folder.join(&exit.name);
    let mut opened = ChangeExit::open(exit.clone()).unwrap();
    let mut bytes = std::fs::read(&library).unwrap();
    bytes.push(0);
    std::fs::write(&library, bytes).unwrap();
    let said = refused(exit.clone()).to_string();
    assert!(
        said.contains("is not pinned") && said.contains("add that hash"),
        "{said}"
    );
    // What was loaded is not touched by that.
    before(&mut opened).unwrap();
    assert!(
        ChangeExit::open(Exit {
            pins: pinned(&library),
            ..exit.clone()
        })
        .is_ok()
    );
    assert!(matches!(
        refused(Exit {
            pins: Pins::default(),
            ..exit
        }),
        ExitError::NotPinned { .. }
    ));
}

#[test]
fn what_is_no_library_or_has_not_all_functions_is_refused() {
    let lab = Lab::new();
    std::fs::write(lab.folder().join("text.so"), "text").unwrap();
    let exit = Exit::library(lab.folder(), "text.so", pinned(&lab.folder().join("text.so")));
    let said = refused(exit);
    assert!(matches!(said, ExitError::Unloadable(_)), "{said}");
    let change = lab.compiled(documented("reject_application_name.c").as_ref(), &[]);
    let lacks = GeneratorExit::open(change).err().unwrap();
    assert!(
        matches!(&lacks, ExitError::Lacks(name) if name == "ssod_Exit_Auto_Init"),
        "{lacks}"
    );
}
