//! Where headings stand in a text: at the start of a line, alone on it, underlined, or inside a line.

use super::bare;
use super::headings::{Headings, Kind, LONGEST};
use memchr::memchr;

/// A heading that was found.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    /// First byte of the line's marks before the heading (`# `, `1. `): the section before ends here.
    pub marks: usize,
    /// First byte of the heading.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// First byte that is not the heading's any more (after colon and marks).
    pub body: usize,
    /// The section it stands for; `None` when the lexicon does not know it.
    pub kind: Option<&'a Kind>,
    /// Whether text follows on the same line.
    pub body_beside: bool,
    /// Whether it is an item of a list, not in capitals.
    pub item: bool,
}

/// One line without its line break.
#[derive(Clone, Copy)]
struct Line<'t> {
    text: &'t str,
    start: usize,
}

/// The marks before the words of a line, and what they tell.
#[derive(Clone, Copy, Default)]
struct Marks {
    length: usize,
    markdown: bool,
    listed: bool,
    bold: bool,
}

/// Every heading of a text, in order.
pub(super) fn find<'a>(text: &str, headings: &'a Headings) -> Vec<Found<'a>> {
    let mut found: Vec<Found<'a>> = Vec::new();
    let mut at = 0;
    let mut blank_before = true;
    // Body text since the last heading: an unknown capital line directly under a heading is its body ("ALLERGIES", "NKDA").
    let mut body_seen = true;
    let believed = bare::believed(text, headings);
    // Where a line began a heading that the next one ends, and what the two stand for.
    let mut half: Option<(usize, &'a Kind)> = None;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let length = memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        let line = Line { text: rest.get(..length).unwrap_or_default(), start: at };
        let next = at + length + 1;
        let before = found.len();
        if !line.text.trim().is_empty() {
            let following = text.get(next..).unwrap_or_default();
            let underlined = is_underline(following.split('\n').next().unwrap_or_default());
            let answer = !body_seen && !blank_before && answers(line.text, following);
            let begun = half.take();
            half = broken(line.text, following, headings).map(|kind| (line.start, kind));
            let first =
                if answer || half.is_some() { None } else { heading_of_line(line, headings, underlined, blank_before && body_seen) };
            let bare = if first.is_some() { Vec::new() } else { bare::in_line(line.text, believed, headings) };
            if bare.is_empty() {
                let from = match first {
                    Some(mut one) => {
                        if let Some((start, kind)) = begun {
                            (one.marks, one.kind) = (start, Some(kind));
                        }
                        if underlined && !one.body_beside {
                            one.body = next + following.split('\n').next().map_or(0, str::len);
                        }
                        found.push(one);
                        one.body
                    }
                    None => at,
                };
                inline(text, line, from, headings, &mut found);
            }
            let ends = bare.iter().skip(1).map(|(start, ..)| *start).chain(std::iter::once(line.text.len()));
            for ((start, end, kind), stop) in bare.iter().copied().zip(ends) {
                let part = Line { text: line.text.get(..stop).unwrap_or_default(), start: line.start };
                let one = closed(part, line.start + start, line.start + start, line.start + end, line.start + end, Some(kind));
                found.push(one);
                inline(text, part, one.body, headings, &mut found);
            }
        }
        let last_body = found.last().map_or(0, |f| f.body);
        at = next.max(if found.len() > before { last_body } else { 0 });
        if found.len() > before {
            body_seen = found.last().is_some_and(|f| f.body_beside);
            blank_before = false;
        } else {
            blank_before = line.text.trim().is_empty();
            body_seen = body_seen || !blank_before;
        }
    }
    found
}

/// A name right under a heading with nothing below it is what that heading says: "ANESTHESIA:", then "General", then an empty line.
fn answers(line: &str, following: &str) -> bool {
    let alone = following.split('\n').next().is_none_or(|next| next.trim().is_empty());
    alone && !line.contains(':') && !is_capitals(line.trim()) && !marks(line).markdown && !line.trim_start().starts_with(['*', '_'])
}

