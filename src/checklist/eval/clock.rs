//! Documents within time limits: not there when the time is up, or there too late.

use super::{Finding, Verdict, describe, node, yes_if};
use crate::chart::{Document, DocumentType, Instant, Procedure};
use crate::checklist::facts::{Facts, quote, record_proof, type_of};
use crate::checklist::item::{Clock, ClockStart};
use crate::checklist::words::has_word;
use crate::checklist::{Explanation, GapKind, Outcome, Searched};
use crate::reading::Reading;

/// One running of the clock.
struct Run<'a> {
    start: Instant,
    /// A document counts when it was written before this.
    until: Option<Instant>,
    procedure: Option<&'a Procedure>,
}

pub(super) fn run(check: &Clock, kind: GapKind, facts: &Facts<'_>) -> Verdict {
    let labels: Vec<String> = check.document.iter().map(|t| t.label().to_owned()).collect();
    let wanted = describe::choice(&labels);
    let start_name = match check.start {
        ClockStart::Admission => "admission",
        ClockStart::ProcedureEnd => "the end of the procedure",
        ClockStart::Discharge => "discharge",
    };
    let label = format!("{wanted} within {} of {start_name}", describe::hours(check.limit_hours as f64));
    let runs = runs(check, facts);
    if runs.is_empty() {
        let (outcome, detail) = match check.start {
            ClockStart::Admission => (Outcome::CannotTell, "the time of admission was not given"),
            ClockStart::ProcedureEnd => (Outcome::No, "no procedure with a time needs one"),
            ClockStart::Discharge => (Outcome::No, "not discharged"),
        };
        return Verdict { findings: Vec::new(), tree: node(label, outcome, detail, Vec::new()) };
    }
    let mut findings = Vec::new();
    let mut parts = Vec::new();
    for run in runs {
        let (finding, tree) = one(check, kind, facts, &run, &wanted);
        findings.extend(finding);
        parts.push(tree);
    }
    let outcome = if findings.is_empty() {
        if parts.iter().all(|p: &Explanation| p.outcome == Outcome::CannotTell) { Outcome::CannotTell } else { Outcome::No }
    } else {
        Outcome::Yes
    };
    Verdict { findings, tree: node(label, outcome, "", parts) }
}

fn runs<'a>(check: &Clock, facts: &Facts<'a>) -> Vec<Run<'a>> {
    let chart = facts.chart();
    let encounter = &chart.encounter;
    if let (Some(least), Some(begin)) = (check.min_stay_hours, encounter.start)
        && encounter.end.unwrap_or(facts.as_of).hours_since(&begin) < least as f64
    {
        return Vec::new();
    }
    match check.start {
        // The H&P clock starts with the earlier of registration and the order to admit.
        ClockStart::Admission => {
            let start = encounter.start.into_iter().chain(encounter.admitted).min();
            start.map(|start| Run { start, until: None, procedure: None }).into_iter().collect()
        }
        ClockStart::Discharge => encounter.end.map(|start| Run { start, until: None, procedure: None }).into_iter().collect(),
        ClockStart::ProcedureEnd => {
            let mut runs: Vec<Run<'a>> = Vec::new();
            for procedure in chart.procedures.iter().filter(|p| needs_report(check, p)) {
                let (Some(begin), Some(end)) = (procedure.start.or(procedure.end), procedure.end.or(procedure.start)) else { continue };
                if let Some(before) = runs.last_mut() {
                    if begin.hours_since(&before.start) < check.session_hours {
                        continue;
                    }
                    before.until = Some(begin);
                }
                runs.push(Run { start: end, until: None, procedure: Some(procedure) });
            }
            runs
        }
    }
}

/// Whether a procedure's category or name is among those that need the document.
pub(super) fn needs_report(check: &Clock, procedure: &Procedure) -> bool {
    surgical(procedure, &check.procedures, &check.not_procedures)
}

