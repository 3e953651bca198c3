//! The audit chain: each row carries a keyed hash over itself and the row before, written in the transaction of the act.
//!
//! Order is the sequence, never the clock. A log that was cut at its end, or rolled back as a whole, still chains: so the last
//! head that this host saw is kept beside the store, and `verify` compares with it. Whoever holds the store's file and its key
//! can rewrite everything after the last head kept elsewhere; see `docs/security.md`.

use super::{Actor, Store, chain, trouble::because};
use crate::error::{Result, Trouble};
use crate::hash::{hex, mac};
use crate::keys::{Role, Shelf, may};
use hmac::Mac;
use rusqlite::{OptionalExtension, Transaction};
use serde::Serialize;
use std::sync::PoisonError;

/// The hash before the first row.
pub(super) const GENESIS: &str = "lacuna";
/// What a row has, in the order of [`AuditEntry`].
const COLUMNS: &str =
    "sequence, at, by_user, session, client, program, action, patient, encounter, object, object_version, outcome, detail, previous,
     hash, shown, signature";
/// What a write wants recorded.
pub(super) struct Act<'a> {
    /// `document.import`, `query.send` ...
    pub action: &'a str,
    pub patient: Option<&'a str>,
    pub encounter: Option<&'a str>,
    pub object: Option<&'a str>,
    pub object_version: Option<i64>,
    pub outcome: &'a str,
    /// Counts and codes; never note text.
    pub detail: &'a str,
    /// Hash over the patients that a list showed.
    pub shown: Option<&'a str>,
}

/// What a role does not allow, until it is written down.
pub(super) struct Refused {
    actor: Actor,
    action: String,
    encounter: Option<String>,
    object: Option<String>,
}

impl<'a> Act<'a> {
    pub(super) fn new(action: &'a str) -> Self {
        Self { action, patient: None, encounter: None, object: None, object_version: None, outcome: "ok", detail: "", shown: None }
    }
}

/// One row of the log.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuditEntry {
    /// Its place in the chain, from 1.
    pub sequence: i64,
    /// When, by the clock of the host.
    pub at: String,
    /// Who.
    pub user: String,
    /// Which session.
    pub session: String,
    /// Where the session came from.
    pub client: String,
    /// Program version.
    pub program: String,
    /// What was done.
    pub action: String,
    /// Whose chart.
    pub patient: Option<String>,
    /// Which encounter.
    pub encounter: Option<String>,
    /// Which record.
    pub object: Option<String>,
    /// Which version of it.
    pub object_version: Option<i64>,
    /// `ok`, `refused`, `error`.
    pub outcome: String,
    /// Counts and codes.
    pub detail: String,
    /// Hash over the patients that a list showed first at this row; `--patient` finds them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<String>,
    /// Hash of the row before.
    pub previous: String,
    /// Hash of this row.
    pub hash: String,
    /// Signature of the person over the hash (Ed25519, hexadecimal); none where the store has no login, and in rows from before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// Which rows to show.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only this patient ("who looked at this patient").
    pub patient: Option<String>,
    /// Only this user.
    pub user: Option<String>,
    /// The newest so many.
    pub limit: Option<u32>,
}

/// What checking the chain found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum AuditVerdict {
    /// Every row chains, and the head is the one last seen here or later.
    Intact {
        /// Rows checked.
        rows: i64,
    },
    /// A row does not chain.
    Altered {
        /// The first one.
        sequence: i64,
    },
    /// A row that chains was not signed by who it names: it was written by somebody with the data key.
    Forged {
        /// The first one.
        sequence: i64,
        /// Who did not sign it.
        user: String,
    },
    /// It chains and is signed, but with a key that neither its person nor an administrator vouched for.
    UnknownKey {
        /// The row that brought the key.
        sequence: i64,
        /// Whose it is said to be; nobody's name for the recovery code's.
        user: String,
    },
    /// It chains, but queries that were sent, or their answers, are not what it says was recorded.
    QueriesAltered {
        /// Rows checked.
        rows: i64,
        /// The queries, by number.
        queries: Vec<i64>,
    },
    /// It chains, but ends before the head last seen on this host.
    Shortened {
        /// Rows there are.
        rows: i64,
        /// Rows there were.
        expected: i64,
    },
    /// It chains, but the head last seen on this host is not in it: an older log was put back and work went on, or it was written anew.
    RolledBack {
        /// Rows there are.
        rows: i64,
        /// The row that was seen, and is another one now.
        expected: i64,
    },
    /// It chains, but nothing is kept here to compare with, or nothing that can be read.
    CannotTell {
        /// Rows checked.
        rows: i64,
    },
}

