//! Bad input and bad places, through the real program: each is told with source, what, why and hint; nothing stored is lost; no
//! panic; no word of a note in a message.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "bad_input/files.rs"]
mod files;
#[path = "bad_input/guards.rs"]
mod guards;
#[path = "bad_input/places.rs"]
mod places;
mod support;
