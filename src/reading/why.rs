//! A reading for a person who wants to know why: the note with marks, then what was read and which words decided it.

mod judged;

use super::model::{Assertion, Cause, Mention, Reading};
use std::fmt::Write;

/// How many bytes of a quote a line shows.
const QUOTE: usize = 60;

/// The plain-text view: no colour, no control characters of its own besides line feeds.
pub fn why(text: &str, reading: &Reading) -> String {
    let mut out = marked(text, &reading.mentions);
    if !out.ends_with('\n') {
        out.push('\n');
    }
    conditions(&mut out, reading);
    mentions(&mut out, text, reading);
    measurements(&mut out, text, reading);
    judged::sections(&mut out, &reading.sections);
    judged::document_type(&mut out, text, reading);
    judged::elements(&mut out, text, reading);
    out
}

/// The note with a number in brackets behind each condition that was read: `[1]` is the first line of the list.
fn marked(text: &str, mentions: &[Mention]) -> String {
    let mut out = String::with_capacity(text.len() + mentions.len() * 6);
    let mut at = 0;
    for (number, mention) in mentions.iter().enumerate().map(|(i, m)| (i + 1, m)) {
        if mention.end > at {
            out.push_str(text.get(at..mention.end).unwrap_or_default());
            at = mention.end;
        }
        let _ = write!(out, "[{number}]");
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

fn conditions(out: &mut String, reading: &Reading) {
    let _ = writeln!(out, "\nConditions");
    for condition in &reading.conditions {
        let attributes: Vec<String> = condition.attributes.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let line = format!("  {:<26} {:<13}{}", condition.condition, condition.status.name(), attributes.join(", "));
        let _ = writeln!(out, "{}", line.trim_end());
    }
    none(out, reading.conditions.is_empty());
}

fn mentions(out: &mut String, text: &str, reading: &Reading) {
    let _ = writeln!(out, "\nMentions, and the words that decided");
    for (number, mention) in reading.mentions.iter().enumerate().map(|(i, m)| (i + 1, m)) {
        let (name, quote, stands) = (&mention.concept, quoted(&mention.text), mention.assertion.name());
        let _ = write!(out, "  [{number}] {name} {quote} {stands} ({})", mention.section);
        let attributes: Vec<String> = mention.attributes.iter().map(|(name, value)| format!("{name} {value}")).collect();
        if !attributes.is_empty() {
            let _ = write!(out, " with {}", attributes.join(", "));
        }
        let causes: Vec<String> = mention.causes.iter().map(|cause| because(text, cause)).collect();
        if !causes.is_empty() {
            let _ = write!(out, ": {}", causes.join("; "));
            if mention.assertion == Assertion::Present && mention.axes.historical {
                out.push_str("; a condition that stays is there all the same");
            }
        }
        out.push('\n');
    }
    none(out, reading.mentions.is_empty());
}

fn because(text: &str, cause: &Cause) -> String {
    match cause.at {
        Some(span) => format!("{} by {} at {}", cause.axis, quoted(span.of(text)), span.start),
        None => format!("{} by {}", cause.axis, cause.by),
    }
}

fn measurements(out: &mut String, text: &str, reading: &Reading) {
    let _ = writeln!(out, "\nMeasurements");
    for m in &reading.measurements {
        let comparator = m.comparator.as_deref().unwrap_or_default();
        let upper = m.upper.map(|upper| format!("-{upper}")).unwrap_or_default();
        let quote = quoted(text.get(m.start..m.end).unwrap_or_default());
        let _ = write!(out, "  {} {comparator}{}{upper} {} {quote}", m.name, m.value, m.unit);
        let _ = writeln!(out, "{}", m.time.as_ref().map(|time| format!(" ({time})")).unwrap_or_default());
    }
    none(out, reading.measurements.is_empty());
}

fn none(out: &mut String, empty: bool) {
    if empty {
        out.push_str("  none\n");
    }
}

/// Words in quotation marks: one line, not too long.
fn quoted(words: &str) -> String {
    let line: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(QUOTE) {
        Some((at, _)) => format!("\"{}...\"", line.get(..at).unwrap_or_default()),
        None => format!("\"{line}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::why;
    use crate::chart::DocumentType;
    use crate::reading::read;

    #[test]
    fn each_mark_is_explained_with_its_trigger() {
        let text = "She denies chest pain. CHF with EF 25 %.";
        let view = why(text, &read(text, None));
        assert!(view.contains("chest pain[1]"), "{view}");
        assert!(view.contains("negated by \"denies\" at 4"), "{view}");
        assert!(view.contains("heart_failure"), "{view}");
        assert!(view.contains("ejection_fraction 25 % \"EF 25 %\""), "{view}");
    }

    #[test]
    fn the_type_and_the_elements_are_explained() {
        let text = "SUBJECTIVE: No known drug allergies.\nPLAN: ___";
        let view = why(text, &read(text, Some(DocumentType::ProgressNote)));
        assert!(view.contains("Document type: progress_note"), "{view}");
        assert!(view.contains("The order of a daily note. (\"SUBJECTIVE\")"), "{view}");
        assert!(view.contains("under \"SUBJECTIVE\" at 0"), "{view}");
        assert!(view.contains("nothing of use under \"PLAN\" at 37"), "{view}");
        assert!(view.contains("present  by \"No known drug allergies\" at 12"), "{view}");
        assert!(view.contains("vital_signs                absent"), "{view}");
    }

    #[test]
    fn a_type_that_the_sender_names_is_told_apart_from_the_judged_one() {
        let text = "HOSPITAL COURSE: She improved.\nDISCHARGE MEDICATIONS: Aspirin.";
        let view = why(text, &read(text, Some(DocumentType::Consultation)));
        assert!(view.contains("named by the sender; from its content it would be discharge_summary"), "{view}");
    }

    #[test]
    fn no_line_ends_with_blanks() {
        let text = "She denies chest pain. CHF with EF 25 %. Gout.";
        assert!(why(text, &read(text, None)).lines().all(|line| line == line.trim_end()));
    }

    #[test]
    fn a_text_without_anything_says_so() {
        let view = why("", &read("", None));
        assert!(view.contains("Conditions\n  none"));
    }
}
