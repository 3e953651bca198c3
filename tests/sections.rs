//! Where sections begin and what they are called, against the headings of the ACI-Bench visit notes (`fixtures/aci-bench`, CC BY 4.0),
//! in the dresses that headings wear in real charts. With `LACUNA_SHARED` set, over all 87 notes of its training and validation parts.
//!
//! `cargo test --test sections -- --nocapture` prints the figures.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic, clippy::print_stdout, dead_code)]

mod support;

use lacuna::reading::{Headings, Section, sections};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// The headings of these notes, as a person names them.
const HEADINGS: &[(&str, &str)] = &[
    ("CHIEF COMPLAINT", "chief_complaint"),
    ("HISTORY OF PRESENT ILLNESS", "history_of_present_illness"),
    ("HPI", "history_of_present_illness"),
    ("REVIEW OF SYSTEMS", "review_of_systems"),
    ("PHYSICAL EXAM", "physical_exam"),
    ("PHYSICAL EXAMINATION", "physical_exam"),
    ("EXAM", "physical_exam"),
    ("RESULTS", "data_reviewed"),
    ("ASSESSMENT", "assessment"),
    ("IMPRESSION", "assessment"),
    ("ASSESSMENT AND PLAN", "assessment_and_plan"),
    ("PLAN", "plan"),
    ("INSTRUCTIONS", "instructions"),
    ("VITALS", "vital_signs"),
    ("VITALS REVIEWED", "vital_signs"),
    ("SOCIAL HISTORY", "social_history"),
    ("FAMILY HISTORY", "family_history"),
    ("PAST HISTORY", "past_medical_history"),
    ("MEDICAL HISTORY", "past_medical_history"),
    ("PAST MEDICAL HISTORY", "past_medical_history"),
    ("SURGICAL HISTORY", "past_surgical_history"),
    ("PAST SURGICAL HISTORY", "past_surgical_history"),
    ("MEDICATIONS", "medications"),
    ("CURRENT MEDICATIONS", "medications"),
    ("ALLERGIES", "allergies"),
    ("PROCEDURE", "procedure"),
    ("BIRTH HISTORY", "birth_history"),
];

/// Systems that stand as parts of an examination or of the questions about complaints.
const SYSTEMS: &[&str] = &[
    "Constitutional",
    "Cardiovascular",
    "Respiratory",
    "Gastrointestinal",
    "Genitourinary",
    "Musculoskeletal",
    "Neurological",
    "Psychiatric",
    "Integumentary",
    "Endocrine",
    "Neck",
    "Eyes",
];

/// How the headings of a note are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Dress {
    AsWritten,
    TitleWithColon,
    Inline,
    TitleInline,
    Markdown,
    Bold,
    Underlined,
    Numbered,
    NoLineBreak,
}

const DRESSES: [Dress; 9] = [
    Dress::AsWritten,
    Dress::TitleWithColon,
    Dress::Inline,
    Dress::TitleInline,
    Dress::Markdown,
    Dress::Bold,
    Dress::Underlined,
    Dress::Numbered,
    Dress::NoLineBreak,
];

/// A part of a note as its authors headed it.
struct Part<'a> {
    heading: &'a str,
    name: &'a str,
    body: &'a str,
}

/// A note in one dress, with the places where its sections begin.
struct Dressed {
    text: String,
    begins: Vec<(usize, String)>,
    /// Where a system begins, and the section that it is part of.
    systems: Vec<(usize, String)>,
}

#[derive(Default)]
struct Score {
    wanted: usize,
    found: usize,
    both: usize,
    named: usize,
    systems: usize,
    systems_found: usize,
}

impl Score {
    fn precision(&self) -> f64 {
        ratio(self.both, self.found)
    }
    fn recall(&self) -> f64 {
        ratio(self.both, self.wanted)
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(whole).unwrap()) }
}

/// Cuts a note at the lines that hold one of its headings.
fn parts(note: &str) -> Vec<Part<'_>> {
    let mut out: Vec<Part<'_>> = Vec::new();
    let mut bodies: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    for line in note.split_inclusive('\n') {
        let words = line.trim().trim_end_matches(':');
        if let Some((_, name)) = HEADINGS.iter().find(|(heading, _)| *heading == words) {
            if let Some(last) = bodies.last_mut() {
                last.1 = at;
            }
            out.push(Part { heading: words, name, body: "" });
            bodies.push((at + line.len(), note.len()));
        }
        at += line.len();
    }
    for (part, (start, end)) in out.iter_mut().zip(bodies) {
        part.body = note[start..end].trim();
    }
    out
}

