//! Queries: drafts that are saved as they are typed, versions that never change once sent, and every step recorded.

use super::audit::Act;
use super::json::{json, name, named};
use super::query_life::Step;
use super::{Actor, Store, people::profile_of, trouble::because};
use crate::chart::Instant;
use crate::error::{Result, Trouble};
use crate::query::{Draft, OptionKind, Outcome, QueryState};
use rusqlite::{OptionalExtension, Transaction};
use serde::Serialize;
use std::collections::HashSet;

/// A query to be stored as a draft.
#[derive(Clone, Debug)]
pub struct NewQuery<'a> {
    /// What it says so far.
    pub draft: &'a Draft,
    /// For ourselves only.
    pub internal_note: &'a str,
}

/// One stored query.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoredQuery {
    /// Its number.
    pub id: i64,
    /// Where it stands.
    pub state: QueryState,
    /// Version of the text last sent; 0 while nothing was sent.
    pub version: u32,
    /// Revision of the draft.
    pub revision: i64,
    /// What it says: the draft, or what was last sent.
    pub draft: Draft,
    /// For ourselves only.
    pub internal_note: String,
    /// When it was begun.
    pub created: Option<Instant>,
    /// Who began it.
    pub created_by: String,
    /// When it was sent.
    pub sent: Option<Instant>,
    /// When an answer is due.
    pub due: Option<Instant>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// The answer.
    pub answer: Option<String>,
    /// What the ticked option stands for.
    pub answer_kind: Option<OptionKind>,
    /// Who answered, where that was said; nothing where the recipient is taken to have.
    pub answered_by: Option<String>,
    /// When it arrived at its recipient.
    pub first_viewed: Option<Instant>,
    /// When the answer came.
    pub responded: Option<Instant>,
    /// When a person confirmed that the record carries the answer.
    pub verified: Option<Instant>,
    /// When it was over.
    pub closed: Option<Instant>,
    /// The document that carries the answer.
    pub documented_in: Option<String>,
    /// Steps of the escalation policy taken.
    pub level: u32,
}

/// One step of its life.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredStep {
    /// When.
    pub at: String,
    /// Who.
    pub by: String,
    /// From.
    pub from: QueryState,
    /// To.
    pub to: QueryState,
    /// Which event it was (`answer`, `redirect` ...); empty in steps of older versions.
    pub event: String,
    /// Reason, answer or note.
    pub note: String,
    /// Hash of what the provider sees.
    pub body_hash: String,
    /// The answer that it brought, whole; nothing in steps of older versions.
    pub answer: Option<String>,
    /// Who answered, where that was said.
    pub answered_by: Option<String>,
    /// When the answer was given.
    pub answered_at: Option<Instant>,
}

/// A version as sent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoredVersion {
    /// 1, 2 ...
    pub version: u32,
    /// When.
    pub sent: String,
    /// Who.
    pub by: String,
    /// What the provider saw, byte for byte.
    pub text: String,
    /// Its hash.
    pub body_hash: String,
}

pub(super) const COLUMNS: &str = "q.id, q.state, q.version, q.revision, d.body, d.internal_note, q.created, q.created_by, q.sent, q.due, q.outcome, q.answer, \
     q.answer_kind, q.first_viewed, q.responded, q.verified, q.closed, q.documented_in, q.level, q.answered_by";

