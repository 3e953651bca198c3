//! The way into a store: with a passphrase where it is locked, straight in where it is not. Each try at a lock is counted, and waits
//! for those that failed before it.

use super::session::{Clock, Session};
use crate::error::{Kind, Result, Trouble};
use crate::keys::{Attempts, Failures, RecoveryCode, Shelf, Unlocked};
use crate::store::{Key, Store};
use std::path::{Path, PathBuf};

/// How often a door is tried while somebody else changes its keys.
const TRIES: usize = 3;

/// The door of one store, for one person.
#[derive(Clone, Debug)]
pub struct Door {
    folder: PathBuf,
    session: Session,
}

/// What opens a locked store.
pub enum Secret<'a> {
    /// A person's passphrase.
    Passphrase(&'a str),
    /// The recovery code.
    Code(&'a RecoveryCode),
}

/// What was opened.
pub struct Entered {
    /// The store.
    pub store: Store,
    /// The session of the person, with their role.
    pub session: Session,
    /// What the secret opened; `None` at a store that is not locked.
    pub unlocked: Option<Unlocked>,
    /// Whether the log names another key as this person's, and not the one that signs for them.
    pub stranger: bool,
}

impl Entered {
    /// Opens charts to a person whose role does not, with their reason: first in the log, then in force.
    pub fn break_glass(self, words: &str) -> Result<Self> {
        if words.trim().chars().count() < 8 {
            return Err(
                Trouble::input("say why charts must be open to you now").hint("--break-glass with a few words; they go into the log")
            );
        }
        self.store.record_act(&self.session.actor(), "break_glass", None, None, None, words.trim())?;
        Ok(Self { session: self.session.with_broken_glass(), ..self })
    }
}

impl Door {
    /// The door of the store in `folder`, for `user` or whoever is logged in.
    pub fn of(folder: &Path, user: Option<&str>, clock: Clock) -> Result<Self> {
        // An encryption that was cut off between its two last steps is ended by whoever comes first.
        crate::store::finish_encryption(folder)?;
        Ok(Self { folder: folder.to_owned(), session: Session::begin(user, clock)? })
    }

    /// Whether a passphrase is needed.
    pub fn locked(&self) -> bool {
        self.shelf().is_locked()
    }

    /// The person in front of it.
    pub fn user(&self) -> &str {
        &self.session.user
    }

    /// Where its keys lie.
    pub fn shelf(&self) -> Shelf {
        Shelf::of(&self.folder)
    }

    /// Into a store that is not locked.
    pub fn walk_in(&self) -> Result<Entered> {
        let store = Store::open(&self.folder, &Key::None)?;
        told(&store, &self.session)?;
        Ok(Entered { store, session: self.session.clone(), unlocked: None, stranger: false })
    }

    /// Into a locked one, after the wait that earlier failures ask for.
    pub fn enter(&self, secret: &Secret<'_>) -> Result<Entered> {
        let attempts = Attempts::of(&self.folder);
        let file = self.shelf().read()?;
        let known = file.people().iter().any(|p| p.user == self.session.user);
        let name = known.then_some(self.session.user.as_str());
        let _turn = attempts.turn(name);
        let wait = attempts.begin(name, &self.session.now().to_string()).wait();
        std::thread::sleep(wait);
        let (store, unlocked) = self.open(secret)?;
        let session = self.session.clone().with_role(unlocked.role).with_signer(unlocked.signer.clone());
        let (mine, unknown) = attempts.succeeded(name.unwrap_or_default());
        let actor = session.actor();
        let by_code = matches!(secret, Secret::Code(_));
        let stranger = store.introduce(&actor, by_code)?;
        for (user, failed) in [(session.user.as_str(), mine), ("(nobody's name)", unknown)] {
            if failed.count > 0 {
                let Failures { count, last } = failed;
                store.record_failed_logins(&actor, user, count, &last)?;
            }
        }
        let how = if by_code { "with the recovery code" } else { "" };
        store.record_act(&actor, "login", None, None, None, how)?;
        told(&store, &session)?;
        Ok(Entered { store, session, unlocked: Some(unlocked), stranger })
    }

    fn open(&self, secret: &Secret<'_>) -> Result<(Store, Unlocked)> {
        let unlock = |file: &crate::keys::KeyFile| match secret {
            Secret::Passphrase(text) => file.unlock(&self.session.user, text),
            Secret::Code(code) => file.recover(code),
        };
        let shelf = self.shelf();
        let mut last = None;
        for _ in 0..TRIES {
            let unlocked = unlock(&shelf.read()?)?;
            match Store::open(&self.folder, &Key::Data(unlocked.key.clone())) {
                Ok(store) => return Ok((store, unlocked)),
                // A change of keys that was cut off after the store took its new one, or one that is going on.
                Err(trouble) if trouble.kind == Kind::Damaged => {
                    let _held = shelf.hold()?;
                    if let Some(next) = shelf.read_next() {
                        let next = unlock(&next?)?;
                        if Store::fits(&self.folder, &next.key) {
                            shelf.promote()?;
                        }
                    }
                    last = Some(trouble);
                }
                Err(trouble) => return Err(trouble),
            }
        }
        Err(last.unwrap_or_else(|| Trouble::system("the store could not be opened")))
    }
}

/// Writes down that opening a store brought it to another schema.
fn told(store: &Store, session: &Session) -> Result<()> {
    let Some(brought) = store.brought() else { return Ok(()) };
    let detail = format!("schema {} to {}", brought.from, brought.to);
    store.record_act(&session.actor(), "store.migrate", None, None, None, &detail)
}