impl AuditVerdict {
    /// In a few words.
    pub fn words(&self) -> String {
        match self {
            Self::Intact { rows } => format!("intact, {rows} rows"),
            Self::Altered { sequence } => format!("ALTERED at row {sequence}"),
            Self::Forged { sequence, user } => format!("FORGED at row {sequence}, which {user} did not sign"),
            Self::UnknownKey { sequence, user } => {
                format!("signed with a KEY THAT NOBODY VOUCHED FOR from row {sequence} on, as {}", named(user))
            }
            Self::QueriesAltered { rows, queries } => format!("whole, {rows} rows, but ALTERED QUERIES: {}", listed(queries)),
            Self::Shortened { rows, expected } => format!("SHORTENED to {rows} rows of {expected}"),
            Self::RolledBack { rows, expected } => format!("ROLLED BACK before row {expected}, {rows} rows now"),
            Self::CannotTell { rows } => format!("not to be told, {rows} rows and nothing to compare with"),
        }
    }

    /// Whether something was changed behind the program's back.
    pub fn is_altered(&self) -> bool {
        matches!(self, Self::Altered { .. } | Self::Forged { .. } | Self::QueriesAltered { .. })
    }

    /// Exit code of `audit verify`.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Intact { .. } => 0,
            Self::Altered { .. } | Self::Forged { .. } | Self::UnknownKey { .. } | Self::QueriesAltered { .. } => 1,
            Self::Shortened { .. } | Self::RolledBack { .. } => 2,
            Self::CannotTell { .. } => 3,
        }
    }
}

/// Whose a key is said to be.
pub(super) fn named(user: &str) -> String {
    if user.is_empty() { "the recovery code's".to_owned() } else { format!("{user}'s") }
}

/// Numbers as a list; of many the first.
pub(crate) fn listed(ids: &[i64]) -> String {
    const MOST: usize = 20;
    let first = ids.iter().take(MOST).map(i64::to_string).collect::<Vec<_>>().join(", ");
    if ids.len() > MOST { format!("{first} and {} more", ids.len() - MOST) } else { first }
}

impl Store {
    /// Adds a row to the chain inside `tx`: no act without its row, no row without its act, and neither without the right to it.
    pub(super) fn record(&self, tx: &Transaction<'_>, actor: &Actor, act: &Act<'_>) -> Result<()> {
        self.append(tx, actor, act).map(drop)
    }