impl Store {
    /// Stores a new draft and gives its number; where a draft or an unfinished query about the same gap is there, that one's.
    pub fn new_query(&self, actor: &Actor, new: &NewQuery<'_>) -> Result<i64> {
        let d = new.draft;
        self.write(|tx| {
            let failed = because("the draft could not be saved");
            if let (Some(encounter), Some(gap)) = (&d.encounter, &d.gap) {
                let there: Option<i64> = tx
                    .query_row(
                        "SELECT id FROM query WHERE encounter = ?1 AND gap = ?2 AND discarded = 0 AND state NOT IN ('closed', 'withdrawn') ORDER BY id LIMIT 1",
                        (encounter, gap),
                        |r| r.get(0),
                    )
                    .optional()
                    .map_err(&failed)?;
                if let Some(id) = there {
                    return Ok(id);
                }
            }
            tx.execute(
                "INSERT INTO query (encounter, patient, gap, concept, state, created, created_by, due) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                (&d.encounter, &d.patient, &d.gap, &d.concept, name(&QueryState::Draft), actor.now.to_string(), &actor.user, d.due.map(|t| t.to_string())),
            )
            .map_err(&failed)?;
            let id = tx.last_insert_rowid();
            tx.execute(
                "INSERT INTO draft (query, revision, body, internal_note, saved) VALUES (?1, 1, ?2, ?3, ?4)",
                (id, json(d), new.internal_note, actor.now.to_string()),
            )
            .map_err(&failed)?;
            self.record(tx, actor, &act("query.draft", d, &id.to_string(), None))?;
            Ok(id)
        })
    }

    /// Saves a draft over `revision`; gives the next one. Refused when another revision is stored: nothing is overwritten.
    pub fn save_draft(&self, actor: &Actor, id: i64, revision: i64, draft: &Draft, internal_note: &str) -> Result<i64> {
        self.write(|tx| {
            let failed = because("the draft could not be saved");
            if let Some(stored) = find(tx, id)?.filter(|stored| stored.revision == revision) {
                let (signs_as, _) = profile_of(tx, &stored.created_by).map_err(because("the profile could not be read"))?;
                keeps_identity(id, &stored.draft, draft, &signs_as)?;
            }
            let changed = tx
                .execute(
                    "UPDATE draft SET revision = revision + 1, body = ?3, internal_note = ?4, saved = ?5 WHERE query = ?1 AND revision = ?2
                     AND EXISTS (SELECT 1 FROM query WHERE id = ?1 AND state IN ('draft', 'ready') AND discarded = 0)",
                    (id, revision, json(draft), internal_note, actor.now.to_string()),
                )
                .map_err(&failed)?;
            if changed == 0 {
                let trouble = Trouble::refused("the draft was not saved").at(format!("query {id}"), None);
                return Err(match find(tx, id)? {
                    None => trouble
                        .why("it was thrown away, or there is none of this number")
                        .hint("what you typed is still where you typed it"),
                    Some(stored) if !stored.state.is_draft() => trouble
                        .why(format!("it is {}: what was sent never changes", stored.state.label()))
                        .hint("send other words in their place: `lacuna query amend N --reason WORDS`"),
                    Some(_) => trouble
                        .why("somebody else saved another wording in the meantime")
                        .hint("open it again; what you typed is still on your screen"),
                });
            }
            // What was ready and is changed is a draft again.
            if current(tx, id)?.state == QueryState::Ready {
                self.step(
                    tx,
                    actor,
                    id,
                    (QueryState::Ready, QueryState::Draft),
                    &Step { event: "edit", note: "changed", ..Step::default() },
                )?;
            }
            tx.execute(
                "UPDATE query SET revision = ?2, concept = ?3, due = ?4, state = 'draft' WHERE id = ?1",
                (id, revision + 1, &draft.concept, draft.due.map(|t| t.to_string())),
            )
            .map_err(&failed)?;
            self.record(tx, actor, &act("query.save", draft, &id.to_string(), Some(revision + 1)))?;
            Ok(revision + 1)
        })
    }

    /// Puts a draft aside. The row stays.
    pub fn discard_query(&self, actor: &Actor, id: i64) -> Result<()> {
        self.write(|tx| self.put_aside(tx, actor, id, None))
    }