/// Whether a procedure was done and its category or name holds one of the words, and none of the others.
pub(super) fn surgical(procedure: &Procedure, words: &[String], not: &[String]) -> bool {
    let status = procedure.status.as_deref().unwrap_or("completed");
    let holds = |word: &String| has_word(&procedure.name, word) || has_word(procedure.category.as_deref().unwrap_or_default(), word);
    status.eq_ignore_ascii_case("completed") && (words.is_empty() || words.iter().any(holds)) && !not.iter().any(holds)
}

fn one(check: &Clock, kind: GapKind, facts: &Facts<'_>, run: &Run<'_>, wanted: &str) -> (Option<Finding>, Explanation) {
    let Some(due) = run.start.plus_hours(check.limit_hours) else {
        return (None, node(wanted, Outcome::CannotTell, "the limit lies outside the calendar", Vec::new()));
    };
    let from = run.procedure.and_then(|p| p.start).unwrap_or(run.start);
    let fits = |document: &Document, reading: &Reading| {
        check.document.contains(&type_of(document, reading))
            && document.time.is_none_or(|time| {
                time.hours_since(&from) >= -(check.early_hours as f64) && run.until.is_none_or(|until| time < until) && time <= facts.as_of
            })
    };
    let mut there: Vec<(&Document, &Reading)> = facts.documents().filter(|(d, r)| fits(d, r)).collect();
    there.sort_by_key(|(d, _)| (d.time.is_none(), d.time));
    let mut finding = Finding { due: Some(due), document_type: check.document.first().map(|t| t.name().to_owned()), ..Finding::default() };
    finding.name("document", check.document.first().copied().map(DocumentType::label).unwrap_or_default());
    finding.name("limit", describe::hours(check.limit_hours as f64));
    finding.name("due", due.display());
    if let Some(procedure) = run.procedure {
        finding.name("procedure", &procedure.name);
        finding.evidence.push(record_proof(&procedure.identifier, &procedure.name, procedure.end.or(procedure.start)));
    }
    let of = run.procedure.map(|p| format!(" for {}", p.name)).unwrap_or_default();
    match (kind, there.first()) {
        (GapKind::MissingDocument, None) => {
            let late = facts.as_of > due;
            let since = facts.as_of.hours_since(&run.start);
            finding.name("hours", describe::hours(since));
            finding.missing = finding.document_type.iter().cloned().collect();
            let all: Vec<String> = facts.documents().map(|(d, _)| d.identifier.clone()).collect();
            finding.searched.push(Searched { what: wanted.to_owned(), r#where: describe::documents(all.len()), documents: all });
            let detail = if late { format!("none{of}; was due {}", due.display()) } else { format!("none yet{of}; due {}", due.display()) };
            (late.then_some(finding), node(format!("no {wanted}{of} when the time is up"), yes_if(late), detail, Vec::new()))
        }
        (GapKind::Overdue, Some((document, reading))) => {
            let Some(time) = document.time else {
                let detail = format!("there{of}, but its time was not given");
                return (None, node(format!("{wanted} written after its limit"), Outcome::CannotTell, detail, Vec::new()));
            };
            let late = time > due;
            finding.name("hours", describe::hours(time.hours_since(&run.start)));
            finding.name("date", time.display());
            finding.name("author", document.author.as_ref().map(|a| a.display()).unwrap_or_default());
            let (start, end) = super::elements::opening(&document.text);
            finding.evidence.insert(0, quote(document, reading, start, end));
            let detail =
                format!("{} written {}; due {}", describe::place(document, reading), if late { "late" } else { "in time" }, due.display());
            (late.then_some(finding), node(format!("{wanted}{of} written after its limit"), yes_if(late), detail, Vec::new()))
        }
        (_, Some((document, reading))) => {
            let detail = format!("there{of}: {}", describe::place(document, reading));
            (None, node(format!("no {wanted}{of} when the time is up"), Outcome::No, detail, Vec::new()))
        }
        (_, None) => {
            let detail = format!("none{of}: that is for the item that looks for its absence");
            (None, node(format!("{wanted} written after its limit"), Outcome::No, detail, Vec::new()))
        }
    }
}
