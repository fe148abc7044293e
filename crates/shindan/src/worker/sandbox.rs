//! Takes from a process all that reading untrusted files does not need.
//!
//! Three walls, each useful without the others: resource limits; on Linux, Landlock, which leaves reading beneath the
//! inputs as the only use of the file system; and a seccomp filter, which leaves the system calls of memory, threads,
//! reading, and writing to open pipes. What a system does not know is left out and said.

use super::STACK_BYTES;
use super::protocol::Request;

/// Address space for the analysis itself, beside its threads' stacks. Compiled-in data and the allocator's reserve
/// count too.
const MEMORY_BYTES: u64 = 4 << 30;
/// Every process needs a few files, and a thread reads one at a time.
const BASE_OPEN_FILES: u64 = 256;

/// Confines the process for good, and says how far that went. No thread may run yet.
pub(super) fn enter(request: &Request) -> Vec<String> {
    // Zero lets the scan choose, up to one thread a processor.
    let threads = match request.jobs {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        asked => asked,
    } as u64;
    let address_space = MEMORY_BYTES + (threads + 1) * STACK_BYTES;
    let open_files = BASE_OPEN_FILES + 2 * threads;
    let mut said = vec![limits::set(address_space, open_files)];
    said.extend(walls::raise(request));
    said
}

#[cfg(unix)]
mod limits {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    pub(super) fn set(address_space: u64, open_files: u64) -> String {
        let wanted = [
            ("memory", Resource::As, address_space),
            ("core dumps", Resource::Core, 0),
            ("written files", Resource::Fsize, 0),
            ("open files", Resource::Nofile, open_files),
        ];
        let refused: Vec<&str> = wanted
            .into_iter()
            .filter(|(_, resource, limit)| !lower(*resource, *limit))
            .map(|(name, _, _)| name)
            .collect();
        if refused.is_empty() {
            "resource limits: set".to_owned()
        } else {
            format!("resource limits: not set for {}", refused.join(", "))
        }
    }

    fn lower(resource: Resource, limit: u64) -> bool {
        let allowed = getrlimit(resource).maximum.unwrap_or(u64::MAX);
        let limit = Some(limit.min(allowed));
        setrlimit(
            resource,
            Rlimit {
                current: limit,
                maximum: limit,
            },
        )
        .is_ok()
    }
}

#[cfg(not(unix))]
mod limits {
    pub(super) fn set(_: u64, _: u64) -> String {
        "resource limits: not available on this system".to_owned()
    }
}

#[cfg(target_os = "linux")]
mod walls {
    use std::path::Path;

    use landlock::{
        ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd,
        Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
    };
    use rustix::process::{Signal, set_parent_process_death_signal};

    use super::super::protocol::Request;
    use super::system_calls;

    pub(super) fn raise(request: &Request) -> Vec<String> {
        // A parent that is killed must not leave a child behind.
        let _ = set_parent_process_death_signal(Some(Signal::KILL));
        let files = match landlock(request) {
            Ok(RulesetStatus::FullyEnforced) => "on".to_owned(),
            Ok(RulesetStatus::PartiallyEnforced) => "on, as far as this kernel knows it".to_owned(),
            Ok(RulesetStatus::NotEnforced) => "not available in this kernel".to_owned(),
            Err(error) => format!("not available: {error}"),
        };
        let calls = match system_calls::filter() {
            Ok(()) => "on".to_owned(),
            Err(error) => format!("not available: {error}"),
        };
        vec![format!("landlock: {files}"), format!("seccomp: {calls}")]
    }

