//! The system calls an exit may make.
//!
//! Two filters, of which the stricter answer counts. One knows what ordinary code needs; anything else is told that there is no such
//! call, which libraries expect from old kernels. The other knows what only harm needs, and ends the process.

use countersign_exits::{Form, Network};
use seccompiler::{
    BackendError, BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};
use std::collections::BTreeMap;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Memory, files that are open, time, threads, signals to itself.
const ORDINARY: &[i64] = &[
    libc::SYS_brk,
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_close,
    libc::SYS_close_range,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_eventfd2,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_fcntl,
    libc::SYS_fstat,
    libc::SYS_fstatfs,
    libc::SYS_futex,
    libc::SYS_get_robust_list,
    libc::SYS_getcwd,
    libc::SYS_getdents64,
    libc::SYS_getegid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getgroups,
    libc::SYS_getitimer,
    libc::SYS_getpgid,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_getrandom,
    libc::SYS_getresgid,
    libc::SYS_getresuid,
    libc::SYS_getrusage,
    libc::SYS_getsid,
    libc::SYS_gettid,
    libc::SYS_gettimeofday,
    libc::SYS_getuid,
    libc::SYS_ioctl,
    libc::SYS_lseek,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    libc::SYS_mincore,
    libc::SYS_mlock,
    libc::SYS_mlock2,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_msync,
    libc::SYS_munlock,
    libc::SYS_munmap,
    libc::SYS_nanosleep,
    libc::SYS_newfstatat,
    libc::SYS_pipe2,
    libc::SYS_ppoll,
    libc::SYS_pread64,
    libc::SYS_preadv,
    libc::SYS_pselect6,
    libc::SYS_pwrite64,
    libc::SYS_read,
    libc::SYS_readlinkat,
    libc::SYS_readv,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigpending,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigsuspend,
    libc::SYS_rt_sigtimedwait,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_getparam,
    libc::SYS_sched_getscheduler,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    libc::SYS_set_tid_address,
    libc::SYS_setitimer,
    libc::SYS_sigaltstack,
    libc::SYS_statfs,
    libc::SYS_statx,
    libc::SYS_sysinfo,
    libc::SYS_umask,
    libc::SYS_uname,
    libc::SYS_write,
    libc::SYS_writev,
];

/// The same under the names only this architecture has.
#[cfg(target_arch = "x86_64")]
const ORDINARY_HERE: &[i64] = &[
    libc::SYS_access,
    libc::SYS_alarm,
    libc::SYS_arch_prctl,
    libc::SYS_dup2,
    libc::SYS_epoll_create,
    libc::SYS_epoll_wait,
    libc::SYS_eventfd,
    libc::SYS_getdents,
    libc::SYS_getpgrp,
    libc::SYS_getrlimit,
    libc::SYS_lstat,
    libc::SYS_pause,
    libc::SYS_pipe,
    libc::SYS_poll,
    libc::SYS_readlink,
    libc::SYS_select,
    libc::SYS_stat,
    libc::SYS_time,
];
#[cfg(not(target_arch = "x86_64"))]
const ORDINARY_HERE: &[i64] = &[];

/// What an exit may besides that may connect.
const CONNECTING: &[i64] = &[
    libc::SYS_connect,
    libc::SYS_getpeername,
    libc::SYS_getsockname,
    libc::SYS_getsockopt,
    libc::SYS_recvfrom,
    libc::SYS_recvmmsg,
    libc::SYS_recvmsg,
    libc::SYS_sendmmsg,
    libc::SYS_sendmsg,
    libc::SYS_sendto,
    libc::SYS_setsockopt,
    libc::SYS_shutdown,
];

/// Starting processes, reaching into others, and ways around a filter.
const HARMFUL: &[i64] = &[
    libc::SYS_bpf,
    libc::SYS_io_uring_setup,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_ptrace,
    libc::SYS_socketpair,
];
#[cfg(target_arch = "x86_64")]
const HARMFUL_HERE: &[i64] = &[libc::SYS_fork, libc::SYS_vfork];
#[cfg(not(target_arch = "x86_64"))]
const HARMFUL_HERE: &[i64] = &[];

/// What has the kernel send signals for one, of fcntl(2): F_SETOWN, F_SETSIG, F_SETOWN_EX.
const SIGNALLING: [u64; 3] = [8, 10, 15];
/// The same of ioctl(2), and typing for others: FIOSETOWN, SIOCSPGRP, TIOCSTI, TIOCLINUX.
const SIGNALLING_DEVICES: [u64; 4] = [0x8901, 0x8902, 0x5412, 0x541c];

