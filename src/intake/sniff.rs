//! What a file holds, told from its beginning. A name never makes a file JSON that is none, but a file that is called JSON and is
//! none is a broken file, not a note.

use super::decode::{self, magic};
use super::walk::{self, Found};
use super::{FieldMap, Format, Options, hl7, json, table};
use crate::error::Trouble;
use serde_json::Value;
use std::io::Read;

/// How much of a file is looked at.
const HEAD: u64 = 64 << 10;

/// How a file is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One note.
    Text,
    /// One note in RTF.
    Rtf,
    /// HL7 v2 messages.
    Hl7,
    /// XML: a C-CDA document, or what its reader refuses.
    Xml,
    /// A table, and what its rows are.
    Table(Option<table::Shape>),
    /// JSON objects, one per line; the FHIR type of the first, when it is a FHIR resource; whether the first has a text field.
    Lines { resource: Option<String>, has_text: bool },
    /// One JSON value over the whole file.
    Whole { fhir: bool },
    /// TOML: settings or an answer key, not a note.
    Settings,
}

impl Kind {
    /// Whether it holds FHIR resources.
    pub(super) fn is_fhir(&self) -> bool {
        matches!(self, Self::Lines { resource: Some(_), .. } | Self::Whole { fhir: true })
    }
}

/// Looks at a file.
pub(super) fn file(file: &Found, options: &Options) -> Result<Kind, Trouble> {
    let mut head = Vec::new();
    walk::open(file)?.take(HEAD).read_to_end(&mut head).map_err(|error| walk::unreadable(&file.source, &error))?;
    let complete = (head.len() as u64) < HEAD;
    let told = head_holds(&head, complete, &options.map);
    match options.format {
        None => told.and_then(|kind| as_called(kind, file, &head, complete)).map_err(|trouble| {
            let line = trouble.line;
            trouble.at(&file.source, line)
        }),
        Some(_) if head.is_empty() => Err(empty().at(&file.source, None)),
        Some(Format::Text) => Ok(Kind::Text),
        Some(Format::Rtf) => Ok(Kind::Rtf),
        Some(Format::Hl7) => Ok(Kind::Hl7),
        Some(Format::Ccda) => Ok(Kind::Xml),
        Some(Format::Csv) => Ok(Kind::Table(None)),
        Some(Format::FhirBundle) => Ok(Kind::Whole { fhir: true }),
        Some(Format::JsonLines) => Ok(Kind::Lines { resource: None, has_text: true }),
        Some(Format::FhirNdjson) => match told {
            Ok(Kind::Lines { resource: Some(name), .. }) => Ok(Kind::Lines { resource: Some(name), has_text: false }),
            _ => Ok(Kind::Lines { resource: Some(String::new()), has_text: false }),
        },
    }
}

/// The format of what has no name: standard input.
pub(super) fn format_of(bytes: &[u8], options: &Options) -> Result<Format, Trouble> {
    let head = bytes.get(..HEAD as usize).unwrap_or(bytes);
    let mut told = head_holds(head, head.len() == bytes.len(), &options.map)?;
    // A first line that is a whole bundle, and another behind it.
    if told == (Kind::Whole { fhir: true })
        && let Some(end) = memchr::memchr(b'\n', bytes)
        && bytes.get(end..).is_some_and(|rest| !rest.trim_ascii().is_empty())
        && json::check(bytes.get(..end).unwrap_or_default()).is_ok()
    {
        told = Kind::Lines { resource: Some("Bundle".to_owned()), has_text: false };
    }
    Ok(match told {
        Kind::Text | Kind::Settings => Format::Text,
        Kind::Rtf => Format::Rtf,
        Kind::Hl7 => Format::Hl7,
        Kind::Xml => Format::Ccda,
        Kind::Table(_) => Format::Csv,
        Kind::Lines { resource: Some(_), .. } => Format::FhirNdjson,
        Kind::Lines { .. } => Format::JsonLines,
        Kind::Whole { fhir: true } => Format::FhirBundle,
        Kind::Whole { fhir: false } => Format::JsonLines,
    })
}

