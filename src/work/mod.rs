//! Ties intake, store, reading, checklists, index and queries together: what commands and screens call. Names no terminal crate.

mod annotate;
mod asked;
mod carry;
mod checklist_files;
pub mod demo;
pub mod desk;
mod door;
mod doubles;
mod editor;
pub mod evaluate;
#[cfg(test)]
mod evaluate_tests;
mod import;
#[cfg(test)]
mod import_tests;
mod indexing;
mod known;
mod listing;
mod lives;
mod local;
mod local_queries;
pub mod model;
pub mod people;
mod queries;
mod query_count;
mod query_exchange;
mod query_found;
mod query_life;
mod query_notes;
mod rehearse;
mod search;
mod search_order;
mod session;
mod settled;
mod site;
mod watch;
mod withheld;
mod worklist;

pub use annotate::Annotated;
pub use checklist_files::{CHECKLIST, SITE_PACKS, Tried, site_packs};
pub use desk::Desk;
pub use door::{Door, Entered, Secret};
pub use doubles::{Double, Suspect, doubles, merge};
pub use import::{
    AnswerFound, DocumentCounts, ImportProgress, ImportReport, Input, NOTE_TYPES, PastImport, Reject, import, import_records, past_import,
    past_imports, undo_import, unplaced,
};
pub use indexing::Waiting;
pub use known::Known;
pub use lives::BY_DOCUMENT;
pub use local::LocalDesk;
pub use query_exchange::AnswersReport;
pub use query_found::Found;
pub use query_life::Reply;
pub use query_notes::close_objection;
pub use rehearse::{dry_run, dry_run_alone};
pub use search::{Request as SearchRequest, encounters_with, marks_of, query_inside, search_in};
pub use search_order::best_first;
pub use session::{Clock, Session};
pub use site::Site;
pub use watch::{Taken, Watch};

/// Waits until something is so, but no longer than this.
pub fn wait_for(longest: std::time::Duration, so: impl Fn() -> bool) {
    let until = std::time::Instant::now() + longest;
    while !so() && std::time::Instant::now() < until {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}
