//! Ctrl-C while a command runs: the first one asks it to stop at the next safe point, a second one ends the program at once.

use lacuna_index::Stop;
use signal_hook::consts::{SIGINT, SIGTERM};

/// Exit status of a program that an interrupt ended, as shells know it.
const INTERRUPTED: i32 = 130;

/// Raises `stop` at the first interrupt, or polite `kill`.
pub fn stop_on_interrupt(stop: &Stop) {
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else { return };
    let stop = stop.clone();
    std::thread::spawn(move || {
        for _ in signals.forever() {
            if stop.stopped() {
                std::process::exit(INTERRUPTED);
            }
            stop.stop();
        }
    });
}