/// What a file that looks like a note is by its name: broken JSON is told, with its place, and never taken for a note.
fn as_called(kind: Kind, file: &Found, head: &[u8], complete: bool) -> Result<Kind, Trouble> {
    match kind {
        Kind::Text | Kind::Settings => {}
        // Beside FHIR files sound JSON that is no FHIR is left out; broken JSON is a fault wherever it lies.
        Kind::Whole { fhir: false } if complete => {
            return json::parse(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head)).map(|_| kind);
        }
        kind => return Ok(kind),
    }
    let extension = file.path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    match extension.as_str() {
        // Line by line: each broken one is told by its number, and whole ones still go in.
        "jsonl" | "ndjson" => Ok(Kind::Lines { resource: None, has_text: true }),
        "json" => match json::parse(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head)) {
            Err(trouble) if complete => Err(trouble.hint("send the file again; if it is a note in plain text, use --format text")),
            _ => Ok(Kind::Whole { fhir: false }),
        },
        // A file that is called a table is one: its reader says what is missing.
        "csv" | "tsv" if kind == Kind::Text => Ok(Kind::Table(None)),
        "hl7" if kind == Kind::Text => Ok(Kind::Hl7),
        _ => Ok(kind),
    }
}

fn empty() -> Trouble {
    Trouble::input("the file is empty").why("it has 0 bytes, or only white space").hint("send it again, or leave it out")
}

fn unknown(why: impl std::fmt::Display, hint: &str) -> Trouble {
    Trouble::input("the format is not known").why(why).hint(hint)
}

/// What the beginning of a file says; `complete` when it is the whole file.
pub(super) fn head_holds(head: &[u8], complete: bool, map: &FieldMap) -> Result<Kind, Trouble> {
    if let Some(what) = magic(head) {
        return Err(unknown(format!("it is {what}"), "save the note as plain text, or unpack it first"));
    }
    let bytes = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let start = bytes.trim_ascii_start();
    if start.is_empty() && complete {
        return Err(empty());
    }
    let after = |skip: usize| start.get(skip..).unwrap_or_default().trim_ascii_start();
    match start.first() {
        Some(b'{') if matches!(after(1).first(), Some(b'"' | b'}') | None) => json_holds(start, complete, map),
        Some(b'[') if matches!(after(1).first(), Some(b'{' | b'"')) => {
            Err(unknown("it is one JSON list", "write one JSON object per line, or a FHIR Bundle"))
        }
        Some(_) => text_holds(start, bytes, complete, map),
        None => Ok(Kind::Text),
    }
}

fn text_holds(start: &[u8], bytes: &[u8], complete: bool, map: &FieldMap) -> Result<Kind, Trouble> {
    let begins = |with: &str| start.get(..with.len()).is_some_and(|s| s.eq_ignore_ascii_case(with.as_bytes()));
    if begins("{\\rtf") {
        return Ok(Kind::Rtf);
    }
    if is_xml(start) {
        return Ok(Kind::Xml);
    }
    if begins("<!doctype html") || begins("<html") {
        return Err(unknown("it is a web page (HTML)", "save the note as plain text"));
    }
    if hl7::sniffed(start) {
        return Ok(Kind::Hl7);
    }
    let wide = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.iter().take(64).any(|b| *b == 0);
    // The names of a table are plain letters, whatever its cells hold.
    let first = bytes.iter().position(|b| *b == b'\n').map_or(bytes.len(), |at| at + at % 2);
    if wide
        && let Ok(decoded) = decode::decode(bytes.get(..first & !1).unwrap_or_default())
        && let Some(shape) = table_of(decoded.text.trim_start().as_bytes(), map)
    {
        return Ok(Kind::Table(Some(shape)));
    }
    if wide && let Ok(decoded) = decode::decode(bytes.get(..bytes.len() & !1).unwrap_or_default()) {
        let text = decoded.text.trim_start();
        if text.strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with('"')) {
            return Err(unknown("it is JSON in UTF-16", "save it as UTF-8"));
        }
        if is_xml(text.as_bytes()) {
            return Ok(Kind::Xml);
        }
        if hl7::begins(text.as_bytes()) {
            return Err(unknown("it is an HL7 v2 message in UTF-16", "save it as UTF-8"));
        }
    }
    if let Some(shape) = table_of(start, map) {
        return Ok(Kind::Table(Some(shape)));
    }
    if hl7::begins_later(start) {
        return Ok(Kind::Hl7);
    }
    let settings = std::str::from_utf8(bytes).is_ok_and(|text| match text.strip_prefix("+++\n") {
        Some(front) => front.split_once("\n+++").is_some_and(|(front, _)| is_toml(front)),
        None => complete && is_toml(text),
    });
    Ok(if settings { Kind::Settings } else { Kind::Text })
}

