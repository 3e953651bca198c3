//! The words of a trigger's entry that stand for one of a few choices.

use super::entry::TriggerEntry;
use super::{Pick, Settles};
use crate::error::{Result, Trouble};

/// Which of several names a cue speaks of.
pub(super) fn pick(file: &str, entry: &TriggerEntry) -> Result<Option<Pick>> {
    match entry.picks.as_deref() {
        None => Ok(None),
        Some("first") => Ok(Some(Pick::First)),
        Some("last") => Ok(Some(Pick::Last)),
        Some(other) => Err(Trouble::input(format!("a trigger cannot pick the \"{other}\"")).at(file, None).hint("first, last")),
    }
}

/// How names must stand for a cue to speak of them.
pub(super) fn settles(file: &str, entry: &TriggerEntry) -> Result<Option<Settles>> {
    match entry.settles.as_deref() {
        None => Ok(None),
        Some("doubt") => Ok(Some(Settles::Doubt)),
        Some("denial") => Ok(Some(Settles::Denial)),
        Some("past") => Ok(Some(Settles::Past)),
        Some(other) => Err(Trouble::input(format!("a trigger cannot settle \"{other}\"")).at(file, None).hint("doubt, denial, past")),
    }
}
