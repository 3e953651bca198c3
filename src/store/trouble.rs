//! SQLite's failures in words a person can act on. Never a value, never a statement: both could hold a patient's data.

use crate::error::Trouble;
use rusqlite::{Error, ErrorCode};

/// Turns a SQLite error into a [`Trouble`] that says `what` failed.
pub(super) fn because(what: &'static str) -> impl Fn(Error) -> Trouble {
    move |error| explain(what, &error)
}

fn explain(what: &str, error: &Error) -> Trouble {
    let Error::SqliteFailure(failure, message) = error else {
        return Trouble::damaged(what).why("the store holds something this version cannot read").hint("run `lacuna doctor`");
    };
    match failure.code {
        ErrorCode::DiskFull => {
            Trouble::system(what).why("the disk is full").hint("nothing stored was lost; free some space and do it again")
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            Trouble::system(what).why("another process has been writing for more than 10 seconds").hint("try again in a moment")
        }
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Trouble::damaged(what)
            .why("the file is damaged, encrypted with another key, or no Lacuna store")
            .hint("run `lacuna doctor`, or restore a backup"),
        ErrorCode::ReadOnly => Trouble::system(what).why("the store's folder or file is read-only").hint("check its permissions"),
        ErrorCode::CannotOpen | ErrorCode::PermissionDenied => {
            Trouble::system(what).why("the file cannot be opened").hint("check that the folder is yours and writable")
        }
        ErrorCode::SystemIoFailure => {
            Trouble::system(what).why("the disk reported an error").hint("nothing stored was lost; check the disk")
        }
        // The texts of our own triggers, which name no data.
        ErrorCode::ConstraintViolation => {
            let own = message.as_deref().filter(|m| m.contains("never changes")).unwrap_or("it would contradict what is stored");
            Trouble::refused(what).why(own)
        }
        _ => Trouble::system(what).why(format!("SQLite error {}", failure.extended_code)),
    }
}
