//! A chart as tables whose columns an import knows again.

use super::class_code;
use crate::chart::{Chart, DocumentStatus, Provider, Sex, Value};
use crate::names::name_of;

/// What a table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Notes, one a row.
    Notes,
    /// Results and vital signs.
    Results,
    /// Stays.
    Stays,
    /// Patients.
    Patients,
}

/// A table of charts. A cell that a spreadsheet would take for a formula begins with `'`, unless `raw`.
pub fn table(charts: &[Chart], which: Table, raw: bool) -> String {
    match which {
        Table::Notes => notes(charts, raw),
        Table::Results => results(charts, raw),
        Table::Stays => stays(charts, raw),
        Table::Patients => patients(charts, raw),
    }
}

/// A row.
pub(super) fn cells<const N: usize>(cells: [Option<String>; N]) -> Vec<String> {
    cells.into_iter().map(Option::unwrap_or_default).collect()
}

/// Rows as CSV (RFC 4180).
pub(super) fn write(head: &[&str], rows: impl Iterator<Item = Vec<String>>, raw: bool) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Memory takes every row, and every row has the cells of the first.
    writer.write_record(head).ok();
    for row in rows {
        writer.write_record(row.iter().map(|cell| guarded(cell, raw))).ok();
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// What a formula begins with, for a spreadsheet.
pub(crate) const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A cell that no spreadsheet takes for a formula; a number stays a number. One that looks guarded already is guarded once more, so that
/// whoever takes one `'` away has what was there.
fn guarded(cell: &str, raw: bool) -> String {
    let bare = cell.trim_start_matches('\'');
    let formula = bare.starts_with(FORMULA) && (bare.len() < cell.len() || cell.parse::<f64>().is_err());
    if formula && !raw { format!("'{cell}") } else { cell.to_owned() }
}

fn notes(charts: &[Chart], raw: bool) -> String {
    let head = [
        "id",
        "type",
        "title",
        "author",
        "signer",
        "signed",
        "date",
        "patient",
        "mrn",
        "encounter",
        "encounter_guessed",
        "service",
        "withdrawn",
        "loinc",
        "code_system",
        "code_name",
        "doc_status",
        "relates_to",
        "replaces",
        "text",
    ];
    let person = |p: &Option<Provider>| p.as_ref().and_then(|p| p.name.clone());
    let rows = charts.iter().flat_map(|chart| {
        chart.documents.iter().map(move |d| {
            cells([
                Some(d.identifier.clone()),
                d.document_type.map(|t| t.name().to_owned()),
                d.title.clone(),
                person(&d.author),
                person(&d.signer),
                d.signed.map(|t| t.to_string()),
                d.time.map(|t| t.to_string()),
                d.patient.clone(),
                chart.patient.as_ref().and_then(|p| p.mrn.clone()),
                d.encounter.clone().filter(|_| !chart.encounter.implied && !d.guessed),
                Some(chart.encounter.identifier.clone()).filter(|_| d.guessed),
                d.service.clone(),
                (d.status == DocumentStatus::EnteredInError).then(|| "1".to_owned()),
                d.code.as_ref().map(|c| c.code.clone()),
                d.code.as_ref().and_then(|c| c.system.clone()),
                d.code.as_ref().and_then(|c| c.display.clone()),
                (d.status != DocumentStatus::NotGiven).then(|| name_of(&d.status)),
                d.amends.clone(),
                d.replaces.then(|| "1".to_owned()),
                Some(d.text.clone()),
            ])
        })
    });
    write(&head, rows, raw)
}

fn results(charts: &[Chart], raw: bool) -> String {
    let head = [
        "result_id",
        "label",
        "loinc",
        "value",
        "unit",
        "ref_range_lower",
        "ref_range_upper",
        "flag",
        "status",
        "date",
        "patient",
        "encounter",
        "encounter_guessed",
    ];
    let all = charts.iter().flat_map(|chart| chart.observations.iter().map(move |o| (&chart.encounter.identifier, o)));
    let rows = all.map(|(stay, o)| {
        let (value, unit) = match &o.value {
            None => (None, None),
            Some(Value::Text(text)) => (Some(text.clone()), None),
            Some(Value::Quantity(q)) => (Some(format!("{}{}", q.comparator.clone().unwrap_or_default(), q.value)), q.unit.clone()),
        };
        cells([
            Some(o.identifier.clone()),
            Some(o.name.clone()),
            o.code.as_ref().map(|c| c.code.clone()),
            value,
            unit,
            o.low.map(|n| n.to_string()),
            o.high.map(|n| n.to_string()),
            o.interpretation.clone(),
            o.status.clone(),
            o.time.map(|t| t.to_string()),
            o.patient.clone(),
            o.encounter.clone(),
            Some(stay.clone()).filter(|_| o.encounter.is_none()),
        ])
    });
    write(&head, rows, raw)
}

fn stays(charts: &[Chart], raw: bool) -> String {
    let head = [
        "encounter",
        "account",
        "patient",
        "admitted",
        "discharged",
        "class",
        "service",
        "attending",
        "bed",
        "reason",
        "disposition",
        "payer",
    ];
    let rows = charts.iter().map(|chart| &chart.encounter).filter(|e| !e.implied).map(|e| {
        cells([
            Some(e.identifier.clone()),
            e.account.clone(),
            e.patient.clone(),
            e.start.map(|t| t.to_string()),
            e.end.map(|t| t.to_string()),
            class_code(e.class).map(str::to_owned),
            e.service.clone(),
            e.attending.as_ref().and_then(|p| p.name.clone()),
            e.locations.last().map(|place| place.name.clone()),
            e.reason.clone(),
            e.disposition.clone(),
            e.payer.clone().filter(|_| !e.payer_guessed),
        ])
    });
    write(&head, rows, raw)
}

fn patients(charts: &[Chart], raw: bool) -> String {
    let head = ["patient", "mrn", "family", "given", "birth", "sex", "died", "mrn_authority", "mrn_system"];
    let mut seen = std::collections::BTreeSet::new();
    let rows = charts.iter().filter_map(|chart| chart.patient.as_ref()).filter(|p| seen.insert(p.identifier.clone())).map(|p| {
        cells([
            Some(p.identifier.clone()),
            p.mrn.clone(),
            p.family.clone(),
            p.given.clone(),
            p.birth.map(|t| t.to_string()),
            Some(p.sex).filter(|sex| *sex != Sex::NotGiven).map(|sex| sex.letter().to_owned()),
            p.died.map(|t| t.to_string()),
            p.mrn_from.as_ref().and_then(|a| a.name.clone()),
            p.mrn_from.as_ref().and_then(|a| a.uri.clone()),
        ])
    });
    write(&head, rows, raw)
}
