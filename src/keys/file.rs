//! The key file as it lies on the disk: format, strict reading, and the bytes that its seal covers. See `docs/security.md`.

use super::kdf::Cost;
use super::role::Role;
use super::seal::{SEALED, WRAPPED};
use crate::error::{Result, Trouble};
use crate::hash::hex;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::collections::BTreeSet;

/// What the file calls itself.
const FORMAT: &str = "lacuna keys";
/// The only version there is.
const VERSION: u32 = 1;
/// A larger file is none of ours.
pub(super) const LARGEST: u64 = 1 << 20;
const MOST_PEOPLE: usize = 1000;

/// The file, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    pub(super) format: String,
    pub(super) version: u32,
    /// Random, made with the store: what is sealed for one store opens in no other.
    pub(super) vault: Hex<16>,
    /// Counts the data keys: goes up when one is replaced.
    pub(super) epoch: u64,
    /// The slot that the recovery code opens.
    pub(super) recovery: Slot,
    /// One slot a person, in order of their names.
    pub(super) people: Vec<Person>,
    /// HMAC-SHA256 over everything above, with a key from the data key.
    pub(super) seal: Hex<32>,
}

/// What a secret opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Slot {
    pub(super) salt: Hex<16>,
    pub(super) cost: Cost,
    /// Public half of the slot's key pair.
    pub(super) public: Hex<32>,
    /// Private half, wrapped with the key that the passphrase stands for.
    pub(super) private: Hex<WRAPPED>,
    /// The data key, sealed to the public half.
    pub(super) data_key: Hex<SEALED>,
}

/// One person's slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Login name, or the name behind `--as`.
    pub user: String,
    /// What they do.
    pub role: Role,
    pub(super) slot: Slot,
}

impl KeyFile {
    pub(super) fn new(vault: [u8; 16], epoch: u64, recovery: Slot, people: Vec<Person>) -> Self {
        Self { format: FORMAT.to_owned(), version: VERSION, vault: Hex(vault), epoch, recovery, people, seal: Hex([0; 32]) }
    }

    /// Reads it; anything that is not exactly this format is refused.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let broken = |why: String| Trouble::damaged("the key file cannot be read").why(why).hint("restore keys.json from a backup");
        if bytes.len() as u64 > LARGEST {
            return Err(broken("it is larger than any key file".to_owned()));
        }
        // A newer format may hold what this program cannot know: that is told apart from damage.
        #[derive(Deserialize)]
        struct Head {
            format: String,
            version: u32,
        }
        let at = |e: serde_json::Error| broken(format!("line {} column {} is not of this format", e.line(), e.column()));
        let head: Head = serde_json::from_slice(bytes).map_err(at)?;
        if head.format == FORMAT && head.version > VERSION {
            return Err(Trouble::input("the key file was made by a newer Lacuna").hint("use the newer program; nothing was touched"));
        }
        let file: Self = serde_json::from_slice(bytes).map_err(at)?;
        if file.format != FORMAT || file.version != VERSION {
            return Err(broken("it is no key file of this version".to_owned()));
        }
        let sane = std::iter::once(&file.recovery).chain(file.people.iter().map(|p| &p.slot)).all(|s| s.cost.sane());
        let names: BTreeSet<&str> = file.people.iter().map(|p| p.user.as_str()).collect();
        let ordered = file.people.is_sorted_by(|a, b| a.user < b.user);
        if !sane || names.len() != file.people.len() || !ordered || file.people.len() > MOST_PEOPLE || !names.iter().all(|n| is_name(n)) {
            return Err(broken("a slot asks for what no key file asks for".to_owned()));
        }
        Ok(file)
    }

    /// As it is written.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        let mut text = serde_json::to_vec_pretty(self).map_err(|_| Trouble::system("the key file could not be written"))?;
        text.push(b'\n');
        Ok(text)
    }

    /// Everything that the seal covers, each part with its length: no two files give the same bytes.
    pub(super) fn covered(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut put = |part: &[u8]| {
            out.extend_from_slice(&(part.len() as u64).to_be_bytes());
            out.extend_from_slice(part);
        };
        put(self.format.as_bytes());
        put(&self.version.to_be_bytes());
        put(&self.vault.0);
        put(&self.epoch.to_be_bytes());
        for (user, role, slot) in
            std::iter::once(("", "", &self.recovery)).chain(self.people.iter().map(|p| (p.user.as_str(), p.role.name(), &p.slot)))
        {
            put(user.as_bytes());
            put(role.as_bytes());
            put(&slot.salt.0);
            for number in [slot.cost.memory_kib, slot.cost.passes, slot.cost.lanes] {
                put(&number.to_be_bytes());
            }
            put(&slot.public.0);
            put(&slot.private.0);
            put(&slot.data_key.0);
        }
        out
    }

    /// The people who have a slot, by name.
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// The vault that every slot opens in, and no other.
    pub fn vault(&self) -> String {
        hex(&self.vault.0)
    }

    /// How often the data key was replaced, and once more.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// A short name of this very list, for the audit log.
    pub fn fingerprint(&self) -> String {
        hex(&self.seal.0).chars().take(16).collect()
    }

    pub(super) fn person(&self, user: &str) -> Option<&Person> {
        self.people.iter().find(|p| p.user == user)
    }
}

/// Whether a name can be a person's: what a session takes as one.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.trim() == name && name.len() <= 64 && !name.chars().any(char::is_control)
}

/// Bytes in lower-case hexadecimal, exactly so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hex<const N: usize>(pub(super) [u8; N]);

impl<const N: usize> Serialize for Hex<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(&self.0))
    }
}

impl<'de, const N: usize> Deserialize<'de> for Hex<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        unhex(&text).map(Self).ok_or_else(|| de::Error::custom("not the hexadecimal of its length"))
    }
}

/// Bytes from lower-case hexadecimal of exactly their length.
pub(super) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let plain = text.len() == 2 * N && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let mut bytes = [0_u8; N];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2).filter(|_| plain)?, 16).ok()?;
    }
    Some(bytes)
}
