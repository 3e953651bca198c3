//! `--plain`: the work as a conversation of lines, for screen readers and for terminals that can do nothing else. No cursor is moved, nothing
//! is drawn over, every list is numbered, and all of it is ASCII but for patients' own words.

use super::gaps::proof_line;
use super::linear_more::{everywhere, inside, one_query, queries, reasons, send};
use crate::chart::{Document, Value};
use crate::checklist::Severity;
use crate::error::{Result, Trouble};
use crate::text;
use crate::work::Desk;
use crate::work::model::{ChartView, DismissReason, Worklist, WorklistView};
use std::io::{self, BufRead, Write};

/// Where the conversation is.
enum Place {
    Worklist(Worklist),
    Chart(Box<ChartView>),
}

/// Holds the conversation until it is left or the input ends.
pub fn run(desk: &dyn Desk, input: &mut dyn BufRead, out: &mut dyn Write, start_at: Option<&str>) -> Result<u8> {
    let mut say = |words: &str| writeln!(out, "{}", ascii(&text::multiline(words))).and_then(|()| out.flush()).map_err(broken);
    let mut view = WorklistView::Active;
    let mut place = match start_at {
        Some(encounter) => Place::Chart(Box::new(desk.chart(encounter)?)),
        None => Place::Worklist(desk.worklist(view)?),
    };
    say(&format!("Lacuna, line by line. {}. You are {}.", desk.banner(), desk.user()))?;
    say(&shown(&place))?;
    let mut line = String::new();
    let mut hits: Vec<(String, String)> = Vec::new();
    loop {
        line.clear();
        match input.read_line(&mut line) {
            Ok(0) => return Ok(0),
            Ok(_) => {}
            // No screen could be locked and come back: the end of the program takes charts and keys with it.
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                say("Closed: nobody typed for a while (--lock-after). What was done is saved; start Lacuna again to go on.")?;
                return Ok(0);
            }
            Err(error) => return Err(broken(error)),
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |at: usize| words.get(at).and_then(|w| w.parse::<usize>().ok()).and_then(|n| n.checked_sub(1));
        let rest = line.trim().split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim());
        let step = match (&place, words.first().copied()) {
            (_, Some("q")) => return Ok(0),
            (_, None | Some("?")) => Ok(None),
            (_, Some("s")) if !rest.is_empty() => {
                let (told, found) = everywhere(desk, rest)?;
                hits = found;
                say(&told)?;
                continue;
            }
            (_, Some("h")) => match number(1).and_then(|at| hits.get(at)) {
                Some((encounter, _)) => desk.chart(encounter).map(|chart| Some(Place::Chart(Box::new(chart)))),
                None => unknown(),
            },
            (_, Some("k")) => {
                say(&match number(1).and_then(|n| i64::try_from(n + 1).ok()) {
                    None => queries(&desk.queries()?),
                    Some(id) => one_query(desk, id).unwrap_or_else(|trouble| trouble.to_string()),
                })?;
                continue;
            }
            (_, Some("send")) => {
                let id = number(1).and_then(|n| i64::try_from(n + 1).ok());
                let told = id.map(|id| send(desk, id, words.get(2) == Some(&"yes")));
                say(&match told {
                    None => "Type send and the number of a draft.".to_owned(),
                    Some(told) => told.unwrap_or_else(|trouble| trouble.to_string()),
                })?;
                continue;
            }
            (Place::Worklist(_), Some("v")) => match number(1).and_then(|at| WorklistView::ALL.get(at)) {
                Some(chosen) => {
                    view = *chosen;
                    desk.worklist(view).map(|list| Some(Place::Worklist(list)))
                }
                None => {
                    let names = WorklistView::ALL.iter().enumerate().map(|(at, v)| format!("v {}: {}", at + 1, v.label()));
                    say(&names.collect::<Vec<_>>().join("\n"))?;
                    continue;
                }
            },
            (Place::Worklist(list), Some(_)) => match number(0).and_then(|at| list.rows.get(at)) {
                Some(row) => desk.chart(&row.encounter).map(|chart| Some(Place::Chart(Box::new(chart)))),
                None => unknown(),
            },
            (Place::Chart(_), Some("b")) => desk.worklist(view).map(|list| Some(Place::Worklist(list))),
            (Place::Chart(chart), Some("d")) => match number(1).and_then(|at| chart.chart.documents.get(at)) {
                Some(document) => {
                    desk.mark_seen(&chart.chart.encounter.identifier, &document.identifier, document.version)?;
                    say(&text::multiline(&document.text))?;
                    say("End of the document.")?;
                    continue;
                }
                None => unknown(),
            },
            (Place::Chart(chart), Some("u")) => {
                let unread = |d: &&Document| !chart.seen.contains(&d.identifier);
                match chart.chart.documents.iter().filter(unread).min_by_key(|d| d.time) {
                    Some(document) => {
                        desk.mark_seen(&chart.chart.encounter.identifier, &document.identifier, document.version)?;
                        say(&document_line(chart, document))?;
                        say(&text::multiline(&document.text))?;
                        say("End of the document. u reads the next one.")?;
                        let again = desk.chart(&chart.chart.encounter.identifier)?;
                        place = Place::Chart(Box::new(again));
                    }
                    None => say("Every document of this chart was read.")?,
                }
                continue;
            }
            (Place::Chart(chart), Some("f")) if !rest.is_empty() => {
                say(&inside(desk, chart, rest)?)?;
                continue;
            }
            (Place::Chart(chart), Some("e")) => match number(1).and_then(|at| chart.gaps.get(at)) {
                Some(row) => {
                    let tree = desk.explain(&chart.chart.encounter.identifier, &row.gap.item, None)?;
                    let mut told = vec![row.gap.why.clone()];
                    reasons(&tree, 0, &mut told);
                    say(&told.join("\n"))?;
                    continue;
                }
                None => unknown(),
            },
            (Place::Chart(chart), Some("r")) => match number(1).and_then(|at| chart.gaps.get(at)).filter(|row| row.dismissed.is_some()) {
                Some(row) => {
                    desk.reopen_gap(&chart.chart.encounter.identifier, &row.key)?;
                    say("Open again.")?;
                    desk.chart(&chart.chart.encounter.identifier).map(|chart| Some(Place::Chart(Box::new(chart))))
                }
                None => unknown(),
            },
            (Place::Chart(chart), Some("a")) if !rest.is_empty() => {
                desk.note_to_self(&chart.chart.encounter.identifier, rest)?;
                say("Noted, for you alone.")?;
                continue;
            }
            (Place::Chart(chart), Some("t")) => {
                let take = chart.claimed.as_deref() != Some(desk.user());
                desk.claim(&chart.chart.encounter.identifier, take)?;
                say(if take { "Taken on: others see that you have it." } else { "Given back." })?;
                desk.chart(&chart.chart.encounter.identifier).map(|chart| Some(Place::Chart(Box::new(chart))))
            }
            (Place::Chart(chart), Some("g")) => match number(1).and_then(|at| chart.gaps.get(at)) {
                Some(row) => {
                    say(&text::one_line(&row.gap.title))?;
                    say(&text::one_line(&row.gap.why))?;
                    row.gap.evidence.iter().try_for_each(|proof| say(&text::one_line(&proof_line(proof))))?;
                    row.gap
                        .searched
                        .iter()
                        .try_for_each(|s| say(&text::one_line(&format!("Looked for and not found: {} ({})", s.what, s.r#where))))?;
                    continue;
                }
                None => unknown(),
            },
            (Place::Chart(chart), Some("x")) => {
                match (number(1).and_then(|at| chart.gaps.get(at)), number(2).and_then(|at| DismissReason::ALL.get(at))) {
                    (Some(row), Some(reason)) if *reason != DismissReason::Other => {
                        desk.dismiss_gap(&chart.chart.encounter.identifier, &row.key, *reason, "")?;
                        say(&format!("Set aside: {}.", reason.label()))?;
                        desk.chart(&chart.chart.encounter.identifier).map(|chart| Some(Place::Chart(Box::new(chart))))
                    }
                    _ => {
                        let reasons = DismissReason::ALL.iter().enumerate().filter(|(_, r)| **r != DismissReason::Other);
                        say("x, the number of the gap, the number of the reason:")?;
                        reasons.map(|(at, r)| format!("{}: {}", at + 1, r.label())).try_for_each(|words| say(&words))?;
                        continue;
                    }
                }
            }
            (Place::Chart(chart), Some("m")) => match words.get(1).and_then(|d| d.parse::<u32>().ok()) {
                Some(days) => {
                    desk.set_next_review(&chart.chart.encounter.identifier, days)?;
                    say(&format!("Next look in {days} days."))?;
                    continue;
                }
                None => unknown(),
            },
            (Place::Chart(chart), Some("w")) => match number(1).and_then(|at| chart.gaps.get(at)) {
                Some(row) => {
                    let draft = desk.draft_for_gap(&chart.chart.encounter.identifier, &row.key)?;
                    say(&desk.provider_view(&draft.draft, Some(draft.row.id)))?;
                    say(&format!("Draft {0} is kept. send {0} checks and sends it, `lacuna query edit {0}` changes it.", draft.row.id))?;
                    continue;
                }
                None => unknown(),
            },
            (Place::Chart(chart), Some("l")) => {
                for o in chart.chart.observations.iter().rev().take(60) {
                    let value = o.value.as_ref().map(value_words).unwrap_or_default();
                    let range = match (o.low, o.high) {
                        (Some(low), Some(high)) => format!(", range {low} to {high}"),
                        _ => String::new(),
                    };
                    say(&format!("{} {value}{range}, {}", text::one_line(&o.name), o.time.map(|t| t.display()).unwrap_or_default()))?;
                }
                continue;
            }
            (Place::Chart(_), Some(_)) => unknown(),
        };
        match step {
            Ok(Some(next)) => {
                place = next;
                say(&shown(&place))?;
            }
            Ok(None) => say(&shown(&place))?,
            Err(trouble) => say(&trouble.to_string())?,
        }
    }
}

fn unknown() -> Result<Option<Place>> {
    Err(Trouble::input("that is not understood").hint("? says where you are and what can be typed"))
}

fn broken(error: io::Error) -> Trouble {
    Trouble::system("the conversation cannot go on").why(error)
}

fn value_words(value: &Value) -> String {
    match value {
        Value::Quantity(q) => {
            format!(
                "{}{}{}",
                q.comparator.as_deref().unwrap_or_default(),
                q.value,
                q.unit.as_deref().map(|u| format!(" {u}")).unwrap_or_default()
            )
        }
        Value::Text(words) => text::one_line(words),
    }
}

/// Signs that lines of ours are written with, as ASCII.
fn ascii(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '\u{2192}' => out.push_str("to"),
            '\u{201c}' | '\u{201d}' => out.push('"'),
            '\u{2018}' | '\u{2019}' => out.push('\''),
            '\u{2026}' => out.push_str("..."),
            c => out.push(c),
        }
    }
    out
}

fn severity(of: Severity) -> &'static str {
    match of {
        Severity::High => "needs an answer",
        Severity::Warn => "worth a look",
        Severity::Info => "worth knowing",
    }
}

