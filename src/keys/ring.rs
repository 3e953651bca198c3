//! What can be done with a key file: make one, open it, add and remove people, change a passphrase, replace the data key. All in
//! memory; [`super::Shelf`] puts it on the disk.

use super::code::RecoveryCode;
use super::file::{Hex, KeyFile, Person, Slot, is_name};
use super::kdf::{Cost, stretch};
use super::key::{DataKey, Use};
use super::random;
use super::role::Role;
use super::seal::{self, Pair};
use super::sign::{Signer, Verifier};
use crate::error::{Result, Trouble};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Characters that a passphrase has at least. Length is what a guess costs; there are no other rules.
pub const LEAST_PASSPHRASE: usize = 12;

/// Refuses what is guessed in no time.
pub fn check_passphrase(text: &str) -> Result<()> {
    if text.chars().count() >= LEAST_PASSPHRASE && text.len() <= 1024 {
        return Ok(());
    }
    Err(Trouble::input(format!("a passphrase has at least {LEAST_PASSPHRASE} characters"))
        .hint("four or five words that have nothing to do with each other are easy to keep and hard to guess"))
}

/// An opened key file: the data key, and who opened it.
#[derive(Clone, Debug)]
pub struct Unlocked {
    /// The data key.
    pub key: DataKey,
    /// The role of the person; `None` for the recovery code.
    pub role: Option<Role>,
    /// Signs what is done with it.
    pub signer: Signer,
}

/// A new key file.
pub struct Made {
    /// It.
    pub file: KeyFile,
    /// Its data key.
    pub key: DataKey,
    /// Signs as its first person.
    pub signer: Signer,
    /// What is signed with its recovery code is checked with this.
    pub recovery: Verifier,
}

/// Who a slot belongs to.
#[derive(Clone, Copy)]
enum Owner<'a> {
    Recovery,
    Person(&'a str),
}

impl Owner<'_> {
    /// What the secrets of a slot are bound to.
    fn context(self, vault: &[u8; 16], purpose: &[u8]) -> Vec<u8> {
        let (kind, name): (&[u8], &[u8]) = match self {
            Self::Recovery => (b"recovery", b""),
            Self::Person(user) => (b"person", user.as_bytes()),
        };
        let mut out = Vec::new();
        for part in [b"lacuna 1", purpose, vault, kind, name] {
            out.extend_from_slice(&(part.len() as u64).to_be_bytes());
            out.extend_from_slice(part);
        }
        out
    }
}

const PRIVATE: &[u8] = b"private key";

fn data_key(epoch: u64) -> Vec<u8> {
    format!("data key {epoch}").into_bytes()
}

/// A new slot with a key pair of its own, and what signs as its owner.
fn slot(vault: &[u8; 16], epoch: u64, owner: Owner<'_>, secret: &str, cost: Cost, key: &DataKey) -> Result<(Slot, Signer)> {
    let (salt, pair) = (random()?, Pair::random()?);
    let wrapping = stretch(secret, &salt, cost)?;
    let slot = Slot {
        salt: Hex(salt),
        cost,
        public: Hex(pair.public),
        private: Hex(seal::wrap(&wrapping, &owner.context(vault, PRIVATE), &pair.private())?),
        data_key: Hex(seal::seal(&pair.public, &owner.context(vault, &data_key(epoch)), key.bytes())?),
    };
    Ok((slot, Signer::of(&pair)))
}

/// The pair of a slot, for who knows its secret.
fn pair_of(file: &KeyFile, slot: &Slot, owner: Owner<'_>, secret: &str) -> Result<Option<Pair>> {
    let wrapping = stretch(secret, &slot.salt.0, slot.cost)?;
    let opened = seal::unwrap(&wrapping, &owner.context(&file.vault.0, PRIVATE), &slot.private.0);
    Ok(opened.map(|private| Pair::of(&private)).filter(|pair| pair.public == slot.public.0))
}

