//! search

pub mod analysis;
mod brute;
mod entry;
mod fold;
mod grammar;
mod highlight;
mod occur;
mod plan;
mod stop;

pub use brute::matches;
pub use entry::{Change, Entry};
pub use grammar::{FIELD_NAMES, Issue, MAX_DEPTH, MAX_LENGTH, Query};
pub use highlight::{Mark, marks};
pub use stop::Stop;
