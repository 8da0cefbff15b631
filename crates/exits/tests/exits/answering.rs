//! What good exits do.

use crate::lab::{Lab, QUIET, Source, after, before, change, password, wanted};
use countersign_exits::{Entry, ExitError, PasswordRules, Sentence, Wanted};

#[test]
fn an_exit_that_accepts_is_told_everything_and_then_that_it_was_done() {
    let told = "static int right(const char *user, const char *appl, const char *login, const char *password) {
        return !strcmp(user, \"ada\") && !strcmp(appl, \"Ledger\") && !strcmp(login, \"a.l\") && !strcmp(password, \"hunter2\");
    }";
    let asks = "if (!right(szSSOUserName, szApplName, szLoginName, szPassword) || *pszExtra) return 9;
        *pszExtra = \"noted\";";
    let lab = Lab::new();
    let mut exit = lab.change(Source {
        global: told,
        before: asks,
        after: asks,
        ..QUIET
    });
    let password = password("hunter2");
    let change = change(&password);
    let accepted = exit.before(&change).unwrap();
    assert_eq!(accepted.said().map(Sentence::expose), Some("noted"));
    assert_eq!(accepted.updated().unwrap().unwrap().expose(), "noted");
    exit.close().unwrap();
}

#[test]
fn an_exit_that_agrees_may_go_to_another_thread() {
    let lab = Lab::new();
    let exit = lab.change(Source {
        global: "static int asked;",
        before: "asked = 1; *pszExtra = \"yes\";",
        after: "if (!asked || strcmp(szPassword, \"hunter2\") || strcmp(szLoginName, \"a.l\")) return 9; *pszExtra = \"noted\";",
        ..QUIET
    });
    let new = password("hunter2");
    let agreed = exit.agree(&change(&new)).unwrap();
    assert_eq!(agreed.said().map(Sentence::expose), Some("yes"));
    let told = std::thread::spawn(move || agreed.updated(&new)).join().unwrap();
    assert_eq!(told.unwrap().unwrap().expose(), "noted");
    let refuses = lab.change(Source {
        before: "return 3;",
        ..QUIET
    });
    let refused = refuses.agree(&change(&password("hunter2"))).map(drop);
    assert!(matches!(refused, Err(ExitError::Rejected { code: 3, .. })));
}

#[test]
fn a_rejection_reaches_the_user_and_nobody_else() {
    let lab = Lab::new();
    let mut exit = lab.change(Source {
        before: "static char why[99]; sprintf(why, \"%s is too short\", szPassword); *pszExtra = why; return 5;",
        ..QUIET
    });
    for _ in 0..2 {
        let Err(ExitError::Rejected { code: 5, said }) = before(&mut exit) else {
            panic!("not rejected")
        };
        assert_eq!(said.unwrap().expose(), "hunter2 is too short");
    }
    let rejected = before(&mut exit).unwrap_err();
    assert!(crate::lab::shown(&rejected).contains("choose another one"));
}

#[test]
fn an_error_after_the_update_is_reported() {
    let lab = Lab::new();
    let mut exit = lab.change(Source {
        after: "return (unsigned long)-1;",
        ..QUIET
    });
    let failed = after(&mut exit);
    assert!(matches!(
        failed,
        Err(ExitError::Failed {
            entry: Entry::After,
            code: u64::MAX,
            said: None
        })
    ));
}

