//! Gaps that a query asks about.

use super::lives;
use crate::checklist::Gap;
use crate::error::{Result, Trouble};
use crate::store::{Store, StoredQuery};

/// Whether a query asks about a gap: by its key, or by the one it had while all runs of a clock had the same and this one was due already.
pub(super) fn asks_about(query: &StoredQuery, gap: &Gap) -> bool {
    let asked = query.draft.gap.as_deref();
    let then = || gap.due.zip(query.created).is_none_or(|(due, created)| due <= created);
    asked.is_some() && (asked == Some(&gap.key()) || asked == gap.former_key().as_deref() && then())
}

/// Refuses to set aside what somebody asks a provider about: the question would stay out, and its answer meet a gap that nobody sees.
pub(super) fn refuse_asked(store: &Store, encounter: &str, key: &str) -> Result<()> {
    let about = |query: &&StoredQuery| query.draft.gap.as_deref().is_some_and(|asked| asked == key || Some(asked) == lives::former(key));
    let queries = store.queries(Some(encounter))?;
    let Some(query) = queries.iter().filter(about).find(|query| !query.state.is_over()) else { return Ok(()) };
    let id = query.id;
    let to = query.draft.recipient.as_ref().map(|recipient| format!(" to {}", recipient.name)).unwrap_or_default();
    let (why, hint) = if query.state.is_answered() {
        (format!("query {id} about it was answered and is not closed"), format!("close it with its outcome: `lacuna query close {id}`"))
    } else if query.version > 0 {
        let back = format!("take the query back first: `lacuna query withdraw {id} --reason WORDS`; then set the gap aside");
        (format!("query {id} about it is out{to}: its answer would meet a gap that nobody sees"), back)
    } else {
        let back = format!("take the draft back first: `lacuna query withdraw {id} --reason WORDS`; then set the gap aside");
        (format!("draft {id} about it is being written{to}"), back)
    };
    Err(Trouble::refused("the gap was not set aside").at(format!("query {id}"), None).why(why).hint(hint))
}
