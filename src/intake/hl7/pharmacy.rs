//! Drugs: what was ordered (RXO, RXE) and each dose that was given (RXA), with dose, route and time.

use super::order::{number, status};
use super::visit::coding;
use super::{Out, change};
use crate::chart::{Change, Coding, Medication, MedicationKind, Record, RecordKind};
use crate::hl7::syntax::Segment;

/// Where a segment has its parts.
struct Fields {
    code: usize,
    low: usize,
    high: Option<usize>,
    unit: usize,
}

/// A drug as it was ordered (RXO) or as the pharmacy filled the order (RXE): of one order and one drug, one record.
pub(super) fn ordered(out: &mut Out, orc: Option<&Segment>, detail: &Segment) -> bool {
    let fields = match detail.name() {
        "RXO" => Fields { code: 1, low: 2, high: Some(3), unit: 4 },
        _ => Fields { code: 2, low: 3, high: Some(4), unit: 5 },
    };
    let Some((identifier, mut drug)) = drug(out, orc, detail, &fields) else { return false };
    drug.identifier = format!("ORC/{identifier}");
    drug.status = orc.and_then(status).map(str::to_owned);
    drug.time = orc.and_then(|orc| out.instant(orc, 9));
    out.records.push(Record::Medication(drug));
    true
}

/// A dose that was given: one record for each drug and time. One that was refused, held back or not given (RXA-20) is no dose; one that is
/// taken back (RXA-21) goes.
pub(super) fn given(out: &mut Out, orc: Option<&Segment>, rxa: &Segment) -> bool {
    let fields = Fields { code: 5, low: 6, high: None, unit: 7 };
    let Some((identifier, mut drug)) = drug(out, orc, rxa, &fields) else { return false };
    drug.identifier = format!("RXA/{identifier}/{}", rxa.at(3, 1).unwrap_or_default());
    if rxa.at(21, 1).as_deref() == Some("D") {
        let patient = out.patient.clone();
        change(out, Change::Withdrawn { kind: RecordKind::Medication, identifier: drug.identifier, patient, by: None });
        return true;
    }
    drug.kind = MedicationKind::Given;
    drug.status = match rxa.at(20, 1).as_deref() {
        Some("RE" | "NA") => Some("not-done".to_owned()),
        Some("PA") => Some("stopped".to_owned()),
        Some("CP") => Some("completed".to_owned()),
        _ => None,
    };
    drug.time = out.instant(rxa, 3);
    // A senders' habit: the end repeats the start of what is given at once.
    drug.end = out.instant(rxa, 4).filter(|end| Some(*end) != drug.time);
    out.records.push(Record::Medication(drug));
    true
}

fn drug(out: &Out, orc: Option<&Segment>, detail: &Segment, fields: &Fields) -> Option<(String, Medication)> {
    let code = coding(detail, fields.code)?;
    let identifier = format!("{}/{}", number(orc, detail)?, code.code);
    let unit = detail.at(fields.unit, 2).or_else(|| detail.at(fields.unit, 1)).map(|unit| format!(" {unit}")).unwrap_or_default();
    // 999 in RXA-6 says that the amount is not known.
    let low = detail.at(fields.low, 1).filter(|low| !(detail.name() == "RXA" && low == "999"));
    let dose = low.map(|low| match fields.high.and_then(|high| detail.at(high, 1)).filter(|high| *high != low) {
        Some(high) => format!("{low}-{high}{unit}"),
        None => format!("{low}{unit}"),
    });
    let behind = out.message.segments.iter().skip_while(|s| s.line <= detail.line).take_while(|s| s.name() != "ORC");
    let route = behind.into_iter().find(|s| s.name() == "RXR").and_then(|rxr| rxr.at(1, 2).or_else(|| rxr.at(1, 1)));
    let drug = Medication {
        encounter: out.encounter.clone(),
        patient: out.patient.clone(),
        name: name_of(&code),
        code: Some(code),
        dose,
        route,
        ..Medication::default()
    };
    Some((identifier, drug))
}

fn name_of(code: &Coding) -> String {
    code.display.clone().unwrap_or_else(|| code.code.clone())
}
