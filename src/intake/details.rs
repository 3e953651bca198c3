//! Whose a plain note is, where no field says it: from what a person sets for a run, from the file's name by a pattern, from the lines that
//! the note itself begins with. Each source fills only what those before it left open; nothing is guessed.

use super::dates;
use super::fields::FieldMap;
use super::json::Times;
use crate::chart::Instant;
use crate::error::{Result, Trouble};
use crate::hl7::stamp;
use serde_json::{Map, Value};

/// What can be said of a note, by the names of a field map.
const KEYS: [&str; 12] = ["id", "type", "title", "author", "role", "signer", "signed", "date", "patient", "mrn", "encounter", "service"];

/// What the first lines of notes call these things. Several systems' headers were looked at; a patient's name is none of them: nobody is
/// known by a name.
const LABELS: [(&str, &[&str]); 10] = [
    ("mrn", &["mrn", "medical record number", "medical record no", "med rec no", "mr#", "unit number", "hospital number"]),
    ("patient", &["patient id", "patient identifier", "pid"]),
    (
        "encounter",
        &[
            "encounter",
            "encounter id",
            "encounter number",
            "csn",
            "fin",
            "visit number",
            "visit id",
            "account number",
            "account #",
            "acct #",
            "har",
        ],
    ),
    ("type", &["note type", "document type", "report type"]),
    ("title", &["title", "note title"]),
    ("author", &["author", "written by", "dictated by", "note author"]),
    ("signer", &["signed by", "electronically signed by", "authenticated by"]),
    ("signed", &["signed on", "date signed", "time signed"]),
    ("date", &["date of service", "service date", "note date", "date/time", "date and time", "date written", "date dictated", "filed"]),
    ("service", &["service", "department", "specialty"]),
];

/// Lines of a note that can be its header, at most.
const HEADER: usize = 30;

/// In which order a date with slashes has its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlashDates {
    /// `11/18/2026`.
    MonthFirst,
    /// `18/11/2026`.
    DayFirst,
}

/// Where the details of plain notes come from.
#[derive(Clone, Debug, Default)]
pub struct Details {
    set: Vec<(&'static str, String)>,
    pattern: Option<Pattern>,
    /// Whether a note's own first lines count.
    pub header: bool,
    /// How dates with slashes are read; they are not, unless this says how.
    pub dates: Option<SlashDates>,
}

/// A pattern of file names: literals, and fields between them.
#[derive(Clone, Debug)]
struct Pattern {
    parts: Vec<Part>,
    /// How many folders it names before the file.
    folders: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Literal(String),
    Field(Option<&'static str>),
}

fn key(name: &str) -> Option<&'static str> {
    KEYS.into_iter().find(|key| *key == name)
}

fn unknown(what: &str, why: String) -> Trouble {
    Trouble::input(what).why(why).hint(format!("known are: {}", KEYS.join(", ")))
}

impl Details {
    /// Adds what a person says of every plain note of the run, as in `encounter=88120`.
    ///
    /// # Errors
    /// When it is no `KEY=VALUE`, or the key is nothing that a note carries.
    pub fn say(&mut self, words: &str) -> Result<()> {
        let Some((name, value)) = words.split_once('=').filter(|(_, value)| !value.trim().is_empty()) else {
            return Err(unknown("what is set for the notes is not understood", "it is not KEY=VALUE".to_owned()));
        };
        let Some(name) = key(name.trim()) else {
            return Err(unknown("what is set for the notes is not understood", "its key is nothing that a note carries".to_owned()));
        };
        self.set.push((name, value.trim().to_owned()));
        Ok(())
    }

    /// Takes details from file names, as in `{patient}_{encounter}_{type}_{date}` or `{patient}/{*}-{type}`; the extension is not part of it.
    ///
    /// # Errors
    /// When the pattern is broken: the message says where.
    pub fn names(&mut self, words: &str) -> Result<()> {
        self.pattern = Some(Pattern::parse(words)?);
        Ok(())
    }

