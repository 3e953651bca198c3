//! The search engine of Lacuna.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Asks a running search or indexing to end. Clones share one flag.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// A flag that is not raised.
    pub fn new() -> Self {
        Self::default()
    }

    /// Raises it.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was raised.
    pub fn stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