/// A declaration, a comment or a clinical document at the beginning. A note that begins with "<5 mL" is none.
fn is_xml(start: &[u8]) -> bool {
    let has = |words: &[u8]| start.starts_with(words);
    let html = start.iter().take(200).map(u8::to_ascii_lowercase).collect::<Vec<u8>>();
    let html = html.windows(5).any(|w| w == b"<html");
    !html && (has(b"<?xml") || has(b"<!--") || has(b"<ClinicalDocument") || has(b"<cda:ClinicalDocument"))
}

fn is_toml(text: &str) -> bool {
    text.parse::<toml::Table>().is_ok_and(|table| !table.is_empty())
}

/// What a table holds whose first line is names of columns.
fn table_of(start: &[u8], map: &FieldMap) -> Option<table::Shape> {
    let line = std::str::from_utf8(start.split(|b| matches!(b, b'\n' | b'\r')).next()?).ok()?;
    let separator = table::separator(line, map)?;
    let names: Vec<&str> = line.split(char::from(separator)).map(|name| name.trim().trim_matches('"')).collect();
    table::shape(&names, map)
}

fn json_holds(start: &[u8], complete: bool, map: &FieldMap) -> Result<Kind, Trouble> {
    let lines: Vec<&[u8]> = start.split(|b| *b == b'\n').collect();
    let whole_lines = if complete { lines.len() } else { lines.len().saturating_sub(1) };
    let resource_type = |value: &Value| value.get("resourceType").and_then(Value::as_str).map(str::to_owned);
    let mut objects = lines.iter().take(whole_lines).take(50).filter(|line| line.trim_ascii_start().starts_with(b"{"));
    let parsed = objects.find_map(|line| json::parse(line).ok().filter(Value::is_object));
    let only_one = complete && lines.iter().filter(|line| !line.trim_ascii().is_empty()).count() == 1;
    if let Some(value) = parsed {
        let resource = resource_type(&value);
        if only_one && resource.as_deref() == Some("Bundle") {
            return Ok(Kind::Whole { fhir: true });
        }
        return Ok(Kind::Lines { has_text: resource.is_none() && map.has_text(&value), resource });
    }
    let one_line = whole_lines <= 1 && lines.len() <= 1;
    let resource = string_of_key(start, "resourceType");
    Ok(match (one_line, resource) {
        (_, Some(name)) if name == "Bundle" => Kind::Whole { fhir: true },
        // One line longer than what was looked at, or cut off.
        (true, resource) => Kind::Lines { has_text: resource.is_none(), resource },
        (false, resource) => Kind::Whole { fhir: resource.is_some() },
    })
}

/// The string value of a key of the outermost object, in a JSON text that may be cut off anywhere.
fn string_of_key(json: &[u8], key: &str) -> Option<String> {
    let mut depth = 0_u32;
    let mut rest = json;
    let mut wanted = false;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let end = end_of_string(rest)?;
                let (string, after) = rest.split_at(end);
                rest = after.get(1..).unwrap_or_default();
                if wanted {
                    return String::from_utf8(string.to_vec()).ok();
                }
                wanted = depth == 1 && string == key.as_bytes() && rest.trim_ascii_start().starts_with(b":");
                continue;
            }
            b':' | b' ' | b'\n' | b'\r' | b'\t' => continue,
            _ => {}
        }
        wanted = false;
    }
    None
}

