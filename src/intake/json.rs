//! Reading JSON that may hold anything: a field of the wrong type is as good as none, and no error ever repeats the input.

use crate::chart::Instant;
use crate::error::Trouble;
use serde_json::Value;
use serde_json::error::Category;

/// Parses; the trouble says where (its line is that of `bytes`) and what kind, never with words of the input.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, Trouble> {
    serde_json::from_slice(bytes).map_err(|error| {
        let place = format!("column {}", error.column());
        let mut trouble = Trouble::input("it is not valid JSON");
        trouble.line = Some(error.line() as u64);
        match error.classify() {
            Category::Eof => {
                trouble.why(format!("it ends too early, at {place}")).hint("the file is cut off; get it again from its sender")
            }
            // The library names this one only in words; the fixed beginning is all that is looked at.
            Category::Syntax if error.to_string().starts_with("recursion limit") => {
                trouble.why(format!("it nests deeper than 128 levels, at {place}")).hint("this is no clinical record; leave it out")
            }
            _ => trouble.why(format!("the syntax is broken at {place}")).hint("check the program that wrote it"),
        }
    })
}

/// The value at a path of keys; the first element of a list on the way.
pub(super) fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, key| first(value).and_then(|v| v.get(key))).and_then(first)
}

fn first(value: &Value) -> Option<&Value> {
    match value {
        Value::Array(items) => items.first(),
        Value::Null => None,
        value => Some(value),
    }
}

/// The words at a path; `None` when there are none.
pub(super) fn text(value: &Value, path: &[&str]) -> Option<String> {
    at(value, path).and_then(Value::as_str).map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned)
}

/// The number at a path.
pub(super) fn number(value: &Value, path: &[&str]) -> Option<f64> {
    at(value, path).and_then(Value::as_f64)
}

/// The instant at a path.
pub(super) fn instant(value: &Value, path: &[&str]) -> Option<Instant> {
    at(value, path).and_then(Value::as_str).and_then(Instant::parse)
}

/// The items of a list; one bare object counts as a list of one.
pub(super) fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    match value.get(key) {
        Some(Value::Array(items)) => items,
        Some(one @ Value::Object(_)) => std::slice::from_ref(one),
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_repeats_the_input() {
        let deep = "[".repeat(200);
        for bad in [r#"{"text":"Mr Rivera"#, r#"{"text":Rivera}"#, r#"{"Rivera":1,}"#, "Rivera", deep.as_str()] {
            let trouble = parse(bad.as_bytes()).unwrap_err();
            assert!(!trouble.to_string().contains("Rivera"));
            assert!(trouble.why.is_some() && trouble.hint.is_some());
        }
        assert!(parse(deep.as_bytes()).unwrap_err().to_string().contains("128 levels"));
    }

    #[test]
    fn a_wrong_type_is_as_good_as_none() {
        let value = serde_json::json!({"a": [{"b": 7}], "t": 5, "n": "x"});
        assert_eq!(number(&value, &["a", "b"]), Some(7.0));
        assert_eq!(text(&value, &["a", "b"]), None);
        assert_eq!(text(&value, &["t"]), None);
        assert_eq!(number(&value, &["n"]), None);
        assert!(list(&value, "t").is_empty());
    }
}
