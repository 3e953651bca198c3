//! Numbered migrations: each runs once, in its own transaction, and none is ever edited after it was released.

use super::trouble::because;
use crate::error::{Result, Trouble};
use crate::hash::hex;
use rusqlite::{Connection, TransactionBehavior};

/// In order; the number of the last one is the schema's version.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
    include_str!("migrations/0005.sql"),
    include_str!("migrations/0006.sql"),
    include_str!("migrations/0007.sql"),
    include_str!("migrations/0008.sql"),
    include_str!("migrations/0009.sql"),
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

/// Brings the schema up to date. A store that is newer than the program is left untouched.
pub(super) fn run(connection: &mut Connection) -> Result<()> {
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(because("the store could not be opened"))?;
    let have: u32 =
        transaction.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(because("the store could not be read"))?;
    refuse_newer(have)?;
    for (number, script) in (1_u32..).zip(MIGRATIONS).skip(have as usize) {
        transaction.execute_batch(script).map_err(because("the store could not be brought up to date"))?;
        transaction.pragma_update(None, "user_version", number).map_err(because("the store could not be brought up to date"))?;
    }
    if have == 0 {
        for (key, bytes) in [("store_id", 8), ("audit_key", 32)] {
            let mut value = vec![0_u8; bytes];
            getrandom::fill(&mut value).map_err(|e| Trouble::system("the system gave no random numbers").why(e))?;
            transaction
                .execute("INSERT INTO meta (key, value) VALUES (?1, ?2)", (key, hex(&value)))
                .map_err(because("the store could not be made"))?;
        }
    }
    transaction.commit().map_err(because("the store could not be brought up to date"))
}
