//! Reading JSON that may hold anything: a field of the wrong type is as good as none, and no error ever repeats the input.

use crate::chart::Instant;
use crate::error::Trouble;
use serde_json::Value;
use serde_json::error::Category;
use std::cell::RefCell;

/// Parses; the trouble says where (its line is that of `bytes`) and what kind, never with words of the input.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, Trouble> {
    read(bytes)
}

/// Whether it is valid JSON, without making anything of it.
pub(super) fn check(bytes: &[u8]) -> Result<(), Trouble> {
    read::<serde::de::IgnoredAny>(bytes)?;
    too_deep(bytes).map_or(Ok(()), Err)
}

/// Levels that a value may nest: as many as the library makes.
const DEEPEST: u32 = 128;

/// Where a walk over JSON stands: how deep, and whether in a string.
#[derive(Default)]
struct Walk {
    depth: u32,
    in_string: bool,
    escaped: bool,
}

impl Walk {
    /// Takes the next byte; tells whether it stands in no string and opens or closes nothing.
    fn takes(&mut self, byte: u8) -> bool {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.in_string => self.escaped = true,
            b'"' => self.in_string = !self.in_string,
            _ if self.in_string => {}
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => return true,
        }
        false
    }
}

fn too_deep(json: &[u8]) -> Option<Trouble> {
    let mut walk = Walk::default();
    for (at, byte) in json.iter().enumerate() {
        walk.takes(*byte);
        if walk.depth > DEEPEST {
            let before = json.get(..at).unwrap_or_default();
            let mut trouble = nested(before.len() - before.iter().rposition(|b| *b == b'\n').map_or(0, |line| line + 1) + 1);
            trouble.line = Some(before.iter().filter(|b| **b == b'\n').count() as u64 + 1);
            return Some(trouble);
        }
    }
    None
}

fn nested(column: usize) -> Trouble {
    let why = format!("it nests deeper than {DEEPEST} levels, at column {column}");
    Trouble::input("it is not valid JSON").why(why).hint("this is no clinical record; leave it out")
}

/// The parts of an object or a list, each as it stands: nothing of them is made but where they begin and end. Of valid JSON alone.
pub(super) fn parts(json: &[u8]) -> Vec<&[u8]> {
    let json = json.trim_ascii();
    let inside = json.get(1..json.len().saturating_sub(1)).unwrap_or_default();
    let (mut all, mut from, mut walk) = (Vec::new(), 0, Walk::default());
    for (at, byte) in inside.iter().enumerate() {
        if walk.takes(*byte) && *byte == b',' && walk.depth == 0 {
            all.push(inside.get(from..at).unwrap_or_default().trim_ascii());
            from = at + 1;
        }
    }
    all.push(inside.get(from..).unwrap_or_default().trim_ascii());
    all.retain(|part| !part.is_empty());
    all
}

/// The last value of this key among the parts of an object, as it stands.
pub(super) fn member<'j>(object: &[&'j [u8]], key: &str) -> Option<&'j [u8]> {
    object.iter().rev().find_map(|part| {
        let end = 1 + part
            .get(1..)?
            .iter()
            .scan(false, |escaped, byte| {
                let end = *byte == b'"' && !*escaped;
                *escaped = *byte == b'\\' && !*escaped;
                Some(end)
            })
            .position(|end| end)?;
        let name: String = serde_json::from_slice(part.get(..=end)?).ok()?;
        let value = part.get(end + 1..)?.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
        (name == key).then_some(value)
    })
}

/// Whether it begins like one FHIR bundle: told without making anything of it.
pub(super) fn is_bundle(json: &[u8]) -> bool {
    memchr::memmem::find(json, b"\"Bundle\"").is_some()
        && check(json).is_ok()
        && json.trim_ascii_start().starts_with(b"{")
        && member(&parts(json), "resourceType").and_then(string).as_deref() == Some("Bundle")
}

/// The words of a string that stands there.
pub(super) fn string(json: &[u8]) -> Option<String> {
    serde_json::from_slice(json).ok()
}

fn read<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Trouble> {
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
                Trouble { line: trouble.line, ..nested(error.column()) }
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

/// Reads times, and keeps a notice for each that is there and can be none: the record goes in without it, but not in silence.
#[derive(Debug, Default)]
pub(super) struct Times(RefCell<Vec<Trouble>>);

impl Times {
    /// The instant at a path.
    pub(super) fn at(&self, value: &Value, path: &[&str]) -> Option<Instant> {
        self.read(at(value, path)?, &path.join("."))
    }

    /// The instant that a value stands for, in a field of this name.
    pub(super) fn read(&self, value: &Value, field: &str) -> Option<Instant> {
        let why = match value {
            Value::String(words) if words.trim().is_empty() => return None,
            Value::String(words) => match Instant::read(words) {
                Ok(instant) => return Some(instant),
                Err(no) => no.why(),
            },
            _ => "it is not text",
        };
        self.tell(field, why, "have it corrected, as in 2026-02-28 or 2026-02-28T07:15:00-05:00, and import again");
        None
    }

    /// Keeps a notice of a time in a field of this name that cannot be read.
    pub(super) fn tell(&self, field: &str, why: &str, hint: &str) {
        let what = format!("the time in `{field}` cannot be read and counts as not given");
        self.0.borrow_mut().push(Trouble::input(what).why(why).hint(hint));
    }

    /// What there is to tell, since it was last asked.
    pub(super) fn told(&self) -> Vec<Trouble> {
        self.0.take()
    }
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
    fn the_parts_of_an_object_are_where_they_stand() {
        let json = br#" { "a\"b" : [1, {"x": ","}], "c": "}\\", "d":{} , "a\"b": null } "#;
        let all = parts(json);
        assert_eq!(all.len(), 4);
        assert_eq!(member(&all, "c"), Some(br#""}\\""#.as_slice()));
        assert_eq!((member(&all, "d"), member(&all, "a\"b"), member(&all, "e")), (Some(b"{}".as_slice()), Some(b"null".as_slice()), None));
        assert_eq!(parts(b"[ ]"), [] as [&[u8]; 0]);
        assert_eq!(parts(b"[1, [2, 3] ,\"]\"]"), [b"1".as_slice(), b"[2, 3]", b"\"]\""]);
    }

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
    fn a_time_that_cannot_be_is_told_without_repeating_it() {
        let value = serde_json::json!({"a": "2026-02-30", "b": {"c": 20260105}, "d": " ", "e": null, "f": "2026-02-28"});
        let times = Times::default();
        for path in [["a"].as_slice(), &["b", "c"], &["d"], &["e"], &["g"]] {
            assert_eq!(times.at(&value, path), None);
        }
        assert!(times.at(&value, &["f"]).is_some());
        let told = times.told();
        assert_eq!(told.len(), 2);
        assert!(told[0].what.contains("`a`") && told[1].what.contains("`b.c`"), "{told:?}");
        assert!(
            told.iter().all(|t| !t.to_string().contains("02-30") && !t.to_string().contains("0105") && t.why.is_some() && t.hint.is_some())
        );
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