fn shown(place: &Place) -> String {
    match place {
        Place::Worklist(list) => {
            let mut text = format!("Worklist, {}: {} charts, {} with something new.", list.view.label(), list.rows.len(), list.with_new);
            for (at, row) in list.rows.iter().enumerate() {
                let age = row.age.map(|a| format!(", {a} years")).unwrap_or_default();
                text.push_str(&format!(
                    "\n{}. {}{age}, {}. {}. Gaps {}, documents to read {}.",
                    at + 1,
                    text::one_line(&row.patient),
                    text::one_line(row.unit.as_deref().unwrap_or("no unit")),
                    text::one_line(
                        &row.note_alone.iter().map(|note| &note.words).chain(&row.reasons).cloned().collect::<Vec<_>>().join("; ")
                    ),
                    row.gaps.unwrap_or(0),
                    row.unseen
                ));
            }
            text.push_str("\nType a number to open a chart, v for other views, s and words to search all charts, k for the queries, q to leave, ? to hear this again.");
            text
        }
        Place::Chart(view) => chart(view),
    }
}

fn chart(view: &ChartView) -> String {
    let patient = view.chart.patient.as_ref().map_or_else(|| "Patient not given".to_owned(), |p| p.display());
    let mut text = format!("Chart of {}, stay {}.", text::one_line(&patient), text::one_line(view.chart.encounter.name()));
    if let Some(who) = &view.claimed {
        text.push_str(&format!(" {} has it.", text::one_line(who)));
    }
    if let Some(words) = &view.note {
        text.push_str(&format!("\nYour note: {}.", text::one_line(words)));
    }
    text.push_str(&format!("\n{} documents:", view.chart.documents.len()));
    for document in &view.chart.documents {
        text.push_str(&format!("\n{}", document_line(view, document)));
    }
    for w in &view.withheld {
        text.push_str(&format!("\nWithheld: a {}. lacuna note with --break-glass opens it.", w.class.label()));
    }
    text.push_str(&format!("\n{} gaps:", view.gaps.len()));
    for (at, row) in view.gaps.iter().enumerate() {
        let state = match (&row.dismissed, row.query) {
            (Some(reason), _) => format!(", set aside: {reason}"),
            (None, Some(id)) => format!(", query {id} asks about it"),
            (None, None) => String::new(),
        };
        text.push_str(&format!("\ng {}. {}: {}{state}.", at + 1, severity(row.gap.severity), text::one_line(&row.gap.title)));
    }
    text.push_str("\nType d and a number to read a document, u for the oldest one not read, f and words to find them in this chart, l for the newest values,");
    text.push_str("\ng and a number for a gap with its proof, e and a number for how it was decided, x to set a gap aside, r and a number to open it again,");
    text.push_str(
        "\nw and a number to write a query, send and its number to check and send it, k for the queries, k and a number to read one,",
    );
    text.push_str("\na and words for a note to yourself, t to take the chart on or give it back, s and words to search all charts,");
    text.push_str("\nm and days for your next look, b for the worklist, q to leave, ? to hear this again.");
    text
}

fn document_line(view: &ChartView, document: &Document) -> String {
    let at = view.chart.documents.iter().position(|d| d.identifier == document.identifier).unwrap_or(0);
    let read = if view.seen.contains(&document.identifier) { "read" } else { "not read yet" };
    let judged = view.readings.get(at).map(|r| r.document_type).unwrap_or_default();
    let kind = document.document_type.unwrap_or(judged).label();
    let author = document.author.as_ref().map_or("author not given", |a| a.display());
    let time = document.time.map(|t| t.display()).unwrap_or_else(|| "no date".to_owned());
    format!("d {}. {kind}, {time}, {}, {read}.", at + 1, text::one_line(author))
}
