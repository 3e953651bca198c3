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

/// What the calling thread has run so far.
pub fn own() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split_whitespace().next().and_then(|time| time.parse().ok()).unwrap_or_default())
}

/// The same for something long: the processor time of threads that have ended meanwhile counts as well.
pub fn spent_long(run: impl FnOnce()) -> Spent {
    let (processor, wall) = (whole(), Instant::now());
    run();
    Spent { wall: wall.elapsed(), processor: whole().saturating_sub(processor) }
}

/// What this process has run so far, in hundredths of a second.
fn whole() -> Duration {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program stands in parentheses and may hold anything; the times are the 12th and 13th words behind it.
    let behind = text.rsplit_once(')').map_or("", |(_, behind)| behind);
    let ticks: u64 = behind.split_whitespace().skip(11).take(2).filter_map(|word| word.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