fn title(heading: &str) -> String {
    let small = ["OF", "AND"];
    let word = |w: &str| {
        if small.contains(&w) {
            w.to_lowercase()
        } else if w == "HPI" {
            w.to_owned()
        } else {
            format!("{}{}", &w[..1], w[1..].to_lowercase())
        }
    };
    heading.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn dress(parts: &[Part<'_>], dress: Dress) -> Dressed {
    let mut out = Dressed { text: String::new(), begins: Vec::new(), systems: Vec::new() };
    for (number, part) in (1..).zip(parts) {
        let (before, heading, behind) = match dress {
            Dress::AsWritten => (String::new(), part.heading.to_owned(), "\n\n"),
            Dress::TitleWithColon => (String::new(), title(part.heading), ":\n"),
            Dress::Inline | Dress::NoLineBreak => (String::new(), part.heading.to_owned(), ": "),
            Dress::TitleInline => (String::new(), title(part.heading), ": "),
            Dress::Markdown => ("## ".to_owned(), title(part.heading), "\n\n"),
            Dress::Bold => ("**".to_owned(), title(part.heading), ":** "),
            Dress::Underlined => (String::new(), title(part.heading), "\n----------\n"),
            Dress::Numbered => (format!("{number}. "), part.heading.to_owned(), ":\n"),
        };
        out.text.push_str(&before);
        out.begins.push((out.text.len(), part.name.to_owned()));
        out.text.push_str(&heading);
        out.text.push_str(behind);
        let body =
            if dress == Dress::NoLineBreak { part.body.split_whitespace().collect::<Vec<_>>().join(" ") } else { part.body.to_owned() };
        if dress != Dress::NoLineBreak && ["review_of_systems", "physical_exam"].contains(&part.name) {
            let mut at = out.text.len();
            for line in body.split_inclusive('\n') {
                let words = line.trim_start_matches(['\u{2022}', '-', ' ']);
                if let Some((system, _)) = words.split_once(':').filter(|(system, _)| SYSTEMS.contains(system)) {
                    out.systems.push((at + line.find(system).unwrap(), part.name.to_owned()));
                }
                at += line.len();
            }
        }
        out.text.push_str(&body);
        out.text.push_str(if dress == Dress::NoLineBreak { " " } else { "\n\n" });
    }
    out
}

fn compare(note: &Dressed, read: &[Section], score: &mut Score) {
    let top: BTreeMap<usize, &str> =
        read.iter().filter(|s| s.within.is_none() && !s.heading.is_empty()).map(|s| (s.start, s.section.as_str())).collect();
    score.wanted += note.begins.len();
    // A vital sign section under an exam heading is a part of it for us and a section for them: both are right.
    let parts: BTreeMap<usize, &str> = read.iter().filter(|s| s.within.is_some()).map(|s| (s.start, s.section.as_str())).collect();
    let mut extra = 0;
    for (start, name) in &note.begins {
        let found = top.get(start).or_else(|| parts.get(start).inspect(|_| extra += 1));
        score.both += usize::from(found.is_some());
        score.named += usize::from(found == Some(&name.as_str()));
    }
    score.found += top.len() + extra;
    score.systems += note.systems.len();
    score.systems_found +=
        note.systems.iter().filter(|(at, parent)| read.iter().any(|s| s.start == *at && s.within.as_ref() == Some(parent))).count();
}

fn measure(notes: &[String]) -> BTreeMap<Dress, Score> {
    let mut scores: BTreeMap<Dress, Score> = BTreeMap::new();
    let mut misses: BTreeMap<String, usize> = BTreeMap::new();
    for note in notes {
        let parts = parts(note);
        for way in DRESSES {
            let dressed = dress(&parts, way);
            let read = sections(&dressed.text, Headings::shipped());
            compare(&dressed, &read, scores.entry(way).or_default());
            for section in read.iter().filter(|s| s.within.is_none() && !dressed.begins.iter().any(|(at, _)| *at == s.start)) {
                *misses.entry(format!("{way:?} too many: {:?}", section.heading)).or_default() += 1;
            }
            for (at, name) in &dressed.begins {
                if !read.iter().any(|s| s.start == *at && s.section == *name) {
                    let heading = dressed.text[*at..].chars().take(24).collect::<String>();
                    *misses.entry(format!("{way:?} missed or misnamed: {heading:?} {name}")).or_default() += 1;
                }
            }
        }
    }
    let mut table = format!("{} notes\n", notes.len());
    for (way, s) in &scores {
        let _ = writeln!(
            table,
            "{:<16} sections {:>4}  precision {:.3}  recall {:.3}  named right {:.3}   systems {:>4} recall {:.3}",
            format!("{way:?}"),
            s.wanted,
            s.precision(),
            s.recall(),
            ratio(s.named, s.wanted),
            s.systems,
            ratio(s.systems_found, s.systems)
        );
    }
    println!("{table}");
    let mut misses: Vec<(String, usize)> = misses.into_iter().collect();
    misses.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for (miss, count) in misses.iter().take(25) {
        println!("{count:>4}  {miss}");
    }
    scores
}

fn good_enough(scores: &BTreeMap<Dress, Score>) {
    for (way, score) in scores {
        let named = ratio(score.named, score.wanted);
        assert!(score.precision() >= 0.95, "{way:?}: precision {:.3}", score.precision());
        assert!(score.recall() >= 0.97 && named >= 0.97, "{way:?}: recall {:.3}, named right {named:.3}", score.recall());
        assert!(ratio(score.systems_found, score.systems) >= 0.95, "{way:?}: systems {:.3}", ratio(score.systems_found, score.systems));
    }
}

#[test]
fn the_sections_of_visit_notes_are_found_in_every_dress() {
    let mut files: Vec<_> = std::fs::read_dir(support::fixtures("aci-bench")).unwrap().map(|f| f.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|e| e == "txt"));
    files.sort();
    let notes: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    assert!(notes.len() >= 8);
    good_enough(&measure(&notes));
}

#[test]
fn the_sections_of_all_visit_notes_are_found_in_every_dress() {
    let Some(folder) = support::shared("data/aci-bench") else { return };
    let mut notes = Vec::new();
    for part in ["train.csv", "valid.csv"] {
        let file = folder.join(part);
        if !file.is_file() {
            println!("skipped: there is no {part}");
            return;
        }
        notes.extend(column(&file, "note"));
    }
    assert!(notes.len() >= 80);
    good_enough(&measure(&notes));
}

/// One column of a CSV file with quoted fields.
fn column(file: &Path, name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut rows: Vec<Vec<String>> = vec![vec![String::new()]];
    let mut quoted = false;
    for c in text.chars().filter(|c| *c != '\r') {
        let row = rows.last_mut().unwrap();
        match c {
            // A doubled quote closes and opens again: it is put back below.
            '"' if !quoted && row.last().is_some_and(|field| field.ends_with('\u{0}')) => {
                let field = row.last_mut().unwrap();
                field.pop();
                field.push('"');
                quoted = true;
            }
            '"' if quoted => {
                quoted = false;
                row.last_mut().unwrap().push('\u{0}');
            }
            '"' => quoted = true,
            ',' if !quoted => row.push(String::new()),
            '\n' if !quoted => rows.push(vec![String::new()]),
            c => row.last_mut().unwrap().push(c),
        }
    }
    let at = rows[0].iter().position(|field| field.trim_end_matches('\u{0}') == name).unwrap();
    rows.iter().skip(1).filter_map(|row| row.get(at)).map(|field| field.trim_end_matches('\u{0}').to_owned()).collect()
}

#[test]
fn headings_of_dictated_notes_are_known_by_their_counts() {
    let Some(file) = support::shared("data/lexicon/mtsamples_section_headers.tsv") else { return };
    let Ok(table) = std::fs::read_to_string(file) else {
        println!("skipped: there is no table of headings");
        return;
    };
    let mut known = 0;
    let mut all = 0;
    let mut strange = Vec::new();
    for (heading, count) in table.lines().skip(1).filter_map(|line| line.split_once('\t')) {
        let count: usize = count.trim().parse().unwrap();
        all += count;
        if Headings::shipped().canonical(heading).is_some() {
            known += count;
        } else {
            strange.push((count, heading));
        }
    }
    println!("{known} of {all} occurrences of headings are known: {:.4}", ratio(known, all));
    println!("{} headings are not: {:?}", strange.len(), strange);
    assert!(ratio(known, all) >= 0.98);
}
