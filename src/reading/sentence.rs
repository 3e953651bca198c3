//! Sentences, list items and table rows of a text, section by section.

#[cfg(test)]
mod tests;

use super::model::Section;
use crate::chart::Span;

/// Abbreviations whose full stop ends no sentence whatever follows: what they stand before belongs to them.
const LEANING: [&str; 24] = [
    "dr", "drs", "mr", "mrs", "ms", "prof", "st", "vs", "e.g", "i.e", "fig", "approx", "ca", "rev", "sgt", "lt", "col", "gen", "dept",
    "inc", "etc", "cf", "resp", "diff",
];
/// Abbreviations whose full stop ends no sentence when a number follows.
const BEFORE_NUMBER: [&str; 5] = ["no", "nos", "vol", "ext", "p"];
/// A question mark that asks stands no further than this from the start: behind "- " or "3. (".
const ASKING: usize = 8;
/// A label written small has no more letters than this.
const LABEL: usize = 8;
/// A line this long that ends without a full stop was wrapped.
const WRAPPED: usize = 60;

/// The sentences, list items and table rows of the sections' bodies, in order. None crosses a section's end, headings belong to
/// none, and every character of a body that is not blank stands in one.
pub fn sentences(text: &str, sections: &[Section]) -> Vec<Span> {
    let mut out = Vec::new();
    for section in sections {
        if let Some(body) = text.get(section.body..section.end) {
            blocks(body, section.body, &mut out);
        }
    }
    out
}

/// Splits a body into blocks of lines that belong together, and those into sentences.
fn blocks(body: &str, offset: usize, out: &mut Vec<Span>) {
    let mut start = 0;
    let mut at = 0;
    let mut lines = body.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        at += line.len();
        let joined = lines.peek().is_some_and(|next| continues(line, next));
        if !joined {
            prose(body.get(start..at).unwrap_or_default(), offset + start, out);
            start = at;
        }
    }
}

/// Whether the next line goes on with the sentence of this one.
fn continues(line: &str, next: &str) -> bool {
    let (this, next) = (line.trim_end(), next.trim());
    if this.trim().is_empty() || next.is_empty() || is_row(this) || is_row(next) || is_item(next) || this.ends_with(['.', '!', '?', ':']) {
        return false;
    }
    match next.chars().next() {
        Some(c) if c.is_lowercase() => true,
        // A line that was broken at the margin goes on with a name or a number as well.
        Some(c) => this.len() >= WRAPPED && (c.is_alphanumeric() || c == '(') || this.ends_with(','),
        None => false,
    }
}

/// A row of a table: tabs or bars between its cells.
fn is_row(line: &str) -> bool {
    let line = line.trim();
    line.contains('\t') || line.contains('|')
}

/// An item of a list: bullet, number or letter first.
pub(super) fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    if line.starts_with(['\u{2022}', '\u{25cf}', '\u{25aa}', '\u{00b7}'])
        || ["- ", "* ", "+ ", "-", "o ", "\u{2013} ", "\u{2014} "].iter().any(|b| line.starts_with(b))
    {
        return true;
    }
    marker(line).is_some() || lettered(line.strip_prefix('(').unwrap_or(line))
}

/// "a) ", "(2) ": a letter or a number before a closing bracket.
fn lettered(line: &str) -> bool {
    let mark = line.split_once(')').map(|(mark, rest)| (mark, rest.starts_with(char::is_whitespace)));
    mark.is_some_and(|(mark, apart)| {
        apart
            && (mark.len() == 1 && mark.bytes().all(|b| b.is_ascii_alphabetic())
                || matches!(mark.len(), 1 | 2) && mark.bytes().all(|b| b.is_ascii_digit()))
    })
}

