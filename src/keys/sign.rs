//! A person's signature under what they did: Ed25519, with a key that comes from the private half of their slot. Whoever holds the data key
//! can hash a row of the log anew; only who opened that slot can sign it.

use super::key::expand;
use super::seal::Pair;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use std::sync::Arc;

/// What stands before everything that is signed: a signature of ours means nothing elsewhere.
const ROW: &[u8] = b"lacuna 1 audit row";

/// Signs as one person. Leaves memory when the last of its copies is dropped, and shows itself to nobody.
#[derive(Clone)]
pub struct Signer(Arc<SigningKey>);

impl Signer {
    /// Of the person whose key pair this is: the same one as long as the pair is, whatever the passphrase that opens it.
    pub(super) fn of(pair: &Pair) -> Self {
        Self(Arc::new(SigningKey::from_bytes(&expand(&pair.private()[..], b"", &[b"lacuna 1 sign"]))))
    }

    /// One for tests of other layers, which have no key file.
    #[cfg(test)]
    pub(crate) fn of_test(secret: [u8; 32]) -> Self {
        Self::of(&Pair::of(&secret))
    }

    /// What its signatures are checked with.
    pub fn verifier(&self) -> Verifier {
        Verifier(self.0.verifying_key())
    }

    /// The signature under a row of the log, by the row's hash.
    pub fn sign(&self, hash: &str) -> [u8; 64] {
        self.0.sign(&message(hash)).to_bytes()
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(..)")
    }
}

/// The open half of a [`Signer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verifier(VerifyingKey);

impl Verifier {
    /// From 64 hexadecimal digits; `None` for what is no key, and for the few keys under which anything is signed.
    pub fn from_hex(text: &str) -> Option<Self> {
        let key = VerifyingKey::from_bytes(&super::file::unhex(text)?).ok()?;
        (!key.is_weak()).then_some(Self(key))
    }

    /// Whether this is the signature of its person under the row with this hash.
    pub fn signed(&self, hash: &str, signature: &[u8; 64]) -> bool {
        self.0.verify_strict(&message(hash), &Signature::from_bytes(signature)).is_ok()
    }
}

impl std::fmt::Display for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::hash::hex(self.0.as_bytes()))
    }
}

/// A signature as it stands in the log.
pub fn signature_from_hex(text: &str) -> Option<[u8; 64]> {
    super::file::unhex(text)
}

fn message(hash: &str) -> Vec<u8> {
    [ROW, hash.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::hex;

    #[test]
    fn the_key_and_the_signature_are_those_that_another_implementation_gives() {
        // Worked out with Python: hmac for HKDF, and `cryptography`'s Ed25519PrivateKey over b"lacuna 1 audit row" + b"a" * 64.
        let signer = Signer::of(&Pair::of(&[7; 32]));
        let signature = signer.sign(&"a".repeat(64));
        assert_eq!(signer.verifier().to_string(), "912a31accde44a7ff8a135327d054c5ba5bd7265c4defcd6784fa74fc2f9d05b");
        assert_eq!(
            hex(&signature),
            "a81b6d788c875ea70198f6ce846fdbd1edeb3af222936ca883452b9ba07cc80bd482d5651e7ea31ebeee98fb4bb3add2dac6025000f8a76dffc5343162a51003"
        );
        assert_eq!(format!("{signer:?}"), "Signer(..)");
    }

    #[test]
    fn a_signature_holds_for_its_row_and_its_person_alone() {
        let (ana, ben) = (Signer::of(&Pair::random().unwrap()), Signer::of(&Pair::random().unwrap()));
        let (row, other) = ("0".repeat(64), "1".repeat(64));
        let signature = ana.sign(&row);
        assert!(ana.verifier().signed(&row, &signature));
        assert!(!ben.verifier().signed(&row, &signature) && !ana.verifier().signed(&other, &signature));
        for bit in 0..512 {
            let mut changed = signature;
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(!ana.verifier().signed(&row, &changed), "bit {bit}");
        }
        assert_eq!(Verifier::from_hex(&ana.verifier().to_string()), Some(ana.verifier()));
        // The neutral point and its like: anything would be signed under them.
        for bad in ["", "zz", &"0".repeat(64), &format!("01{}", "0".repeat(62)), &"F".repeat(64)] {
            assert_eq!(Verifier::from_hex(bad), None, "{bad}");
        }
        assert_eq!(signature_from_hex(&hex(&signature)), Some(signature));
    }
}