    /// Adds to `said` what is open there, under the first names of `map`. Gives, for a message, which things came from where; and whether
    /// the name did not fit the pattern.
    pub(super) fn add(&self, said: &mut Map<String, Value>, map: &FieldMap, relative: &str, text: &str) -> Taken {
        let mut taken = Taken::default();
        let mut put = |list: &mut Vec<&'static str>, name: &'static str, value: String| {
            let names = map.named(name);
            if names.iter().any(|known| said.keys().any(|key| key.eq_ignore_ascii_case(known))) {
                return;
            }
            if let Some(first) = names.first() {
                let value = if matches!(name, "date" | "signed") { self.time(&value, name) } else { value };
                said.insert(first.clone(), Value::String(value));
                list.push(name);
            }
        };
        let mut set = Vec::new();
        self.set.iter().for_each(|(name, value)| put(&mut set, name, value.clone()));
        if let Some(pattern) = &self.pattern {
            match pattern.fits(relative) {
                Some(found) => found.into_iter().for_each(|(name, value)| put(&mut taken.from_name, name, value)),
                None => taken.misfit = true,
            }
        }
        if self.header {
            header(text).into_iter().for_each(|(name, value)| put(&mut taken.from_header, name, value));
        }
        taken
    }

    /// The instant in a field, however people write it; one with slashes is read in the order that was asked for.
    pub(super) fn read(&self, times: &Times, value: &Value, field: &str) -> Option<Instant> {
        match value {
            Value::String(words) if dates::needs_order(words) && self.dates.is_none() => {
                times.tell(
                    field,
                    "which of its numbers is the month is not said",
                    "say --dates month-first or day-first, and import again",
                );
                None
            }
            Value::String(words) => times.read(&Value::String(self.time(words, field)), field),
            value => times.read(value, field),
        }
    }

    /// A date as a person writes it, as the reader of fields takes it. A birth date of a two-digit year may be of two centuries.
    fn time(&self, words: &str, field: &str) -> String {
        let words = words.trim();
        if words.len() >= 8
            && words.bytes().all(|b| b.is_ascii_digit())
            && let Ok(Some(instant)) = stamp::read(words)
        {
            return instant.to_string();
        }
        let birth = ["birth", "dob"].iter().any(|name| field.to_lowercase().contains(name));
        if Instant::parse(words).is_some() { None } else { dates::iso(words, self.dates, !birth) }.unwrap_or_else(|| words.to_owned())
    }
}

/// What was taken from where.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Taken {
    pub(super) from_name: Vec<&'static str>,
    pub(super) from_header: Vec<&'static str>,
    /// The file's name does not fit the pattern.
    pub(super) misfit: bool,
}

