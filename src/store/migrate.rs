//! Numbered migrations: each runs once, in its own transaction, and none is ever edited after it was released.

use super::Key;
use super::aside::{self, Brought};
use super::trouble::because;
use crate::error::{Result, Trouble};
use crate::hash::hex;
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;

/// In order; the number of the last one is the schema's version.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
    include_str!("migrations/0005.sql"),
    include_str!("migrations/0006.sql"),
    include_str!("migrations/0007.sql"),
    include_str!("migrations/0008.sql"),
    include_str!("migrations/0009.sql"),
    include_str!("migrations/0010.sql"),
    include_str!("migrations/0011.sql"),
    include_str!("migrations/0012.sql"),
    include_str!("migrations/0013.sql"),
    include_str!("migrations/0014.sql"),
    include_str!("migrations/0015.sql"),
];

/// Refuses a file that has no schema of ours, before anything is written to it: filling it would pass off a lost store as an
/// empty one, or take over another program's file.
pub(super) fn refuse_strangers(connection: &Connection) -> Result<()> {
    let have: u32 =
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(because("the store could not be opened"))?;
    if have == 0 {
        return Err(Trouble::damaged("this is no Lacuna store")
            .why("its file is empty, or another program made it")
            .hint("restore a backup, or name another folder with --store; nothing was touched"));
    }
    refuse_newer(have)
}

fn refuse_newer(have: u32) -> Result<()> {
    let known = MIGRATIONS.len() as u32;
    if have <= known {
        return Ok(());
    }
    Err(Trouble::input("this store was made by a newer Lacuna")
        .why(format!("its schema is {have}, this program knows {known}"))
        .hint("use the newer program; nothing was touched"))
}

/// Brings the schema up to date, and says so when the store had an earlier one: then a copy of it lies in `folder`. A store that is newer
/// than the program is left untouched; one that cannot be brought up to date stays what it was.
pub(super) fn run(connection: &mut Connection, key: &Key, folder: Option<&Path>) -> Result<Option<Brought>> {
    run_all(connection, key, folder, MIGRATIONS)
}

/// The same, of these migrations.
pub(super) fn run_all(connection: &mut Connection, key: &Key, folder: Option<&Path>, migrations: &[&str]) -> Result<Option<Brought>> {
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(because("the store could not be opened"))?;
    let have: u32 =
        transaction.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(because("the store could not be read"))?;
    refuse_newer(have)?;
    let to = migrations.len() as u32;
    // Under the lock for writing: nobody changes the store between the copy and what follows.
    let backup = match folder {
        Some(folder) if have > 0 && have < to => Some(aside::keep(key, folder, have)?),
        _ => None,
    };
    let secrets = if have == 0 { vec![("store_id", random(8)?), ("audit_key", random(32)?)] } else { Vec::new() };
    let brought = (|| {
        for (number, script) in (1_u32..).zip(migrations).skip(have as usize) {
            transaction.execute_batch(script)?;
            transaction.pragma_update(None, "user_version", number)?;
        }
        for row in &secrets {
            transaction.execute("INSERT INTO meta (key, value) VALUES (?1, ?2)", row.clone())?;
        }
        transaction.commit()
    })();
    if let Err(error) = brought {
        if let Some(backup) = &backup {
            aside::forget(backup);
        }
        let trouble = because("the store could not be brought up to date")(error);
        return Err(if have > 0 { trouble.hint("the store is as it was before") } else { trouble });
    }
    Ok((have > 0 && have < to).then_some(Brought { from: have, to, backup }))
}

fn random(bytes: usize) -> Result<String> {
    let mut value = vec![0_u8; bytes];
    getrandom::fill(&mut value).map_err(|e| Trouble::system("the system gave no random numbers").why(e))?;
    Ok(hex(&value))
}

#[cfg(test)]
#[path = "migrate_tests.rs"]
mod tests;
