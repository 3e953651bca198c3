//! The data key and the keys that come from it.

use super::random;
use crate::error::Result;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// What a derived key is for. The labels are part of the format: changing one makes every store unreadable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// The store's pages (SQLCipher, raw key).
    Store,
    /// The files of the search index.
    Index,
    /// The chain of the audit log.
    Audit,
    /// The list of people in the key file.
    People,
}

impl Use {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Store => b"lacuna 1 store",
            Self::Index => b"lacuna 1 index",
            Self::Audit => b"lacuna 1 audit",
            Self::People => b"lacuna 1 people",
        }
    }
}

/// The random key of a store. Leaves memory when it is dropped, and shows itself to nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct DataKey(Zeroizing<[u8; 32]>);

impl DataKey {
    /// A new one.
    pub fn random() -> Result<Self> {
        random().map(Self::from_bytes)
    }

    /// From bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key for one use.
    pub fn derive(&self, what: Use) -> Zeroizing<[u8; 32]> {
        expand(&self.0[..], b"", &[what.label()])
    }
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey(..)")
    }
}

/// HKDF-SHA256 to 32 bytes.
pub(super) fn expand(secret: &[u8], salt: &[u8], info: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut out = Zeroizing::new([0_u8; 32]);
    // 32 bytes are far below HKDF's bound of 8,160: this cannot fail.
    let _never_too_long = Hkdf::<Sha256>::new(Some(salt), secret).expand_multi_info(info, &mut out[..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_use_has_a_key_of_its_own_and_the_same_one_always() {
        let key = DataKey::from_bytes([7; 32]);
        let all = [Use::Store, Use::Index, Use::Audit, Use::People].map(|u| crate::hash::hex(&key.derive(u)[..]));
        // Worked out with Python's hmac module: extract with 32 zero bytes as salt, expand with the label.
        assert_eq!(all[0], "c7bb233c6ac898b2677829abfef02917a5023ad852e944badf5dfdc61ada7693");
        for (i, one) in all.iter().enumerate() {
            assert!(all.iter().skip(i + 1).all(|other| one != other));
        }
        assert_eq!(format!("{key:?}"), "DataKey(..)");
    }
}
