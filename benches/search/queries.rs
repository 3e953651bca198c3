//! The queries of the comparison, as parts that every engine can be asked.

use serde_json::Value;
use std::path::PathBuf;

/// One side of a query.
#[derive(Clone, Debug)]
pub enum Part {
    Term(String),
    Phrase(String),
    Prefix(String),
    Fuzzy(String, u8),
    Near(Vec<String>, u32),
}

/// A query of the list.
#[derive(Clone, Debug)]
pub struct Asked {
    pub id: String,
    pub kind: String,
    pub must: Vec<Part>,
    pub should: Vec<Part>,
    pub not: Vec<Part>,
    pub specialty: Option<String>,
    /// First and last day, in UTC seconds, the last one excluded.
    pub date: Option<(i64, i64)>,
    days: Option<(i64, i64)>,
}

/// Where no list is shared: one of each kind, and the known weak spots.
const OWN: &str = r#"{"id":"o1","kind":"term","must":[{"t":"sepsis"}]}
{"id":"o2","kind":"term","must":[{"t":"patient"}]}
{"id":"o3","kind":"phrase","must":[{"p":"the patient was taken to"}]}
{"id":"o4","kind":"phrase","must":[{"p":"acute on chronic"}]}
{"id":"o5","kind":"bool","must":[{"t":"creatinine"}],"should":[{"t":"baseline"},{"p":"kidney injury"}],"not":[{"t":"dialysis"}]}
{"id":"o6","kind":"prefix","must":[{"pre":"hypo"}]}
{"id":"o7","kind":"near","must":[{"near":["kidney","stage"],"slop":4}]}
{"id":"o8","kind":"fuzzy","must":[{"fz":"pnemonia","d":1}]}
{"id":"o9","kind":"filter","must":[{"t":"sepsis"}],"specialty":"Discharge Summary"}"#;

/// What the others have no words for: name, kind, query.
pub const OURS_ALONE: &[(&str, &str, &str)] = &[
    ("a01", "concept", "sepsis is:present"),
    ("a02", "concept", "pneumonia is:negated"),
    ("a03", "concept", "diabetes is:family"),
    ("a04", "concept", "pain is:any"),
    ("a05", "section", "section:plan furosemide"),
    ("a06", "section", "hypertension not section:family_history"),
    ("a07", "section", "section:assessment"),
    ("a08", "section", "sepsis is:present section:assessment"),
    ("a09", "value", "creatinine > 2 mg/dL"),
    ("a10", "value", "ef < 40"),
    ("a11", "value", "hemoglobin = 7..9"),
    ("a12", "newest", "patient"),
    ("a13", "newest", "\"heart failure\" not type:radiology"),
    ("a14", "newest", "date:2024-06"),
    ("a15", "not", "not patient"),
    ("a16", "not", "chest not \"chest pain\""),
    ("a17", "or", "chf or copd or ckd or dm"),
    ("a18", "common", "\"with the\""),
    ("a19", "common", "the patient is"),
    ("a20", "common", "pa*"),
];

/// The shared list, or our own.
pub fn load() -> Vec<Asked> {
    let shared = std::env::var_os("LACUNA_SHARED").map(|folder| PathBuf::from(folder).join("data/search_queries.jsonl"));
    let text = shared.and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_else(|| OWN.to_owned());
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).map(|value| asked(&value)).collect()
}

fn asked(value: &Value) -> Asked {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let part = |v: &Value| {
        if let Some(words) = v["near"].as_array() {
            return Part::Near(words.iter().map(text).collect(), v["slop"].as_u64().unwrap_or(5) as u32);
        }
        let of = |name: &str| v.get(name).map(text);
        of("t")
            .map(Part::Term)
            .or_else(|| of("p").map(Part::Phrase))
            .or_else(|| of("pre").map(Part::Prefix))
            .unwrap_or_else(|| Part::Fuzzy(of("fz").unwrap_or_default(), v["d"].as_u64().unwrap_or(1) as u8))
    };
    let parts = |name: &str| value[name].as_array().into_iter().flatten().map(part).collect();
    let days = value["date"].as_array().map(|d| (d[0].as_i64().unwrap_or(0), d[1].as_i64().unwrap_or(0)));
    Asked {
        id: text(&value["id"]),
        kind: text(&value["kind"]),
        must: parts("must"),
        should: parts("should"),
        not: parts("not"),
        specialty: value["specialty"].as_str().map(str::to_owned),
        date: days.map(|(from, to)| (seconds(from), seconds(to) + 86_400)),
        days,
    }
}

/// `20240131` as UTC seconds of its midnight.
fn seconds(day: i64) -> i64 {
    let date = jiff::civil::date((day / 10_000) as i16, (day / 100 % 100) as i8, (day % 100) as i8);
    date.to_zoned(jiff::tz::TimeZone::UTC).map_or(0, |z| z.timestamp().as_second())
}

impl Asked {
    /// In our language.
    pub fn ours(&self) -> String {
        let part = |part: &Part| match part {
            Part::Term(word) => word.clone(),
            Part::Phrase(words) => format!("\"{words}\""),
            Part::Prefix(start) => format!("{start}*"),
            Part::Fuzzy(word, slips) => format!("{word}~{slips}"),
            Part::Near(words, within) => words.join(&format!(" near/{within} ")),
        };
        let mut all: Vec<String> = self.must.iter().map(part).collect();
        if !self.should.is_empty() && self.must.is_empty() {
            all.push(format!("({})", self.should.iter().map(part).collect::<Vec<_>>().join(" or ")));
        }
        all.extend(self.not.iter().map(|p| format!("not {}", part(p))));
        all.extend(self.specialty.as_ref().map(|s| format!("type:\"{s}\"")));
        let day = |d: i64| format!("{:04}-{:02}-{:02}", d / 10_000, d / 100 % 100, d % 100);
        all.extend(self.days.map(|(from, to)| format!("date:{}..{}", day(from), day(to))));
        all.join(" ")
    }

    /// In the language of FTS5; `None` where it has no words for it (slips).
    pub fn fts(&self) -> Option<String> {
        let part = |part: &Part| {
            Some(match part {
                Part::Term(word) => format!("\"{word}\""),
                Part::Phrase(words) => format!("\"{words}\""),
                Part::Prefix(start) => format!("{start}*"),
                Part::Near(words, within) => format!("NEAR({}, {within})", words.join(" ")),
                Part::Fuzzy(..) => return None,
            })
        };
        let list = |parts: &[Part]| parts.iter().map(part).collect::<Option<Vec<String>>>();
        let mut text = list(&self.must)?.join(" AND ");
        if !self.should.is_empty() && self.must.is_empty() {
            text = format!("({})", list(&self.should)?.join(" OR "));
        }
        for no in list(&self.not)? {
            text = format!("({text}) NOT {no}");
        }
        Some(text)
    }
}
