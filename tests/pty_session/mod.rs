//! The real program in a real pseudo-terminal, as a person at it would see it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long anything may take before the test gives up: generous, because machines are slow, and nothing waits for it.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub struct Session {
    pub child: Box<dyn Child + Send + Sync>,
    pub master: Option<Box<dyn MasterPty + Send>>,
    pub writer: Option<Box<dyn Write + Send>>,
    pub seen: Arc<Mutex<(vt100::Parser, Vec<u8>)>>,
    /// Raised when the terminal is to vanish: the reader then lets go of it too.
    pub vanish: Arc<AtomicBool>,
}

/// Set where no pseudo-terminal can be had: the tests that need one then say that they were skipped. Anywhere else they fail.
const WITHOUT: &str = "LACUNA_NO_PTY";

/// The demo on a terminal of this size; `None` where the tester said that there is none.
pub fn demo(width: u16, height: u16, environment: &[(&str, &str)]) -> Option<Session> {
    start(width, height, environment, &["demo"])
}

/// The program with these arguments.
pub fn start(width: u16, height: u16, environment: &[(&str, &str)], arguments: &[&str]) -> Option<Session> {
    run(env!("CARGO_BIN_EXE_lacuna"), width, height, environment, arguments)
}

/// Any program, as a shell in which ours is started.
pub fn run(program: &str, width: u16, height: u16, environment: &[(&str, &str)], arguments: &[&str]) -> Option<Session> {
    if std::env::var_os(WITHOUT).is_some() {
        println!("skipped: {WITHOUT} says that there is no pseudo-terminal");
        return None;
    }
    let opened = native_pty_system().openpty(PtySize { rows: height, cols: width, pixel_width: 0, pixel_height: 0 });
    let pair =
        opened.unwrap_or_else(|why| panic!("no pseudo-terminal ({why}); where there is none, set {WITHOUT}=1 and these tests say so"));
    let mut command = CommandBuilder::new(program);
    command.args(arguments);
    command.env("TERM", "xterm-256color");
    command.env_remove("NO_COLOR");
    // The tour comes by itself where no demo was seen before: here only to those that ask for it.
    let state = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("toured");
    std::fs::create_dir_all(state.join("lacuna")).unwrap();
    std::fs::write(state.join("lacuna/tour-shown"), "").unwrap();
    command.env("XDG_STATE_HOME", &state);
    for (name, value) in environment {
        command.env(name, value);
    }
    let child = pair.slave.spawn_command(command).unwrap();
    let mut reader = pair.master.try_clone_reader().unwrap();
    let parser = vt100::Parser::new(NonZero::new(height).unwrap(), NonZero::new(width).unwrap(), 0);
    let seen = Arc::new(Mutex::new((parser, Vec::new())));
    let shared = Arc::clone(&seen);
    let vanish = Arc::new(AtomicBool::new(false));
    let vanished = Arc::clone(&vanish);
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(read) = reader.read(&mut bytes) {
            if read == 0 || vanished.load(Ordering::SeqCst) {
                return;
            }
            let mut seen = shared.lock().unwrap();
            seen.0.process(&bytes[..read]);
            seen.1.extend_from_slice(&bytes[..read]);
        }
    });
    let writer = pair.master.take_writer().unwrap();
    Some(Session { child, master: Some(pair.master), writer: Some(writer), seen, vanish })
}

impl Session {
    pub fn text(&self) -> String {
        self.seen.lock().unwrap().0.screen().contents()
    }

    pub fn expect(&mut self, words: &str) -> &mut Self {
        self.until(words, |screen| screen.contains(words))
    }

    /// Waits until the screen is so.
    pub fn until(&mut self, what: &str, so: impl Fn(&str) -> bool) -> &mut Self {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if so(&self.text()) {
                return self;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("{what:?} did not come:\n{}", self.text());
    }

    pub fn press(&mut self, keys: &str) -> &mut Self {
        self.writer.as_mut().unwrap().write_all(keys.as_bytes()).unwrap();
        self
    }

    /// The exit code, once the program has ended.
    pub fn ended(&mut self) -> u32 {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it did not end:\n{}", self.text());
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    /// Checks that the terminal is as it was: the usual screen, the cursor shown, pastes as they come.
    pub fn sane(&self) {
        std::thread::sleep(Duration::from_millis(200));
        let seen = self.seen.lock().unwrap();
        let screen = seen.0.screen();
        assert!(!screen.alternate_screen(), "still on the alternate screen");
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        assert!(!screen.bracketed_paste(), "pastes are still bracketed");
    }
}
