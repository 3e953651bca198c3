//! A pasted text read as a query: title line, options, question, and the rest.

use super::lint::words::{Token, sentences, tokens};
use super::lint::{concepts, vocabularies};
use super::{Draft, OptionKind, QueryForm, QueryOption, Reason};
use crate::chart::Span;

/// A plain text as a draft, with the place of each part.
pub struct Parsed {
    /// Title, question and options as found. The body is the whole text with the other parts blanked, so that places in it are
    /// places in the text.
    pub draft: Draft,
    /// Where title, question and each option begin in the text, in this order.
    pub bases: Vec<usize>,
}

/// A line without its line end, and where it begins.
struct Line<'a> {
    start: usize,
    text: &'a str,
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    let mut out = Vec::new();
    for line in text.split_inclusive('\n') {
        out.push(Line { start, text: line.trim_end_matches(['\n', '\r']) });
        start += line.len();
    }
    out
}

/// Reads a plain text. Any text gives something; nothing is refused.
pub fn parse_text(text: &str) -> Parsed {
    let all = lines(text);
    let title = title(&all);
    let mut options = boxes(&all);
    let question_at = question(text, title, &options);
    if options.is_empty() {
        options = listed(&all, question_at);
    }
    let mut body = text.as_bytes().to_vec();
    let parts = [title, question_at];
    for span in parts.into_iter().flatten().chain(options.iter().map(|o| o.0)) {
        for byte in body.get_mut(span.range()).into_iter().flatten().filter(|b| **b != b'\n') {
            *byte = b' ';
        }
    }
    // Blanking whole spans on character boundaries keeps the text valid UTF-8.
    let body = String::from_utf8(body).unwrap_or_default();
    let of = |span: Option<Span>| span.map(|s| s.of(text).to_owned()).unwrap_or_default();
    let mut bases = vec![title.map_or(0, |s| s.start), question_at.map_or(0, |s| s.start)];
    bases.extend(options.iter().map(|o| o.0.start));
    let options: Vec<QueryOption> = options.into_iter().map(|(span, selected)| option(span.of(text), selected)).collect();
    let mut draft = Draft { title: of(title), question: of(question_at), options, body, ..Draft::default() };
    draft.form = form(&draft);
    draft.reason = reason(&draft);
    Parsed { draft, bases }
}

