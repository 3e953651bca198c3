//! Two clocks: the one on the wall, and the one that stands still while others use the machine.

use std::time::{Duration, Instant};

/// What something took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spent {
    /// On the wall.
    pub wall: Duration,
    /// On the processors, all threads together; nothing where the system does not tell.
    pub processor: Duration,
}

/// Runs something and says what it took.
pub fn spent(run: impl FnOnce()) -> Spent {
    let (processor, wall) = (processor(), Instant::now());
    run();
    Spent { wall: wall.elapsed(), processor: self::processor().saturating_sub(processor) }
}

/// What the living threads of this process have run so far.
fn processor() -> Duration {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return Duration::ZERO };
    let own = |thread: std::fs::DirEntry| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    };
    Duration::from_nanos(threads.flatten().filter_map(own).sum::<u64>())
}