    /// Puts a draft aside, of this revision where one is given.
    pub(super) fn put_aside(&self, tx: &Transaction<'_>, actor: &Actor, id: i64, revision: Option<i64>) -> Result<()> {
        let changed = tx
            .execute(
                "UPDATE query SET discarded = 1 WHERE id = ?1 AND discarded = 0 AND state IN ('draft', 'ready') AND revision = coalesce(?2, revision)",
                (id, revision),
            )
            .map_err(because("the draft could not be discarded"))?;
        if changed == 0 {
            return Err(match revision {
                None => Trouble::refused("only a draft can be discarded").hint("withdraw a sent query with a reason"),
                Some(_) => Trouble::refused("the query was not sent")
                    .why("its draft was sent, thrown away or changed in the meantime")
                    .hint("open it again and read it once more"),
            }
            .at(format!("query {id}"), None));
        }
        self.record(tx, actor, &Act { object: Some(&id.to_string()), ..Act::new("query.discard") })
    }

    /// Unanswered queries that wait for this recipient.
    pub fn waiting_for(&self, name: &str) -> Result<usize> {
        self.read(|c| {
            c.prepare_cached(
                "SELECT count(*) FROM query q JOIN draft d ON d.query = q.id WHERE q.state IN ('sent', 'open', 'overdue', 'escalated', 'redirected', 'reopened')
                 AND json_extract(d.body, '$.recipient.name') = ?1",
            )?
            .query_row([name], |r| r.get::<_, i64>(0))
            .map(|n| usize::try_from(n).unwrap_or(0))
        })
    }

    /// One query.
    pub fn query(&self, id: i64) -> Result<Option<StoredQuery>> {
        self.read(|c| {
            c.query_row(&format!("SELECT {COLUMNS} FROM query q JOIN draft d ON d.query = q.id WHERE q.id = ?1"), [id], stored).optional()
        })
    }

    /// All queries and drafts (of one encounter, where one is named), newest first; discarded drafts left out.
    pub fn queries(&self, encounter: Option<&str>) -> Result<Vec<StoredQuery>> {
        self.read(|c| {
            c.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM query q JOIN draft d ON d.query = q.id WHERE q.discarded = 0 AND (?1 IS NULL OR q.encounter = ?1) ORDER BY q.id DESC"
            ))?
            .query_map([encounter], stored)?
            .collect()
        })
    }

    /// The queries whose answer a person wrote down themselves.
    pub fn answers_recorded_by(&self, user: &str) -> Result<HashSet<i64>> {
        self.read(|c| {
            c.prepare_cached("SELECT DISTINCT query FROM query_step WHERE event = 'answer' AND by_user = ?1")?
                .query_map([user], |r| r.get(0))?
                .collect()
        })
    }

    /// The life of a query.
    pub fn steps(&self, id: i64) -> Result<Vec<StoredStep>> {
        self.read(|c| {
            c.prepare_cached(
                "SELECT at, by_user, from_state, to_state, note, body_hash, event, answer, answered_by, answered_at FROM query_step WHERE query = ?1 ORDER BY id",
            )?
            .query_map([id], |r| {
                Ok(StoredStep {
                    at: r.get(0)?,
                    by: r.get(1)?,
                    from: named(&r.get::<_, String>(2)?).unwrap_or_default(),
                    to: named(&r.get::<_, String>(3)?).unwrap_or_default(),
                    note: r.get(4)?,
                    body_hash: r.get(5)?,
                    event: r.get(6)?,
                    answer: r.get(7)?,
                    answered_by: r.get(8)?,
                    answered_at: r.get::<_, Option<String>>(9)?.and_then(|t| Instant::parse(&t)),
                })
            })?
            .collect()
        })
    }

    /// What each version of a query said as it was sent, oldest first.
    pub fn sent_drafts(&self, id: i64) -> Result<Vec<Draft>> {
        self.read(|c| {
            c.prepare_cached("SELECT body FROM query_version WHERE query = ?1 ORDER BY version")?
                .query_map([id], |r| serde_json::from_str(&r.get::<_, String>(0)?).map_err(unreadable))?
                .collect()
        })
    }

    /// The versions of a query as they were sent.
    pub fn query_versions(&self, id: i64) -> Result<Vec<StoredVersion>> {
        self.read(|c| {
            c.prepare_cached(
                "SELECT version, sent, sent_by, provider_text, body_hash FROM query_version WHERE query = ?1 ORDER BY version",
            )?
            .query_map([id], |r| {
                Ok(StoredVersion { version: r.get(0)?, sent: r.get(1)?, by: r.get(2)?, text: r.get(3)?, body_hash: r.get(4)? })
            })?
            .collect()
        })
    }
}

