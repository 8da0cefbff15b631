//! What an exit cannot do, however it tries.

use crate::lab::{Lab, QUIET, Source, after, before, least_confined, shown};
use countersign_exits::{ChangeExit, Entry, Exit, ExitError, Files, Network};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch, apply_filter};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

#[test]
fn it_is_held_as_far_as_this_kernel_can() {
    let lab = Lab::new();
    let exit = lab.change(QUIET);
    assert_ne!(exit.confined().files, Files::Open);
    drop(exit);
    let exit = ChangeExit::open(least_confined(lab.library(QUIET))).unwrap();
    assert_ne!(exit.confined().files, Files::Open);
}

#[test]
fn processes_connections_and_reaching_into_others_end_it() {
    let lab = Lab::new();
    for what in [
        "fork();",
        "vfork();",
        "system(\"true\");",
        "execl(\"/bin/true\", \"true\", NULL);",
        "popen(\"true\", \"r\");",
        "socket(AF_INET, SOCK_STREAM, 0);",
        "socket(AF_UNIX, SOCK_STREAM, 0);",
        "int two[2]; socketpair(AF_UNIX, SOCK_STREAM, 0, two);",
        "int raw = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);",
        "syscall(SYS_io_uring_setup, 1, NULL);",
        "syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0);",
        "fcntl(0, F_SETOWN, getppid());",
        "ptrace(PTRACE_ATTACH, getppid(), 0, 0);",
        "kill(getppid(), 0);",
        "kill(0, 0);",
        "kill(-1, 0);",
    ] {
        for (source, wanted) in [
            (Source { before: what, ..QUIET }, Entry::Before),
            (Source { init: what, ..QUIET }, Entry::Init),
        ] {
            let error = ChangeExit::open(lab.library(source)).and_then(|mut exit| before(&mut exit));
            let error = error.unwrap_err();
            assert!(
                matches!(error, ExitError::Forbidden { entry } if entry == wanted),
                "{what} {}",
                shown(&error)
            );
        }
    }
}

#[test]
fn it_is_confined_before_any_of_it_runs() {
    let lab = Lab::new();
    let first = "__attribute__((constructor)) static void first(void)";
    for (what, forbidden) in [
        ("fork();", true),
        ("if (fopen(\"/etc/passwd\", \"r\")) abort();", false),
    ] {
        let source = Source {
            global: &format!("{first} {{ {what} }}"),
            ..QUIET
        };
        let opened = ChangeExit::open(lab.library(source)).map(drop);
        let refused = matches!(opened, Err(ExitError::Forbidden { entry: Entry::Load }));
        assert!(refused == forbidden && opened.is_ok() != forbidden, "{what} {opened:?}");
    }
}

#[test]
fn a_signed_allowance_lets_it_connect_and_not_listen() {
    let lab = Lab::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let address = format!(
        "struct {{ unsigned short family, port; unsigned int host; char rest[8]; }} at =
            {{ AF_INET, __builtin_bswap16({port}), __builtin_bswap32(0x7f000001), {{0}} }};
         int of = socket(AF_INET, SOCK_STREAM, 0);"
    );
    let names = "struct addrinfo *found; return getaddrinfo(\"localhost\", \"80\", NULL, &found);".to_owned();
    let connects =
        format!("{address} if (connect(of, (void *)&at, sizeof at)) return 1; return write(of, \"x\", 1) != 1;");
    let listens = format!("{address} at.port = 0; return bind(of, (void *)&at, sizeof at) == 0;");
    for what in [&names, &connects, &listens, &"return fork() == 0;".to_owned()] {
        let source = Source { after: what, ..QUIET };
        let exit = Exit {
            network: Network::Allowed,
            ..lab.library(source)
        };
        let mut exit = ChangeExit::open(exit).unwrap();
        let done = after(&mut exit);
        if what.contains("fork") {
            assert!(matches!(done, Err(ExitError::Forbidden { entry: Entry::After })));
        } else {
            done.unwrap();
        }
    }
    listener.accept().unwrap();
}