/// What a heading stands for that is broken over two lines: "ASSESSMENT AND", then "PLAN:". The first ends as no heading does.
fn broken<'a>(line: &str, following: &str, headings: &'a Headings) -> Option<&'a Kind> {
    let line = line.trim();
    if line.len() > LONGEST || !is_capitals(line) || ![" AND", " &", " OF", " FOR", "/"].iter().any(|end| line.ends_with(end)) {
        return None;
    }
    let next = floor(following.lines().map(str::trim).find(|next| !next.is_empty())?, LONGEST);
    let words = next.get(..memchr(b':', next.as_bytes())?).filter(|words| is_capitals(words))?;
    headings.exact(&format!("{line} {words}"))
}

fn is_underline(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 3 && (line.bytes().all(|b| b == b'-') || line.bytes().all(|b| b == b'='))
}

/// The marks at the start of a line: indentation, `#`, bullets, numbering, `**`.
fn marks(line: &str) -> Marks {
    let mut marks = Marks::default();
    let mut rest = line.trim_start();
    let hashes = rest.bytes().take_while(|b| *b == b'#').count();
    if (1..=6).contains(&hashes) && rest.get(hashes..).is_some_and(|r| r.starts_with([' ', '\t'])) {
        marks.markdown = true;
        rest = rest.get(hashes..).unwrap_or_default().trim_start();
    }
    if let Some(after) = ["- ", "* ", "\u{2022}", "\u{25cf}", "\u{25aa}", "+ ", "> "].iter().find_map(|b| rest.strip_prefix(b)) {
        marks.listed = true;
        rest = after.trim_start();
    }
    let numbered = rest.bytes().take_while(u8::is_ascii_digit).count();
    let lettered = rest.bytes().take_while(|b| matches!(b, b'I' | b'V' | b'X')).count();
    let count = match (numbered, lettered) {
        (1..=2, _) => numbered,
        (0, 1..=4) => lettered,
        _ => usize::from(rest.starts_with(|c: char| c.is_ascii_alphabetic())),
    };
    if count > 0 && rest.get(count..).is_some_and(|r| r.starts_with(". ") || r.starts_with(") ")) {
        marks.listed = true;
        rest = rest.get(count + 1..).unwrap_or_default().trim_start();
    }
    for bold in ["**", "__"] {
        if let Some(after) = rest.strip_prefix(bold)
            && after.starts_with(|c: char| c.is_alphabetic())
        {
            marks.bold = true;
            rest = after;
        }
    }
    marks.length = line.len() - rest.len();
    marks
}

/// The heading that a line starts with, or is.
fn heading_of_line<'a>(line: Line<'_>, headings: &'a Headings, underlined: bool, apart: bool) -> Option<Found<'a>> {
    let marks = marks(line.text);
    let words_at = line.start + marks.length;
    let rest = line.text.get(marks.length..)?;
    let first = rest.chars().next()?;
    if !first.is_alphabetic() {
        return None;
    }
    let window = floor(rest, LONGEST);
    if let Some(colon) = memchr(b':', window.as_bytes()) {
        let words = window.get(..colon)?.trim_end_matches([' ', '\t', '*', '_']);
        let known = headings.loose(words).filter(|_| short_is_capital(words));
        let known = known.filter(|k| !prose_like(words) || headings.exact(words).is_some_and(|e| e.name == k.name));
        let unknown = known.is_none() && (is_capitals(words) || (marks.markdown && words.len() < rest.len()));
        if known.is_some() || unknown {
            let end = words_at + words.len();
            let item = marks.listed && !marks.bold && !is_capitals(words);
            return Some(Found { item, ..closed(line, words_at - marks.length, words_at, end, words_at + colon + 1, known) });
        }
    }
    if let Some(one) = dashed(line, marks.length, headings) {
        return Some(one);
    }
    let whole = rest.trim_end().trim_end_matches(['*', '_', '#', ':', '-', ' ', '=']);
    if whole.is_empty() || whole.len() > LONGEST || whole.ends_with(['.', ',', ';', '?']) {
        return None;
    }
    let styled = marks.markdown || underlined || (marks.bold && rest.trim_end().ends_with(['*', '_']));
    let known = headings.loose(whole).filter(|_| short_is_capital(whole));
    let accepted = match known {
        Some(_) => {
            styled || (is_capitals(whole) && whole.len() > 1) || (!marks.listed && is_title(whole) && headings.exact(whole).is_some())
        }
        None => styled || (apart && !marks.listed && is_capitals(whole) && whole.len() >= 5),
    };
    accepted.then(|| closed(line, words_at - marks.length, words_at, words_at + whole.len(), line.start + line.text.len(), known))
}