/// The number of an item's mark ("3.", "3)", "#3") and the mark's length.
fn marker(text: &str) -> Option<(u32, usize)> {
    let hash = usize::from(text.starts_with('#'));
    let digits = text.get(hash..)?.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=2).contains(&digits) {
        return None;
    }
    let number = text.get(hash..hash + digits)?.parse().ok()?;
    let after = text.get(hash + digits..)?;
    let mut chars = after.chars();
    match (chars.next(), chars.next()) {
        (Some(')'), Some(c)) if c.is_whitespace() || c.is_alphabetic() => Some((number, hash + digits + 1)),
        (Some('.'), Some(c)) if c.is_whitespace() => Some((number, hash + digits + 1)),
        (Some(c), _) if hash == 1 && c.is_whitespace() => Some((number, hash + digits)),
        _ => None,
    }
}

/// Splits prose into sentences.
fn prose(block: &str, offset: usize, out: &mut Vec<Span>) {
    let bytes = block.as_bytes();
    let mut start = 0;
    // The number of the last item in this block: "1) ... 2) ..." within a line are items.
    let mut last = marker(block.trim_start()).map(|m| m.0);
    let mut run = Run::default();
    let mut at = 0;
    let tells = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'!' | b'?');
    while let Some(step) = bytes.get(at..).and_then(|rest| rest.iter().position(tells)) {
        let i = at + step;
        at = i + 1;
        let Some(tail) = block.get(i..) else { continue };
        if !tail.starts_with(|c: char| c.is_ascii_digit()) {
            run.reach(block, start, i);
            if let Some(end) = sentence_end(block, start, i, &run) {
                push(block, offset, start..end, out);
                start = end;
                at = end.max(at);
            }
        } else if block
            .get(..i)
            .and_then(|head| head.chars().next_back())
            .is_some_and(|b| b.is_whitespace() || matches!(b, ',' | ';' | '.'))
            // "2.1." ends with a decimal, not with an item.
            && !block.get(start..i).is_some_and(|s| s.strip_suffix('.').is_some_and(|s| s.ends_with(|d: char| d.is_ascii_digit())))
            && i > start
            && let Some((number, length)) = marker(tail)
            && (last.is_some_and(|l| number == l + 1) || (number == 1 && last.is_none()))
            && (tail.as_bytes().get(length - 1) == Some(&b')') || ends_item(block.get(start..i).unwrap_or_default()))
        {
            push(block, offset, start..i, out);
            start = i;
            last = Some(number);
            at = i + length;
        }
    }
    push(block, offset, start..block.len(), out);
}

/// What stands around a run of full stops and closing signs. It is looked at once for the whole run and not for each stop in it: a
/// text can consist of nothing else.
#[derive(Default)]
struct Run {
    /// Where the run began to be looked at, and one past its last byte.
    from: usize,
    end: usize,
    /// The first sign after it, and the first that is not blank.
    first: Option<char>,
    next: Option<char>,
    /// Where a capital begins that follows at once, or after commas.
    capital: Option<usize>,
    /// The start of the sentence, and its first byte that is not blank.
    start: Option<usize>,
    words: usize,
}

impl Run {
    /// Looks at the run that holds the stop at `at`, in the sentence that begins at `start`.
    fn reach(&mut self, block: &str, start: usize, at: usize) {
        if at < self.from || at >= self.end {
            let rest = block.get(at..).unwrap_or_default();
            let after = rest.trim_start_matches(['"', '\'', ')', ']', '\u{201d}', '.', '!', '?']);
            self.from = at;
            self.end = at + rest.len() - after.len();
            self.first = after.chars().next();
            self.next = after.chars().find(|c| !c.is_whitespace());
            let glued = after.trim_start_matches(',');
            self.capital = glued.starts_with(char::is_uppercase).then(|| block.len() - glued.len());
        }
        if self.start != Some(start) {
            let rest = block.get(start..).unwrap_or_default();
            self.start = Some(start);
            self.words = block.len() - rest.trim_start().len();
        }
    }
}

/// Whether an item can begin after this: "2. Hypertension" does after a stop, "stage 2. He" does not.
fn ends_item(before: &str) -> bool {
    let before = before.trim_end();
    before.is_empty() || before.ends_with(['.', ';', ',', ':', ')'])
}

