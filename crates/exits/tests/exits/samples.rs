//! The samples in `docs/exits/`, and the header.

use crate::lab::{Lab, change, documented, password, wanted};
use countersign_exits::{ChangeExit, ExitError, GeneratorExit, PasswordRules, Wanted};
use std::process::Command;

const STRICT: [&str; 5] = ["-std=c11", "-D_DEFAULT_SOURCE", "-Wall", "-Wextra", "-Werror"];

#[test]
fn the_name_of_the_application_is_rejected_with_a_sentence() {
    let lab = Lab::new();
    let exit = lab.compiled(documented("reject_application_name.c").as_ref(), &STRICT);
    let mut exit = ChangeExit::open(exit).unwrap();
    let (wrong, right) = (password("lEDGER"), password("Ledger2"));
    let Err(ExitError::Rejected { said: Some(said), .. }) = exit.before(&change(&wrong)).map(drop) else {
        panic!("not rejected")
    };
    assert!(said.expose().contains("not allowed"));
    assert!(exit.before(&change(&right)).unwrap().updated().unwrap().is_none());
}

#[test]
fn the_first_letter_is_never_a_capital_and_the_rules_hold() {
    let lab = Lab::new();
    let exit = lab.compiled(documented("small_first_letter.c").as_ref(), &STRICT);
    let mut exit = GeneratorExit::open(exit).unwrap();
    let rules = PasswordRules {
        min_len: 8,
        max_len: 12,
        must_small: 2,
        must_capital: 3,
        must_num: 2,
        must_oth: 1,
        ..PasswordRules::default()
    };
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..1000 {
        let made = exit.generate(&Wanted { rules, ..wanted(64) }).unwrap().password;
        let text = made.expose();
        let count = |is: fn(&char) -> bool| text.chars().filter(is).count();
        assert!(text.starts_with(|c: char| c.is_ascii_lowercase()), "{text}");
        assert!(text.len() == 12 && count(char::is_ascii_uppercase) >= 3, "{text}");
        assert!(
            count(char::is_ascii_digit) >= 2 && count(char::is_ascii_punctuation) >= 1,
            "{text}"
        );
        seen.insert(text.to_owned());
    }
    assert_eq!(seen.len(), 1000);
    let rules = PasswordRules { max_len: 4, ..rules };
    assert!(matches!(
        exit.generate(&Wanted { rules, ..wanted(64) }),
        Err(ExitError::Failed { code: 1, .. })
    ));
}

#[test]
fn the_header_is_c89_and_cpp_as_well() {
    let lab = Lab::new();
    for (name, language) in [("a.c", "-std=c89"), ("a.cpp", "-std=c++11")] {
        let source = lab.folder().join(name);
        std::fs::write(
            &source,
            "#include \"ssod_exits.h\"\nSEOS_PASSWDRULES one; SEOS_PASSWRDRULES two;\n",
        )
        .unwrap();
        let compiler = if language.contains("++") { "c++" } else { "cc" };
        let include = documented("");
        let arguments = [language, "-pedantic-errors", "-Wall", "-fsyntax-only", "-I", &include];
        let said = Command::new(compiler).args(arguments).arg(&source).output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    }
}
