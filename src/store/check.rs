//! Whether the store's file is whole, and what of it is not.

use super::{Store, trouble::because};
use crate::error::{Result, Trouble};
use rusqlite::Connection;

impl Store {
    /// Checks the file's own structure; `Err` names the tables that cannot be read, and the newest backup that the log knows.
    pub fn check(&self) -> Result<()> {
        let connection = self.lock();
        // SQLCipher's own check gives false alarms while the WAL is not checkpointed.
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).ok();
        let first: rusqlite::Result<String> = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0));
        match first {
            Ok(word) if word == "ok" => return Ok(()),
            // Busy, or a disk that fails: that says nothing of the file.
            Err(error) if !damaged(&error) => return Err(because("the store could not be checked")(error)),
            _ => {}
        }
        let why = if self.encrypted() {
            // Behind a page that does not open, SQLCipher reads no other either: naming tables would name them all.
            "a page of it does not open: it was changed, or is not whole".to_owned()
        } else {
            match unreadable(&connection).as_slice() {
                [] => "SQLite's integrity check failed; every table can be read".to_owned(),
                some => format!("what cannot be read, or not to its end: {}", some.join(", ")),
            }
        };
        let backup = newest_backup(&connection).map_or("restore a backup".to_owned(), |(file, at)| {
            format!("restore a backup (the newest that the log knows is {file}, of {at}): lacuna --store NEWDIR restore {file}")
        });
        Err(Trouble::damaged("the store is damaged").why(why).hint(format!("{backup}; keep this one as it is")))
    }
}

fn damaged(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
}

/// The tables of which some row cannot be read.
fn unreadable(connection: &Connection) -> Vec<String> {
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let names: rusqlite::Result<Vec<String>> = connection.prepare(names).and_then(|mut s| s.query_map([], |r| r.get(0))?.collect());
    match names {
        Ok(names) => names.into_iter().filter(|name| read_through(connection, name).is_err()).collect(),
        Err(_) => vec!["the list of tables".to_owned()],
    }
}

/// Reads every value of a table.
fn read_through(connection: &Connection, table: &str) -> rusqlite::Result<()> {
    // NOT INDEXED: an index could answer for a page that is not there any more.
    let mut statement = connection.prepare(&format!("SELECT * FROM \"{table}\" NOT INDEXED"))?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            row.get_ref(column)?;
        }
    }
    Ok(())
}

/// Where the newest backup went, and when.
fn newest_backup(connection: &Connection) -> Option<(String, String)> {
    let sql =
        "SELECT object, at FROM audit WHERE action = 'backup' AND outcome = 'ok' AND object IS NOT NULL ORDER BY sequence DESC LIMIT 1";
    connection.query_row(sql, [], |r| Ok((r.get(0)?, r.get(1)?))).ok()
}
