//! What happens to a query once it is written: sent, moved, amended, spoken about. Each act is one transaction with its step and its
//! audit row; nothing that was sent is ever overwritten.

use super::audit::Act;
use super::json::{json, name};
use super::queries::{act, current};
use super::{Actor, Store, trouble::because};
use crate::chart::Instant;
use crate::error::{Result, Trouble};
use crate::query::{Draft, OptionKind, Outcome, QueryState};
use rusqlite::{OptionalExtension, Transaction};
use serde::Serialize;

/// What was said at a step.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said<'a> {
    /// Which event it is (`answer`, `close` ...).
    pub event: &'a str,
    /// Reason, answer or note, for the timeline.
    pub note: &'a str,
    /// The answer, when this step brings one.
    pub answer: Option<&'a str>,
    /// Who answered, where that was said.
    pub answered_by: Option<&'a str>,
    /// What the ticked option stands for.
    pub answer_kind: Option<OptionKind>,
    /// When the answer came, where that is not now.
    pub responded: Option<Instant>,
    /// The outcome, when this step brings one.
    pub outcome: Option<Outcome>,
    /// The document that carries the answer.
    pub documented_in: Option<&'a str>,
}

/// The step that brought an answer: what it says, the answer, and who gave it where that was said.
pub type AnswerStep = (String, String, Option<String>);

/// A step to be recorded.
#[derive(Default)]
pub(super) struct Step<'a> {
    /// Which event it is.
    pub event: &'a str,
    /// Reason, answer or note.
    pub note: &'a str,
    /// Hash of what the provider sees.
    pub hash: &'a str,
    /// The answer that this step brings.
    pub answered: Option<Answered<'a>>,
}

/// An answer as its step keeps it.
pub(super) struct Answered<'a> {
    /// Its words.
    pub words: &'a str,
    /// Who answered, where that was said.
    pub by: Option<&'a str>,
    /// When.
    pub at: String,
}

/// New words for a query that was sent.
#[derive(Clone, Copy, Debug)]
pub struct NewVersion<'a> {
    /// `amend`, `redirect` or `reopen`.
    pub event: &'a str,
    /// What it says now.
    pub draft: &'a Draft,
    /// What the provider sees now.
    pub provider_text: &'a str,
    /// Its hash.
    pub body_hash: &'a str,
    /// Why.
    pub note: &'a str,
    /// The draft that the words were written as, with its revision: it is put aside in the same transaction.
    pub written: Option<(i64, i64)>,
}

/// A contact about a query: a reminder, a call, a word in the corridor.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoredContact {
    /// When.
    pub at: String,
    /// Who.
    pub by: String,
    /// With whom.
    pub person: String,
    /// How.
    pub channel: String,
    /// What was said.
    pub note: String,
}

impl Store {
    /// Records a draft as sent: its text becomes a version that never changes.
    pub fn send_query(&self, actor: &Actor, id: i64, revision: i64, draft: &Draft, provider_text: &str, body_hash: &str) -> Result<()> {
        self.write(|tx| {
            let failed = because("the query could not be sent; the draft is kept");
            let stored = current(tx, id)?;
            if !stored.state.is_draft() || stored.revision != revision {
                return Err(Trouble::refused("the query was not sent")
                    .at(format!("query {id}"), None)
                    .why("it was sent or changed in the meantime")
                    .hint("open it again and look at it once more"));
            }
            let version = insert_version(tx, actor, id, stored.version + 1, (draft, provider_text, body_hash))?;
            // The due time is counted from now: what is shown of the query is what was sent.
            tx.execute("UPDATE draft SET body = ?2 WHERE query = ?1", (id, json(draft))).map_err(&failed)?;
            tx.execute(
                "UPDATE query SET state = ?2, version = ?3, sent = ?4, due = ?5 WHERE id = ?1",
                (id, name(&QueryState::Sent), version, actor.now.to_string(), draft.due.map(|t| t.to_string())),
            )
            .map_err(&failed)?;
            self.step(
                tx,
                actor,
                id,
                (stored.state, QueryState::Sent),
                &Step { event: "send", note: "sent", hash: body_hash, answered: None },
            )?;
            if let Some((encounter, gap)) = draft.encounter.as_ref().zip(draft.gap.as_ref()) {
                tx.execute(
                    "INSERT INTO gap_mark (gap, encounter, state, reason, by_user, at) VALUES (?1, ?2, 'queried', ?3, ?4, ?5)",
                    (gap, encounter, format!("query {id}"), &actor.user, actor.now.to_string()),
                )
                .map_err(&failed)?;
            }
            let detail = self.sealed(tx, id, "")?;
            self.record(tx, actor, &Act { detail: &detail, ..act("query.send", draft, &id.to_string(), Some(version.into())) })
        })
    }