fn title(all: &[Line<'_>]) -> Option<Span> {
    let first = all.iter().find(|l| !l.text.trim().is_empty())?;
    let lead = first.text.len() - first.text.trim_start().len();
    let rest = first.text.trim_start();
    let label = ["title:", "subject:", "re:"].into_iter().find(|l| rest.get(..l.len()).is_some_and(|r| r.eq_ignore_ascii_case(l)))?;
    let words = rest.get(label.len()..)?;
    let pad = words.len() - words.trim_start().len();
    let start = first.start + lead + label.len() + pad;
    Some(Span::new(start, start + words.trim().len()))
}

/// The answers to tick that a text holds, and whether each is ticked.
pub(super) fn answers_in(text: &str) -> Vec<(Span, bool)> {
    boxes(&lines(text))
}

/// Boxes to tick, several to a line or one: `( )`, `[x]`, a ballot box.
fn boxes(all: &[Line<'_>]) -> Vec<(Span, bool)> {
    const EMPTY: [&str; 13] =
        ["( )", "[ ]", "(  )", "[  ]", "()", "[]", "\u{2610}", "\u{25a1}", "\u{25a2}", "\u{2b1c}", "(_)", "[_]", "[__]"];
    const TICKED: [&str; 16] = [
        "(\u{2022})",
        "(\u{25cf})",
        "[\u{2022}]",
        "(x)",
        "[x]",
        "(X)",
        "[X]",
        "(*)",
        "[*]",
        "( x )",
        "[ x ]",
        "\u{2611}",
        "\u{2612}",
        "\u{2713}",
        "\u{2714}",
        "\u{25c9}",
    ];
    let mut out = Vec::new();
    for line in all {
        let mut marks: Vec<(usize, usize, bool)> = Vec::new();
        for (at, _) in line.text.char_indices() {
            let rest = line.text.get(at..).unwrap_or_default();
            let mark = EMPTY.iter().map(|m| (*m, false)).chain(TICKED.iter().map(|m| (*m, true))).find(|(m, _)| rest.starts_with(m));
            if let Some((mark, ticked)) = mark {
                marks.push((at, at + mark.len(), ticked));
            }
        }
        let starts_line = marks.first().is_some_and(|(at, ..)| {
            line.text.get(..*at).is_some_and(|lead| {
                lead.trim_start_matches(['-', '*', ' ', '\t', '.', ')']).trim_start_matches(|c: char| c.is_ascii_digit()).len() <= 2
                    || lead.trim_end().ends_with(':')
            })
        });
        if !starts_line {
            continue;
        }
        for (n, (_, from, ticked)) in marks.iter().enumerate() {
            let to = marks.get(n + 1).map_or(line.text.len(), |(next, ..)| *next);
            if let Some(span) = trimmed(line, *from, to) {
                out.push((span, *ticked));
            }
        }
    }
    out
}

fn trimmed(line: &Line<'_>, from: usize, to: usize) -> Option<Span> {
    let piece = line.text.get(from..to)?;
    let lead = piece.len() - piece.trim_start().len();
    let len = piece.trim().len();
    (len > 0).then(|| Span::new(line.start + from + lead, line.start + from + lead + len))
}

/// The sentence that asks: the last one with a question mark outside options, else the last one with a request.
fn question(text: &str, title: Option<Span>, options: &[(Span, bool)]) -> Option<Span> {
    // Options stand apart and in order: only the last that begins before a sentence ends can touch it.
    let in_option = |s: &Span| {
        let before = options.partition_point(|(o, _)| o.start < s.end);
        before.checked_sub(1).and_then(|i| options.get(i)).is_some_and(|(o, _)| o.overlaps(*s))
    };
    let taken = |s: &Span| title.is_some_and(|t| t.overlaps(*s)) || in_option(s);
    let free: Vec<Span> = sentences(text).into_iter().filter(|s| !taken(s)).collect();
    let asks = |s: &&Span| s.of(text).ends_with('?');
    let words = vocabularies().get("request");
    // "Other, please specify" asks for words in an option; it is not the question.
    let is_item = |s: &Span| {
        let item = s.of(text);
        vocabularies().label("other").begin(&tokens(item.get(item_start(item).unwrap_or(0)..).unwrap_or_default()))
    };
    free.iter().find(asks).or_else(|| free.iter().rev().find(|s| !is_item(s) && words.any(&tokens(s.of(text))))).copied()
}

/// Options without boxes: list items, or short lines of which one is a known label, after the question or an `Options:` line.
fn listed(all: &[Line<'_>], question: Option<Span>) -> Vec<(Span, bool)> {
    let heading = all.iter().position(|l| {
        let line = l.text.trim().to_lowercase();
        ["options", "response options", "please select", "select one", "choose one", "possible responses", "answer choices", "choices"]
            .iter()
            .any(|h| line.trim_end_matches(':').trim() == *h || line.starts_with(&format!("{h}:")))
    });
    if let Some(inline) = heading.and_then(|i| all.get(i)).and_then(inline_options) {
        return inline;
    }
    let from = match (heading, question) {
        (Some(i), _) => i + 1,
        (None, Some(q)) => all.iter().position(|l| l.start >= q.end).unwrap_or(all.len()),
        (None, None) => return Vec::new(),
    };
    let after: Vec<&Line<'_>> = all.iter().skip(from).skip_while(|l| l.text.trim().is_empty()).collect();
    let items: Vec<(Span, bool)> = after
        .iter()
        .take_while(|l| item_start(l.text).is_some() || goes_on(l.text))
        .filter(|l| item_start(l.text).is_some())
        .filter_map(|l| trimmed(l, item_start(l.text)?, l.text.len()).map(|s| (s, false)))
        .collect();
    if !items.is_empty() {
        return items;
    }
    let short: Vec<(Span, &str)> = after
        .iter()
        .take_while(|l| {
            !l.text.trim().is_empty() && l.text.split_whitespace().count() <= 12 && !l.text.trim_end().ends_with(['.', '?', ':'])
        })
        .filter_map(|l| trimmed(l, 0, l.text.len()).map(|s| (s, l.text)))
        .collect();
    let known = short.iter().any(|(_, line)| kind_of(line.trim()) != OptionKind::Diagnosis);
    if short.len() >= 2 && known { short.into_iter().map(|(s, _)| (s, false)).collect() } else { Vec::new() }
}

/// An indented line without a mark of its own belongs to the item above it ("   Please specify: ____").
fn goes_on(line: &str) -> bool {
    line.starts_with([' ', '\t']) && !line.trim().is_empty()
}

/// `Options: a; b; c` on one line.
fn inline_options(line: &Line<'_>) -> Option<Vec<(Span, bool)>> {
    let from = line.text.find(':')? + 1;
    let rest = line.text.get(from..)?;
    let separator = [';', '|'].into_iter().find(|c| rest.contains(*c))?;
    let mut at = from;
    let mut out = Vec::new();
    for piece in rest.split(separator) {
        out.extend(trimmed(line, at, at + piece.len()).map(|s| (s, false)));
        at += piece.len() + 1;
    }
    Some(out)
}

/// Where the words of a list item begin: after `-`, `*`, a bullet, `1.`, `2)`, `a.`, `b)`.
fn item_start(line: &str) -> Option<usize> {
    let lead = line.len() - line.trim_start().len();
    let rest = line.trim_start();
    let mut chars = rest.char_indices();
    let (_, first) = chars.next()?;
    if matches!(first, '-' | '*' | '\u{2022}' | '\u{25e6}' | '\u{25cb}' | '\u{2013}' | '\u{25cf}' | '\u{25aa}' | '\u{b7}' | '>') {
        return Some(lead + first.len_utf8());
    }
    // A letter o as a bullet, as word processors leave it.
    if rest.starts_with("o ") {
        return Some(lead + 1);
    }
    // `(a) ...`, `(1) ...`
    if let Some((label, _)) = rest.strip_prefix('(').and_then(|r| r.split_once(") "))
        && matches!(label.len(), 1 | 2)
        && label.chars().all(char::is_alphanumeric)
    {
        return Some(lead + label.len() + 2);
    }
    // `____ Sepsis`: a blank to tick.
    let blank = rest.chars().take_while(|c| *c == '_').count();
    if blank >= 2 && rest.get(blank..).is_some_and(|r| r.starts_with(' ')) {
        return Some(lead + blank);
    }
    let head = rest.find(['.', ')']).filter(|at| *at <= 2)?;
    let label = rest.get(..head)?;
    let numbered = !label.is_empty()
        && (label.chars().all(|c| c.is_ascii_digit()) || (label.len() == 1 && label.chars().all(|c| c.is_ascii_alphabetic())));
    let spaced = rest.get(head + 1..).is_some_and(|r| r.starts_with(' '));
    (numbered && spaced).then_some(lead + head + 1)
}

fn option(text: &str, selected: bool) -> QueryOption {
    QueryOption { text: text.to_owned(), kind: kind_of(text), concepts: Vec::new(), selected }
}

/// What an option's words stand for.
pub fn kind_of(text: &str) -> OptionKind {
    let words = tokens(text);
    let label = |name: &str| vocabularies().label(name);
    let alone = words.iter().filter(|t| t.text.chars().any(char::is_alphanumeric)).count() == 1
        || words.get(1).is_some_and(|t| matches!(t.text.as_str(), "," | "-" | ":" | "." | "("));
    if label("other").begin(&words) {
        OptionKind::Other
    } else if label("none").begin(&words) {
        // Without room to write it takes the diagnoses away and puts none in their place.
        let room = label("room").any(&words) || words.iter().any(|t| t.text == "_");
        if room { OptionKind::Other } else { OptionKind::NotSignificant }
    } else if label("undetermined").begin(&words) || (label("undetermined").any(&words) && concepts().find(&words).is_empty()) {
        OptionKind::Undetermined // "Pneumonia, organism unknown" names a diagnosis
    } else if label("yes").begin(&words) || closes(&words, "yes") {
        OptionKind::Yes
    } else if (label("no").begin(&words) && alone) || closes(&words, "no") {
        OptionKind::No
    } else if label("not_significant").any(&words) {
        OptionKind::NotSignificant
    } else if label("ruled_out").any(&words) {
        OptionKind::RuledOut
    } else if label("confirmed").any(&words) {
        OptionKind::Confirmed
    } else {
        OptionKind::Diagnosis
    }
}

/// Whether an option ends with this word behind a sign: "Sepsis: yes".
fn closes(words: &[Token], with: &str) -> bool {
    matches!(words, [.., sign, last] if last.text == with && matches!(sign.text.as_str(), ":" | "-" | "=" | "," | "\u{2013}" | "\u{2014}"))
}

fn form(draft: &Draft) -> QueryForm {
    let has = |kind: OptionKind| draft.options.iter().any(|o| o.kind == kind);
    let validates = tokens(&draft.title).iter().any(|t| t.text == "validation")
        || tokens(&draft.body).windows(2).any(|w| matches!(w, [a, b] if a.text == "clinical" && b.text == "validation"));
    if draft.options.is_empty() {
        QueryForm::Open
    } else if validates || (has(OptionKind::RuledOut) && (has(OptionKind::Confirmed) || takes_only_away(draft))) {
        QueryForm::Validation
    } else if has(OptionKind::Yes) && has(OptionKind::No) {
        QueryForm::YesNo
    } else {
        QueryForm::MultipleChoice
    }
}

/// Whether no option names a diagnosis, or says yes to one: what is left to tick takes one away.
fn takes_only_away(draft: &Draft) -> bool {
    !draft.options.iter().any(|o| matches!(o.kind, OptionKind::Diagnosis | OptionKind::Yes | OptionKind::NotSignificant))
}

fn reason(draft: &Draft) -> Reason {
    match draft.form {
        QueryForm::Validation => Reason::R4,
        QueryForm::Open | QueryForm::MultipleChoice | QueryForm::YesNo | QueryForm::Verbal => Reason::R2,
    }
}