impl Pattern {
    fn parse(words: &str) -> Result<Self> {
        let broken = |why: String| unknown("the pattern of file names is not understood", why);
        let mut parts: Vec<Part> = Vec::new();
        let mut rest = words;
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix('{') {
                let Some((name, behind)) = after.split_once('}') else { return Err(broken("a { has no }".to_owned())) };
                let field = match name {
                    "*" => None,
                    name => Some(key(name).ok_or_else(|| broken(format!("{{{}}} is nothing that a note carries", name.escape_debug())))?),
                };
                if matches!(parts.last(), Some(Part::Field(_))) {
                    return Err(broken("two fields stand side by side: nothing says where the first ends".to_owned()));
                }
                if field.is_some() && parts.contains(&Part::Field(field)) {
                    return Err(broken(format!("{{{name}}} stands twice")));
                }
                parts.push(Part::Field(field));
                rest = behind;
            } else {
                let end = rest.find('{').unwrap_or(rest.len());
                let (literal, behind) = rest.split_at(end);
                if literal.contains('}') {
                    return Err(broken("a } has no {".to_owned()));
                }
                parts.push(Part::Literal(literal.to_owned()));
                rest = behind;
            }
        }
        if !parts.iter().any(|part| matches!(part, Part::Field(Some(_)))) {
            return Err(broken("it names no field".to_owned()).hint("write one like {patient}_{encounter}_{type}_{date}"));
        }
        Ok(Self { parts, folders: words.matches('/').count() })
    }

    /// What a path says by this pattern: as many of its last parts as the pattern has, without the extension.
    fn fits(&self, relative: &str) -> Option<Vec<(&'static str, String)>> {
        let from = relative.rmatch_indices('/').nth(self.folders).map_or(0, |(at, _)| at + 1);
        let name = relative.get(from..)?;
        let dot = name.rfind('.').filter(|dot| *dot > name.rfind('/').map_or(0, |slash| slash + 1));
        let mut rest = name.get(..dot.unwrap_or(name.len()))?;
        let mut found = Vec::new();
        let mut parts = self.parts.iter().peekable();
        while let Some(part) = parts.next() {
            match part {
                Part::Literal(literal) => rest = rest.strip_prefix(literal.as_str())?,
                Part::Field(field) => {
                    let end = match parts.peek() {
                        Some(Part::Literal(literal)) => rest.find(literal.as_str())?,
                        _ => rest.len(),
                    };
                    let (value, behind) = rest.split_at(end);
                    if value.is_empty() || value.contains('/') {
                        return None;
                    }
                    found.extend(field.map(|field| (field, value.to_owned())));
                    rest = behind;
                }
            }
        }
        rest.is_empty().then_some(found)
    }
}

