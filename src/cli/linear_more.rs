//! What `--plain` says of searches, queries and reasons.

use crate::checklist::{Explanation, Outcome};
use crate::error::Result;
use crate::text;
use crate::work::model::{ChartView, QueryRow, SearchPage};
use crate::work::{Desk, SearchRequest};
use lacuna_index::Stop;

/// Hits that are told; more than anybody listens to.
const MOST_HITS: usize = 20;

/// What a search of all charts finds, and for each hit its stay and its document.
pub fn everywhere(desk: &dyn Desk, words: &str) -> Result<(String, Vec<(String, String)>)> {
    let page = desk.search(&SearchRequest { text: words, limit: MOST_HITS, ..SearchRequest::default() }, &Stop::new())?;
    let stays: Vec<_> = page.hits.iter().map(|hit| (hit.encounter.clone().unwrap_or_default(), hit.document.clone())).collect();
    let mut told = head(&page);
    for (at, hit) in page.hits.iter().enumerate() {
        let patient = hit.patient.as_deref().or(hit.title.as_deref()).unwrap_or("no patient");
        told.push_str(&format!("\nh {}. {}, {}", at + 1, text::one_line(patient), quote(hit.date, &hit.snippet)));
    }
    if !page.hits.is_empty() {
        told.push_str("\nType h and a number to open the chart of a hit.");
    }
    Ok((told, stays))
}

/// What is found in one chart, by the numbers of its documents.
pub fn inside(desk: &dyn Desk, chart: &ChartView, words: &str) -> Result<String> {
    let encounter = Some(chart.chart.encounter.identifier.as_str());
    let page = desk.search(&SearchRequest { text: words, encounter, limit: MOST_HITS, ..SearchRequest::default() }, &Stop::new())?;
    let mut told = head(&page);
    for hit in &page.hits {
        let at = chart.chart.documents.iter().position(|d| d.identifier == hit.document);
        let number = at.map_or_else(|| "-".to_owned(), |at| format!("d {}", at + 1));
        told.push_str(&format!("\n{number}. {}", quote(hit.date, &hit.snippet)));
    }
    Ok(told)
}

/// The number of hits, what the words mean, which words were added to them, and what could not be understood.
fn head(page: &SearchPage) -> String {
    let notes = if page.total == 1 { "1 note".to_owned() } else { format!("{} notes", page.total) };
    let mut told = format!("{notes}. Means: {}.", page.meaning);
    for (word, also) in &page.synonyms {
        told.push_str(&format!("\n{word}: also {}.", also.join(", ")));
    }
    for issue in page.issues.iter().chain(&page.notices) {
        told.push_str(&format!("\n{issue}"));
    }
    told
}

fn quote(date: Option<crate::chart::Instant>, words: &str) -> String {
    let date = date.map_or_else(|| "no date".to_owned(), |d| d.display());
    format!("{date}: {}", text::one_line(words).trim())
}

/// Every query by its number.
pub fn queries(rows: &[QueryRow]) -> String {
    if rows.is_empty() {
        return "No query yet. w and the number of a gap writes one.".to_owned();
    }
    let line = |row: &QueryRow| {
        let patient = text::one_line(row.patient.as_deref().unwrap_or("no patient"));
        let to = row.to.as_deref().map(|to| format!(", to {}", text::one_line(to))).unwrap_or_default();
        let due = row.due.map(|due| format!(", due {}", due.display())).unwrap_or_default();
        let late = if row.overdue { ", overdue" } else { "" };
        format!("k {}. {}, {patient}: {}{to}{due}{late}.", row.id, row.state.label(), text::one_line(&row.title))
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// One query as the provider sees it, where it stands, and its answer.
pub fn one_query(desk: &dyn Desk, id: i64) -> Result<String> {
    let view = desk.query(id)?;
    let shown = desk.provider_view(&view.draft, Some(id));
    let answer = view.answer.as_deref().map(|answer| format!("\nThe answer: {}", text::multiline(answer))).unwrap_or_default();
    Ok(format!("Query {id}, {}.\n{}{answer}", view.row.state.label(), text::multiline(&shown)))
}

/// Checks a draft; sends it once that was said plainly.
pub fn send(desk: &dyn Desk, id: i64, yes: bool) -> Result<String> {
    let view = desk.query(id)?;
    let report = desk.lint(&view.draft)?;
    if !report.can_send {
        let all = report.diagnostics.iter().map(|d| format!("{}: {}. {}", d.rule, d.message.trim_end_matches('.'), d.hint));
        return Ok(format!("Not sent:\n{}", all.collect::<Vec<_>>().join("\n")));
    }
    if !yes {
        let shown = text::multiline(&desk.provider_view(&view.draft, Some(id)));
        let to = view.draft.recipient.as_ref().map_or("nobody", |r| r.name.as_str());
        return Ok(format!(
            "{shown}\nNothing was sent yet. send {id} yes sends it to {}; it is recorded and can no longer be changed.",
            text::one_line(to)
        ));
    }
    desk.send(id, view.revision)?;
    Ok(format!("Query {id} is sent and recorded."))
}

/// Why an item fired, one line for each part, deeper parts further in.
pub fn reasons(node: &Explanation, depth: usize, out: &mut Vec<String>) {
    let word = match node.outcome {
        Outcome::Yes => "yes",
        Outcome::No => "no",
        Outcome::CannotTell => "cannot tell",
    };
    let detail = if node.detail.is_empty() { String::new() } else { format!(" ({})", text::one_line(&node.detail)) };
    out.push(format!("{}{word}: {}{detail}", "  ".repeat(depth.min(8)), text::one_line(&node.label)));
    for part in &node.parts {
        reasons(part, depth + 1, out);
    }
}
