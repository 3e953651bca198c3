//! `lacuna query export`, `lacuna query answer --from` and `lacuna report queries`.

use super::args::{ExportForm, Global, ReportCommand};
use super::input::{self, Wanted};
use super::out::{self, Out};
use super::place;
use crate::chart::Instant;
use crate::error::{Result, Trouble};
use crate::query::{Draft, FigureGroup, LintSeverity, Sheet, bundle, csv, letter, mark, marked, mdm, render_markdown};
use crate::work::{AnswersReport, Desk, LocalDesk};
use std::path::PathBuf;

/// Prints queries as the provider may have them.
pub fn export(global: &Global, ids: &[i64], all: bool, form: ExportForm) -> Result<u8> {
    let desk = place::desk(global)?;
    let sheets = desk.sheets(if all { None } else { Some(ids) }, &format!("{form:?}").to_lowercase())?;
    if sheets.is_empty() {
        return Err(Trouble::input("no query was sent yet").hint("`lacuna query list` shows the drafts"));
    }
    // What a rule blocks does not leave, marked or not.
    for sheet in sheets.iter().filter(|s| s.state.is_draft()) {
        let report = desk.lint_stored(sheet.query)?;
        if report.blocks() {
            let rules: std::collections::BTreeSet<&str> =
                report.diagnostics.iter().filter(|d| d.severity == LintSeverity::Block).map(|d| d.rule).collect();
            return Err(Trouble::refused("the draft was not written out")
                .at(format!("query {}", sheet.query), None)
                .why(format!("blocked by {}", rules.into_iter().collect::<Vec<_>>().join(", ")))
                .hint("`lacuna query lint` says what each rule wants; `lacuna query show` shows the draft"));
        }
    }
    match form {
        ExportForm::Text => out::lines(&sheets.iter().map(|s| s.text.clone()).collect::<Vec<_>>().join("\n\n"))?,
        ExportForm::Markdown => {
            let pages: Vec<String> = sheets.iter().map(|s| Ok(markdown(&desk.query(s.query)?.draft, s))).collect::<Result<_>>()?;
            out::lines(&pages.join("\n\n"))?;
        }
        ExportForm::Html => out::lines(&letter(&sheets))?,
        ExportForm::Json => match sheets.as_slice() {
            [one] if !all => out::json_line(one)?,
            many => out::json_line(&many)?,
        },
        ExportForm::Fhir => out::json_line(&bundle(&sheets))?,
        // Segments end with a carriage return; the text boundary would make it visible, and the escapes of the form leave no other.
        ExportForm::Hl7 => out::machine(&mdm(&sheets, &desk.now()))?,
        ExportForm::Csv => out::machine(&csv(&sheets))?,
    }
    Ok(0)
}

fn markdown(draft: &Draft, sheet: &Sheet) -> String {
    let draft = match mark(sheet.state) {
        Some(mark) => Draft { title: marked(mark, &draft.title), ..draft.clone() },
        None => draft.clone(),
    };
    let before = sheet.replaces.as_ref().map(|before| (before.version, before.sent.as_ref()));
    render_markdown(&draft, Some(sheet.query), sheet.sent.as_ref(), before)
}

/// A file of answers: some megabytes at most.
const ANSWERS: Wanted =
    Wanted { what: "file of answers", most: 64 << 20, hint: "a FHIR QuestionnaireResponse, HL7 v2 MDM messages, or a CSV" };

/// Reads answers from files.
pub fn import_answers(desk: &LocalDesk, files: &[PathBuf], out: &Out) -> Result<u8> {
    let mut report = AnswersReport::default();
    for file in files {
        let source = file.display().to_string();
        match input::text(file, ANSWERS) {
            Ok(text) => report.extend(desk.import_answers(&source, &text)?),
            Err(trouble) => report.rejects.push(trouble.into()),
        }
    }
    out.show(&report, || {
        let mut lines = vec![format!("{} answered", report.answered.len())];
        lines.extend(report.unchanged.iter().map(|id| format!("query {id} had this answer already")));
        let own = "ticked no option; its words are kept as the answer: read them before you close it";
        lines.extend(report.in_words.iter().map(|id| format!("note: the answer to query {id} {own}")));
        lines.extend(report.notes.iter().map(|(id, note)| format!("note: query {id}: {note}")));
        lines.extend(report.rejects.iter().map(|r| {
            let place = [r.source.clone(), r.line.map(|l| l.to_string())].into_iter().flatten().collect::<Vec<_>>().join(":");
            let hint = r.hint.as_ref().or(r.why.as_ref()).map(|h| format!("; {h}")).unwrap_or_default();
            format!("refused: {place}: {}{hint}", r.what)
        }));
        lines.join("\n")
    })?;
    Ok(if report.rejects.is_empty() { 0 } else { 2 })
}

/// Figures.
pub fn report(global: &Global, command: &ReportCommand, out: &Out) -> Result<u8> {
    let ReportCommand::Queries { from, to, rows } = command;
    let day = |name: &str, text: &Option<String>| match text {
        None => Ok(None),
        Some(text) => {
            Instant::parse(text).map(Some).ok_or_else(|| Trouble::input("that is no day").at(name, None).hint("as in 2026-11-20"))
        }
    };
    let (from, to) = (day("--from", from)?, day("--to", to)?.and_then(|t| t.plus_hours(24)));
    let groups = place::desk(global)?.query_figures(from, to)?;
    out.show(&groups, || plain(&groups, *rows)).map(|()| 0)
}

fn plain(groups: &[FigureGroup], rows: bool) -> String {
    let mut text = String::new();
    for group in groups {
        text.push_str(&format!("{}{}\n", if group.by == "all" { String::new() } else { format!("{}: ", group.by) }, group.name));
        for f in &group.figures {
            let value = match (f.value, f.unit) {
                (None, _) => "-".to_owned(),
                (Some(v), "share") => format!("{:.0} %", v * 100.0),
                (Some(v), "hours") => format!("{v:.1} h"),
                (Some(v), _) => format!("{v:.0}"),
            };
            let of = f.denominator.map(|d| format!("{} of {d}", f.numerator)).unwrap_or_else(|| f.numerator.to_string());
            text.push_str(&format!("  {:<32} {value:>8}   {of}\n", f.name));
            let list = |rows: &[i64]| rows.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
            if rows && !f.rows.is_empty() {
                text.push_str(&format!("      queries {}\n", list(&f.rows)));
            }
            if rows && f.unit == "share" && !f.of.is_empty() {
                text.push_str(&format!("      of {}\n", list(&f.of)));
            }
            for left in f.left_out.iter().filter(|_| f.unit == "share") {
                let which = if rows { format!(": {}", list(&left.rows)) } else { String::new() };
                text.push_str(&format!("      not in it, {}: {}{which}\n", left.why, left.rows.len()));
            }
        }
    }
    if let Some(group) = groups.first() {
        text.push_str("\nWhat they mean\n");
        group.figures.iter().for_each(|f| text.push_str(&format!("  {}: {}\n", f.name, f.definition)));
    }
    text
}
