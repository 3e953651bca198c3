//! Reviews: when a person's last look at an encounter ended, notes to oneself, who has taken an encounter on.

use super::audit::Act;
use super::trouble::because;
use super::{Actor, Store};
use crate::chart::Instant;
use crate::checklist::GapMark;
use crate::error::{Result, Trouble};
use rusqlite::OptionalExtension;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Longest note to oneself, in characters: a line, not a report.
const LONGEST_NOTE: usize = 500;

/// What one person did about one encounter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Review {
    /// The encounter.
    pub encounter: String,
    /// The person.
    pub person: String,
    /// When their last look at it ended.
    pub ended: Option<Instant>,
    /// When they mean to look again.
    pub next: Option<Instant>,
    /// Since when they have it taken on.
    pub claimed: Option<Instant>,
    /// What they said of its gaps, oldest first.
    pub marks: Vec<GapMark>,
}

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

    /// The encounters at which a person has ended a look.
    pub fn looked_at(&self, user: &str) -> Result<HashSet<String>> {
        self.read(|c| c.prepare_cached("SELECT encounter FROM look WHERE by_user = ?1")?.query_map([user], |r| r.get(0))?.collect())
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

    /// What people did about encounters: each person's last look, the next one they mean to take, whether they took it on, and what they
    /// said of gaps. By encounter, then person.
    pub fn reviews(&self) -> Result<Vec<Review>> {
        let mut all: BTreeMap<(String, String), Review> = BTreeMap::new();
        fn at<'a>(all: &'a mut BTreeMap<(String, String), Review>, encounter: &str, person: &str) -> &'a mut Review {
            all.entry((encounter.to_owned(), person.to_owned())).or_insert_with(|| Review {
                encounter: encounter.to_owned(),
                person: person.to_owned(),
                ..Review::default()
            })
        }
        let rows = |sql: &str| -> Result<Vec<(String, String, Option<String>)>> {
            self.read(|c| c.prepare(sql)?.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect())
        };
        let time = |text: Option<String>| text.and_then(|t| Instant::parse(&t));
        for (encounter, person, when) in rows("SELECT encounter, by_user, at FROM look")? {
            at(&mut all, &encounter, &person).ended = time(when);
        }
        for (encounter, person, when) in rows("SELECT encounter, by_user, next FROM review WHERE next IS NOT NULL")? {
            at(&mut all, &encounter, &person).next = time(when);
        }
        for (encounter, person, when) in rows("SELECT encounter, by_user, at FROM claim")? {
            at(&mut all, &encounter, &person).claimed = time(when);
        }
        for mark in self.gap_history(None)? {
            at(&mut all, &mark.encounter.clone(), &mark.by.clone()).marks.push(mark);
        }
        Ok(all.into_values().collect())
    }

    /// Who has taken each encounter on.
    pub fn claims(&self) -> Result<HashMap<String, String>> {
        self.read(|c| c.prepare_cached("SELECT encounter, by_user FROM claim")?.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect())
    }
}
