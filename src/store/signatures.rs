//! Whether each row was signed by who it names.
//!
//! Whoever holds the data key can hash the whole log anew, but signs as nobody but themselves. So every row of an encrypted store carries a
//! signature over its hash, and the hash covers all rows before. With which key a row is checked follows from the log alone, from its
//! beginning on: a key counts when its own person, an administrator or the recovery code named it in a row that they signed. The first one
//! of the log stands for itself, and so does the first one of everybody who was there before there were signatures. A key that nobody
//! vouched for is told, until somebody who may accepts the log.

use super::audit::AuditEntry;
use super::names::{Owner, named};
use crate::keys::{Role, Verifier, signature_from_hex};
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};

/// Acts that change what later rows may say, besides those that name keys.
const SAY: [&str; 4] = ["user.add", "user.role", "user.remove", "audit.accept"];

/// What is wrong with the signatures of a log.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Found {
    /// The first row that its person did not sign.
    pub(super) forged: Option<i64>,
    /// Keys that nobody vouched for: the row that brought each, and whose it is said to be.
    pub(super) strange: Vec<(i64, String, Verifier)>,
    /// The rows with which somebody accepted the log who may: signed, by an administrator or auditor.
    pub(super) accepted: Vec<i64>,
}

/// Checks the signatures of a whole log that chains.
pub(super) fn check(rows: &[AuditEntry]) -> Found {
    let mut book = Book::default();
    let mut forged = None;
    for row in rows {
        if !book.read(row) {
            forged = Some(row.sequence);
            break;
        }
    }
    // Most rows name no key and change nothing of what follows: they are checked side by side.
    let sets = &book.sets;
    let wrong = book.waiting.par_iter().filter(|w| !sets.get(w.set).is_some_and(|set| set.iter().any(|key| w.fits(key))));
    let first = wrong.map(|w| w.row.sequence).min();
    let strange = book.strange.into_iter().map(|(row, owner, key)| (row, owner.unwrap_or_default().to_owned(), key)).collect();
    let forged = first.into_iter().chain(forged).min();
    // In a log with a forged row nobody can have accepted anything after it.
    let accepted = book.accepted.into_iter().filter(|row| forged.is_none_or(|forged| *row < forged)).collect();
    Found { forged, strange, accepted }
}

/// A row whose signature is still to be checked, with the set of keys that may have made it.
struct Waiting<'a> {
    row: &'a AuditEntry,
    signature: [u8; 64],
    set: usize,
}

impl Waiting<'_> {
    fn fits(&self, key: &Verifier) -> bool {
        key.signed(&self.row.hash, &self.signature)
    }
}

/// Who signed a row.
enum By {
    /// The person that it names.
    Themselves,
    /// The recovery code, in the name of that person.
    Code,
    /// That person's key, or the code's, which nobody vouched for.
    Stranger,
    /// A key that the row itself names as theirs, and that was in no row before.
    Newcomer,
}

/// What the log said so far.
#[derive(Default)]
struct Book<'a> {
    keys: HashMap<Owner<'a>, Vec<Verifier>>,
    roles: HashMap<&'a str, Role>,
    /// Who was there before the first signature.
    before: HashSet<&'a str>,
    /// Whether rows are signed by now.
    began: bool,
    strange: Vec<(i64, Owner<'a>, Verifier)>,
    waiting: Vec<Waiting<'a>>,
    sets: Vec<Vec<Verifier>>,
    /// Which of `sets` holds for a person, while it does.
    set_of: HashMap<&'a str, usize>,
    accepted: Vec<i64>,
}

impl<'a> Book<'a> {
    /// Takes the next row in; `false` when it is not signed as it must be. That of a row without a say in what follows is looked at later.
    fn read(&mut self, row: &'a AuditEntry) -> bool {
        let Some(text) = &row.signature else {
            if !self.began {
                self.of_before(row);
            }
            return !self.began;
        };
        let Some(signature) = signature_from_hex(text) else { return false };
        let names = named(row);
        let says = !names.is_empty() || row.outcome == "ok" && SAY.contains(&row.action.as_str());
        if says {
            let Some(by) = self.signer(row, &signature, &names) else { return false };
            self.heed(row, &by, names);
        } else {
            let set = self.set(&row.user);
            self.waiting.push(Waiting { row, signature, set });
        }
        true
    }

    /// A row from before there were signatures: who was there, and as what.
    fn of_before(&mut self, row: &'a AuditEntry) {
        self.before.insert(&row.user);
        self.heed_roles(row, self.is_administrator(&row.user));
    }

