//! Which keys the rows of the log name. Each row of an encrypted store is signed by who did it; with which key that is checked stands in the
//! log too: in the row that made the store, that added a person or made a slot anew, and else in one that a person's program writes when it
//! finds its key in none of those (`key.sign`: a store from before there were signatures).

use super::audit::{Act, AuditEntry, AuditFilter};
use super::{Actor, Store, signatures};
use crate::error::Result;
use crate::keys::Verifier;

/// Whose key it is: a person's, by name, or (`None`) that of the recovery code.
pub(super) type Owner<'a> = Option<&'a str>;

/// The acts whose rows may name a key, or accept one. The index over them, in the migration, has the same words.
pub(super) const NAMING: &str =
    "action IN ('audit.accept', 'key.sign', 'store.create', 'store.encrypt', 'user.add', 'user.passphrase', 'user.recovery', 'user.reset')";
const KEY: &str = "key";
const RECOVERY: &str = "recovery";

/// The words of a row that names a key.
pub fn key_words(key: &Verifier) -> String {
    format!("{KEY} {key}")
}

/// The words of the row with which signing begins: how the store is locked, and the keys of the recovery code and of who made it.
pub(super) fn with_keys(how: &str, actor: &Actor, recovery: Option<&Verifier>) -> String {
    let recovery = recovery.map(|key| format!("; {RECOVERY} {key}")).unwrap_or_default();
    let own = actor.signer.as_ref().map(|signer| format!("; {}", key_words(&signer.verifier()))).unwrap_or_default();
    format!("{how}{recovery}{own}")
}

/// The keys that a row names.
pub(super) fn named(row: &AuditEntry) -> Vec<(Owner<'_>, Verifier)> {
    if row.outcome != "ok" {
        return Vec::new();
    }
    let owner: Owner<'_> = match row.action.as_str() {
        "store.create" | "store.encrypt" => Some(&row.user),
        "key.sign" | "user.add" | "user.passphrase" | "user.reset" => row.object.as_deref(),
        "user.recovery" => None,
        _ => return Vec::new(),
    };
    let words: Vec<&str> = row.detail.split_whitespace().map(|word| word.trim_end_matches([',', ';'])).collect();
    let pairs = words.windows(2).filter_map(|pair| match pair {
        [KEY, key] => Some((owner, Verifier::from_hex(key)?)),
        [RECOVERY, key] => Some((None, Verifier::from_hex(key)?)),
        _ => None,
    });
    pairs.collect()
}

impl Store {
    /// Whether the log does not know the key that signs for this person.
    pub(super) fn is_strange(&self, actor: &Actor) -> Result<bool> {
        let strange = signatures::check(&self.audit(&AuditFilter::default())?).strange;
        Ok(actor.signer.as_ref().is_some_and(|signer| strange.iter().any(|(.., key)| *key == signer.verifier())))
    }

    /// Sees to it that the log names the key of whoever came in, by a passphrase or by the recovery code. Gives whether it named another one
    /// as theirs and not this one: then an older store or key file was put back, or somebody wrote another history.
    pub fn introduce(&self, actor: &Actor, by_code: bool) -> Result<bool> {
        let Some(signer) = &actor.signer else { return Ok(false) };
        let (owner, key) = ((!by_code).then_some(actor.user.as_str()), signer.verifier());
        let rows = self.rows_where(NAMING)?;
        let theirs: Vec<Verifier> = rows.iter().flat_map(named).filter(|(whose, _)| *whose == owner).map(|(_, key)| key).collect();
        if theirs.contains(&key) {
            return Ok(false);
        }
        self.write(|tx| self.record(tx, actor, &Act { object: owner, detail: &key_words(&key), ..Act::new("key.sign") }))?;
        Ok(!theirs.is_empty())
    }
}