#[test]
fn files_are_out_of_reach_but_those_it_is_given() {
    let lab = Lab::new();
    let given = lab.folder().join("words");
    std::fs::write(&given, "words").unwrap();
    let other = tempfile::NamedTempFile::new().unwrap();
    let what = format!(
        "if (!fopen(\"{given}\", \"r\")) return 1;
         if (!fopen(\"/usr/lib/os-release\", \"r\") || !fopen(\"/dev/urandom\", \"r\")) return 2;
         if (fopen(\"{given}\", \"a\") || fopen(\"{given}2\", \"w\") || fopen(\"/tmp/x\", \"w\")) return 3;
         if (fopen(\"{other}\", \"r\") || fopen(\"/etc/passwd\", \"r\") || fopen(\"/proc/self/status\", \"r\")) return 4;
         if (!unlink(\"{given}\") || !chmod(\"{given}\", 0777) || !rename(\"{given}\", \"{given}3\")) return 5;",
        given = given.display(),
        other = other.path().display(),
    );
    let exit = lab.library(Source { before: &what, ..QUIET });
    let reads = vec![given.clone()];
    let mut exit = ChangeExit::open(Exit { reads, ..exit }).unwrap();
    before(&mut exit).unwrap();
    assert_eq!(std::fs::read_to_string(given).unwrap(), "words");
}

#[test]
fn it_has_no_environment_no_files_of_its_callers_and_leaves_no_core() {
    let lab = Lab::new();
    // One that a careless library of the caller's left open for children.
    let left_open = rustix::io::dup(std::fs::File::open("/etc/passwd").unwrap()).unwrap();
    let what = "extern char **environ; if (environ && *environ) return 1;
        int at, open = 0; for (at = 3; at < 1024; at++) if (fcntl(at, F_GETFD) != -1) open++;
        if (open != 3) return 10 + open;
        for (at = 0; at < 3; at++) { struct stat is; fstat(at, &is); if (is.st_rdev != 0x103) return 2; }
        struct rlimit core; getrlimit(RLIMIT_CORE, &core); if (core.rlim_max) return 3;
        struct rlimit more = { 1 << 30, 1 << 30 }; if (!prlimit(getppid(), RLIMIT_NOFILE, &more, NULL)) return 4;";
    let mut exit = lab.change(Source {
        global: "#include <fcntl.h>\n#include <sys/stat.h>\n#include <sys/resource.h>",
        before: what,
        ..QUIET
    });
    before(&mut exit).unwrap();
    drop(left_open);
}

#[test]
fn nobody_looks_into_it() {
    let lab = Lab::new();
    let exit = lab.change(QUIET);
    let status = std::fs::read_to_string(format!("/proc/{}/status", lab.child())).unwrap();
    for line in ["NoNewPrivs:\t1", "Seccomp:\t2"] {
        assert!(status.contains(line), "{status}");
    }
    // What is undumpable is root's in /proc, whoever it belongs to.
    let looked = std::fs::read_link(format!("/proc/{}/cwd", lab.child()));
    if rustix::process::geteuid().is_root() {
        assert_eq!(looked.unwrap().to_str(), Some("/"));
    } else {
        assert_eq!(looked.unwrap_err().kind(), std::io::ErrorKind::PermissionDenied);
    }
    drop(exit);
}

/// From now on this thread, and what it starts, find a kernel without Landlock.
fn lose_landlock() {
    let lost = [(libc::SYS_landlock_create_ruleset, Vec::new())];
    let missing = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
    let target = TargetArch::try_from(std::env::consts::ARCH).unwrap();
    let filter = SeccompFilter::new(lost.into(), SeccompAction::Allow, missing, target).unwrap();
    apply_filter(&BpfProgram::try_from(filter).unwrap()).unwrap();
}

#[test]
fn without_landlock_it_is_refused_or_that_is_said() {
    let lab = Lab::new();
    let file = lab.folder().join("file");
    std::fs::write(&file, "text").unwrap();
    let looks = format!(
        "FILE *file = fopen(\"{file}\", \"r+\");
         if (!file || fopen(\"{file}\", \"w\") || fopen(\"{file}2\", \"a\")) return 1;",
        file = file.display()
    );
    let writes = format!("{looks} fseek(file, 0, SEEK_END); fputs(szPassword, file); fclose(file); return 2;");
    let exit = lab.library(Source {
        before: &looks,
        after: &writes,
        ..QUIET
    });
    let trying = std::thread::spawn(move || {
        lose_landlock();
        let refused = ChangeExit::open(exit.clone()).err().unwrap();
        assert!(
            matches!(&refused, ExitError::NotConfined(why) if why.contains("no Landlock")),
            "{refused}"
        );
        let mut exit = ChangeExit::open(least_confined(exit)).unwrap();
        assert_eq!(exit.confined().files, Files::Open);
        assert!(matches!(
            after(&mut exit),
            Err(ExitError::Forbidden { entry: Entry::After })
        ));
    });
    trying.join().unwrap();
    assert_eq!(std::fs::read_to_string(file).unwrap(), "text");
}

const HELD: &str = "COUNTERSIGN_TEST_HOLDS";

/// Not a test: the caller of an exit that hangs, for the one below.
#[test]
#[ignore = "started by another test"]
fn holder() {
    let Some(folder) = std::env::var_os(HELD).map(PathBuf::from) else {
        return;
    };
    let pins = crate::lab::pinned(&folder.join("exit.so"));
    let exit = Exit {
        limit: Duration::from_secs(600),
        ..Exit::library(folder, "exit.so", pins)
    };
    let mut exit = ChangeExit::open(exit).unwrap();
    println!("\nheld {}", crate::lab::children());
    std::io::stdout().flush().unwrap();
    before(&mut exit).unwrap();
}

#[test]
fn it_ends_with_its_caller_even_while_it_hangs() {
    let lab = Lab::new();
    let hangs = "for (;;) pause();";
    lab.library(Source { before: hangs, ..QUIET });
    let mut caller = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "confined::holder", "--ignored", "--nocapture"])
        .env(HELD, lab.folder())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(caller.stdout.take().unwrap()).lines();
    let held = lines
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("held ").map(str::to_owned));
    let held = Pid::from_raw(held.unwrap().parse().unwrap()).unwrap();
    let held = pidfd_open(held, PidfdFlags::empty()).unwrap();
    caller.kill().unwrap();
    caller.wait().unwrap();
    let patience = Timespec { tv_sec: 60, tv_nsec: 0 };
    assert_eq!(poll(&mut [PollFd::new(&held, PollFlags::IN)], Some(&patience)), Ok(1));
}
