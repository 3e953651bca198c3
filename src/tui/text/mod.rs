//! The text boundary: nothing from outside reaches a cell except through here. Tabs become columns, control and bidirectional
//! characters become visible marks, stacks of combining marks are capped, and every cell knows which bytes it stands for.

mod folds;
mod lines;
mod surname;

pub use crate::text::{fit, label, multiline, pieces, safe_paste, width};
pub use folds::Folds;
pub use lines::{LineIndex, Row, wrap_text};
pub use surname::surname;
