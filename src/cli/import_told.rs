//! What an import refused, and what is worth knowing of it, in lines: what is alike is told once, with how many more there are.

use crate::text::one_line;
use crate::work::Reject;
use std::collections::{HashMap, HashSet};

/// What counts as alike beside the words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fold {
    /// The same file and line: each line of a file that was refused is named.
    Place,
    /// Nothing: what many files have in common is told once.
    Kind,
}

/// What two things that are alike have in common: the file and the line where they count, the words, and why.
type Alike<'r> = (Option<&'r str>, Option<u64>, String, Option<&'r str>);

/// What was refused, or is worth knowing: as much of it as is kept one by one, and how much more there was.
pub(super) fn told(text: &mut String, title: &str, list: &[Reject], count: u64, fold: Fold) {
    if list.is_empty() {
        return;
    }
    text.push_str(&format!("\n\n{title}:"));
    // The first, how many more, the last of them, and in how many other files they are.
    let mut alike: Vec<(&Reject, u64, &Reject, HashSet<&str>)> = Vec::new();
    let mut places: HashMap<Alike<'_>, usize> = HashMap::new();
    for one in list {
        let line = one.line.filter(|_| fold == Fold::Place);
        let why = one.why.as_deref().filter(|why| !why.contains(char::is_numeric));
        let source = one.source.as_deref().filter(|_| fold == Fold::Place);
        match places.entry((source, line, without_names(&one.what), why)) {
            std::collections::hash_map::Entry::Occupied(at) => {
                if let Some((first, more, last, files)) = alike.get_mut(*at.get()) {
                    (*more, *last) = (*more + 1, one);
                    files.extend(one.source.as_deref().filter(|source| first.source.as_deref() != Some(*source)));
                }
            }
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(alike.len());
                alike.push((one, 0, one, HashSet::new()));
            }
        }
    }
    for (first, more, last, files) in alike {
        one(first, text);
        if more > 0 {
            let until = match (last.line.filter(|_| fold == Fold::Kind), files.len()) {
                (Some(line), 0) => format!(", the last in line {line}"),
                (_, 0) => String::new(),
                (_, 1) => ", in one other file".to_owned(),
                (_, files) => format!(", in {files} other files"),
            };
            text.push_str(&format!("\n    and {more} more like it{until}"));
        }
    }
    if let Some(more) = count.checked_sub(list.len() as u64).filter(|more| *more > 0) {
        text.push_str(&format!("\n  and {more} more"));
    }
}

/// The words of a message without what names one record: two that differ in nothing else are alike. The place of an entry names it.
fn without_names(what: &str) -> String {
    if what.starts_with("entry ") {
        return what.to_owned();
    }
    what.split(' ')
        .filter(|word| !word.contains(|c: char| c.is_numeric() || matches!(c, '|' | '/' | '#' | '\u{2026}')))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Something refused, or worth knowing.
fn one(r: &Reject, text: &mut String) {
    let place = match (&r.source, r.line) {
        (Some(source), Some(line)) => format!("{source}:{line}: "),
        (Some(source), None) => format!("{source}: "),
        _ => String::new(),
    };
    text.push_str(&format!("\n  {}", one_line(&format!("{place}{}", r.what))));
    for (name, words) in [("why", &r.why), ("hint", &r.hint)] {
        if let Some(words) = words {
            text.push_str(&format!("\n    {name}: {}", one_line(words)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reject(line: Option<u64>, what: &str) -> Reject {
        Reject { source: Some("a.xml".into()), line, what: what.into(), why: Some("w".into()), hint: Some("h".into()) }
    }

    #[test]
    fn a_document_with_many_clashes_flooded_the_screen() {
        let many: Vec<Reject> =
            (0..40).map(|n| reject(None, &format!("the observation 1.2|{n} is there already, of another patient"))).collect();
        let mut text = String::new();
        told(&mut text, "Rejected", &many, 41, Fold::Place);
        assert_eq!(
            text,
            "\n\nRejected:\n  a.xml: the observation 1.2|0 is there already, of another patient\n    why: w\n    hint: h\n    and 39 more like it\n  and 1 more"
        );
    }

    #[test]
    fn each_line_that_was_refused_is_named_and_notices_are_told_once() {
        let lines = [
            reject(Some(3), "the note is empty"),
            reject(Some(9), "the note is empty"),
            reject(None, "entry 1: no"),
            reject(None, "entry 2: no"),
        ];
        let mut text = String::new();
        told(&mut text, "Rejected", &lines, 4, Fold::Place);
        assert_eq!(text.matches("a.xml").count(), 4);
        let mut text = String::new();
        told(&mut text, "Worth knowing", &lines, 4, Fold::Kind);
        assert!(text.contains("a.xml:3: the note is empty") && text.contains("and 1 more like it, the last in line 9"), "{text}");
    }

    #[test]
    fn one_notice_for_each_of_many_files_filled_the_screen() {
        let of = |n: usize| Reject { source: Some(format!("f{n}.hl7")), ..reject(Some(1), "the control id came before") };
        let many: Vec<Reject> = (0..139).map(of).collect();
        let mut text = String::new();
        told(&mut text, "Worth knowing", &many, 139, Fold::Kind);
        assert!(
            text.matches("control id").count() == 1
                && text.contains("f0.hl7:1:")
                && text.contains("and 138 more like it, in 138 other files"),
            "{text}"
        );
        let mut text = String::new();
        told(&mut text, "Rejected", &many, 139, Fold::Place);
        assert_eq!(text.matches("control id").count(), 139, "each file that was refused is named");
    }
}