    /// Sends other words in place of the ones before, to the same or another recipient: the next version. `from` must be where it
    /// stands. Asking again after an answer starts a new clock.
    pub fn new_version(&self, actor: &Actor, id: i64, (from, to): (QueryState, QueryState), new: &NewVersion<'_>) -> Result<()> {
        self.write(|tx| {
            let failed = because("the query could not be changed; nothing was saved");
            let stored = current(tx, id)?;
            at_state(&stored.state, from, id)?;
            if let Some((draft, revision)) = new.written {
                self.put_aside(tx, actor, draft, Some(revision))?;
            }
            let version = insert_version(tx, actor, id, stored.version + 1, (new.draft, new.provider_text, new.body_hash))?;
            tx.execute("UPDATE draft SET body = ?2, saved = ?3 WHERE query = ?1", (id, json(new.draft), actor.now.to_string()))
                .map_err(&failed)?;
            let due = new.draft.due.map(|t| t.to_string());
            tx.execute("UPDATE query SET state = ?2, version = ?3, due = ?4 WHERE id = ?1", (id, name(&to), version, due))
                .map_err(&failed)?;
            if to == QueryState::Reopened {
                tx.execute(
                    "UPDATE query SET answer = NULL, answer_kind = NULL, answered_by = NULL, outcome = NULL, responded = NULL, verified = NULL, closed = NULL,
                     documented_in = NULL, level = 0, sent = ?2 WHERE id = ?1",
                    (id, actor.now.to_string()),
                )
                .map_err(&failed)?;
                if let (Some(encounter), Some(gap)) = (&new.draft.encounter, &new.draft.gap) {
                    tx.execute(
                        "INSERT INTO gap_mark (gap, encounter, state, reason, by_user, at) VALUES (?1, ?2, 'queried', ?3, ?4, ?5)",
                        (gap, encounter, format!("query {id} asks again"), &actor.user, actor.now.to_string()),
                    )
                    .map_err(&failed)?;
                }
            }
            self.step(tx, actor, id, (from, to), &Step { event: new.event, note: new.note, hash: new.body_hash, answered: None })?;
            let detail = self.sealed(tx, id, &format!("{}: {} to {}", new.event, name(&from), name(&to)))?;
            self.record(tx, actor, &Act { detail: &detail, ..act("query.version", new.draft, &id.to_string(), Some(version.into())) })
        })
    }

