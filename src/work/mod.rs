//! Ties intake, store, reading, checklists, index and queries together: what commands and screens call.

pub mod desk;
pub mod model;

pub use desk::Desk;