#[test]
fn it_is_initialised_once_and_its_context_goes_through_all_calls() {
    let lab = Lab::new();
    let mut exit = lab.change(Source {
        global: "struct held { int inits, calls; }; static int inits;",
        init: "struct held *held = calloc(1, sizeof *held); held->inits = ++inits; *ppCtxExit = held;",
        before: "struct held *held = pCtxExit; static char said[40];
            sprintf(said, \"%d init, %d calls\", held->inits, ++held->calls); *pszExtra = said;",
        term: "struct held *held = *ppCtxExit; if (held->calls != 3) abort(); free(held); *ppCtxExit = NULL;",
        ..QUIET
    });
    let password = password("hunter2");
    for calls in 1..=3 {
        let change = change(&password);
        let accepted = exit.before(&change).unwrap();
        assert_eq!(accepted.said().unwrap().expose(), format!("1 init, {calls} calls"));
    }
    exit.close().unwrap();
}

#[test]
fn a_generator_is_told_the_rules_field_by_field() {
    let lab = Lab::new();
    let mut exit = lab.generator(Source {
        generate: "const short *number = (const short *)pPwdRules; int i;
            for (i = 0; i < 21; i++) if (number[i] != i + 1) return 100 + i;
            for (; i < 26; i++) if (number[i]) return 200 + i;
            if (pPwdRules->min_len != 1 || pPwdRules->must_capital != 4 || pPwdRules->max_len != 19) return 1;
            if (pPwdRules->dict_format != 20 || pPwdRules->bidirectional != 21 || pPwdRules->history != 17) return 2;
            SEOS_PASSWRDRULES other = *pPwdRules;
            for (i = 0; i < iPwdSize; i++) if (szPassword[i]) return 3;
            sprintf(szPassword, \"%d-%d\", iPwdSize, other.max_len);",
        ..QUIET
    });
    let rules = PasswordRules {
        min_len: 1,
        max_rep: 2,
        must_small: 3,
        must_capital: 4,
        must_num: 5,
        must_oth: 6,
        must_alfa: 7,
        must_alfan: 8,
        sub_name: 9,
        sub_old: 10,
        sub_str_len: 11,
        sub_str_rep: 12,
        passwd_life: 13,
        grace_logins: 14,
        u_block_min: 15,
        wrong_pass: 16,
        history: 17,
        min_time: 18,
        max_len: 19,
        dict_format: 20,
        bidirectional: 21,
    };
    let made = exit.generate(&Wanted { rules, ..wanted(32) }).unwrap();
    assert_eq!((made.password.expose(), made.said.is_none()), ("32-19", true));
}

#[test]
fn the_whole_room_may_be_used_whatever_its_size() {
    let lab = Lab::new();
    let mut exit = lab.generator(Source {
        generate: "memset(szPassword, 'x', iPwdSize - 1); szPassword[iPwdSize - 1] = 0;",
        ..QUIET
    });
    for size in [2, 15, 16, 17, 4095, 4096, 4097] {
        let made = exit.generate(&wanted(size)).unwrap();
        assert_eq!(made.password.expose().len(), usize::from(size) - 1);
    }
    for size in [0, 1, 4098] {
        assert!(matches!(exit.generate(&wanted(size)), Err(ExitError::Unsayable { .. })));
    }
}

#[test]
fn sentences_are_cut_and_made_readable() {
    let lab = Lab::new();
    let sentences = [
        ("static char why[6000]; memset(why, 'a', 5999);", "a".repeat(4096)),
        ("char *why = malloc(4096); memset(why, 'b', 4096);", "b".repeat(4096)),
        ("char *why = \"gr\\374n \\033[2J\";", "gr\u{fffd}n  [2J".to_owned()),
    ];
    for (text, shown) in sentences {
        let mut exit = lab.change(Source {
            before: &format!("{text} *pszExtra = why; return 1;"),
            ..QUIET
        });
        let Err(ExitError::Rejected { said: Some(said), .. }) = before(&mut exit) else {
            panic!("not rejected")
        };
        assert_eq!(said.expose(), shown);
    }
}

#[test]
fn threads_and_printing_do_no_harm() {
    let lab = Lab::new();
    let mut exit = lab.change(Source {
        global: "static void *work(void *done) { *(int *)done = 1; return NULL; }",
        init: "printf(\"init\\n\"); fflush(stdout);",
        before: "int i, done = 0; pthread_t thread;
            for (i = 0; i < 100000; i++) { printf(\"%s\\n\", szPassword); fprintf(stderr, \"%s\\n\", szPassword); }
            fflush(stdout); if (getchar() != EOF) return 2;
            if (pthread_create(&thread, NULL, work, &done) || pthread_join(thread, NULL) || !done) return 3;",
        ..QUIET
    });
    before(&mut exit).unwrap();
    before(&mut exit).unwrap();
}

#[test]
fn what_c_cannot_say_is_not_said() {
    let lab = Lab::new();
    let mut exit = lab.change(QUIET);
    let with_nul = password("a\0b");
    let plain = password("ab");
    let long = "x".repeat(1025);
    let mut changes = [change(&with_nul), change(&plain), change(&plain)];
    changes[1].user = "a\0da";
    changes[2].application = &long;
    for refused in &changes {
        assert!(matches!(
            exit.before(refused).map(drop),
            Err(ExitError::Unsayable { .. })
        ));
    }
    before(&mut exit).unwrap();
}
