//! The thread that reads keys. It can be made to stand aside, so that another program has the terminal for a while.

use super::runtime::{Outside, spawn};
use crossbeam_channel::{Receiver, Sender};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long the thread may take to stand aside.
const PATIENCE: Duration = Duration::from_secs(2);

/// The other end of the thread.
pub(super) struct Input {
    aside: Arc<AtomicBool>,
    parked: Receiver<()>,
    back: Sender<()>,
}

/// Reads keys; when the terminal cannot be read any more, says so once and ends.
pub(super) fn read(events: &Sender<Outside>) -> io::Result<Input> {
    let events = events.clone();
    let aside = Arc::new(AtomicBool::new(false));
    let (parks, parked) = crossbeam_channel::unbounded();
    let (back, called) = crossbeam_channel::unbounded::<()>();
    let stands_aside = Arc::clone(&aside);
    spawn("input", move || {
        loop {
            let event = crossterm::event::read();
            if event.is_ok() && stands_aside.load(Ordering::SeqCst) {
                if parks.send(()).is_err() || called.recv().is_err() {
                    return;
                }
                continue;
            }
            let event = event.map_or(Outside::Gone, Outside::Terminal);
            let gone = matches!(event, Outside::Gone);
            if events.send(event).is_err() || gone {
                return;
            }
        }
    })?;
    Ok(Input { aside, parked, back })
}

impl Input {
    /// Makes the thread stand aside: it reads nothing more. It waits in the middle of a read, and no timer wakes it: a notice that the window
    /// changed, sent to ourselves, does. False where it could not be reached; then it reads on.
    pub(super) fn stand_aside(&self) -> bool {
        self.aside.store(true, Ordering::SeqCst);
        let woken = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::WINCH).is_ok();
        let parked = woken && self.parked.recv_timeout(PATIENCE).is_ok();
        if !parked {
            self.aside.store(false, Ordering::SeqCst);
        }
        parked
    }

    /// Lets it read again.
    pub(super) fn come_back(&self) {
        self.aside.store(false, Ordering::SeqCst);
        // Only a thread that ended does not hear it; then the loop was told that the terminal is gone.
        let _ended = self.back.send(());
    }
}
