//! The real program on a store of its own in a temporary folder.

use serde_json::Value;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command as Process;
use std::sync::OnceLock;
use tempfile::TempDir;

/// The passphrase of ana's encrypted stores.
pub const PASSPHRASE: &str = "four words of ana";

/// What a command left behind when it ended.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ran {
    /// Fails unless the command ended with `code` and said nothing of a panic.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", head(&self.out), head(&self.err));
        self.calm()
    }

    /// Fails when the command panicked.
    #[track_caller]
    pub fn calm(self) -> Self {
        assert!(!self.err.contains("panicked") && self.code != Some(101), "{}", head(&self.err));
        self
    }

    /// Fails when something stands on standard error.
    #[track_caller]
    pub fn quiet(self) -> Self {
        assert_eq!(self.err, "");
        self
    }

    /// Standard output as the one JSON value that it must be, in one line.
    #[track_caller]
    pub fn json(&self) -> Value {
        let line = self.out.strip_suffix('\n').expect("the output ends in a line end");
        assert!(!line.contains(char::is_control), "one line without control characters");
        serde_json::from_str(line).expect("one JSON value and nothing else")
    }

    /// The failure on standard error of a command with `--json`: source, what, why, hint.
    #[track_caller]
    pub fn failure(&self) -> Value {
        assert_eq!(self.out, "", "nothing on standard output");
        serde_json::from_str(&self.err).expect("the failure is one JSON value")
    }
}

fn head(text: &str) -> String {
    text.chars().take(1500).collect()
}

/// A temporary folder with room for a store and for input.
pub struct Home {
    folder: TempDir,
}

impl Home {
    /// An empty folder.
    pub fn empty() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// A folder with an empty store.
    pub fn new() -> Self {
        let home = Self::empty();
        home.run(["init", "--no-encryption"]).ends(0).quiet();
        home
    }

    /// A folder with an encrypted store of ana's, an administrator with [`PASSPHRASE`]; gives the recovery code too.
    pub fn locked() -> (Self, String) {
        let home = Self::empty();
        let made = home.feed(["--json", "--passphrase-fd", "0", "init"], format!("{PASSPHRASE}\n")).ends(0).quiet().json();
        (home, made["recovery_code"].as_str().unwrap().to_owned())
    }

    /// Runs a command on an encrypted store as `user`: their passphrase, then what else is asked for.
    pub fn with_secrets<S: AsRef<OsStr>>(&self, user: &str, secrets: &[&str], args: impl IntoIterator<Item = S>) -> Ran {
        let mut all: Vec<std::ffi::OsString> = ["--as", user, "--passphrase-fd", "0"].map(Into::into).to_vec();
        all.extend(args.into_iter().map(|a| a.as_ref().to_owned()));
        self.feed(all, secrets.iter().map(|s| format!("{s}\n")).collect::<String>())
    }

    /// A folder with a store that holds the synthetic charts, imported once for all tests of a file.
    pub fn with_charts() -> Self {
        static CHARTS: OnceLock<Home> = OnceLock::new();
        let charts = CHARTS.get_or_init(|| {
            let home = Self::new();
            home.run([OsStr::new("import"), fixtures("charts").as_os_str()]).ends(0).quiet();
            home
        });
        let home = Self::empty();
        copy_folder(&charts.store(), &home.store());
        home
    }

    /// A path in the folder.
    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where the store is.
    pub fn store(&self) -> PathBuf {
        self.at("store")
    }

    /// Writes a file into the folder, with the folders above it.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.at(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// The program on this store, not started yet; nothing of the tester's own environment reaches it.
    pub fn process(&self) -> Process {
        let mut process = Process::new(program());
        process.env("HOME", self.folder.path()).env("USER", "ana").arg("--store").arg(self.store());
        for name in ["XDG_DATA_HOME", "XDG_STATE_HOME", "SSH_CONNECTION", "NO_COLOR", "RUST_BACKTRACE"] {
            process.env_remove(name);
        }
        process
    }

    /// Runs a command with nothing on standard input.
    pub fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Ran {
        self.feed(args, "")
    }

    /// Runs a command with `input` on standard input.
    pub fn feed<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>, input: impl Into<Vec<u8>>) -> Ran {
        let mut command = assert_cmd::Command::from_std(self.process());
        let done = command.args(args).write_stdin(input).timeout(std::time::Duration::from_secs(120)).output().unwrap();
        Ran {
            code: done.status.code(),
            out: String::from_utf8(done.stdout).expect("the output is UTF-8"),
            err: String::from_utf8(done.stderr).expect("the messages are UTF-8"),
        }
    }

    /// Runs a command with `--json` that must succeed without a word on standard error.
    #[track_caller]
    pub fn json<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Value {
        let mut all: Vec<std::ffi::OsString> = vec!["--json".into()];
        all.extend(args.into_iter().map(|a| a.as_ref().to_owned()));
        self.run(all).ends(0).quiet().json()
    }

    /// The true total of a search.
    #[track_caller]
    pub fn total(&self, query: &str) -> u64 {
        let ran = self.run(["--json", "search", query, "--limit", "0"]).calm().quiet();
        ran.json()["total"].as_u64().expect("a total")
    }
}

/// The program under test.
pub fn program() -> &'static str {
    env!("CARGO_BIN_EXE_lacuna")
}

/// A path in `fixtures`.
pub fn fixtures(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// A path in the shared data, when `LACUNA_SHARED` names it; otherwise says that the test is skipped.
pub fn shared(name: &str) -> Option<PathBuf> {
    let found = std::env::var_os("LACUNA_SHARED").map(|folder| Path::new(&folder).join(name));
    if found.is_none() {
        println!("skipped: LACUNA_SHARED names no folder");
    }
    found
}

/// Copies a folder with everything in it.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
