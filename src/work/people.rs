//! Who may open a store: made with its first person, then changed by an administrator. Each change is in the log before it is in force.

use super::door::{Door, Entered};
use crate::error::{Result, Trouble};
use crate::keys::{Cost, DataKey, KeyFile, Made, RecoveryCode, Role, Shelf, Unlocked, Verifier};
use crate::store::{Key, Store, key_words};
use serde::Serialize;
use std::path::Path;

/// A person, as `user list` shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PersonRow {
    /// The name.
    pub user: String,
    /// The role.
    pub role: Role,
}

/// Makes a locked store with `door`'s person as its administrator.
pub fn create(folder: &Path, door: &Door, passphrase: &str, code: &RecoveryCode, cost: Cost) -> Result<Store> {
    Store::prepare(folder)?;
    let Made { file, key, signer, recovery } = KeyFile::create(door.user(), Role::Administrator, passphrase, code, cost)?;
    let session = super::Session::begin(Some(door.user()), super::Clock::Host)?.with_role(Some(Role::Administrator)).with_signer(signer);
    // The keys first: keys without a store are made anew by the next `init`, a store without keys would be lost.
    door.shelf().write(&file)?;
    Store::create_naming(folder, &Key::Data(key), &session.actor(), Some(&recovery))
}

/// Everybody who has a slot.
pub fn list(entered: &Entered, door: &Door) -> Result<Vec<PersonRow>> {
    entered.store.allow(&entered.session.actor(), "user.list")?;
    let file = sealed(&door.shelf(), &keys(entered)?.key)?;
    entered.store.record_act(&entered.session.actor(), "user.list", None, None, None, "")?;
    Ok(file.people().iter().map(|p| PersonRow { user: p.user.clone(), role: p.role }).collect())
}

/// What is done to the list of people.
pub enum Change<'a> {
    /// Somebody more.
    Add(&'a str, Role, &'a str),
    /// Another role.
    Role(&'a str, Role),
    /// Another passphrase of the person at the desk.
    Passphrase(&'a str),
    /// Another passphrase of somebody, by the recovery code.
    Reset(&'a str, &'a str),
    /// Another recovery code.
    Recovery(&'a RecoveryCode),
}

impl Change<'_> {
    /// What the log calls it.
    fn action(&self) -> &'static str {
        match self {
            Self::Add(..) => "user.add",
            Self::Role(..) => "user.role",
            Self::Passphrase(_) => "user.passphrase",
            Self::Reset(..) => "user.reset",
            Self::Recovery(_) => "user.recovery",
        }
    }
}

/// Changes the list of people under the same data key.
pub fn change(entered: &Entered, door: &Door, change: &Change<'_>, cost: Cost) -> Result<()> {
    let key = &keys(entered)?.key;
    // Who has no say in it is not told who there is.
    entered.store.allow(&entered.session.actor(), change.action())?;
    let shelf = door.shelf();
    let _held = shelf.hold()?;
    let file = sealed(&shelf, key)?;
    let me = entered.session.user.as_str();
    let (user, detail, (changed, hand)) = match change {
        Change::Add(user, role, passphrase) => (*user, role.name(), made(file.with_person(key, user, *role, passphrase, cost)?)),
        Change::Role(user, role) => (*user, role.name(), (file.with_role(key, user, *role)?, None)),
        Change::Passphrase(passphrase) => (me, "", made(file.with_passphrase(key, me, passphrase, cost)?)),
        Change::Reset(user, passphrase) => (*user, "", made(file.with_passphrase(key, user, passphrase, cost)?)),
        Change::Recovery(code) => ("", "", made(file.with_recovery(key, code, cost)?)),
    };
    // A slot that is made anew signs with another key: who made it vouches for that one.
    let hand = hand.map(|hand| format!(" {}", key_words(&hand))).unwrap_or_default();
    let detail = format!("{detail} list {}{hand}", changed.fingerprint());
    let actor = entered.session.actor();
    entered.store.record_act(&actor, change.action(), None, None, Some(user).filter(|u| !u.is_empty()), detail.trim())?;
    shelf.write(&changed)
}

fn made((file, hand): (KeyFile, Verifier)) -> (KeyFile, Option<Verifier>) {
    (file, Some(hand))
}

/// Takes a person's slot away and gives the store a new data key, so that what they know opens nothing any more. Whatever moment it is
/// cut off at, everybody who stays gets in: with the old key until the store has taken the new one, and with that from then on.
pub fn remove(entered: Entered, door: &Door, user: &str, folder: &Path) -> Result<Store> {
    let Entered { store, session, unlocked, .. } = entered;
    let Some(unlocked) = unlocked else { return Err(not_locked()) };
    store.allow(&session.actor(), "user.remove")?;
    let shelf = door.shelf();
    let _held = shelf.hold()?;
    let (next, key): (KeyFile, DataKey) = sealed(&shelf, &unlocked.key)?.without(user)?;
    let actor = session.actor();
    shelf.write_next(&next)?;
    store.replace_key(&key, &actor, user, &format!("list {}", next.fingerprint()))?;
    shelf.promote()?;
    Store::open(folder, &Key::Data(key))
}

/// Locks a store that was not: `door`'s person is its administrator. Cut off at any moment, it is either what it was or encrypted.
pub fn encrypt(entered: Entered, door: &Door, passphrase: &str, code: &RecoveryCode, cost: Cost, folder: &Path) -> Result<Store> {
    let Entered { store, session, .. } = entered;
    let shelf = door.shelf();
    let _held = shelf.hold()?;
    if shelf.is_locked() {
        return Err(already());
    }
    let Made { file, key, signer, recovery } = KeyFile::create(door.user(), Role::Administrator, passphrase, code, cost)?;
    shelf.write_next(&file)?;
    store.encrypt(&key, &session.with_signer(signer).actor(), Some(&recovery))?;
    Store::open(folder, &Key::Data(key))
}

/// The key file as it is now, which this data key must have sealed.
fn sealed(shelf: &Shelf, key: &DataKey) -> Result<KeyFile> {
    let file = shelf.read()?;
    file.check(key)?;
    Ok(file)
}

/// Refuses what is locked.
pub fn already() -> Trouble {
    Trouble::input("this store is encrypted already").hint("`lacuna passphrase` changes your passphrase, `lacuna user remove` the data key")
}

fn keys(entered: &Entered) -> Result<&Unlocked> {
    entered.unlocked.as_ref().ok_or_else(not_locked)
}

fn not_locked() -> Trouble {
    Trouble::input("this store has no people")
        .why("it is not encrypted: whoever can read its files can read it")
        .hint("`lacuna init` without --no-encryption makes one that is locked")
}