    /// The same, giving the number of the row.
    pub(super) fn append(&self, tx: &Transaction<'_>, actor: &Actor, act: &Act<'_>) -> Result<i64> {
        if act.outcome == "ok"
            && let Some(why) = self.forbids(actor, act.action)
        {
            let own = |text: Option<&str>| text.map(str::to_owned);
            let refused =
                Refused { actor: actor.clone(), action: act.action.to_owned(), encounter: own(act.encounter), object: own(act.object) };
            *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(refused);
            return Err(why);
        }
        let failed = because("the audit row could not be written; nothing was saved");
        let last: Option<(i64, String)> = tx
            .query_row("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1", [], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()
            .map_err(&failed)?;
        // Who looked at this patient must find every act on any of the patient's encounters.
        let patient = match (act.patient, act.encounter) {
            (Some(patient), _) => Some(patient.to_owned()),
            (None, Some(encounter)) => tx
                .prepare_cached("SELECT patient FROM encounter WHERE identifier = ?1")
                .and_then(|mut s| s.query_row([encounter], |r| r.get(0)).optional())
                .map_err(&failed)?
                .flatten(),
            (None, None) => None,
        };
        let (sequence, previous) = last.map_or((1, GENESIS.to_owned()), |(s, h)| (s + 1, h));
        let mut entry = AuditEntry {
            sequence,
            at: actor.now.to_string(),
            user: actor.user.clone(),
            session: actor.session.clone(),
            client: actor.client.clone(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            action: act.action.to_owned(),
            patient,
            encounter: act.encounter.map(str::to_owned),
            object: act.object.map(str::to_owned),
            object_version: act.object_version,
            outcome: act.outcome.to_owned(),
            detail: act.detail.to_owned(),
            shown: act.shown.map(str::to_owned),
            previous,
            hash: String::new(),
            signature: None,
        };
        entry.hash = chain::hash(&self.audit_key, &entry);
        entry.signature = actor.signer.as_ref().map(|signer| hex(&signer.sign(&entry.hash)));
        tx.execute(
            &format!("INSERT INTO audit ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)"),
            rusqlite::params![
                entry.sequence,
                entry.at,
                entry.user,
                entry.session,
                entry.client,
                entry.program,
                entry.action,
                entry.patient,
                entry.encounter,
                entry.object,
                entry.object_version,
                entry.outcome,
                entry.detail,
                entry.previous,
                entry.hash,
                entry.shown,
                entry.signature
            ],
        )
        .map_err(&failed)?;
        Ok(entry.sequence)
    }

    /// Writes down what a role did not allow, after its transaction was undone.
    pub(super) fn write_refusal(&self) -> Result<()> {
        let Some(refused) = self.refused.lock().unwrap_or_else(PoisonError::into_inner).take() else { return Ok(()) };
        self.record_refusal(&refused.actor, &refused.action, refused.encounter.as_deref(), refused.object.as_deref(), "role")
    }

    /// Refuses, and writes down, what the person's role does not allow, before any work is done for it. What is done without asking here is
    /// refused when it is written down.
    pub fn allow(&self, actor: &Actor, action: &str) -> Result<()> {
        match self.forbids(actor, action) {
            Some(why) => {
                self.record_refusal(actor, action, None, None, "role")?;
                Err(why)
            }
            None => Ok(()),
        }
    }

    /// Why a person may not do this. The role that the session began with has to allow it, and the one that the key file gives them now: a
    /// role that was taken away ends in sessions that are open, and a file that somebody changed gives nobody more.
    fn forbids(&self, actor: &Actor, action: &str) -> Option<Trouble> {
        let began = actor.role?;
        if !may(began, action, actor.glass) {
            return Some(not_allowed(began, action));
        }
        let shelf = self.folder.as_deref().map(Shelf::of).filter(Shelf::is_locked)?;
        let file = match shelf.read() {
            Ok(file) => file,
            Err(trouble) => return Some(trouble),
        };
        match file.people().iter().find(|person| person.user == actor.user).map(|person| person.role) {
            Some(now) => (!may(now, action, actor.glass)).then(|| not_allowed(now, action)),
            None => {
                Some(Trouble::refused("you are not let into this store any more").hint("an administrator gives access: `lacuna user add`"))
            }
        }
    }

    /// Records an act that changes nothing else: a search, an opened chart, an export.
    pub fn record_act(
        &self,
        actor: &Actor,
        action: &str,
        patient: Option<&str>,
        encounter: Option<&str>,
        object: Option<&str>,
        detail: &str,
    ) -> Result<()> {
        self.write(|tx| self.record(tx, actor, &Act { patient, encounter, object, detail, ..Act::new(action) }))
    }

    /// Records logins that failed before one that succeeded: until then nobody could write here.
    pub fn record_failed_logins(&self, actor: &Actor, user: &str, count: u32, last: &str) -> Result<()> {
        let detail = format!("{count} before this login, the last at {last}");
        self.write(|tx| {
            self.record(tx, actor, &Act { object: Some(user), detail: &detail, outcome: "refused", ..Act::new("login.failed") })
        })
    }

    /// Records that something was asked for and not allowed.
    pub fn record_refusal(&self, actor: &Actor, action: &str, encounter: Option<&str>, object: Option<&str>, detail: &str) -> Result<()> {
        self.write(|tx| self.record(tx, actor, &Act { encounter, object, detail, outcome: "refused", ..Act::new(action) }))
    }

    /// A keyed hash of a text that may itself hold a patient's data (a search), for the log.
    pub fn keyed_hash(&self, text: &str) -> String {
        let mut hash = mac(&self.audit_key);
        hash.update(text.as_bytes());
        hex(&hash.finalize().into_bytes()).chars().take(16).collect()
    }

    /// The log, oldest first.
    pub fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditEntry>> {
        let limit = filter.limit.map_or(-1, i64::from);
        let mut rows = self.read(|c| {
            let mut statement = c.prepare(&format!(
                "SELECT {COLUMNS} FROM audit
                 WHERE (?1 IS NULL OR patient = ?1 OR sequence IN (SELECT sequence FROM audit_shown WHERE patient = ?1)) AND (?2 IS NULL OR by_user = ?2)
                 ORDER BY sequence DESC LIMIT ?3"
            ))?;
            statement.query_map((&filter.patient, &filter.user, limit), entry)?.collect::<rusqlite::Result<Vec<_>>>()
        })?;
        rows.reverse();
        Ok(rows)
    }

    /// The rows for which `condition`, SQL of ours, holds; oldest first.
    pub(super) fn rows_where(&self, condition: &'static str) -> Result<Vec<AuditEntry>> {
        let sql = format!("SELECT {COLUMNS} FROM audit WHERE {condition} ORDER BY sequence");
        self.read(|c| c.prepare_cached(&sql)?.query_map([], entry)?.collect())
    }

    /// How many rows are signed, and the first of them.
    pub fn signed_rows(&self) -> Result<(i64, Option<i64>)> {
        let sql = "SELECT count(*), min(sequence) FROM audit WHERE signature IS NOT NULL";
        self.read(|c| c.query_row(sql, [], |r| Ok((r.get(0)?, r.get(1)?))))
    }
}

fn entry(r: &rusqlite::Row<'_>) -> rusqlite::Result<AuditEntry> {
    Ok(AuditEntry {
        sequence: r.get(0)?,
        at: r.get(1)?,
        user: r.get(2)?,
        session: r.get(3)?,
        client: r.get(4)?,
        program: r.get(5)?,
        action: r.get(6)?,
        patient: r.get(7)?,
        encounter: r.get(8)?,
        object: r.get(9)?,
        object_version: r.get(10)?,
        outcome: r.get(11)?,
        detail: r.get(12)?,
        previous: r.get(13)?,
        hash: r.get(14)?,
        shown: r.get(15)?,
        signature: r.get(16)?,
    })
}

/// What a role does not allow, in words.
fn not_allowed(role: Role, action: &str) -> Trouble {
    Trouble::refused(format!("your role does not allow this ({action})"))
        .why(format!("you are {} here", role.name().replace('_', " ")))
        .hint("an administrator gives roles: `lacuna user role NAME ROLE`; to see a chart in an emergency: --break-glass WORDS")
}