fn end_of_string(bytes: &[u8]) -> Option<usize> {
    let mut escaped = false;
    bytes.iter().position(|byte| {
        let end = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        end
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(resource: Option<&str>, has_text: bool) -> Kind {
        Kind::Lines { resource: resource.map(str::to_owned), has_text }
    }

    #[test]
    fn the_format_is_told_from_the_content() {
        for (head, kind) in [
            ("Chief complaint: cough", Kind::Text),
            ("{Patient name} was seen today", Kind::Text),
            ("[**Name**] was admitted", Kind::Text),
            ("Plan: fluids, rest", Kind::Text),
            ("{\"id\":\"1\",\"text\":\"x\"}\n", lines(None, true)),
            ("{\"id\":\"1\",\"text\":}\n{\"id\":\"2\",\"text\":\"x\"}\n", lines(None, true)),
            ("{\"event\":\"kickoff\"}\n{\"event\":\"end\"}\n", lines(None, false)),
            ("{\"resourceType\":\"Patient\",\"id\":\"1\"}\n", lines(Some("Patient"), false)),
            ("{\"resourceType\":\"Patient\",\"id\":\"1", lines(Some("Patient"), false)),
            ("{\"resourceType\":\"Bundle\",\"entry\":[]}", Kind::Whole { fhir: true }),
            ("{\n  \"resourceType\": \"Bundle\",\n", Kind::Whole { fhir: true }),
            ("{\n  \"entry\": [{\"resourceType\": \"Patient\"}],\n \"resourceType\" : \"Bundle\"\n}", Kind::Whole { fhir: true }),
            ("{\n  \"a\": 1\n}", Kind::Whole { fhir: false }),
            ("[expect]\ngap = \"x\"\n", Kind::Settings),
            ("+++\nname = \"x\"\n+++\nA chart to be built.", Kind::Settings),
            ("+++\nPositive for pain\n+++\n", Kind::Text),
            ("{\\rtf1 note}", Kind::Rtf),
            ("<?xml version='1.0'?>", Kind::Xml),
            ("<ClinicalDocument>", Kind::Xml),
            ("<5 mL of urine", Kind::Text),
            ("id,text\n1,note", Kind::Table(Some(table::Shape::Notes))),
            ("subject_id\thadm_id\titemid\tvalue\n", Kind::Table(Some(table::Shape::Results))),
            ("hadm_id;subject_id;admittime\n", Kind::Table(Some(table::Shape::Stays))),
            ("subject_id,gender,dob\n", Kind::Table(Some(table::Shape::Patients))),
            ("Alert, oriented, note the rash\n", Kind::Text),
            ("MSH|^~\\&|", Kind::Hl7),
            ("\u{b}MSH#*+?!#", Kind::Hl7),
            ("BHS|^~\\&|", Kind::Hl7),
            ("MSH of the knee", Kind::Text),
        ] {
            assert_eq!(head_holds(head.as_bytes(), true, &FieldMap::default()), Ok(kind), "{head}");
        }
    }

    #[test]
    fn frames_and_pieces_of_messages_were_taken_for_notes() {
        for head in [
            "\u{b}\u{feff}MSH|^~\\&|",
            "\u{b}\r\nMSH|^~\\&|",
            "\u{b}\nMSH|^~\\&|",
            "\u{feff}\u{b}\u{feff} MSH|^~\\&|",
            "PID|1||P1^^^H^MR\rPV1|1|I\r",
            "EVN|A01|2026\r",
            "MSH",
            "MSH\r\n",
            "MSH\rPID|1|\r",
            "a word before\rMSH|^~\\&|A|B\r",
        ] {
            assert_eq!(head_holds(head.as_bytes(), true, &FieldMap::default()), Ok(Kind::Hl7), "{head:?}");
        }
        for head in ["MSH\nDischarge summary", "PID unknown", "Sent as MSH|^~\\&| by the interface"] {
            assert_eq!(head_holds(head.as_bytes(), true, &FieldMap::default()), Ok(Kind::Text), "{head:?}");
        }
    }

    #[test]
    fn an_unknown_format_says_what_it_is() {
        for (head, why) in [
            (b"%PDF-1.7".as_slice(), "PDF"),
            (b"PK\x03\x04", "zip"),
            (b"[{\"id\":1}]", "list"),
            (b"\xff\xfe{\0\"\0i\0", "UTF-16"),
            (b"  \n", "0 bytes"),
        ] {
            let trouble = head_holds(head, true, &FieldMap::default()).unwrap_err();
            assert!(trouble.why.as_deref().unwrap_or_default().contains(why), "{trouble}");
            assert!(trouble.hint.is_some());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300), complete in any::<bool>()) {
            let _ = head_holds(&bytes, complete, &FieldMap::default());
        }

        #[test]
        fn any_json_like_bytes_are_survived(text in "\\{\"[\\[\\]{}\":,\\\\a-z \n]{0,80}", complete in any::<bool>()) {
            prop_assert!(head_holds(text.as_bytes(), complete, &FieldMap::default()).is_ok());
        }
    }
}