    /// Moves a query from one state to another. `from` must be where it stands.
    pub fn move_query(&self, actor: &Actor, id: i64, (from, to): (QueryState, QueryState), said: &Said<'_>) -> Result<()> {
        self.write(|tx| {
            let failed = because("the query could not be changed; nothing was saved");
            let stored = current(tx, id)?;
            at_state(&stored.state, from, id)?;
            let now = actor.now.to_string();
            tx.execute(
                "UPDATE query SET state = ?2, answer = coalesce(?3, answer), outcome = coalesce(?4, outcome), answer_kind = coalesce(?5, answer_kind),
                 documented_in = coalesce(?6, documented_in), answered_by = coalesce(?7, answered_by) WHERE id = ?1",
                (
                    id,
                    name(&to),
                    said.answer,
                    said.outcome.map(|o| name(&o)),
                    said.answer_kind.map(|k| name(&k)),
                    said.documented_in,
                    said.answered_by,
                ),
            )
            .map_err(&failed)?;
            let responded = said.answer.map(|_| said.responded.map_or_else(|| now.clone(), |t| t.to_string()));
            // Every answer stays whole in its step, however often the question is asked again.
            let answered = said.answer.zip(responded.clone()).map(|(words, at)| Answered { words, by: said.answered_by, at });
            tx.execute(
                "UPDATE query SET responded = coalesce(?2, responded), first_viewed = coalesce(first_viewed, ?3), verified = coalesce(?4, verified),
                 closed = coalesce(?5, closed), level = level + ?6 WHERE id = ?1",
                (
                    id,
                    responded,
                    (to == QueryState::Open).then_some(&now),
                    said.documented_in.map(|_| &now),
                    to.is_over().then_some(&now),
                    i64::from(said.event == "escalate"),
                ),
            )
            .map_err(&failed)?;
            // An answer is not the end: the gap is there until a note carries it, and evaluation no longer finds it. Only where the
            // provider said that there is nothing to document does it stay put aside.
            let settled =
                matches!(said.outcome, Some(Outcome::Disagreed | Outcome::NotSignificant | Outcome::Undetermined | Outcome::RuledOut));
            if let (true, Some(encounter), Some(gap)) = (to.is_over() && !settled, &stored.draft.encounter, &stored.draft.gap) {
                // What a person made of the gap meanwhile stays.
                let words = if stored.version > 0 { format!("query {id} is closed; no note carries it yet") } else { format!("draft {id} was taken back") };
                tx.execute(
                    "INSERT INTO gap_mark (gap, encounter, state, reason, by_user, at) SELECT ?1, ?2, 'open', ?3, ?4, ?5
                     WHERE (SELECT state FROM gap_mark WHERE gap = ?1 AND encounter = ?2 ORDER BY id DESC LIMIT 1) = 'queried'",
                    (gap, encounter, words, &actor.user, &now),
                )
                .map_err(&failed)?;
            }
            let hash: Option<String> = tx
                .query_row("SELECT body_hash FROM query_version WHERE query = ?1 ORDER BY version DESC LIMIT 1", [id], |r| r.get(0))
                .optional()
                .map_err(&failed)?;
            let step = Step { event: said.event, note: said.note, hash: &hash.unwrap_or_default(), answered };
            self.step(tx, actor, id, (from, to), &step)?;
            let detail = self.sealed(tx, id, &format!("{} to {}", name(&from), name(&to)))?;
            self.record(tx, actor, &Act { detail: &detail, ..act("query.move", &stored.draft, &id.to_string(), None) })
        })
    }

    /// Records a contact about a query that was sent. It changes nothing else.
    pub fn add_contact(&self, actor: &Actor, id: i64, person: &str, channel: &str, note: &str) -> Result<()> {
        self.write(|tx| {
            let stored = current(tx, id)?;
            if stored.version == 0 {
                return Err(Trouble::refused("only a query that was sent has contacts").at(format!("query {id}"), None));
            }
            tx.execute(
                "INSERT INTO query_contact (query, at, by_user, person, channel, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                (id, actor.now.to_string(), &actor.user, person, channel, note),
            )
            .map_err(because("the contact could not be recorded; nothing was saved"))?;
            let detail = self.sealed(tx, id, "")?;
            self.record(tx, actor, &Act { detail: &detail, ..act("query.contact", &stored.draft, &id.to_string(), None) })
        })
    }

    /// The contacts about a query, oldest first.
    pub fn contacts(&self, id: i64) -> Result<Vec<StoredContact>> {
        self.read(|c| {
            c.prepare_cached("SELECT at, by_user, person, channel, note FROM query_contact WHERE query = ?1 ORDER BY id")?
                .query_map([id], |r| {
                    Ok(StoredContact { at: r.get(0)?, by: r.get(1)?, person: r.get(2)?, channel: r.get(3)?, note: r.get(4)? })
                })?
                .collect()
        })
    }

    /// When each query was last spoken about.
    pub fn last_contacts(&self) -> Result<std::collections::BTreeMap<i64, Instant>> {
        self.read(|c| {
            let rows: Vec<(i64, String)> = c
                .prepare_cached("SELECT query, at FROM query_contact WHERE id IN (SELECT max(id) FROM query_contact GROUP BY query)")?
                .query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            Ok(rows.into_iter().filter_map(|(id, at)| Some((id, Instant::parse(&at)?))).collect())
        })
    }

    /// The step that brought each query its newest answer: what it says, the answer, and who gave it where that was said.
    pub fn last_answers(&self) -> Result<std::collections::BTreeMap<i64, AnswerStep>> {
        self.read(|c| {
            c.prepare_cached(
                "SELECT query, note, answer, answered_by FROM query_step
                 WHERE id IN (SELECT max(id) FROM query_step WHERE event = 'answer' GROUP BY query) AND answer IS NOT NULL",
            )?
            .query_map([], |r| Ok((r.get(0)?, (r.get(1)?, r.get(2)?, r.get(3)?))))?
            .collect()
        })
    }

