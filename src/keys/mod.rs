//! Who may open a store: one random data key, sealed to each person's own key pair, which a passphrase opens.
//!
//! A changed passphrase wraps one private key anew and nothing else; a removed person means a new data key, sealed to everybody who
//! stays, whose passphrases nobody needs to know. Every key of use (store, index, audit) comes from the data key by its label; what signs a
//! person's rows of the audit log comes from their own private key, which nobody else opens. The format of the key file is in `docs/security.md`; nothing here knows SQLite, a terminal, or the clock.

mod attempts;
mod code;
mod file;
mod kdf;
mod key;
mod ours;
mod rights;
mod ring;
mod role;
mod seal;
mod shelf;
mod sign;

pub use attempts::{Attempts, Failures};
pub use code::RecoveryCode;
pub use file::{KeyFile, Person};
pub use kdf::Cost;
pub use key::{DataKey, Use};
pub(crate) use ours::{blank, put_whole, read_at_most, unknown_name};
pub use rights::{Right, may, right_of, rights};
pub use ring::{LEAST_PASSPHRASE, Made, Unlocked, check_passphrase};
pub use role::Role;
pub(crate) use shelf::file_mode;
pub use shelf::{KEY_FILE, NEXT_FILE, Shelf, is_shared};
pub use sign::{Signer, Verifier, signature_from_hex};
pub use zeroize::Zeroizing;

use crate::error::{Result, Trouble};

/// Fills from the system's random source.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(|e| Trouble::system("the system gave no random numbers").why(e))?;
    Ok(bytes)
}
