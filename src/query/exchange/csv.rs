//! A line a query, for a table program; and answers out of one. A cell that a table program would take for a formula begins with an
//! apostrophe, as those programs ask.

use super::Sheet;
use super::replies::{PatientId, Replies, Reply};
use crate::chart::Instant;
use crate::error::Trouble;
use crate::query::render::spelled;

const HEADER: [&str; 16] = [
    "query",
    "version",
    "state",
    "title",
    "patient",
    "encounter",
    "to",
    "from",
    "sent",
    "due",
    "question",
    "options",
    "answer",
    "answered",
    "answered_by",
    "earlier_answers",
];

/// The table.
pub fn csv(sheets: &[Sheet]) -> String {
    let mut out = row(HEADER.iter().map(|h| (*h).to_owned()));
    for s in sheets {
        let time = |at: Option<Instant>| at.map(|t| t.to_string()).unwrap_or_default();
        let chosen = s.answer.as_ref().and_then(|a| a.option).and_then(|i| s.view.options.get(i)).cloned();
        let words = s.answer.as_ref().map(|a| a.words.clone()).unwrap_or_default();
        let answer = chosen.into_iter().chain([words]).filter(|w| !w.is_empty()).collect::<Vec<_>>().join("\n");
        out.push_str(&row([
            s.query.to_string(),
            s.version.to_string(),
            s.state.label().to_owned(),
            s.view.title.clone(),
            s.view.patient.clone(),
            s.view.encounter.clone(),
            s.view.to.as_ref().map(|t| t.name.clone()).unwrap_or_default(),
            s.view.from.clone(),
            time(s.sent),
            time(s.view.due),
            s.view.question.clone(),
            s.view.options.join("; "),
            answer,
            time(s.answer.as_ref().and_then(|a| a.at)),
            s.answer.as_ref().map(|a| a.by.clone()).unwrap_or_default(),
            s.earlier_answers.iter().map(super::EarlierAnswer::line).collect::<Vec<_>>().join("\n"),
        ]));
    }
    out
}

fn row(cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|c| cell(&c)).collect();
    format!("{}\r\n", cells.join(","))
}

