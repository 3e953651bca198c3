//! How long nobody has typed. By the clock of the process and by that on the wall: the one stands still while the host sleeps, the other can be
//! set back, and the longer of the two counts.

use crossterm::event::{Event, KeyEventKind, MouseEventKind};
use std::time::{Duration, Instant, SystemTime};

/// The clock on the wall is looked at this often at least.
const LOOK: Duration = Duration::from_secs(10);

/// When the last key came, and after how long without one the interface locks itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Idle {
    after: Duration,
    last: (Instant, SystemTime),
}

impl Idle {
    pub(super) fn new(after: Duration) -> Self {
        Self { after, last: (Instant::now(), SystemTime::now()) }
    }

    /// A person did something.
    pub(super) fn touch(&mut self) {
        self.last = (Instant::now(), SystemTime::now());
    }

    /// It locks at the next look.
    pub(super) fn at_once(&mut self) {
        self.after = Duration::ZERO;
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over_at(Instant::now(), SystemTime::now())
    }

    fn is_over_at(&self, now: Instant, wall: SystemTime) -> bool {
        let (last, then) = self.last;
        now.saturating_duration_since(last).max(wall.duration_since(then).unwrap_or_default()) >= self.after
    }

    /// When to look again.
    pub(super) fn look_at(&self) -> Option<Instant> {
        let end = self.last.0.checked_add(self.after)?;
        Some(Instant::now().checked_add(LOOK).map_or(end, |look| look.min(end)))
    }
}

/// Whether an event is a person's: a window that changes its size, or a mouse that is pushed, is nobody at the keys.
pub(super) fn is_a_persons(event: &Event) -> bool {
    match event {
        Event::Key(key) => key.kind != KeyEventKind::Release,
        Event::Paste(_) => true,
        Event::Mouse(mouse) => !matches!(mouse.kind, MouseEventKind::Moved),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_in_which_the_host_slept_did_not_count() {
        let idle = Idle::new(Duration::from_secs(600));
        let (now, wall) = idle.last;
        let (soon, late) = (Duration::from_secs(5), Duration::from_secs(700));
        assert!(!idle.is_over_at(now + soon, wall + soon));
        assert!(idle.is_over_at(now + soon, wall + late), "a closed lid");
        assert!(idle.is_over_at(now + late, wall - late), "a clock that was set back");
    }

    #[test]
    fn a_window_that_changed_its_size_was_taken_for_a_key() {
        assert!(!is_a_persons(&Event::Resize(80, 24)) && !is_a_persons(&Event::FocusGained));
        assert!(is_a_persons(&Event::Paste("a".into())));
    }
}
