//! The interface without a terminal: scripts of keys against a desk of invented charts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod commands;
mod escape;
mod findings;
mod harness;
mod hostile;
mod presenting;
mod queries;
mod random;
mod reading;
mod reducer;
mod requirements;
mod review;
mod screens;
pub mod survey;
mod try_on;
