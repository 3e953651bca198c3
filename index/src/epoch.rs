//! The epoch of an index: whatever would make an old index answer wrongly is part of it.

use serde::{Deserialize, Serialize};

use crate::analysis::ANALYZER_VERSION;
use crate::pairs::LISTS;

/// Version of the schema; raise it with every change of the fields.
const SCHEMA_VERSION: u32 = 6;

/// The name of the epoch: of schema, analysis, pairs, file format, the caller's store and the version of its reader, as 32 hexadecimal digits.
pub(crate) fn name(store: &str, reader: &str) -> String {
    let pairs = fnv(LISTS.concat().as_bytes());
    let whole = format!("{SCHEMA_VERSION}\n{ANALYZER_VERSION}\n{pairs:x}\n{}\n{store}\n{reader}", tantivy::INDEX_FORMAT_VERSION);
    format!("{:032x}", fnv(whole.as_bytes()))
}

/// The name of a store in a commit: tells whether an index of another epoch belongs to the same store.
pub(crate) fn store(name: &str) -> String {
    format!("{:032x}", fnv(name.as_bytes()))
}

/// The folder of an epoch.
pub(crate) fn folder(epoch: &str) -> String {
    format!("index-{epoch}")
}

/// Whether a folder name is that of some epoch: only such folders are ever removed.
pub(crate) fn is_folder(name: &str) -> bool {
    name.strip_prefix("index-").is_some_and(|hex| hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// FNV-1a of 128 bits: tells epochs apart and is the same on every machine and with every compiler; it keeps no secret.
fn fnv(bytes: &[u8]) -> u128 {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.iter().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash, b| (hash ^ u128::from(*b)).wrapping_mul(PRIME))
}

/// What each commit says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Payload {
    pub(crate) epoch: String,
    #[serde(default)]
    pub(crate) store: String,
    pub(crate) sequence: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv(b""), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        assert_eq!(fnv(b"foobar"), 0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18);
    }

    #[test]
    fn epochs_differ_by_store_and_reader_and_folders_are_recognised() {
        assert_ne!(name("a", "1"), name("b", "1"));
        assert_ne!(name("a", "1"), name("a", "2"));
        assert!(is_folder(&folder(&name("a", "1"))));
        assert!(!is_folder("index-") && !is_folder("index-../x") && !is_folder("notes"));
    }
}
