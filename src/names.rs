//! The word for a plain enum: as JSON spells it, and as a person reads it. Every layer says it so.

use serde::Serialize;

/// As JSON spells it: `not_significant`. Empty for what is no plain enum.
pub fn name_of<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The same with blanks: `not significant`.
pub fn spoken<T: Serialize>(value: &T) -> String {
    name_of(value).replace('_', " ")
}
