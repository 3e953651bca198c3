//! Ctrl-C during a long command.

use lacuna_index::Stop;

/// A flag that Ctrl-C (and a polite `kill`) raises. Without the terminal interface nothing listens, and an interrupt ends the program: what
/// was stored until then stays, as after a crash.
pub(super) fn stop() -> Stop {
    let stop = Stop::new();
    #[cfg(feature = "tui")]
    crate::tui::stop_on_interrupt(&stop);
    stop
}