/// More dots than this lead from a name to its answer.
const ELLIPSIS: usize = 3;

/// Where the sentence ends whose last full stop may stand at `at`.
fn sentence_end(block: &str, start: usize, at: usize, run: &Run) -> Option<usize> {
    let Some(first) = run.first else { return Some(run.end) };
    let word = last_word(block, start, at);
    if !first.is_whitespace() {
        // "pain.The", "chuckle.",While": the blank was lost.
        return run.capital.filter(|_| word.len() >= 3 && word.bytes().all(|b| b.is_ascii_lowercase()));
    }
    let Some(next) = run.next else { return Some(run.end) };
    if block.as_bytes().get(at) != Some(&b'.') {
        // "? pneumonia": a question mark before its name asks, it ends nothing.
        let asks = at - start < ASKING && block.get(start..=at).is_some_and(|s| s.ends_with('?') && !s.contains(char::is_alphanumeric));
        return (!asks).then_some(run.end);
    }
    // "Diabetes ........ N": dots that lead from a name to its answer.
    if block.get(run.from..run.end).is_some_and(|dots| dots.len() > ELLIPSIS && dots.bytes().all(|byte| byte == b'.')) {
        return None;
    }
    let is_one_of = |list: &[&str]| list.iter().any(|known| word.eq_ignore_ascii_case(known));
    if is_one_of(&LEANING) || (next.is_ascii_digit() && is_one_of(&BEFORE_NUMBER)) {
        return None;
    }
    // "1." at the start of an item; an initial ("John F. Kennedy") within a sentence.
    let first_word = run.words + word.len() >= at;
    if first_word && word.len() <= 2 && word.chars().all(char::is_alphanumeric) && !word.eq_ignore_ascii_case("no") {
        return None;
    }
    if word.len() == 1 && word.starts_with(|c: char| c.is_uppercase()) && next.is_uppercase() && initial(block, at) {
        return None;
    }
    (!next.is_lowercase() || labels(block, run.end)).then_some(run.end)
}

/// Whether a label stands behind a stop, however small it is written: "tob: quit. etoh: denies."
fn labels(block: &str, end: usize) -> bool {
    let rest = block.get(end..).unwrap_or_default().trim_start();
    rest.find(|c: char| !c.is_ascii_lowercase()).is_some_and(|at| at <= LABEL && rest.get(at..).is_some_and(|tail| tail.starts_with(": ")))
}

/// Whether a single capital before a stop follows a capitalised word, as an initial in a name does.
fn initial(block: &str, at: usize) -> bool {
    let from = at.saturating_sub(24);
    let window = (from..=at).find_map(|f| block.get(f..at)).unwrap_or_default();
    let mut words = window.rsplit(char::is_whitespace);
    words.next();
    words.next().is_some_and(|w| {
        w.ends_with(|c: char| c.is_lowercase()) && w.starts_with(|c: char| c.is_uppercase())
            || LEANING.contains(&w.trim_end_matches('.').to_ascii_lowercase().as_str())
    })
}

/// The word before a full stop, with the stops inside it; at most a few letters of a long one.
fn last_word(block: &str, start: usize, at: usize) -> &str {
    let from = start.max(at.saturating_sub(24));
    let window = (from..=at).find_map(|f| block.get(f..at)).unwrap_or_default();
    window.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | ',' | ';' | '"' | '/')).next().unwrap_or_default()
}

/// Adds a span without the blanks around it.
fn push(block: &str, offset: usize, range: std::ops::Range<usize>, out: &mut Vec<Span>) {
    let Some(words) = block.get(range.clone()) else { return };
    let trimmed = words.trim_start();
    let start = range.start + (words.len() - trimmed.len());
    let trimmed = trimmed.trim_end();
    if !trimmed.is_empty() {
        out.push(Span::new(offset + start, offset + start + trimmed.len()));
    }
}
