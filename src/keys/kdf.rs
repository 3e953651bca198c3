//! From a passphrase to a key: Argon2id, with its cost kept beside its salt so that it can be raised later.

use crate::error::{Result, Trouble};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// What a guess costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for Cost {
    /// 64 MiB and three passes, as RFC 9106 recommends where memory is short, on one lane: 0.15 s on the machine it was measured on.
    fn default() -> Self {
        Self { memory_kib: 64 << 10, passes: 3, lanes: 1 }
    }
}

impl Cost {
    /// Whether a key file may ask for it: more would let a changed file take the host's memory.
    pub(super) fn sane(self) -> bool {
        (8..=1 << 20).contains(&self.memory_kib)
            && (1..=16).contains(&self.passes)
            && (1..=8).contains(&self.lanes)
            && self.memory_kib >= 8 * self.lanes
    }
}

/// The key that a passphrase stands for.
pub(super) fn stretch(passphrase: &str, salt: &[u8; 16], cost: Cost) -> Result<Zeroizing<[u8; 32]>> {
    let failed = |e: argon2::Error| Trouble::system("the passphrase could not be worked on").why(e);
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32)).map_err(failed)?;
    let mut key = Zeroizing::new([0_u8; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut key[..])
        .map_err(failed)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_the_one_that_another_argon2id_gives() {
        // argon2-cffi: hash_secret_raw(b"correct horse", bytes(range(16)), 3, 64, 1, 32, Type.ID)
        let salt: [u8; 16] = std::array::from_fn(|i| i as u8);
        let key = stretch("correct horse", &salt, Cost { memory_kib: 64, passes: 3, lanes: 1 }).unwrap();
        assert_eq!(crate::hash::hex(&key[..]), "a1dc6a57c61d5fb470584e24085ea3216fd369c61bcd5f845745f9cb0ed02fca");
    }

    #[test]
    fn what_would_eat_the_host_is_not_sane() {
        assert!(Cost::default().sane());
        for (memory_kib, passes, lanes) in [(0, 3, 1), (2 << 20, 3, 1), (64, 0, 1), (64, 17, 1), (64, 3, 0), (8, 1, 2)] {
            assert!(!Cost { memory_kib, passes, lanes }.sane(), "{memory_kib} {passes} {lanes}");
        }
    }
}
