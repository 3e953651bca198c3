//! The text boundary: nothing from outside reaches a person except through here. Tabs become columns, control and bidirectional
//! characters become visible marks, stacks of combining marks are capped. Screens, command output, errors and exports share it;
//! what is stored never changes.

mod clean;

pub use clean::{Piece, fit, json, label, multiline, one_line, pieces, safe_paste, width};
