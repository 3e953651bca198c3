//! Generation numbers of the questions put to the desk.

use crate::tui::msg::{Effect, Request, Slot};

/// Generation numbers: which answer of which slot still counts.
#[derive(Clone, Debug, Default)]
pub struct Jobs {
    newest: [u64; Slot::COUNT],
    waiting: [bool; Slot::COUNT],
}

impl Jobs {
    /// A new question in a slot.
    pub fn ask(&mut self, slot: Slot, request: Request) -> Effect {
        let at = slot as usize;
        let generation = self.newest.get(at).copied().unwrap_or(0) + 1;
        if let Some(newest) = self.newest.get_mut(at) {
            *newest = generation;
        }
        if let Some(waiting) = self.waiting.get_mut(at) {
            *waiting = true;
        }
        Effect::Ask(slot, generation, request)
    }

    /// Whether an answer still counts; when it does, its slot waits no more.
    pub fn take(&mut self, slot: Slot, generation: u64) -> bool {
        let at = slot as usize;
        let newest = self.newest.get(at).copied().unwrap_or(0);
        if generation == newest {
            if let Some(waiting) = self.waiting.get_mut(at) {
                *waiting = false;
            }
            return true;
        }
        !slot.newest_only() && generation < newest
    }

    /// Makes every answer that is still under way in a slot stale.
    pub fn forget(&mut self, slot: Slot) {
        let at = slot as usize;
        if let Some(newest) = self.newest.get_mut(at) {
            *newest += 1;
        }
        if let Some(waiting) = self.waiting.get_mut(at) {
            *waiting = false;
        }
    }

    /// Whether an answer is awaited.
    pub fn waits(&self, slot: Slot) -> bool {
        self.waiting.get(slot as usize).copied().unwrap_or(false)
    }

    /// The newest generation of a slot.
    pub fn newest(&self, slot: Slot) -> u64 {
        self.newest.get(slot as usize).copied().unwrap_or(0)
    }
}
