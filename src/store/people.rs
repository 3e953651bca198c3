//! Per person: what was opened, when to look again, where the screen was.

use super::audit::Act;
use super::{Actor, Store, trouble::because};
use crate::chart::Instant;
use crate::error::Result;
use rusqlite::{Connection, OptionalExtension};
use std::collections::HashMap;

/// Documents that a person opened, with the version they saw.
pub type SeenMap = HashMap<String, i64>;

/// How a person signs queries and is reached; empty where nobody said it.
pub(super) fn profile_of(c: &Connection, user: &str) -> rusqlite::Result<(String, String)> {
    let found = c.query_row("SELECT name, contact FROM profile WHERE by_user = ?1", [user], |r| Ok((r.get(0)?, r.get(1)?)));
    found.optional().map(Option::unwrap_or_default)
}

impl Store {
    /// Records that a person opened a document.
    pub fn mark_seen(&self, actor: &Actor, patient: Option<&str>, encounter: &str, document: &str, version: u32) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO seen (by_user, document, version, at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (by_user, document) DO UPDATE SET version = ?3, at = ?4",
                (&actor.user, document, version, actor.now.to_string()),
            )
            .map_err(because("the reading place could not be saved"))?;
            let act = Act {
                patient,
                encounter: Some(encounter),
                object: Some(document),
                object_version: Some(version.into()),
                ..Act::new("document.open")
            };
            self.record(tx, actor, &act)
        })
    }

    /// What a person has opened.
    pub fn seen(&self, user: &str) -> Result<SeenMap> {
        self.read(|c| {
            c.prepare_cached("SELECT document, version FROM seen WHERE by_user = ?1")?
                .query_map([user], |r| Ok((r.get(0)?, r.get(1)?)))?
                .collect()
        })
    }

    /// A person's next looks.
    pub fn next_reviews(&self, user: &str) -> Result<HashMap<String, Instant>> {
        self.read(|c| {
            let rows: Vec<(String, String)> = c
                .prepare_cached("SELECT encounter, next FROM review WHERE by_user = ?1 AND next IS NOT NULL")?
                .query_map([user], |r| Ok((r.get(0)?, r.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            Ok(rows.into_iter().filter_map(|(encounter, next)| Some((encounter, Instant::parse(&next)?))).collect())
        })
    }

    /// How a person signs queries and is reached: (name with credential, contact); empty where not set.
    pub fn profile(&self, user: &str) -> Result<(String, String)> {
        self.read(|c| profile_of(c, user))
    }

    /// Sets how a person signs queries and is reached.
    pub fn set_profile(&self, actor: &Actor, name: &str, contact: &str) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO profile (by_user, name, contact) VALUES (?1, ?2, ?3) ON CONFLICT (by_user) DO UPDATE SET name = ?2, contact = ?3",
                (&actor.user, name, contact),
            )
            .map_err(because("the profile could not be saved"))?;
            let set = |text: &str| if text.is_empty() { "cleared" } else { "set" };
            let detail = format!("name {}, contact {}, now {}", set(name), set(contact), self.keyed_hash(&format!("{name}\n{contact}")));
            self.record(tx, actor, &Act { object: Some(&actor.user), detail: &detail, ..Act::new("profile.set") })
        })
    }

    /// Keeps where a person's screen was. No audit row: it says nothing that opening the chart did not say.
    pub fn save_place(&self, user: &str, body: &str) -> Result<()> {
        self.lock()
            .execute("INSERT INTO place (by_user, body) VALUES (?1, ?2) ON CONFLICT (by_user) DO UPDATE SET body = ?2", (user, body))
            .map(drop)
            .map_err(because("the place could not be saved"))
    }

    /// Where a person's screen was.
    pub fn place(&self, user: &str) -> Result<Option<String>> {
        self.read(|c| c.query_row("SELECT body FROM place WHERE by_user = ?1", [user], |r| r.get(0)).optional())
    }
}
