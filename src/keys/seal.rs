//! The two ways in which a secret of 32 bytes is locked: with a key (a private key under a passphrase), and to a person's public key
//! (the data key). Both are bound to a context: what is cut out of one place of a key file opens at no other.

use super::key::expand;
use super::random;
use crate::error::{Result, Trouble};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

/// Nonce, 32 bytes sealed, tag.
pub(super) const WRAPPED: usize = 24 + 32 + 16;
/// The sender's one-time public key, then as above.
pub(super) const SEALED: usize = 32 + WRAPPED;

/// A person's key pair.
pub(super) struct Pair {
    secret: StaticSecret,
    /// The open half.
    pub(super) public: [u8; 32],
}

impl Pair {
    /// A new one.
    pub(super) fn random() -> Result<Self> {
        Ok(Self::of(&Zeroizing::new(random()?)))
    }

    /// The pair of a private key.
    pub(super) fn of(secret: &[u8; 32]) -> Self {
        let secret = StaticSecret::from(*secret);
        let public = PublicKey::from(&secret).to_bytes();
        Self { secret, public }
    }

    pub(super) fn private(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.secret.to_bytes())
    }
}

/// Locks `secret` with `key`.
pub(super) fn wrap(key: &[u8; 32], context: &[u8], secret: &[u8; 32]) -> Result<[u8; WRAPPED]> {
    let nonce: [u8; 24] = random()?;
    let failed = || Trouble::system("a key could not be sealed");
    let payload = Payload { msg: secret, aad: context };
    let body = cipher(key).encrypt(&XNonce::from(nonce), payload).map_err(|_| failed())?;
    [&nonce[..], &body].concat().try_into().map_err(|_| failed())
}

/// Opens what [`wrap`] locked; `None` with another key or another context, or when a bit of it was changed.
pub(super) fn unwrap(key: &[u8; 32], context: &[u8], wrapped: &[u8; WRAPPED]) -> Option<Zeroizing<[u8; 32]>> {
    let (nonce, body) = wrapped.split_first_chunk::<24>()?;
    let plain = Zeroizing::new(cipher(key).decrypt(&XNonce::from(*nonce), Payload { msg: body, aad: context }).ok()?);
    Some(Zeroizing::new(plain.as_slice().try_into().ok()?))
}

/// Seals `secret` so that only the holder of the private half of `public` opens it.
pub(super) fn seal(public: &[u8; 32], context: &[u8], secret: &[u8; 32]) -> Result<[u8; SEALED]> {
    let once = Pair::random()?;
    let key = shared(&once, public, &once.public, public).ok_or_else(|| Trouble::damaged("a public key of the key file is no key"))?;
    let body = wrap(&key, context, secret)?;
    [&once.public[..], &body].concat().try_into().map_err(|_| Trouble::system("a key could not be sealed"))
}

/// Opens what [`seal`] sealed to this pair.
pub(super) fn open(pair: &Pair, context: &[u8], sealed: &[u8; SEALED]) -> Option<Zeroizing<[u8; 32]>> {
    let (once, body) = sealed.split_first_chunk::<32>()?;
    let key = shared(pair, once, once, &pair.public)?;
    unwrap(&key, context, body.try_into().ok()?)
}

/// The key that both halves agree on, bound to both public keys. `None` for the few public keys with which everybody agrees.
fn shared(mine: &Pair, theirs: &[u8; 32], sender: &[u8; 32], receiver: &[u8; 32]) -> Option<Zeroizing<[u8; 32]>> {
    let agreed = mine.secret.diffie_hellman(&PublicKey::from(*theirs));
    agreed.was_contributory().then(|| expand(agreed.as_bytes(), b"", &[b"lacuna 1 slot", sender, receiver]))
}

fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(*key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_in_its_place_and_not_otherwise() {
        let (ana, ben) = (Pair::random().unwrap(), Pair::random().unwrap());
        let sealed = seal(&ana.public, b"slot ana", &[9; 32]).unwrap();
        assert_eq!(open(&ana, b"slot ana", &sealed).unwrap()[..], [9; 32]);
        assert!(open(&ben, b"slot ana", &sealed).is_none());
        assert!(open(&ana, b"slot ben", &sealed).is_none());
        assert_ne!(seal(&ana.public, b"slot ana", &[9; 32]).unwrap(), sealed, "each sealing is another");
        let wrapped = wrap(&[1; 32], b"here", &ana.private()).unwrap();
        assert_eq!(unwrap(&[1; 32], b"here", &wrapped).map(|k| Pair::of(&k).public), Some(ana.public));
        assert!(unwrap(&[2; 32], b"here", &wrapped).is_none() && unwrap(&[1; 32], b"there", &wrapped).is_none());
    }

    #[test]
    fn one_changed_bit_anywhere_opens_nothing() {
        let ana = Pair::random().unwrap();
        let sealed = seal(&ana.public, b"slot", &[9; 32]).unwrap();
        // The top bit of a public key is ignored by the curve, yet it is bound into the key.
        for bit in 0..SEALED * 8 {
            let mut changed = sealed;
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&ana, b"slot", &changed).is_none(), "bit {bit}");
        }
    }

    #[test]
    fn nothing_is_sealed_to_a_key_that_everybody_agrees_with() {
        assert!(seal(&[0; 32], b"slot", &[9; 32]).is_err());
    }
}