    /// When each query was last given to another recipient, and how many times it was escalated since: the steps of the policy count anew
    /// for who has it now.
    pub fn last_redirects(&self) -> Result<std::collections::BTreeMap<i64, (Instant, u32)>> {
        self.read(|c| {
            let rows: Vec<(i64, String, u32)> = c
                .prepare_cached(
                    "SELECT s.query, s.at, (SELECT count(*) FROM query_step e WHERE e.query = s.query AND e.event = 'escalate' AND e.id > s.id)
                     FROM query_step s WHERE s.id IN (SELECT max(id) FROM query_step WHERE event = 'redirect' GROUP BY query)",
                )?
                .query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?
                .collect::<rusqlite::Result<_>>()?;
            Ok(rows.into_iter().filter_map(|(id, at, level)| Some((id, (Instant::parse(&at)?, level)))).collect())
        })
    }

    /// Records a step. A clock that stands before the step before it is said, and the order of the steps stays the order of their acts.
    pub(super) fn step(
        &self,
        tx: &Transaction<'_>,
        actor: &Actor,
        id: i64,
        (from, to): (QueryState, QueryState),
        step: &Step<'_>,
    ) -> Result<()> {
        let failed = because("the step could not be recorded; nothing was saved");
        let last: Option<String> = tx
            .query_row("SELECT at FROM query_step WHERE query = ?1 ORDER BY id DESC LIMIT 1", [id], |r| r.get(0))
            .optional()
            .map_err(&failed)?;
        let back = last.and_then(|at| Instant::parse(&at)).is_some_and(|at| actor.now < at);
        let note = step.note;
        let note = if back { format!("{note} (recorded with a clock that stood before the last step)") } else { note.to_owned() };
        let (answer, by, at) = step.answered.as_ref().map_or((None, None, None), |a| (Some(a.words), a.by, Some(&a.at)));
        tx.execute(
            "INSERT INTO query_step (query, at, by_user, from_state, to_state, note, body_hash, event, answer, answered_by, answered_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            (id, actor.now.to_string(), &actor.user, name(&from), name(&to), note, step.hash, step.event, answer, by, at),
        )
        .map(drop)
        .map_err(&failed)
    }

    /// Keeps a site template as it was when it was used; the same again changes nothing.
    pub fn keep_site_template(&self, actor: &Actor, id: &str, sha256: &str, body: &str) -> Result<()> {
        let known = self.site_template_history(id)?.iter().any(|(hash, _, _)| hash == sha256);
        if known {
            return Ok(());
        }
        self.write(|tx| {
            tx.execute(
                "INSERT INTO site_template (id, sha256, body, at, by_user) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
                (id, sha256, body, actor.now.to_string(), &actor.user),
            )
            .map_err(because("the template's history could not be kept"))?;
            self.record(tx, actor, &Act { object: Some(id), detail: sha256, ..Act::new("template.use") })
        })
    }

    /// Every wording of a site template that was used: hash, when, by whom; oldest first.
    pub fn site_template_history(&self, id: &str) -> Result<Vec<(String, String, String)>> {
        self.read(|c| {
            c.prepare_cached("SELECT sha256, at, by_user FROM site_template WHERE id = ?1 ORDER BY at, sha256")?
                .query_map([id], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?
                .collect()
        })
    }
}

fn insert_version(tx: &Transaction<'_>, actor: &Actor, id: i64, version: u32, (draft, text, hash): (&Draft, &str, &str)) -> Result<u32> {
    tx.execute(
        "INSERT INTO query_version (query, version, sent, sent_by, body, provider_text, body_hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (id, version, actor.now.to_string(), &actor.user, json(draft), text, hash),
    )
    .map_err(because("the query could not be sent; nothing was saved"))?;
    Ok(version)
}

fn at_state(stands: &QueryState, from: QueryState, id: i64) -> Result<()> {
    if *stands == from {
        return Ok(());
    }
    Err(Trouble::refused("the query was not changed")
        .at(format!("query {id}"), None)
        .why(format!("it is {} now, not {}", stands.label(), from.label()))
        .hint("somebody else acted on it: look at its timeline"))
}
