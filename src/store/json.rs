//! Plain values as the store's columns hold them.

pub(super) use crate::names::name_of as name;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value as JSON.
pub(super) fn json<T: Serialize>(value: &T) -> String {
    // Our own plain structs: serialisation to a string cannot fail for them.
    serde_json::to_string(value).unwrap_or_default()
}

/// The value that has this name.
pub(super) fn named<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}
