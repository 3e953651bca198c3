//! Gaps as last evaluated, with the versions that made them: thrown away freely, never a truth of its own.

use super::audit::Act;
use super::json::json;
use super::{Actor, Store, trouble::because};
use crate::chart::{DocumentType, Instant};
use crate::checklist::{Gap, GapMark, GapState, Severity};
use crate::error::Result;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// By whom a gap is marked that evaluation no longer finds, or finds again.
pub const SEEN_BY: &str = "lacuna";

/// The gaps of one encounter as they were evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct CachedEvaluation {
    /// Versions of reader, lexicon and packs that made it.
    pub epoch: String,
    /// The encounter's own change counter at that time.
    pub touched: i64,
    /// The instant that clocks were judged at, in UTC seconds.
    pub as_of: i64,
    /// True when no clock of the encounter can still change the result.
    pub settled: bool,
    /// What it was read as, where the encounter has one document alone.
    pub note: Option<DocumentType>,
    /// The newest version of a document that it saw, by our number; what is newer came after it.
    pub newest: i64,
    /// The gaps.
    pub gaps: Vec<Gap>,
}

/// The body of an evaluation as stored.
#[derive(Deserialize)]
struct Kept {
    newest: i64,
    gaps: Vec<Gap>,
}

/// The same, on its way into the store.
#[derive(Serialize)]
struct Keep<'g> {
    newest: i64,
    gaps: &'g [Gap],
}

impl CachedEvaluation {
    /// What made it, and when.
    pub fn stamp(&self) -> Stamp {
        Stamp { touched: self.touched, as_of: self.as_of, settled: self.settled }
    }
}

/// What made a cached evaluation, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The encounter's own change counter at that time.
    pub touched: i64,
    /// The instant that clocks were judged at, in UTC seconds.
    pub as_of: i64,
    /// True when no clock of the encounter can still change the result.
    pub settled: bool,
}

/// What a worklist shows of the gaps of an encounter, without their proof.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Brief {
    /// What its only document was read as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<DocumentType>,
    /// Its gaps, in the order of evaluation.
    pub gaps: Vec<GapBrief>,
}

/// One gap in a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GapBrief {
    /// Its key.
    pub key: String,
    /// Its key of before, where it had another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former: Option<String>,
    /// When it was due, where it has a former key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Instant>,
    /// How much it matters.
    pub severity: Severity,
    /// One line.
    pub title: String,
    /// Where its first proof stands.
    pub source: String,
}

impl GapBrief {
    /// The line of a gap.
    pub fn of(gap: &Gap) -> Self {
        let (key, former) = (gap.key(), gap.former_key());
        let due = gap.due.filter(|_| former.is_some());
        Self { key, former, due, severity: gap.severity, title: gap.title.clone(), source: gap.source() }
    }
}

impl Store {
    /// What made the evaluations of this epoch, by encounter: which of them still stand is told without reading one.
    pub fn stamps(&self, epoch: &str) -> Result<HashMap<String, Stamp>> {
        self.read(|c| {
            c.prepare_cached("SELECT encounter, touched, as_of, settled FROM gap_brief WHERE epoch = ?1")?
                .query_map([epoch], |r| Ok((r.get(0)?, Stamp { touched: r.get(1)?, as_of: r.get(2)?, settled: r.get(3)? })))?
                .collect()
        })
    }

    /// What a worklist shows of a few encounters, as evaluated last in this epoch. One that cannot be read is none.
    pub fn briefs(&self, encounters: &[&str], epoch: &str) -> Result<HashMap<String, Brief>> {
        self.read(|c| {
            let mut out = HashMap::with_capacity(encounters.len());
            let mut statement = c.prepare_cached("SELECT body FROM gap_brief WHERE encounter = ?1 AND epoch = ?2")?;
            for name in encounters {
                let mut rows = statement.query([*name, epoch])?;
                if let Some(r) = rows.next()?
                    && let Ok(brief) = serde_json::from_str(r.get_ref(0)?.as_str()?)
                {
                    out.insert((*name).to_owned(), brief);
                }
            }
            Ok(out)
        })
    }

    /// The cached evaluations of a few encounters. One that cannot be read is none: it is made anew.
    pub fn evaluations_of(&self, encounters: &[&str]) -> Result<HashMap<String, CachedEvaluation>> {
        self.read(|c| {
            let mut out = HashMap::new();
            let mut statement = c.prepare_cached("SELECT epoch, touched, as_of, settled, body FROM evaluation WHERE encounter = ?1")?;
            for name in encounters {
                let mut rows = statement.query([name])?;
                if let Some(r) = rows.next()?
                    && let Ok(Kept { newest, gaps }) = serde_json::from_str(r.get_ref(4)?.as_str()?)
                {
                    let (epoch, touched, as_of, settled) = (r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?);
                    let cached = CachedEvaluation { epoch, touched, as_of, settled, note: None, newest, gaps };
                    out.insert((*name).to_owned(), cached);
                }
            }
            Ok(out)
        })
    }

