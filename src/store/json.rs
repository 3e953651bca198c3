//! Plain values as the store's columns hold them.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value as JSON.
pub(super) fn json<T: Serialize>(value: &T) -> String {
    // Our own plain structs: serialisation to a string cannot fail for them.
    serde_json::to_string(value).unwrap_or_default()
}

/// The snake-case name that serde gives a plain enum.
pub(super) fn name<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The value that has this name.
pub(super) fn named<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}
