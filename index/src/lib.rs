//! search

pub mod analysis;
mod brute;
mod engine;
mod entry;
mod epoch;
mod error;
mod fold;
mod grammar;
mod highlight;
mod occur;
mod plan;
mod snippet;
mod stop;

pub use brute::matches;
pub use engine::{Engine, Facet, Found, Hit, Opened, Page, Sort};
pub use entry::{Change, Entry};
pub use error::IndexError;
pub use grammar::{FIELD_NAMES, Issue, MAX_DEPTH, MAX_LENGTH, Query};
pub use highlight::{Mark, marks};
pub use snippet::{Snippet, snippet, window};
pub use stop::Stop;
