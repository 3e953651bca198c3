//! A line a query, for a table program; and answers out of one. A cell that a table program would take for a formula begins with an
//! apostrophe, as those programs ask.

use super::Sheet;
use super::replies::{Replies, Reply};
use crate::chart::Instant;
use crate::error::Trouble;
use crate::query::render::spelled;

const HEADER: [&str; 14] = [
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
    let formula = clean.trim_start().starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    let safe = if formula { format!("'{clean}") } else { clean };
    if safe.contains(['"', ',', ';', '\n']) || safe != safe.trim() { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

/// Reads answers: the columns `query`, and `option` or `text`; `by` and `at` where they are known. An option is its number, from 1, or
/// its words.
pub fn replies_from_csv(source: &str, text: &str) -> Replies {
    let mut out = Replies::default();
    let mut records = records(text.trim_start_matches('\u{feff}')).into_iter();
    let Some((_, header)) = records.next() else {
        out.refused.push(Trouble::input("the table is empty").at(source, None));
        return out;
    };
    let column = |name: &str| header.iter().position(|h| h.trim().eq_ignore_ascii_case(name));
    let Some(query) = column("query") else {
        out.refused
            .push(Trouble::input("the table has no column \"query\"").at(source, Some(1)).hint("columns: query, option, text, by, at"));
        return out;
    };
    if column("option").is_none() && column("text").is_none() {
        out.refused.push(Trouble::input("the table has neither a column \"option\" nor one \"text\"").at(source, Some(1)));
        return out;
    }
    for (line, record) in records.filter(|(_, r)| r.iter().any(|c| !c.trim().is_empty())) {
        let get = |name: &str| column(name).and_then(|i| record.get(i)).map(|c| c.trim().to_owned()).unwrap_or_default();
        let number = record.get(query).map(|c| c.trim()).unwrap_or_default();
        let at = get("at");
        let time = Instant::parse(&at);
        match number.parse() {
            Err(_) => out.refused.push(Trouble::input("that is no number of a query").at(source, Some(line))),
            Ok(_) if !at.is_empty() && time.is_none() => {
                out.refused.push(Trouble::input("that is no time").at(source, Some(line)).hint("as in 2026-11-20T08:50-05:00"));
            }
            Ok(query) => out.taken.push(Reply {
                query,
                version: None,
                hash: None,
                option: get("option"),
                words: get("text"),
                free: false,
                by: get("by"),
                at: time,
                line: Some(line),
            }),
        }
    }
    out
}

/// Records with the line that each begins on. Quotes hold commas and line ends; a doubled quote is one.
fn records(text: &str) -> Vec<(u64, Vec<String>)> {
    let (mut out, mut record, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut line, mut began) = (false, 1_u64, 1_u64);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted || cell.is_empty() => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
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
    if !cell.is_empty() || !record.is_empty() {
        record.push(cell);
        out.push((began, record));
    }
    out
}