    fn landlock(request: &Request) -> Result<RulesetStatus, RulesetError> {
        let abi = ABI::V7;
        let mut rules = Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(abi))?
            .handle_access(AccessNet::from_all(abi))?
            .scope(Scope::from_all(abi))?
            .create()?;
        let inputs = std::iter::once(&request.path)
            .chain(&request.layers)
            .chain(&request.catalogue)
            .chain(request.packages.index());
        for input in inputs {
            // What cannot be opened here cannot be read later either, which is then said in full.
            if let Ok(place) = PathFd::new(input) {
                rules = rules.add_rule(PathBeneath::new(place, rights(Path::new(input))))?;
            }
        }
        Ok(rules.restrict_self()?.ruleset)
    }

    fn rights(input: &Path) -> BitFlags<AccessFs> {
        if input.is_dir() {
            AccessFs::ReadFile | AccessFs::ReadDir
        } else {
            AccessFs::ReadFile.into()
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod walls {
    use super::super::protocol::Request;

    pub(super) fn raise(_: &Request) -> Vec<String> {
        vec!["sandbox: not available on this system".to_owned()]
    }
}

/// The system calls that are left.
#[cfg(target_os = "linux")]
mod system_calls {
    use std::collections::BTreeMap;

    use seccompiler::{
        BackendError, BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCmpOp,
        SeccompCondition, SeccompFilter, SeccompRule, TargetArch, apply_filter,
    };

    type Rules = BTreeMap<i64, Vec<SeccompRule>>;

    pub(super) fn filter() -> Result<(), Error> {
        let arch = TargetArch::try_from(std::env::consts::ARCH)?;
        // The C library starts threads by `clone3`, whose flags no filter can see, and falls back to `clone` when there
        // is none. Of two filters that both refuse, the one that was added last decides on the error.
        let hidden = Rules::from([(libc::SYS_clone3, Vec::new())]);
        let refuse = SeccompAction::Errno(libc::EPERM as u32);
        let absent = SeccompAction::Errno(libc::ENOSYS as u32);
        let most = SeccompFilter::new(allowed()?, refuse, SeccompAction::Allow, arch)?;
        let clone3 = SeccompFilter::new(hidden, SeccompAction::Allow, absent, arch)?;
        for filter in [clone3, most] {
            let program: BpfProgram = filter.try_into()?;
            apply_filter(&program)?;
        }
        Ok(())
    }

    fn allowed() -> Result<Rules, BackendError> {
        let mut rules: Rules = ALWAYS.iter().map(|call| (*call, Vec::new())).collect();
        #[cfg(target_arch = "x86_64")]
        rules.extend(OLDER.iter().map(|call| (*call, Vec::new())));
        let writing = libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC;
        let only = [
            // Threads, but no processes.
            (
                libc::SYS_clone,
                0,
                libc::CLONE_THREAD as u64,
                libc::CLONE_THREAD as u64,
            ),
            (libc::SYS_openat, 2, writing as u64, 0),
            #[cfg(target_arch = "x86_64")]
            (libc::SYS_open, 1, writing as u64, 0),
            // Asking for a limit, not setting one.
            (libc::SYS_prlimit64, 2, u64::MAX, 0),
        ];
        for (call, argument, mask, value) in only {
            let condition = SeccompCondition::new(
                argument,
                SeccompCmpArgLen::Qword,
                SeccompCmpOp::MaskedEq(mask),
                value,
            )?;
            rules.insert(call, vec![SeccompRule::new(vec![condition])?]);
        }
        Ok(rules)
    }

    const ALWAYS: &[i64] = &[
        // Memory
        libc::SYS_brk,
        libc::SYS_madvise,
        libc::SYS_mmap,
        libc::SYS_mprotect,
        libc::SYS_mremap,
        libc::SYS_munmap,
        // Threads and signals
        libc::SYS_clone3,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_futex,
        libc::SYS_getcpu,
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_membarrier,
        libc::SYS_prctl,
        libc::SYS_restart_syscall,
        libc::SYS_rseq,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sched_getaffinity,
        libc::SYS_sched_yield,
        libc::SYS_set_robust_list,
        libc::SYS_sigaltstack,
        libc::SYS_tgkill,
        // Time and chance
        libc::SYS_clock_getres,
        libc::SYS_clock_gettime,
        libc::SYS_clock_nanosleep,
        libc::SYS_getrandom,
        libc::SYS_gettimeofday,
        libc::SYS_nanosleep,
        // Reading, and writing to what is open
        libc::SYS_close,
        libc::SYS_faccessat,
        libc::SYS_fadvise64,
        libc::SYS_fcntl,
        libc::SYS_fstat,
        libc::SYS_getcwd,
        libc::SYS_getdents64,
        libc::SYS_lseek,
        libc::SYS_newfstatat,
        libc::SYS_ppoll,
        libc::SYS_pread64,
        libc::SYS_read,
        libc::SYS_readlinkat,
        libc::SYS_readv,
        libc::SYS_statx,
        libc::SYS_write,
        libc::SYS_writev,
    ];

    /// Calls that newer architectures no longer have.
    #[cfg(target_arch = "x86_64")]
    const OLDER: &[i64] = &[
        libc::SYS_access,
        libc::SYS_arch_prctl,
        libc::SYS_lstat,
        libc::SYS_poll,
        libc::SYS_readlink,
        libc::SYS_stat,
        libc::SYS_time,
    ];
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;
    use std::io;
    use std::net::{TcpListener, TcpStream, UdpSocket};
    use std::process::Command;

    use super::*;

    fn request(path: &std::path::Path) -> Request {
        Request {
            path: path.as_os_str().to_owned(),
            layers: Vec::new(),
            catalogue: None,
            local: false,
            library: false,
            code: true,
            secrets: true,
            packages: super::super::protocol::Packages::Skip,
            jobs: 1,
            handler: None,
            exclude: Vec::new(),
            poisoned: Vec::new(),
            secret_key: [0; 32],
            announce: false,
        }
    }

    fn is_denied<T>(result: io::Result<T>) -> bool {
        result.is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
    }

    /// Both walls stand around one thread and what it starts, so that a test can go behind them.
    #[test]
    fn behind_the_walls_only_the_input_can_be_read() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().to_owned();
        fs::create_dir_all(path.join("input")).expect("created");
        fs::write(path.join("input/a.py"), "x = 1").expect("written");
        fs::write(path.join("beside.py"), "x = 2").expect("written");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        let confined = std::thread::spawn(move || {
            let input = path.join("input");
            let said = walls::raise(&request(&input));
            if said.iter().any(|line| line.contains("not available")) {
                return;
            }
            assert_eq!(said, ["landlock: on", "seccomp: on"]);
            assert_eq!(
                fs::read_to_string(input.join("a.py")).expect("readable"),
                "x = 1"
            );
            assert_eq!(fs::read_dir(&input).expect("listable").count(), 1);
            assert!(is_denied(fs::read(path.join("beside.py"))));
            assert!(is_denied(fs::read("/etc/passwd")));
            assert!(is_denied(fs::write(input.join("b.py"), "x")));
            assert!(is_denied(fs::write(input.join("a.py"), "x")));
            assert!(is_denied(fs::remove_file(input.join("a.py"))));
            assert!(is_denied(fs::create_dir(input.join("c"))));
            assert!(is_denied(TcpStream::connect(address)));
            assert!(is_denied(UdpSocket::bind("127.0.0.1:0")));
            assert!(is_denied(Command::new("/bin/true").status()));
            std::thread::spawn(|| ())
                .join()
                .expect("threads may be started");
        });
        confined.join().expect("the walls stand");
    }
}