/// `HEENT - normal`, `PLAN -- continue`: a known heading in capitals or Title Case before a dash.
fn dashed<'a>(line: Line<'_>, from: usize, headings: &'a Headings) -> Option<Found<'a>> {
    let window = floor(line.text.get(from..)?, LONGEST);
    let (at, dash) = [" - ", " -- ", " \u{2013} ", " \u{2014} ", "--"].iter().filter_map(|d| window.find(d).map(|i| (i, d.len()))).min()?;
    let words = window.get(..at)?.trim_end();
    let kind = headings.exact(words).filter(|_| words.len() > 1 && (is_capitals(words) || is_title(words)))?;
    let start = line.start + from;
    Some(closed(line, line.start, start, start + words.len(), start + at + dash, Some(kind)))
}

/// A heading with its body's start moved over marks and blanks.
fn closed<'a>(line: Line<'_>, marks: usize, start: usize, end: usize, after: usize, kind: Option<&'a Kind>) -> Found<'a> {
    let rest = line.text.get(after.saturating_sub(line.start)..).unwrap_or_default();
    let body = rest.trim_start_matches(['*', '_', '-', ' ', '\t']);
    // "___" and "***" are place-holders, not marks of the heading: they stay in the body.
    let marks_only = rest.len() - body.len();
    let kept = if rest.trim_start().starts_with("__") || rest.trim_start().starts_with("***") || rest.trim_start().starts_with('-') {
        rest.len() - rest.trim_start().len()
    } else {
        marks_only
    };
    Found {
        marks,
        start,
        end,
        body: (after + kept).min(line.start + line.text.len()),
        kind,
        body_beside: !body.trim_start().is_empty(),
        item: false,
    }
}

/// Headings inside a line: "... no distress. HEENT: ...", "... stable PLAN: ...".
fn inline<'a>(text: &str, line: Line<'_>, from: usize, headings: &'a Headings, found: &mut Vec<Found<'a>>) {
    let end = line.start + line.text.len();
    let mut floor_at = from.max(line.start);
    let mut at = floor_at;
    while let Some(step) = text.get(at..end).and_then(|t| memchr(b':', t.as_bytes())) {
        let colon = at + step;
        at = colon + 1;
        if let Some((start, kind)) = before_colon(text, floor_at, colon, headings) {
            let stop = text.get(start..colon).map_or(colon, |w| start + w.trim_end_matches([' ', '*', '_']).len());
            let one = closed(line, start, start, stop, at, kind);
            if let Some(last) = found.last_mut()
                && last.body == start
            {
                last.body_beside = false;
            }
            floor_at = one.body;
            at = one.body.max(at);
            found.push(one);
        }
    }
}

