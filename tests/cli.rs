//! Every command, through the real program: exit codes, streams, JSON, and what never leaves a store.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "cli/audit.rs"]
mod audit;
#[path = "cli/checklists.rs"]
mod checklists;
#[path = "cli/contracts.rs"]
mod contracts;
#[path = "cli/every_command.rs"]
mod every_command;
#[path = "cli/forged.rs"]
mod forged;
#[path = "cli/imports.rs"]
mod imports;
#[path = "cli/locked.rs"]
mod locked;
#[path = "cli/misuse.rs"]
mod misuse;
#[path = "cli/plain_notes.rs"]
mod plain_notes;
#[path = "cli/planted.rs"]
mod planted;
#[path = "cli/query.rs"]
mod query;
#[path = "cli/schemas.rs"]
mod schemas;
#[path = "cli/settings.rs"]
mod settings;
#[path = "cli/streams.rs"]
mod streams;
mod support;
