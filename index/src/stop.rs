//! A flag by which one thread asks another to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Shared between the one who asks and the one who works; clones share the flag.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<Flag>);

#[derive(Debug)]
struct Flag {
    raised: AtomicBool,
    /// How often the flag may still be looked at before it raises itself.
    looks: AtomicU64,
}

impl Default for Flag {
    fn default() -> Flag {
        Flag { raised: AtomicBool::new(false), looks: AtomicU64::new(u64::MAX) }
    }
}

impl Stop {
    /// A flag nobody has raised.
    pub fn new() -> Stop {
        Stop::default()
    }

    /// A flag that raises itself after so many looks: work is bounded by its steps, and not by a clock.
    pub fn after(looks: u64) -> Stop {
        Stop(Arc::new(Flag { looks: AtomicU64::new(looks), ..Flag::default() }))
    }

    /// Asks the work to stop.
    pub fn stop(&self) {
        self.0.raised.store(true, Ordering::Relaxed);
    }

    /// Whether the work was asked to stop.
    pub fn stopped(&self) -> bool {
        if self.0.looks.load(Ordering::Relaxed) != u64::MAX {
            let counted = self.0.looks.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
            if counted.is_err() {
                self.stop();
            }
        }
        self.0.raised.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::Stop;

    #[test]
    fn a_flag_raises_itself_after_its_looks_and_clones_share_it() {
        let stop = Stop::after(2);
        let other = stop.clone();
        assert_eq!([stop.stopped(), other.stopped(), stop.stopped(), other.stopped()], [false, false, true, true]);
        assert!(!Stop::new().stopped());
    }
}