/// Whom a query is about, where it came from and who asks were settled when it was begun: words can change, these cannot. `signs_as`: the
/// name that its author is known by now, which is the author's too.
fn keeps_identity(id: i64, stored: &Draft, given: &Draft, signs_as: &str) -> Result<()> {
    let same = [
        ("encounter", stored.encounter == given.encounter && stored.encounter_name == given.encounter_name),
        ("patient", stored.patient == given.patient && stored.patient_name == given.patient_name),
        ("author", stored.author == given.author || !signs_as.is_empty() && given.author == signs_as),
        ("gap", stored.gap == given.gap),
        ("subject", stored.concept.is_none() || stored.concept == given.concept),
        ("template", stored.template.is_none() || stored.template == given.template),
        ("earlier version", stored.amends == given.amends),
    ];
    let Some((what, _)) = same.into_iter().find(|(_, same)| !same) else { return Ok(()) };
    Err(Trouble::input(format!("the draft names another {what} than the query"))
        .at(format!("query {id}"), None)
        .why("encounter, patient, author, gap, subject, template and what it amends are those it was begun with; nothing was changed")
        .hint("leave them as `lacuna query show N --json` gives them, or begin another query: `lacuna query new ENCOUNTER`"))
}

fn find(tx: &Transaction<'_>, id: i64) -> Result<Option<StoredQuery>> {
    tx.query_row(&format!("SELECT {COLUMNS} FROM query q JOIN draft d ON d.query = q.id WHERE q.id = ?1 AND q.discarded = 0"), [id], stored)
        .optional()
        .map_err(because("the query could not be read"))
}

pub(super) fn current(tx: &Transaction<'_>, id: i64) -> Result<StoredQuery> {
    find(tx, id)?
        .ok_or_else(|| Trouble::input("there is no such query").at(format!("query {id}"), None).hint("`lacuna query list` shows them"))
}

fn stored(r: &rusqlite::Row<'_>) -> rusqlite::Result<StoredQuery> {
    let time = |text: Option<String>| text.and_then(|t| Instant::parse(&t));
    Ok(StoredQuery {
        id: r.get(0)?,
        state: named(&r.get::<_, String>(1)?).ok_or_else(|| unreadable(std::fmt::Error))?,
        version: r.get(2)?,
        revision: r.get(3)?,
        draft: serde_json::from_str(&r.get::<_, String>(4)?).map_err(unreadable)?,
        internal_note: r.get(5)?,
        created: time(r.get(6)?),
        created_by: r.get(7)?,
        sent: time(r.get(8)?),
        due: time(r.get(9)?),
        outcome: r.get::<_, Option<String>>(10)?.and_then(|o| named(&o)),
        answer: r.get(11)?,
        answer_kind: r.get::<_, Option<String>>(12)?.and_then(|k| named(&k)),
        first_viewed: time(r.get(13)?),
        responded: time(r.get(14)?),
        verified: time(r.get(15)?),
        closed: time(r.get(16)?),
        documented_in: r.get(17)?,
        level: r.get(18)?,
        answered_by: r.get(19)?,
    })
}

/// What a newer program wrote must not look like an empty draft, which the next save would put in its place.
fn unreadable(_: impl std::error::Error) -> rusqlite::Error {
    rusqlite::Error::InvalidQuery
}

pub(super) fn act<'a>(action: &'a str, draft: &'a Draft, object: &'a str, version: Option<i64>) -> Act<'a> {
    Act {
        patient: draft.patient.as_deref(),
        encounter: draft.encounter.as_deref(),
        object: Some(object),
        object_version: version,
        ..Act::new(action)
    }
}
