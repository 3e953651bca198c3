//! What can go wrong with an index. No message holds text of a note.

use tantivy::TantivyError;
use tantivy::directory::error::LockError;

/// Why an index could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// Another process is writing; try again later.
    #[error("another process is writing to the search index")]
    Busy,
    /// Another process has taken changes in meanwhile; look again where the index stands.
    #[error("another process has brought the search index further")]
    Moved,
    /// The work was asked to stop; nothing of it was kept.
    #[error("stopped")]
    Stopped,
    /// The files are not what an index is made of; open it again to rebuild it.
    #[error("the search index is damaged: {0}")]
    Damaged(String),
    /// The disk or the system refused.
    #[error("the search index cannot be used: {0}")]
    Unusable(String),
}

impl From<TantivyError> for IndexError {
    fn from(error: TantivyError) -> IndexError {
        match error {
            TantivyError::LockFailure(LockError::LockBusy, _) => IndexError::Busy,
            TantivyError::DataCorruption(_)
            | TantivyError::OpenReadError(_)
            | TantivyError::IncompatibleIndex(_)
            | TantivyError::DeserializeError(_) => IndexError::Damaged(error.to_string()),
            other => IndexError::Unusable(other.to_string()),
        }
    }
}

impl From<std::io::Error> for IndexError {
    fn from(error: std::io::Error) -> IndexError {
        IndexError::Unusable(error.to_string())
    }
}
