//! Whether stored documents still are what was stored: each text and its details against the hash taken when it came in.

use super::Store;
use crate::error::Result;
use crate::hash::hex;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// A document that is not what was stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DamagedText {
    /// Its identifier.
    pub document: String,
    /// Which version.
    pub version: i64,
    /// `text`, or `details` (author, times, type).
    pub part: &'static str,
}

impl Store {
    /// Compares every version of every document with its hashes, one at a time; gives how many there are and which differ.
    pub fn verify_texts(&self) -> Result<(u64, Vec<DamagedText>)> {
        self.read(|c| {
            let mut statement =
                c.prepare("SELECT identifier, version, text, sha256, body, body_sha256 FROM document ORDER BY identifier, version")?;
            let mut rows = statement.query([])?;
            let (mut checked, mut damaged) = (0, Vec::new());
            while let Some(row) = rows.next()? {
                checked += 1;
                for (part, column) in [("text", 2), ("details", 4)] {
                    // As bytes: damage may have left something that is no text at all.
                    let stored = row.get_ref(column)?.as_bytes().unwrap_or_default();
                    let hash = row.get_ref(column + 1)?.as_bytes().unwrap_or_default();
                    if hex(&Sha256::digest(stored)).as_bytes() != hash {
                        let document = String::from_utf8_lossy(row.get_ref(0)?.as_bytes().unwrap_or_default()).into_owned();
                        damaged.push(DamagedText { document, version: row.get(1)?, part });
                    }
                }
            }
            Ok((checked, damaged))
        })
    }
}
