//! What was carried over: lines that stand word for word in an earlier note of the stay. What remains is new.

use super::chart_data::{Mark, MarkKind, Note};
use crate::chart::{Document, Instant};
use std::collections::HashMap;

/// A line with fewer characters says too little to be called copied: "Continue.", "Stable overnight.".
const SHORTEST: usize = 25;

/// Marks them, each note against all earlier ones.
pub fn mark(documents: &[Document], notes: &mut [Note]) {
    let mut order: Vec<usize> = (0..documents.len()).collect();
    order.sort_by_key(|at| documents.get(*at).map(|d| (d.time, d.identifier.clone())));
    let mut known: HashMap<String, Option<Instant>> = HashMap::new();
    for at in order {
        let (Some(document), Some(note)) = (documents.get(at), notes.get_mut(at)) else { continue };
        let mut start = 0;
        let mut lines = 0;
        let mut newest = None;
        let mut own = Vec::new();
        for line in document.text.split_inclusive('\n') {
            let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
            if words.chars().count() >= SHORTEST {
                if let Some(when) = known.get(&words) {
                    lines += 1;
                    newest = newest.max(*when);
                    note.marks.push(Mark { start, end: start + line.trim_end().len(), kind: MarkKind::Copied });
                }
                own.push(words);
            }
            start += line.len();
        }
        if lines > 0 {
            note.marks.sort();
            note.copied = Some((lines, newest));
        }
        known.extend(own.into_iter().map(|words| (words, document.time)));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn document(name: &str, time: &str, text: &str) -> Document {
        Document { identifier: name.to_owned(), time: Instant::parse(time), text: text.to_owned(), ..Document::default() }
    }

    fn blank() -> Note {
        let lines = super::super::text::LineIndex::new("");
        Note { lines, marks: Vec::new(), reach: 0, outline: Vec::new(), label: "", author: String::new(), copied: None }
    }

    #[test]
    fn a_line_of_an_earlier_note_is_copied_and_a_new_one_is_not() {
        let first = "Continue the diuretic by vein, weigh each day.\nStable.\n";
        let second = "Weight is down two kilograms since yesterday.\n  Continue the diuretic by vein,  weigh each day.\nStable.\n";
        // The later note comes first in the list: time decides, not place.
        let documents = [document("b", "2026-11-19T07:00:00Z", second), document("a", "2026-11-18T07:00:00Z", first)];
        let mut notes = vec![blank(), blank()];
        mark(&documents, &mut notes);
        assert_eq!(notes[1].copied, None);
        assert_eq!(notes[0].copied, Some((1, documents[1].time)));
        let mark = notes[0].marks[0];
        assert!(second[mark.start..mark.end].trim().starts_with("Continue the diuretic"));
    }
}
