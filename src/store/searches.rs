//! Searches that people keep and used.

use super::audit::Act;
use super::trouble::because;
use super::{Actor, Store};
use crate::error::{Result, Trouble};
use serde::Serialize;

/// Used searches that are remembered, for each person.
const REMEMBERED: i64 = 50;

/// Longest name of a search, in characters.
const LONGEST_NAME: usize = 60;

/// A search that somebody keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SavedSearch {
    /// What it is called.
    pub name: String,
    /// What is searched for.
    pub query: String,
}

/// The searches of one person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Searches {
    /// Those that were given a name, by name.
    pub saved: Vec<SavedSearch>,
    /// Those that led somewhere, newest first.
    pub recent: Vec<String>,
}

impl Store {
    /// The searches of a person.
    pub fn searches(&self, user: &str) -> Result<Searches> {
        self.read(|c| {
            let saved = c
                .prepare_cached("SELECT name, query FROM saved_search WHERE by_user = ?1 ORDER BY name")?
                .query_map([user], |r| Ok(SavedSearch { name: r.get(0)?, query: r.get(1)? }))?
                .collect::<rusqlite::Result<_>>()?;
            let recent = c
                .prepare_cached("SELECT query FROM used_search WHERE by_user = ?1 ORDER BY id DESC LIMIT ?2")?
                .query_map((user, REMEMBERED), |r| r.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            Ok(Searches { saved, recent })
        })
    }

    /// Keeps a search under a name; an empty query forgets the name.
    pub fn keep_search(&self, actor: &Actor, name: &str, query: &str) -> Result<()> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(Trouble::input("that is no name for a search").hint(format!("1 to {LONGEST_NAME} visible characters")));
        }
        let (action, outcome) = if query.trim().is_empty() { ("search.forget", "forgotten") } else { ("search.keep", "kept") };
        let hash = self.keyed_hash(query);
        self.write(|tx| {
            let done = if query.trim().is_empty() {
                tx.execute("DELETE FROM saved_search WHERE by_user = ?1 AND name = ?2", (&actor.user, name))
            } else {
                tx.execute(
                    "INSERT INTO saved_search (by_user, name, query, at) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (by_user, name) DO UPDATE SET query = ?3, at = ?4",
                    (&actor.user, name, query.trim(), actor.now.to_string()),
                )
            };
            done.map_err(because("the search could not be kept"))?;
            let kept = self.keyed_hash(name);
            self.record(tx, actor, &Act { object: Some(&kept), detail: &format!("query {hash} {outcome}"), ..Act::new(action) })
        })
    }

    /// Remembers a search that led somewhere. No audit row: the search itself has one.
    pub fn used_search(&self, user: &str, query: &str) -> Result<()> {
        let query = query.trim();
        if query.is_empty() {
            return Ok(());
        }
        let connection = self.lock();
        connection
            .execute("INSERT OR REPLACE INTO used_search (by_user, query) VALUES (?1, ?2)", (user, query))
            .and_then(|_| {
                connection.execute(
                    "DELETE FROM used_search WHERE by_user = ?1 AND id NOT IN (SELECT id FROM used_search WHERE by_user = ?1 ORDER BY id DESC LIMIT ?2)",
                    (user, REMEMBERED),
                )
            })
            .map(drop)
            .map_err(because("the search could not be remembered"))
    }
}