impl KeyFile {
    /// A new one for a new store, with its first person and its recovery code.
    pub fn create(user: &str, role: Role, passphrase: &str, code: &RecoveryCode, cost: Cost) -> Result<Made> {
        name(user)?;
        check_passphrase(passphrase)?;
        let (vault, key) = (random()?, DataKey::random()?);
        let (recovery, by_code) = slot(&vault, 1, Owner::Recovery, code.secret(), cost, &key)?;
        let (slot, signer) = slot(&vault, 1, Owner::Person(user), passphrase, cost, &key)?;
        let mut file = Self::new(vault, 1, recovery, vec![Person { user: user.to_owned(), role, slot }]);
        file.put_seal(&key);
        Ok(Made { file, key, signer, recovery: by_code.verifier() })
    }

    /// Opens it with a person's passphrase. Nobody of that name and a wrong passphrase give the same answer after the same work.
    pub fn unlock(&self, user: &str, passphrase: &str) -> Result<Unlocked> {
        let (slot, owner, role) = match self.person(user) {
            Some(person) => (&person.slot, Owner::Person(user), Some(person.role)),
            None => (self.people.first().map_or(&self.recovery, |p| &p.slot), Owner::Person(user), None),
        };
        let pair = pair_of(self, slot, owner, passphrase)?.filter(|_| role.is_some());
        let (key, signer) = self.open(slot, owner, pair)?;
        Ok(Unlocked { key, role, signer })
    }

    /// Opens it with the recovery code.
    pub fn recover(&self, code: &RecoveryCode) -> Result<Unlocked> {
        let pair = pair_of(self, &self.recovery, Owner::Recovery, code.secret())?;
        let (key, signer) = self.open(&self.recovery, Owner::Recovery, pair)?;
        Ok(Unlocked { key, role: None, signer })
    }

    fn open(&self, slot: &Slot, owner: Owner<'_>, pair: Option<Pair>) -> Result<(DataKey, Signer)> {
        let Some(pair) = pair else {
            return Err(match owner {
                Owner::Recovery => {
                    Trouble::refused("this recovery code does not open the store").hint("is it the code of this store, and the newest?")
                }
                Owner::Person(_) => Trouble::refused("this name and passphrase do not open the store")
                    .hint("check the name (--as) and the passphrase; a lost one is replaced with `lacuna passphrase --recover`"),
            });
        };
        let opened = seal::open(&pair, &owner.context(&self.vault.0, &data_key(self.epoch)), &slot.data_key.0);
        let key = opened.map(|bytes| DataKey::from_bytes(*bytes)).filter(|key| self.sealed_by(key));
        key.map(|key| (key, Signer::of(&pair))).ok_or_else(changed)
    }

    /// Refuses a file that this data key did not seal. Whoever reads it anew to change it asks first: between a login and a change somebody
    /// who can write to the folder could have put a key of theirs in, and the change would seal it.
    pub fn check(&self, key: &DataKey) -> Result<()> {
        if self.sealed_by(key) { Ok(()) } else { Err(changed()) }
    }

    fn mac(&self, key: &DataKey) -> Hmac<Sha256> {
        let mut mac = crate::hash::mac(&key.derive(Use::People));
        mac.update(&self.covered());
        mac
    }

    fn sealed_by(&self, key: &DataKey) -> bool {
        self.mac(key).verify_slice(&self.seal.0).is_ok()
    }

    fn put_seal(&mut self, key: &DataKey) {
        self.people.sort_by(|a, b| a.user.cmp(&b.user));
        self.seal = Hex(self.mac(key).finalize().into_bytes().into());
    }

    /// The same with one more person, and what their signatures will be checked with.
    pub fn with_person(&self, key: &DataKey, user: &str, role: Role, passphrase: &str, cost: Cost) -> Result<(Self, Verifier)> {
        name(user)?;
        check_passphrase(passphrase)?;
        if self.person(user).is_some() {
            return Err(Trouble::input("there is such a person already").at(user, None).hint("`lacuna user list` shows them"));
        }
        let mut file = self.clone();
        let (slot, signer) = slot(&self.vault.0, self.epoch, Owner::Person(user), passphrase, cost, key)?;
        file.people.push(Person { user: user.to_owned(), role, slot });
        file.put_seal(key);
        Ok((file, signer.verifier()))
    }