/// What the lines say that a note begins with: labelled lines until the first that is none; several on one line stand apart by two spaces,
/// a tab or a bar. One of them has to tell whose the note is: otherwise they are the note's own first section.
pub(super) fn header(text: &str) -> Vec<(&'static str, String)> {
    let mut found: Vec<(&'static str, String)> = Vec::new();
    let mut passed = 0;
    for line in text.lines().skip_while(|line| line.trim().is_empty()).take(HEADER) {
        let mut labelled = false;
        for piece in line.split(['\t', '|']).flat_map(|piece| piece.split("  ")) {
            let Some((label, value)) = piece.split_once(':') else { continue };
            let (label, value) = (label.trim().to_lowercase(), value.trim());
            labelled |= !label.is_empty() && label.len() <= 30;
            let known = LABELS.iter().find(|(_, labels)| labels.contains(&label.as_str())).map(|(name, _)| *name);
            if let Some(name) = known.filter(|name| !value.is_empty() && value.len() <= 120 && !found.iter().any(|(n, _)| n == name)) {
                found.push((name, value.to_owned()));
            }
        }
        // A title, a hospital's name and rules may stand above and between; a second line of prose is the note.
        if !labelled {
            passed += 1;
            if passed > 3 {
                break;
            }
        }
    }
    if !found.iter().any(|(name, _)| matches!(*name, "mrn" | "patient" | "encounter")) {
        return Vec::new();
    }
    // Who is known by a record number alone is known by it.
    if let Some((_, mrn)) = found.iter().find(|(name, _)| *name == "mrn").cloned()
        && !found.iter().any(|(name, _)| *name == "patient")
    {
        found.push(("patient", mrn));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(details: &Details, relative: &str, text: &str) -> (Value, Taken) {
        let mut said = Map::new();
        let taken = details.add(&mut said, &FieldMap::default(), relative, text);
        (Value::Object(said), taken)
    }

    #[test]
    fn a_name_says_what_its_pattern_says() {
        for (pattern, name, expected) in [
            (
                "{patient}_{encounter}_{type}_{date}",
                "77_E1_consultation_20261118.txt",
                Some(r#"{"patient":"77","encounter":"E1","type":"consultation","date":"2026-11-18"}"#),
            ),
            ("{patient}_{*}_{type}", "in/box/77_x_ed_note.txt", Some(r#"{"patient":"77","type":"ed_note"}"#)),
            ("{patient}/{encounter}/{type}", "root/77/E1/op.note.txt", Some(r#"{"patient":"77","encounter":"E1","type":"op.note"}"#)),
            ("N-{id}", "N-5", Some(r#"{"id":"5"}"#)),
            ("{patient}_{encounter}", "77.txt", None),
            ("{patient}_{encounter}", "77_.txt", None),
            ("{patient}/{type}", "alone.txt", None),
            ("N-{id}", "M-5.txt", None),
        ] {
            let mut details = Details::default();
            details.names(pattern).unwrap();
            let (found, taken) = said(&details, name, "");
            let expected: Value = expected.map_or_else(|| Value::Object(Map::new()), |e| serde_json::from_str(e).unwrap());
            assert_eq!(taken.misfit, expected.as_object().unwrap().is_empty(), "{pattern} {name}");
            for (key, value) in expected.as_object().unwrap() {
                assert_eq!(&found[key], value, "{pattern} {name}");
            }
        }
    }

    #[test]
    fn a_broken_pattern_says_what_is_wrong() {
        for (pattern, why) in [
            ("{patient", "no }"),
            ("patient}", "no {"),
            ("{name}", "nothing that a note carries"),
            ("{patient}{type}", "side by side"),
            ("{patient}_{patient}", "stands twice"),
            ("notes", "names no field"),
            ("", "names no field"),
        ] {
            let trouble = Details::default().names(pattern).unwrap_err();
            assert!(trouble.why.as_deref().is_some_and(|w| w.contains(why)) && trouble.hint.is_some(), "{pattern}: {trouble}");
        }
        for words in ["encounter", "encounter=", "colour=red", "=5"] {
            assert!(Details::default().say(words).is_err(), "{words}");
        }
    }

    #[test]
    fn the_first_lines_of_a_note_say_whose_it_is() {
        let details = Details { header: true, dates: Some(SlashDates::MonthFirst), ..Details::default() };
        let text = "SYNTHETIC HOSPITAL\n\nMRN: 00417733    CSN: 88120\nNote Type: Consultation | Author: Chen, Wei MD\nDate of Service: 11/18/2026 07:30\n\nHPI: fever\nMRN: 1\n";
        let (found, taken) = said(&details, "a.txt", text);
        // The usual names of a patient's identifier hold the record number as well: it needs no field of its own.
        let expected = serde_json::json!({
            "mrn": "00417733", "encounter": "88120", "type": "Consultation", "author": "Chen, Wei MD", "date": "2026-11-18T07:30"
        });
        assert_eq!(found, expected);
        assert_eq!(taken.from_header, ["mrn", "encounter", "type", "author", "date"]);
        // Without a number there is nobody that they could belong to.
        assert!(header("Author: Chen, Wei MD\nDate of Service: 2026-11-18\n\nText").is_empty());
        // Words in the body are no header.
        assert!(header("He came in.\nHe was ill.\nHe had a fever.\nHe was seen.\nMRN: 5\n").is_empty());
        // A date that could be two dates is left as it stands, and its reader tells it.
        let (found, _) = said(&Details { header: true, ..Details::default() }, "a.txt", "MRN: 5\nNote date: 11/12/2026\n");
        assert_eq!(found["date"], "11/12/2026");
    }

    #[test]
    fn what_is_said_first_counts() {
        let mut details = Details { header: true, ..Details::default() };
        details.say("encounter=E9").unwrap();
        details.names("{encounter}-{type}").unwrap();
        let (found, taken) = said(&details, "E1-consult.txt", "Encounter: E2\nNote type: ED note\nService: Surgery\n");
        let map = FieldMap::default();
        assert_eq!((&found[&map.named("encounter")[0]], &found["type"]), (&Value::from("E9"), &Value::from("consult")));
        assert_eq!((taken.from_name, taken.from_header), (vec!["type"], vec!["service"]));
    }
}
