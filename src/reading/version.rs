//! Names the reader that made a reading: its code and its data.

use super::Files;
use std::sync::OnceLock;

/// Another reader or another lexicon, another version. What was read with another version is read again.
pub fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let data = crate::hash::sha256(&format!("{:?}", Files::shipped()));
        let headings = crate::hash::sha256(concat!(
            include_str!("../../lexicon/headings.toml"),
            include_str!("../../lexicon/elements.toml"),
            include_str!("../../lexicon/document_types.toml"),
            include_str!("../../lexicon/same_names.toml"),
        ));
        let parts: String = data.chars().take(12).chain(headings.chars().take(4)).collect();
        format!("{}-{parts}", env!("CARGO_PKG_VERSION"))
    })
}