    /// The same with another role of a person.
    pub fn with_role(&self, key: &DataKey, user: &str, role: Role) -> Result<Self> {
        let mut file = self.clone();
        let person = file.people.iter_mut().find(|p| p.user == user).ok_or_else(|| nobody(user))?;
        person.role = role;
        file.keep_an_administrator()?;
        file.put_seal(key);
        Ok(file)
    }

    /// The same with another passphrase of a person, and a new key pair: what an old passphrase opens seals nothing new. With what their
    /// signatures will be checked with.
    pub fn with_passphrase(&self, key: &DataKey, user: &str, passphrase: &str, cost: Cost) -> Result<(Self, Verifier)> {
        check_passphrase(passphrase)?;
        let mut file = self.clone();
        let person = file.people.iter_mut().find(|p| p.user == user).ok_or_else(|| nobody(user))?;
        let (slot, signer) = slot(&self.vault.0, self.epoch, Owner::Person(user), passphrase, cost, key)?;
        person.slot = slot;
        file.put_seal(key);
        Ok((file, signer.verifier()))
    }

    /// The same with another recovery code, and what is signed with it is checked with; the old one opens nothing any more.
    pub fn with_recovery(&self, key: &DataKey, code: &RecoveryCode, cost: Cost) -> Result<(Self, Verifier)> {
        let mut file = self.clone();
        let (slot, signer) = slot(&self.vault.0, self.epoch, Owner::Recovery, code.secret(), cost, key)?;
        file.recovery = slot;
        file.put_seal(key);
        Ok((file, signer.verifier()))
    }

    /// Without a person, under a new data key that is sealed to everybody else; nobody's passphrase is needed for it.
    pub fn without(&self, user: &str) -> Result<(Self, DataKey)> {
        if self.person(user).is_none() {
            return Err(nobody(user));
        }
        let (key, epoch) = (DataKey::random()?, self.epoch + 1);
        let mut file = self.clone();
        file.epoch = epoch;
        file.people.retain(|p| p.user != user);
        file.keep_an_administrator()?;
        let reseal = |slot: &mut Slot, owner: Owner<'_>| -> Result<()> {
            slot.data_key = Hex(seal::seal(&slot.public.0, &owner.context(&self.vault.0, &data_key(epoch)), key.bytes())?);
            Ok(())
        };
        reseal(&mut file.recovery, Owner::Recovery)?;
        for person in &mut file.people {
            reseal(&mut person.slot, Owner::Person(&person.user.clone()))?;
        }
        file.put_seal(&key);
        Ok((file, key))
    }

    fn keep_an_administrator(&self) -> Result<()> {
        if self.people.iter().any(|p| p.role == Role::Administrator) {
            return Ok(());
        }
        Err(Trouble::refused("a store needs an administrator").hint("make somebody else one first: `lacuna user role NAME administrator`"))
    }
}

fn name(user: &str) -> Result<()> {
    if !is_name(user) {
        return Err(Trouble::input("that is no user name").hint("1 to 64 visible characters"));
    }
    let shown = |c: char| c.is_alphanumeric() || " .@_-+'".contains(c);
    // Letters of Greek and Cyrillic that look like ours, among ours, make a name that is read as another one.
    let other = |c: char| matches!(c, '\u{370}'..='\u{52f}' | '\u{1f00}'..='\u{1fff}');
    if user.chars().all(shown) && !(user.chars().any(other) && user.chars().any(|c| c.is_ascii_alphabetic())) {
        return Ok(());
    }
    Err(Trouble::input("that name could be read as another one")
        .why("it mixes alphabets, or has signs that are not seen")
        .hint("letters of one alphabet, digits, and . @ _ - +"))
}

fn changed() -> Trouble {
    Trouble::damaged("the key file was changed by something other than Lacuna")
        .why("its seal does not fit its contents")
        .hint("restore keys.json from a backup, and ask who can write to the store's folder")
}

fn nobody(user: &str) -> Trouble {
    Trouble::input("there is nobody of that name").at(user, None).hint("`lacuna user list` shows who there is")
}

#[cfg(test)]
#[path = "ring_tests.rs"]
mod tests;