/// Running another program: what a program does to become its interpreter, and a library never.
const EXECUTING: &[i64] = &[libc::SYS_execve, libc::SYS_execveat];

/// From now on this process makes only these calls.
pub(crate) fn filter(form: Form, network: Network) -> Result<(), Error> {
    let target = TargetArch::try_from(std::env::consts::ARCH)?;
    let missing = SeccompAction::Errno(u32::try_from(libc::ENOSYS).unwrap_or_default());
    let ordinary = SeccompFilter::new(ordinary(form, network)?, missing, SeccompAction::Allow, target)?;
    let harmful = SeccompFilter::new(
        harmful(form, network)?,
        SeccompAction::Allow,
        SeccompAction::KillProcess,
        target,
    )?;
    for filter in [harmful, ordinary] {
        apply_filter(&BpfProgram::try_from(filter)?)?;
    }
    Ok(())
}

fn ordinary(form: Form, network: Network) -> Result<Rules, BackendError> {
    let own = u64::from(std::process::id());
    let mut rules: Rules = [ORDINARY, ORDINARY_HERE].concat().into_iter().map(always).collect();
    // A thread of this process, not a process.
    let thread = number(libc::CLONE_THREAD);
    rules.insert(libc::SYS_clone, vec![one(0, SeccompCmpOp::MaskedEq(thread), thread)?]);
    for signal in [libc::SYS_kill, libc::SYS_tgkill] {
        rules.insert(signal, any(0, [own])?);
    }
    rules.insert(libc::SYS_prlimit64, any(0, [0, own])?);
    // A file that is there, as it is.
    let changes = SeccompCmpOp::MaskedEq(number(libc::O_CREAT | libc::O_TRUNC));
    rules.insert(libc::SYS_openat, vec![one(2, changes.clone(), 0)?]);
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_open, vec![one(1, changes, 0)?]);
    // A name for a thread: no other use of it is ordinary.
    rules.insert(
        libc::SYS_prctl,
        any(0, [libc::PR_SET_NAME, libc::PR_GET_NAME].map(number))?,
    );
    if form == Form::Program {
        rules.extend(EXECUTING.iter().copied().map(always));
    }
    if network == Network::Allowed {
        rules.extend(CONNECTING.iter().copied().map(always));
        rules.extend([always(libc::SYS_socket)]);
    }
    Ok(rules)
}

fn harmful(form: Form, network: Network) -> Result<Rules, BackendError> {
    let own = u64::from(std::process::id());
    let mut rules: Rules = [HARMFUL, HARMFUL_HERE].concat().into_iter().map(always).collect();
    rules.insert(
        libc::SYS_clone,
        vec![one(0, SeccompCmpOp::MaskedEq(number(libc::CLONE_THREAD)), 0)?],
    );
    for signal in [libc::SYS_kill, libc::SYS_tgkill] {
        rules.insert(signal, vec![one(0, SeccompCmpOp::Ne, own)?]);
    }
    rules.insert(libc::SYS_fcntl, any(1, SIGNALLING)?);
    rules.insert(libc::SYS_ioctl, any(1, SIGNALLING_DEVICES)?);
    if form == Form::Library {
        rules.extend(EXECUTING.iter().copied().map(always));
    }
    match network {
        Network::Forbidden => rules.extend([always(libc::SYS_socket)]),
        // Neither raw packets nor the kernel's own families.
        Network::Allowed => {
            let families = [libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];
            let other = families
                .into_iter()
                .map(|family| argument(0, SeccompCmpOp::Ne, number(family)));
            let other = other.collect::<Result<_, _>>()?;
            rules.insert(libc::SYS_socket, vec![SeccompRule::new(other)?]);
        }
    }
    Ok(rules)
}

fn always(call: i64) -> (i64, Vec<SeccompRule>) {
    (call, Vec::new())
}

/// Where the argument is one of these.
fn any<const N: usize>(at: u8, values: [u64; N]) -> Result<Vec<SeccompRule>, BackendError> {
    values
        .into_iter()
        .map(|value| one(at, SeccompCmpOp::Eq, value))
        .collect()
}

fn one(at: u8, comparison: SeccompCmpOp, value: u64) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(vec![argument(at, comparison, value)?])
}

fn argument(at: u8, comparison: SeccompCmpOp, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(at, SeccompCmpArgLen::Dword, comparison, value)
}

fn number(flag: i32) -> u64 {
    u64::from(flag.unsigned_abs())
}
