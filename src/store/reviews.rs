//! Reviews: when a person's last look at an encounter ended, notes to oneself, who has taken an encounter on.

use super::audit::Act;
use super::trouble::because;
use super::{Actor, Store};
use crate::chart::Instant;
use crate::error::{Result, Trouble};
use rusqlite::OptionalExtension;
use std::collections::HashMap;

/// Longest note to oneself, in characters: a line, not a report.
const LONGEST_NOTE: usize = 500;

impl Store {
    /// Ends a person's look at an encounter, and sets or clears the time of the next one.
    pub fn end_look(&self, actor: &Actor, encounter: &str, next: Option<Instant>) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO review (by_user, encounter, next) VALUES (?1, ?2, ?3)
                 ON CONFLICT (by_user, encounter) DO UPDATE SET next = ?3, revision = revision + 1",
                (&actor.user, encounter, next.map(|n| n.to_string())),
            )
            .map_err(because("the next review could not be saved"))?;
            tx.execute(
                "INSERT INTO look (by_user, encounter, at) VALUES (?1, ?2, ?3) ON CONFLICT (by_user, encounter) DO UPDATE SET at = ?3",
                (&actor.user, encounter, actor.now.to_string()),
            )
            .map_err(because("the end of the review could not be saved"))?;
            self.record(tx, actor, &Act { encounter: Some(encounter), ..Act::new("review.next") })
        })
    }

    /// When a person's last look at an encounter ended.
    pub fn last_look(&self, user: &str, encounter: &str) -> Result<Option<Instant>> {
        let at: Option<String> = self.read(|c| {
            c.query_row("SELECT at FROM look WHERE by_user = ?1 AND encounter = ?2", (user, encounter), |r| r.get(0)).optional()
        })?;
        Ok(at.and_then(|at| Instant::parse(&at)))
    }

    /// Keeps a line for oneself about an encounter; the newest one shows.
    pub fn note_to_self(&self, actor: &Actor, encounter: &str, words: &str) -> Result<()> {
        let words = words.trim();
        if words.is_empty() || words.chars().count() > LONGEST_NOTE {
            return Err(Trouble::input("that is no note to oneself").hint(format!("1 to {LONGEST_NOTE} characters")));
        }
        self.write(|tx| {
            tx.execute(
                "INSERT INTO self_note (by_user, encounter, at, words) VALUES (?1, ?2, ?3, ?4)",
                (&actor.user, encounter, actor.now.to_string(), words),
            )
            .map_err(because("the note could not be kept"))?;
            self.record(tx, actor, &Act { encounter: Some(encounter), ..Act::new("review.note") })
        })
    }

    /// A person's newest note to themselves about each encounter.
    pub fn notes_to_self(&self, user: &str) -> Result<HashMap<String, String>> {
        self.read(|c| {
            c.prepare_cached("SELECT encounter, words FROM self_note WHERE by_user = ?1 ORDER BY id")?
                .query_map([user], |r| Ok((r.get(0)?, r.get(1)?)))?
                .collect()
        })
    }

    /// Takes an encounter on, or gives it back..
    pub fn claim(&self, actor: &Actor, encounter: &str, take: bool) -> Result<()> {
        self.write(|tx| {
            let (act, done) = if take {
                let sql = "INSERT INTO claim (encounter, by_user, at) VALUES (?1, ?2, ?3) ON CONFLICT (encounter) DO UPDATE SET by_user = ?2, at = ?3";
                ("review.claim", tx.execute(sql, (encounter, &actor.user, actor.now.to_string())))
            } else {
                ("review.release", tx.execute("DELETE FROM claim WHERE encounter = ?1 AND by_user = ?2", (encounter, &actor.user)))
            };
            done.map_err(because("who has the chart could not be saved"))?;
            self.record(tx, actor, &Act { encounter: Some(encounter), ..Act::new(act) })
        })
    }

    /// Who has taken each encounter on.
    pub fn claims(&self) -> Result<HashMap<String, String>> {
        self.read(|c| c.prepare_cached("SELECT encounter, by_user FROM claim")?.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect())
    }
}
