//! How quoted words stand in the note that they were taken from. "Septic shock" cut out of "brother septic shock and death" is nobody's
//! finding here: a quotation is read again inside its sentence and its section, and what is denied there, said of a relative, feared, or over
//! speaks for no diagnosis.

use super::lint::words::{Token, last_before, sentences, tokens, within};
use crate::chart::{Evidence, Span};
use crate::hash::sha256;
use crate::reading::{Assertion, read_marks, read_terms};
use std::collections::{BTreeMap, HashMap};
use std::sync::{LazyLock, Mutex};

/// What a quotation says of the patient, and what it leaves out of its sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Places in the quotation that say nothing for a diagnosis.
    pub(crate) unsaid: Vec<Span>,
    /// Places that its author calls possible.
    pub(crate) unsure: Vec<Span>,
    /// Words of the quotation that its sentence denies, or says of somebody else, and that stand by themselves as if they were said.
    pub(crate) cut: Option<Span>,
}

/// Standings kept in memory: those of the drafts of a morning.
const REMEMBERED: usize = 1024;

type Known = HashMap<(String, Span), Standing>;
static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

/// How a quotation stands at its place in a text; by itself where the text does not hold it there.
pub(crate) fn standing(quote: &str, at: usize, whole: &str) -> Standing {
    let place = Span::new(at, at + quote.len());
    let (whole, place) = if whole.get(place.range()) == Some(quote) { (whole, place) } else { (quote, Span::new(0, quote.len())) };
    let key = (sha256(whole), place);
    if let Some(known) = KNOWN.lock().ok().and_then(|known| known.get(&key).cloned()) {
        return known;
    }
    let found = read_again(quote, place, whole);
    if let Ok(mut known) = KNOWN.lock() {
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(key, found.clone());
    }
    found
}

fn read_again(quote: &str, place: Span, whole: &str) -> Standing {
    let words = words_of_findings(quote);
    let mut terms: Vec<String> = words.iter().map(|t| t.span.of(quote).to_owned()).collect();
    terms.sort();
    terms.dedup();
    let around = around(whole, place);
    let inside = Span::new(place.start - around.start, place.end - around.start);
    let in_note = asserted(whole, place, &terms);
    let in_sentence = asserted(around.of(whole), inside, &terms);
    let alone = asserted(quote, Span::new(0, quote.len()), &terms);
    let mut out = Standing::default();
    let all = tokens(quote);
    let dismissed = dismissed(quote, &all);
    // What has a number behind it was measured, whatever list stands before it.
    let measured = |word: &Token| {
        super::lint::words::first_after(&all, word.span.end, 2).iter().any(|t| t.text.starts_with(|c: char| c.is_ascii_digit()))
    };
    let away = |a: Assertion| matches!(a, Assertion::Negated | Assertion::Family | Assertion::Hypothetical);
    for word in &words {
        let of = |all: &BTreeMap<usize, Assertion>| all.get(&word.span.start).copied().unwrap_or_default();
        let (note, sentence, own) = (of(&in_note), of(&in_sentence), of(&alone));
        // A list of old problems holds what is still there: only words beside it make a finding an old one.
        let over = note == Assertion::Historical && sentence == Assertion::Historical;
        let away_here = (away(note) || over) && (note == Assertion::Family || !measured(word));
        if away_here || dismissed.iter().any(|d| d.contains(word.span)) {
            out.unsaid.push(word.span);
        }
        if note == Assertion::Possible {
            out.unsure.push(word.span);
        }
        let turned = matches!(sentence, Assertion::Negated | Assertion::Family) && !away(own);
        if turned && away_here && out.cut.is_none() && !is_bare(quote, word.span) {
            out.cut = Some(word.span);
        }
    }
    out
}

/// Letters of the longest word that a finding can have: 50 KB without a blank are none, and to look for them in their own text takes a minute.
const LONGEST: usize = 60;

/// The words of a quotation that can say something.
fn words_of_findings(quote: &str) -> Vec<Token> {
    let says = |t: &Token| t.text.len() <= 4 * LONGEST && (2..=LONGEST).contains(&t.text.chars().filter(|c| c.is_alphabetic()).count());
    tokens(quote).into_iter().filter(says).collect()
}

/// Places that words behind them take back: "sepsis considered, not felt present".
fn dismissed(quote: &str, all: &[Token]) -> Vec<Span> {
    let mut out = Vec::new();
    for sentence in sentences(quote) {
        let words = within(all, sentence);
        for found in super::lint::vocabularies().get("dismissed").find(words) {
            let before = words.get(..found.first).unwrap_or_default();
            let clause = before.iter().rposition(|t| matches!(t.text.as_str(), "," | ";" | ":" | "but")).map_or(0, |at| at + 1);
            let from = before.get(clause).map_or(found.span.start, |t| t.span.start);
            out.push(Span::new(from, found.span.end));
        }
    }
    out
}

/// Whether the very word that denies stands right before it in the quotation: then nothing was cut off.
fn is_bare(quote: &str, word: Span) -> bool {
    let all = tokens(quote);
    super::lint::vocabularies().get("negation").any(last_before(&all, word.start, 4))
}