    /// Keeps evaluations, and what changed with them: a gap that a later document resolved, one that came back. Derived data: no
    /// audit row.
    pub fn put_evaluations(&self, evaluations: &[(String, CachedEvaluation)], changes: &[GapMark]) -> Result<()> {
        self.write_derived(|tx| {
            for change in changes {
                tx.prepare_cached("INSERT INTO gap_mark (gap, encounter, state, reason, by_user, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
                    .and_then(|mut s| {
                        let (state, at) = (state_name(change.state), change.at.to_string());
                        s.execute((&change.key, &change.encounter, state, &change.reason, &change.by, at))
                    })
                    .map_err(because("what became of the gaps could not be kept"))?;
            }
            for (encounter, e) in evaluations {
                tx.prepare_cached(
                    "INSERT OR REPLACE INTO evaluation (encounter, epoch, touched, as_of, settled, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )
                .and_then(|mut s| {
                    s.execute((encounter, &e.epoch, e.touched, e.as_of, e.settled, json(&Keep { newest: e.newest, gaps: &e.gaps })))
                })
                .map_err(because("the evaluation could not be kept"))?;
                tx.prepare_cached(
                    "INSERT OR REPLACE INTO gap_brief (encounter, epoch, touched, as_of, settled, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )
                .and_then(|mut s| {
                    s.execute((
                        encounter,
                        &e.epoch,
                        e.touched,
                        e.as_of,
                        e.settled,
                        json(&Brief { note: e.note, gaps: e.gaps.iter().map(GapBrief::of).collect() }),
                    ))
                })
                .map_err(because("the evaluation could not be kept"))?;
            }
            Ok(())
        })
    }

    /// Records what a person did about a gap. `state` [`GapState::Open`] takes an earlier act back.
    pub fn mark_gap(&self, actor: &Actor, encounter: &str, key: &str, state: GapState, reason: &str) -> Result<()> {
        let name = state_name(state);
        self.write(|tx| {
            tx.execute(
                "INSERT INTO gap_mark (gap, encounter, state, reason, by_user, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                (key, encounter, name, reason, &actor.user, actor.now.to_string()),
            )
            .map_err(because("the gap could not be marked; nothing was saved"))?;
            self.record(
                tx,
                actor,
                &Act {
                    encounter: Some(encounter),
                    object: Some(key),
                    detail: &format!("{name}: {}", reason.split(':').next().unwrap_or_default()),
                    ..Act::new("gap.mark")
                },
            )
        })
    }

    /// Every mark of the gaps of an encounter (or of all encounters), oldest first.
    pub fn gap_history(&self, encounter: Option<&str>) -> Result<Vec<GapMark>> {
        self.read(|c| {
            c.prepare_cached(
                "SELECT gap, state, reason, by_user, at, encounter FROM gap_mark WHERE ?1 IS NULL OR encounter = ?1 ORDER BY id",
            )?
            .query_map([encounter], mark)?
            .collect()
        })
    }

    /// The newest mark of each gap of an encounter (or of all encounters).
    pub fn gap_marks(&self, encounter: Option<&str>) -> Result<Vec<GapMark>> {
        self.read(|c| {
            c.prepare_cached(
                "SELECT gap, state, reason, by_user, at, encounter FROM gap_mark m WHERE (?1 IS NULL OR encounter = ?1)
                 AND id = (SELECT max(id) FROM gap_mark WHERE gap = m.gap AND encounter = m.encounter) ORDER BY id",
            )?
            .query_map([encounter], mark)?
            .collect()
        })
    }
}

fn mark(r: &rusqlite::Row<'_>) -> rusqlite::Result<GapMark> {
    Ok(GapMark {
        encounter: r.get(5)?,
        key: r.get(0)?,
        state: state_of(&r.get::<_, String>(1)?),
        reason: r.get(2)?,
        by: r.get(3)?,
        at: crate::chart::Instant::parse(&r.get::<_, String>(4)?).unwrap_or(super::EPOCH),
    })
}

fn state_name(state: GapState) -> &'static str {
    match state {
        GapState::Open => "open",
        GapState::Dismissed => "dismissed",
        GapState::Queried => "queried",
        GapState::Resolved => "resolved",
    }
}

fn state_of(name: &str) -> GapState {
    match name {
        "dismissed" => GapState::Dismissed,
        "queried" => GapState::Queried,
        "resolved" => GapState::Resolved,
        _ => GapState::Open,
    }
}