    /// Whether the first key of somebody stands for itself.
    fn first_may_be(&self, owner: Owner<'_>) -> bool {
        !self.keys.contains_key(&owner) && (!self.began || owner.is_none_or(|user| self.before.contains(user)))
    }

    /// The keys that an ordinary row of a person may be signed with.
    fn set(&mut self, user: &'a str) -> usize {
        if let Some(set) = self.set_of.get(user) {
            return *set;
        }
        let theirs = |owner: &Owner<'_>| owner.is_none_or(|name| name == user);
        let known = self.keys.iter().filter(|(owner, _)| theirs(owner)).flat_map(|(_, keys)| keys.iter().copied());
        let strange = self.strange.iter().filter(|(_, owner, _)| theirs(owner)).map(|(.., key)| *key);
        self.sets.push(known.chain(strange).collect());
        self.set_of.insert(user, self.sets.len() - 1);
        self.sets.len() - 1
    }

    fn is_administrator(&self, user: &str) -> bool {
        self.roles.get(user) == Some(&Role::Administrator)
    }

    /// What a row says of who is here and as what, when who wrote it `may` say so.
    fn heed_roles(&mut self, row: &'a AuditEntry, may: bool) {
        if row.outcome != "ok" {
            return;
        }
        match (row.action.as_str(), row.object.as_deref()) {
            ("store.create", _) if !self.began => {
                self.roles.insert(&row.user, Role::Administrator);
            }
            ("store.encrypt", _) if !self.began => {
                // Nobody of the plain store has a slot in this one.
                self.before.clear();
                self.roles.insert(&row.user, Role::Administrator);
            }
            ("user.add" | "user.role", Some(user)) if may => {
                if !self.began {
                    self.before.insert(user);
                }
                if let Some(role) = row.detail.split_whitespace().next().and_then(Role::from_name) {
                    self.roles.insert(user, role);
                }
            }
            ("user.remove", Some(user)) if may => {
                self.before.remove(user);
                self.roles.remove(user);
            }
            _ => {}
        }
    }

    /// Who signed a row that has a say.
    fn signer(&self, row: &AuditEntry, signature: &[u8; 64], names: &[(Owner<'_>, Verifier)]) -> Option<By> {
        let fits = |key: &Verifier| key.signed(&row.hash, signature);
        let of = |owner: Owner<'_>| self.keys.get(&owner).is_some_and(|keys| keys.iter().any(fits));
        if of(Some(&row.user)) {
            return Some(By::Themselves);
        }
        if of(None) {
            return Some(By::Code);
        }
        let theirs = |owner: &Owner<'_>| owner.is_none_or(|user| user == row.user);
        if self.strange.iter().any(|(_, owner, key)| theirs(owner) && fits(key)) {
            return Some(By::Stranger);
        }
        // Only a person's own program brings a key of its own.
        let own = matches!(row.action.as_str(), "key.sign" | "store.create" | "store.encrypt");
        (own && names.iter().any(|(owner, key)| theirs(owner) && fits(key))).then_some(By::Newcomer)
    }

    /// Does what a row says, as far as who signed it may say so.
    fn heed(&mut self, row: &'a AuditEntry, by: &By, names: Vec<(Owner<'a>, Verifier)>) {
        self.set_of.clear();
        match by {
            By::Stranger => {}
            By::Newcomer => {
                let trusted = names.iter().all(|(owner, _)| self.first_may_be(*owner));
                for (owner, key) in names {
                    match trusted {
                        true => self.keys.entry(owner).or_default().push(key),
                        false => self.strange.push((row.sequence, owner, key)),
                    }
                }
                self.heed_roles(row, false);
                self.began = true;
            }
            By::Themselves | By::Code => {
                let all = matches!(by, By::Code) || self.is_administrator(&row.user);
                let anew = row.action == "user.add";
                if anew && all {
                    // Whoever had that name before is gone.
                    self.keys.remove(&row.object.as_deref());
                }
                for (owner, key) in names {
                    if all || (!anew && owner == Some(&row.user)) {
                        self.keys.entry(owner).or_default().push(key);
                    }
                }
                self.heed_roles(row, all);
                let accepts = all || self.roles.get(row.user.as_str()) == Some(&Role::Auditor);
                if row.action == "audit.accept" && row.outcome == "ok" && accepts {
                    self.accepted.push(row.sequence);
                    for (_, owner, key) in std::mem::take(&mut self.strange) {
                        self.keys.entry(owner).or_default().push(key);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "signatures_tests.rs"]
mod tests;