/// How each place of the terms inside a span of a text stands, by its distance from the span's beginning.
fn asserted(text: &str, span: Span, terms: &[String]) -> BTreeMap<usize, Assertion> {
    let mentions = read_marks(text).mentions;
    let inside = read_terms(text, terms).into_iter().filter(|t| span.start <= t.start && t.end <= span.end);
    // Of a condition that the reader knows, the whole name is judged: it knows what is said of whom.
    let whole = |at: usize, end: usize| mentions.iter().find(|m| m.start <= at && end <= m.end).map(|m| m.assertion);
    inside.map(|t| (t.start - span.start, whole(t.start, t.end).unwrap_or(t.assertion))).collect()
}

/// The sentences that a place touches.
fn around(text: &str, place: Span) -> Span {
    let all = sentences(text);
    let first = all.partition_point(|s| s.end <= place.start);
    let touched = all.iter().skip(first).take_while(|s| s.start < place.end);
    touched.fold(place, |whole, s| Span::new(whole.start.min(s.start), whole.end.max(s.end)))
}

/// The words of evidence that speak of the patient as having it, as one row.
pub(crate) fn spoken(evidence: &[&Evidence], source: &dyn Fn(&str) -> Option<String>) -> Vec<Token> {
    row(evidence, source, |standing| standing.unsaid)
}

/// The same without what their authors call possible.
pub(crate) fn certain(evidence: &[&Evidence], source: &dyn Fn(&str) -> Option<String>) -> Vec<Token> {
    row(evidence, source, |standing| [standing.unsaid, standing.unsure].concat())
}

fn row(evidence: &[&Evidence], source: &dyn Fn(&str) -> Option<String>, out_of: impl Fn(Standing) -> Vec<Span>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    let mut base = 0;
    for item in evidence {
        let words = super::words_of(item);
        let left = match item {
            Evidence::Text(text) => out_of(standing(&text.quote, text.start, &source(&text.document).unwrap_or_default())),
            Evidence::Value(_) => Vec::new(),
        };
        let kept = tokens(&words).into_iter().filter(|t| !left.iter().any(|u| u.overlaps(t.span)));
        out.extend(kept.map(|t| Token { span: Span::new(t.span.start + base, t.span.end + base), text: t.text }));
        base += words.len() + 1;
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// 50 KB without a blank, pasted into a field, were looked for letter by letter in themselves: the lint stood still for a minute.
    #[test]
    fn a_word_of_fifty_kilobytes_is_looked_for_nowhere() {
        let text = format!("sepsis {} shock", "abcdefghij".repeat(5000));
        let words: Vec<String> = words_of_findings(&text).into_iter().map(|t| t.text).collect();
        assert_eq!(words, ["sepsis", "shock"]);
    }

    fn of(note: &str, quote: &str) -> (Vec<String>, bool) {
        let found = standing(quote, note.find(quote).unwrap(), note);
        (found.unsaid.iter().map(|s| s.of(quote).to_lowercase()).collect(), found.cut.is_some())
    }

    /// The words alone said what the sentence denied, or said of a brother.
    #[test]
    fn a_fragment_cut_out_of_a_denial_or_of_a_relative_s_story_counted_as_a_finding() {
        for (note, quote, word) in [
            ("Family history: brother septic shock and death after an abscess; mother diabetes.", "septic shock", "shock"),
            ("Chest film: no consolidation or effusion. Cough for 3 days.", "consolidation", "consolidation"),
            ("Denies alcohol withdrawal; no seizures or DTs in the past.", "seizures or DTs", "seizures"),
            ("The patient denies dyspnea and chest pain at rest.", "dyspnea", "dyspnea"),
        ] {
            let (unsaid, cut) = of(note, quote);
            assert!(cut && unsaid.iter().any(|u| u == word), "{quote}: {unsaid:?}, cut {cut}");
        }
    }

    #[test]
    fn a_whole_sentence_that_denies_is_not_cut_and_supports_nothing() {
        for (note, quote, word) in [
            (
                "Mother died of heart failure at 79, brother colon cancer.",
                "Mother died of heart failure at 79, brother colon cancer.",
                "failure",
            ),
            ("WBC 14.8, CXR clear. Sepsis considered, not felt present.", "Sepsis considered, not felt present.", "sepsis"),
            ("Pneumonia was considered and is ruled out.", "Pneumonia was considered and is ruled out.", "pneumonia"),
            ("alert, no asterixis", "alert, no asterixis", "asterixis"),
        ] {
            let (unsaid, cut) = of(note, quote);
            assert!(!cut && unsaid.iter().any(|u| u == word), "{quote}: {unsaid:?}, cut {cut}");
        }
    }

    #[test]
    fn findings_of_the_patient_stay_findings() {
        for (note, quote) in [
            ("Lungs: crackles at both bases. No wheeze.", "crackles at both bases"),
            ("1. Pneumonia, day 2. Cefepime IV.", "Pneumonia, day 2"),
            ("Confused since the morning, not oriented to place.", "Confused since the morning"),
        ] {
            assert_eq!(of(note, quote), (Vec::new(), false), "{quote}");
        }
    }
}