/// One cell: harmless to a table program, quoted where it must be.
pub(super) fn cell(text: &str) -> String {
    let clean = spelled(text);
    let safe = if is_formula(&clean) { format!("'{clean}") } else { clean };
    if safe.contains(['"', ',', ';', '\n']) || safe != safe.trim() { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

/// Whether a table program would take it for a formula.
fn is_formula(cell: &str) -> bool {
    cell.trim_start().starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
}

/// What a column can be called, in any case: our own table has an answer's option and words in one cell.
const QUERY: [&str; 4] = ["query", "query id", "query number", "query no"];
const VERSION: [&str; 1] = ["version"];
const OPTION: [&str; 1] = ["option"];
const ANSWER: [&str; 2] = ["answer", "response"];
const TEXT: [&str; 3] = ["text", "comment", "words"];
const BY: [&str; 3] = ["by", "answered by", "provider"];
const PATIENT: [&str; 3] = ["patient", "patient name", "name"];
const NUMBER: [&str; 8] =
    ["mrn", "patient mrn", "record number", "medical record number", "patient number", "patient id", "mr number", "chart number"];
const AT: [&str; 3] = ["at", "answered", "answered at"];

/// Reads answers: the columns `query` (and `version`, where it is there), and `option` or `text`; `by` and `at` where they are known, and `patient` or `mrn`, which must be the query's. An option is its number, from 1, or
/// its words. Cells are parted by commas, semicolons or tabs: by what parts the header.
pub fn replies_from_csv(source: &str, text: &str) -> Replies {
    let mut out = Replies::default();
    let mut records = match records(text.trim_start_matches('\u{feff}')) {
        Ok(records) => records.into_iter().filter(|(_, r)| r.iter().any(|c| !c.trim().is_empty())),
        Err(line) => {
            let why = "everything after it would be one cell; nothing of this file was taken";
            out.refused.push(Trouble::input("a quotation mark is never closed").why(why).at(source, Some(line)));
            return out;
        }
    };
    let Some((_, header)) = records.next() else {
        out.refused.push(Trouble::input("the table is empty").at(source, None));
        return out;
    };
    let plain = |h: &str| h.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
    let header: Vec<String> = header.iter().map(|h| plain(h)).collect();
    let column = |names: &[&str]| header.iter().position(|h| names.contains(&h.as_str()));
    let Some(query) = column(&QUERY) else {
        out.refused
            .push(Trouble::input("the table has no column \"query\"").at(source, Some(1)).hint("columns: query, option, text, by, at"));
        return out;
    };
    if [&OPTION[..], &ANSWER, &TEXT].iter().all(|names| column(names).is_none()) {
        let what = "the table has neither a column \"option\" nor one \"text\"";
        out.refused.push(Trouble::input(what).at(source, Some(1)).hint("columns: query, option, text, by, at"));
        return out;
    }
    for (line, record) in records {
        let get = |names: &[&str]| column(names).and_then(|i| record.get(i)).map(|c| unmarked(c.trim()).to_owned()).unwrap_or_default();
        let number = record.get(query).map(|c| c.trim()).unwrap_or_default();
        let (at, answer) = (get(&AT), get(&ANSWER));
        let time = Instant::parse(&at);
        let trouble = |what: &str| Trouble::input(what.to_owned()).at(source, Some(line));
        let Ok(query) = number.parse() else {
            out.refused.push(trouble("that is no number of a query"));
            continue;
        };
        if record.len() > header.len() {
            out.refused
                .push(trouble("the row has more cells than the header").hint("words that hold the separator stand in quotation marks"));
            continue;
        }
        if !at.is_empty() && time.is_none() {
            out.refused.push(trouble("that is no time").hint("as in 2026-11-20T08:50-05:00"));
            continue;
        }
        let (option, words) = (get(&OPTION), get(&TEXT));
        if option.is_empty() && words.is_empty() && answer.is_empty() {
            // In our own table it is a query that nobody answered yet; in a table of answers, an answer that was lost.
            if column(&["state"]).is_none() {
                out.refused.push(trouble("the row holds no answer").hint("fill the column option or text, or leave the row away"));
            }
            continue;
        }
        // One place for both: the first line can be an option.
        let (first, rest) = answer.split_once('\n').unwrap_or((&answer, ""));
        let free = option.is_empty() && !first.is_empty();
        out.taken.push(Reply {
            query,
            // A table of an earlier version holds the options of that one.
            version: get(&VERSION).parse().ok(),
            option: if free { first.trim().to_owned() } else { option },
            words: [rest.trim(), words.as_str()].iter().filter(|w| !w.is_empty()).copied().collect::<Vec<_>>().join("\n"),
            free,
            by: get(&BY),
            at: time,
            line: Some(line),
            patient: Some(get(&NUMBER)).filter(|n| !n.is_empty()).map(|value| PatientId { value, from: None }).into_iter().collect(),
            person: get(&PATIENT),
            ..Reply::default()
        });
    }
    if out.taken.is_empty() && out.refused.is_empty() {
        out.refused.push(Trouble::input("no answer is in it").at(source, None).hint("columns: query, option, text, by, at"));
    }
    out
}

/// A cell without the apostrophe that keeps a table program from taking it for a formula.
fn unmarked(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell)
}

/// Records with the line that each begins on. Quotes hold separators and line ends; a doubled quote is one. A quote that is never
/// closed is an error at the line where it opens.
fn records(text: &str) -> Result<Vec<(u64, Vec<String>)>, u64> {
    // A table program can say the separator in a line of its own.
    let (said, text) = match text.split_once('\n').filter(|(first, _)| first.len() <= 7) {
        Some((first, rest)) if first.trim_end().to_lowercase().starts_with("sep=") => (first.trim_end().chars().nth(4), rest),
        _ => (None, text),
    };
    let header = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
    let count = |c: char| header.matches(c).count();
    let most = [',', ';', '\t'].into_iter().rev().max_by_key(|c| count(*c)).unwrap_or(',');
    let separator = said.unwrap_or(most);
    let (mut out, mut record, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut line) = (None, if said.is_some() { 2 } else { 1_u64 });
    let mut began = line;
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted.is_some() && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted.is_some() => quoted = None,
            '"' if cell.trim().is_empty() => {
                cell.clear();
                quoted = Some(line);
            }
            c if c == separator && quoted.is_none() => record.push(std::mem::take(&mut cell)),
            '\n' if quoted.is_none() => {
                line += 1;
                record.push(std::mem::take(&mut cell));
                out.push((began, std::mem::take(&mut record)));
                began = line;
            }
            c => {
                line += u64::from(c == '\n');
                cell.push(c);
            }
        }
    }
    if let Some(opened) = quoted {
        return Err(opened);
    }
    if !cell.is_empty() || !record.is_empty() {
        record.push(cell);
        out.push((began, record));
    }
    Ok(out)
}
