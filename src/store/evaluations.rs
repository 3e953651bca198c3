//! Gaps as last evaluated, with the versions that made them: thrown away freely, never a truth of its own.

use super::audit::Act;
use super::{Actor, Store, trouble::because};
use crate::checklist::{Gap, GapMark, GapState};
use crate::error::Result;

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
    /// The gaps.
    pub gaps: Vec<Gap>,
}

impl Store {
    /// All cached evaluations, by encounter. One that cannot be read is none: it is made anew.
    pub fn evaluations(&self) -> Result<std::collections::HashMap<String, CachedEvaluation>> {
        self.read(|c| {
            let mut out = std::collections::HashMap::new();
            let mut statement = c.prepare("SELECT encounter, epoch, touched, as_of, settled, body FROM evaluation")?;
            let mut rows = statement.query([])?;
            while let Some(r) = rows.next()? {
                if let Ok(gaps) = serde_json::from_str(r.get_ref(5)?.as_str()?) {
                    out.insert(
                        r.get(0)?,
                        CachedEvaluation { epoch: r.get(1)?, touched: r.get(2)?, as_of: r.get(3)?, settled: r.get(4)?, gaps },
                    );
                }
            }
            Ok(out)
        })
    }

    /// The cached evaluations of a few encounters: one new note does not wait for all the others.
    pub fn evaluations_of(&self, encounters: &[&str]) -> Result<std::collections::HashMap<String, CachedEvaluation>> {
        self.read(|c| {
            let mut out = std::collections::HashMap::new();
            let mut statement = c.prepare_cached("SELECT epoch, touched, as_of, settled, body FROM evaluation WHERE encounter = ?1")?;
            for name in encounters {
                let mut rows = statement.query([name])?;
                if let Some(r) = rows.next()?
                    && let Ok(gaps) = serde_json::from_str(r.get_ref(4)?.as_str()?)
                {
                    let cached = CachedEvaluation { epoch: r.get(0)?, touched: r.get(1)?, as_of: r.get(2)?, settled: r.get(3)?, gaps };
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
                    s.execute((encounter, &e.epoch, e.touched, e.as_of, e.settled, serde_json::to_string(&e.gaps).unwrap_or_default()))
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