/// The heading that ends at a colon inside a line. The longest known one wins; an unknown one counts when everything since the
/// end of the sentence before is in capitals.
fn before_colon<'a>(text: &str, lowest: usize, colon: usize, headings: &'a Headings) -> Option<(usize, Option<&'a Kind>)> {
    let mut low = lowest.max(colon.saturating_sub(LONGEST));
    while !text.is_char_boundary(low) {
        low += 1;
    }
    let window = text.get(low..colon)?;
    if !window.ends_with(|c: char| c.is_alphanumeric() || matches!(c, ')' | '*' | ' ')) {
        return None;
    }
    // Words of the heading, from the colon back to the end of the sentence before.
    let mut from = 0;
    for (i, c) in window.char_indices().rev() {
        if !(c.is_alphanumeric() || matches!(c, ' ' | '/' | '&' | '-' | '(' | ')' | '\'' | ',' | '*' | '_')) {
            from = i + c.len_utf8();
            break;
        }
    }
    let stretch = window.get(from..)?;
    let mut starts: Vec<usize> = Vec::new();
    let mut before = ' ';
    for (i, c) in stretch.char_indices() {
        if c.is_uppercase() && !before.is_alphanumeric() {
            starts.push(i);
        }
        before = c;
    }
    for start in starts.iter().copied().skip(starts.len().saturating_sub(9)) {
        let words = stretch.get(start..)?.trim_end_matches([' ', '*', '_']);
        let Some(kind) = headings.exact(words).filter(|_| short_is_capital(words)) else { continue };
        let head = ahead_of(text, lowest, low + from + start);
        let gap = head.trim_end_matches([' ', '\t', '*', '(', '-', '\u{2022}', '\u{25cf}', '\u{25aa}', '\u{00b7}']);
        let stopped =
            gap.is_empty() || gap.ends_with(['.', ',', ';', '!', '?', ')', '"', ':', '|']) || head.ends_with("  ") || head.ends_with('\t');
        let word_before = gap.rsplit(|c: char| c.is_whitespace()).next().unwrap_or_default();
        let accepted = if is_capitals(words) {
            stopped || (words.len() >= 4 && head.ends_with(' ') && !is_capitals(word_before))
        } else {
            is_title(words) && stopped
        };
        if accepted {
            return Some((low + from + start, Some(kind)));
        }
        if stopped {
            break;
        }
    }
    let lead = stretch.len() - stretch.trim_start().len();
    let words = stretch.trim();
    let head = ahead_of(text, lowest, low + from).trim_end();
    let sentence_start = head.is_empty() || (head.ends_with(['.', '!', '?', ';']) && lead > 0);
    (sentence_start && words.len() >= 4 && is_capitals(words) && !head.is_empty()).then_some((low + from + lead, None))
}

/// The text before a place, as far as it can matter.
fn ahead_of(text: &str, lowest: usize, at: usize) -> &str {
    let mut from = lowest.max(at.saturating_sub(LONGEST));
    while !text.is_char_boundary(from) {
        from += 1;
    }
    text.get(from..at).unwrap_or_default()
}

/// The first bytes of a text, cut at a character.
fn floor(text: &str, at_most: usize) -> &str {
    let mut at = at_most.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    text.get(..at).unwrap_or_default()
}

/// Capitals throughout: at least two letters (one for the S, O, A and P of a visit), no lower-case one but the "s" of a plural.
fn is_capitals(words: &str) -> bool {
    let lower = |words: &str| words.chars().any(char::is_lowercase);
    // Most lines are prose, and few hold a bracket.
    if lower(words) && (!words.contains("s)") || lower(&words.replace("(s)", "").replace("(es)", ""))) {
        return false;
    }
    let letters = words.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 2 && words.chars().filter(char::is_ascii_digit).count() <= letters && words.split_whitespace().count() <= 10
}

/// Every word of some length starts with a capital ("History of Present Illness"), or the first alone does in a short heading.
fn is_title(words: &str) -> bool {
    words.starts_with(|c: char| c.is_uppercase())
        && words.split_whitespace().skip(1).filter(|w| w.starts_with(|c: char| c.is_lowercase())).count()
            <= words.split_whitespace().count().div_ceil(2)
}

/// "MS", "PE", "S": abbreviations this short are headings in capitals only; three letters can begin with a capital ("Abd", "All").
fn short_is_capital(words: &str) -> bool {
    let letters = words.chars().filter(|c| c.is_alphabetic()).count();
    letters > 3 || !words.chars().any(char::is_lowercase) || (letters == 3 && words.starts_with(char::is_uppercase))
}

/// Lower-case words in it that no heading is made of: then the words before the colon are a sentence.
fn prose_like(words: &str) -> bool {
    words.split_whitespace().filter(|w| w.starts_with(|c: char| c.is_lowercase())).count() > 3
}
