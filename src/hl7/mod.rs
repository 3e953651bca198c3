//! What messages of HL7 v2 are written with: separators, escapes and times. Charts come in by it, and so do answers. Pure: no I/O.

pub(crate) mod stamp;
pub(crate) mod syntax;
