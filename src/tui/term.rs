//! The terminal's modes as one value: entered together, left together, on every way out.

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::terminal::{Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size};
use crossterm::{execute, queue};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};

/// Whether the terminal is ours now: so that giving it back twice does nothing.
static OURS: AtomicBool = AtomicBool::new(false);

/// Takes the terminal: raw keys, a screen of our own, pastes in one piece.
pub fn enter() -> io::Result<()> {
    OURS.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide)
}

/// Whether the mouse is ours now.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Takes the mouse, or leaves it to the terminal.
pub fn mouse(on: bool) -> io::Result<()> {
    match (MOUSE.swap(on, Ordering::SeqCst), on) {
        (false, true) => execute!(io::stdout(), EnableMouseCapture),
        (true, false) => execute!(io::stdout(), DisableMouseCapture),
        _ => Ok(()),
    }
}

/// Hands words to the terminal's clipboard (OSC 52).
pub fn copy(out: &mut impl io::Write, words: &str) -> io::Result<()> {
    use base64::Engine;
    write!(out, "\u{1b}]52;c;{}\u{7}", base64::engine::general_purpose::STANDARD.encode(words))
}

/// Writes over every row. A terminal without a screen of its own for us (`alternate-screen off` in tmux) keeps the last one when we go, and
/// clearing it at once would push it, as it is, into what can be scrolled back to.
pub fn erase(out: &mut impl io::Write) -> io::Result<()> {
    let (_, rows) = size()?;
    for row in 0..rows {
        queue!(out, MoveTo(0, row), Clear(ClearType::CurrentLine))?;
    }
    queue!(out, MoveTo(0, 0))?;
    out.flush()
}

/// Gives it back as it was.
pub fn leave() {
    if OURS.swap(false, Ordering::SeqCst) {
        let _gone = mouse(false);
        let _gone = erase(&mut io::stdout());
        // A terminal that is gone cannot be given back; nothing else can be done about it here.
        let _gone = execute!(io::stdout(), DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _gone = disable_raw_mode();
    }
}

/// Gives the terminal back when it is dropped.
pub struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        leave();
    }
}

/// Where a thread beside the interface's broke last.
static BROKEN: Mutex<Option<String>> = Mutex::new(None);

/// Takes the place where a thread beside the interface's broke last.
pub fn broken_at() -> Option<String> {
    BROKEN.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// On a panic of the interface the terminal comes back first, and the report names the place in the program and nothing else: a panic's own
/// words could hold a patient's. Other threads have somebody who catches it: the interface lives on, and the terminal stays its own.
pub fn hook_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let interface = std::thread::current().id();
        std::panic::set_hook(Box::new(move |info| {
            let place = info.location().map(|l| format!("{}:{}", l.file(), l.line())).unwrap_or_default();
            if std::thread::current().id() != interface && OURS.load(Ordering::SeqCst) {
                *BROKEN.lock().unwrap_or_else(PoisonError::into_inner) = Some(place);
                return;
            }
            leave();
            eprintln!("lacuna stopped at {place}. Drafts are saved up to the last second. Please report this place.");
        }));
    });
}
