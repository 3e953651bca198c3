//! The program opens no socket: looked for in the running program, in its system calls where they can be traced, and in what it is made of.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "pty_session/mod.rs"]
#[allow(dead_code)]
mod pty_session;

use std::path::{Path, PathBuf};
use std::process::Command;

/// Crates that speak to a network; none may be in the lock file.
const SPEAKERS: [&str; 16] = [
    "tokio",
    "async-std",
    "smol",
    "hyper",
    "reqwest",
    "ureq",
    "isahc",
    "curl",
    "attohttpc",
    "minreq",
    "rustls",
    "native-tls",
    "quinn",
    "tungstenite",
    "tonic",
    "socket2",
];

fn is_made_of(lock: &str) -> Vec<&str> {
    let names = lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    names.filter(|name| SPEAKERS.contains(name)).collect()
}

#[test]
fn nothing_that_it_is_made_of_speaks_to_a_network() {
    let lock = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    assert!(lock.contains("name = \"ratatui\""), "this is not the lock file");
    assert_eq!(is_made_of(&lock), Vec::<&str>::new());
    // The check finds what it looks for.
    assert_eq!(is_made_of("[[package]]\nname = \"hyper\"\nversion = \"1.0.0\"\n"), ["hyper"]);
}

/// The open sockets of a process, where the system says so.
#[cfg(target_os = "linux")]
fn sockets(process: u32) -> Vec<PathBuf> {
    let files = std::fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    let open = files.flatten().filter_map(|file| std::fs::read_link(file.path()).ok());
    open.filter(|target| target.to_string_lossy().starts_with("socket:")).collect()
}

/// Terminals are watched through a pair of local sockets by some libraries: those that are connected to an address are counted alone.
#[cfg(target_os = "linux")]
fn addresses(process: u32) -> usize {
    let inodes: Vec<String> =
        sockets(process).iter().map(|s| s.to_string_lossy().trim_start_matches("socket:[").trim_end_matches(']').to_owned()).collect();
    let mut found = 0;
    for table in ["tcp", "tcp6", "udp", "udp6", "raw", "raw6"] {
        let text = std::fs::read_to_string(format!("/proc/{process}/net/{table}")).unwrap_or_default();
        found +=
            text.lines().skip(1).filter(|line| line.split_whitespace().nth(9).is_some_and(|i| inodes.iter().any(|own| own == i))).count();
    }
    found
}

#[cfg(target_os = "linux")]
#[test]
fn the_running_interface_holds_no_network_socket() {
    let Some(mut session) = pty_session::demo(120, 40, &[]) else { return };
    session.expect("RIVERA").press("/rivera\r").expect("1 chart").press("\r").expect("looked, not found");
    assert_eq!(addresses(session.child.process_id().unwrap()), 0);
    session.press("\u{11}");
    // The check finds a socket where there is one.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    assert!(addresses(std::process::id()) >= 1);
    drop(listener);
}

/// Whether strace is here and may trace; asked once, with a program that cannot fail.
fn may_trace() -> bool {
    let ran = Command::new("strace").args(["-f", "-qq", "-e", "trace=socket", "-o", "/dev/null", "true"]).output();
    ran.is_ok_and(|ran| ran.status.success())
}

/// Runs a command under strace and gives the calls that open a network socket. A command that does not end as it should has not been
/// watched doing its work, which is a failure of its own.
fn traced(program: &str, arguments: &[&str]) -> Result<Vec<String>, String> {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("calls");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-e", "trace=socket,connect,bind", "-o"]).arg(&log).arg(program).args(arguments);
    let ran = command.env("LC_ALL", "C.UTF-8").env("LACUNA_TRACED", "1").stdin(std::process::Stdio::null()).output().unwrap();
    if ran.status.code() != Some(0) {
        return Err(format!("{arguments:?} ended with {:?}: {}", ran.status.code(), String::from_utf8_lossy(&ran.stderr)));
    }
    let calls = std::fs::read_to_string(&log).map_err(|error| error.to_string())?;
    let network = |line: &&str| line.contains("AF_INET") || line.contains("AF_PACKET") || line.contains("AF_NETLINK");
    Ok(calls.lines().filter(network).map(str::to_owned).collect())
}

#[test]
fn no_command_asks_the_system_for_a_network_socket() {
    if !may_trace() {
        println!("skipped: strace is not here, or may not trace");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (store, copy) = (folder.path().join("store"), folder.path().join("copy.db"));
    let (store, copy, charts) = (store.to_str().unwrap(), copy.to_str().unwrap(), concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/charts"));
    let program = env!("CARGO_BIN_EXE_lacuna");
    let commands: [&[&str]; 9] = [
        &["init", "--no-encryption"],
        &["import", charts],
        &["search", "sepsis"],
        &["gaps", "--all", "--json"],
        &["worklist"],
        &["export", "--all"],
        &["backup", copy],
        &["audit", "verify"],
        &["doctor"],
    ];
    for arguments in commands {
        assert_eq!(traced(program, &[&["--store", store], arguments].concat()), Ok(Vec::new()), "{arguments:?}");
    }
}

/// What the trace is shown to see that it sees: this very test, when it is run under a trace, opens a socket.
#[test]
fn a_trace_sees_a_socket_and_a_command_that_failed() {
    if std::env::var_os("LACUNA_TRACED").is_some() {
        drop(std::net::TcpListener::bind("127.0.0.1:0").unwrap());
        return;
    }
    if !may_trace() {
        println!("skipped: strace is not here, or may not trace");
        return;
    }
    let this = std::env::current_exe().unwrap();
    let itself = ["--exact", "a_trace_sees_a_socket_and_a_command_that_failed"];
    let calls = traced(this.to_str().unwrap(), &itself).unwrap();
    assert!(calls.iter().any(|call| call.contains("AF_INET")), "the trace sees no socket where there is one: {calls:?}");
    // A command that fails before it does anything opens no socket either: that is no pass.
    let nowhere = tempfile::tempdir().unwrap();
    let failed = traced(env!("CARGO_BIN_EXE_lacuna"), &["--store", nowhere.path().to_str().unwrap(), "worklist"]);
    assert!(failed.as_ref().is_err_and(|why| why.contains("there is no store here")), "{failed:?}");
}
