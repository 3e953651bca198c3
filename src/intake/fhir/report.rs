//! DiagnosticReports and Compositions: documents whose text stands in other places.

use super::super::desk::sha256;
use super::super::json::{list, text};
use super::super::{decode, html};
use super::document::{is_one_of, related, status, type_and_code};
use super::scope::contained;
use super::{Out, Scope, attachment, code, id};
use crate::chart::{Change, Document, DocumentType, Record, RecordKind};
use crate::error::{Result, Trouble};
use serde_json::Value;

/// A DiagnosticReport with words of its own: the report, with its conclusion at the end unless it is in there. A report that
/// only groups observations holds no document; those that stand inside it are its results.
pub(super) fn diagnostic_report(resource: &Value, scope: &Scope, out: &mut Out) -> Result<()> {
    results_inside(resource, scope, out)?;
    let (mut best, mut not_read) = (None, Vec::new());
    for form in list(resource, "presentedForm") {
        match attachment::read(form, resource, scope) {
            Ok(decoded) if best.is_none() => best = Some(decoded),
            Ok(_) => {}
            Err(why) => not_read.push(why),
        }
    }
    let conclusion = text(resource, &["conclusion"]).filter(|c| !c.contains('\0'));
    let decoded = match (best, conclusion) {
        (Some(mut decoded), Some(conclusion)) => {
            if !decoded.text.contains(&conclusion) {
                decoded.text = format!("{}\n\nCONCLUSION:\n{conclusion}\n", decoded.text.trim_end());
            }
            decoded
        }
        (Some(decoded), None) => decoded,
        (None, Some(conclusion)) => decode::Decoded { text: conclusion, encoding: out.encoding.clone() },
        (None, None) => {
            let Some(what) = not_read.into_iter().next() else { return Ok(()) };
            let hint = "ask the sender for the report as plain text in the same file";
            let trouble = Trouble::input(what).why("only text inside the file is read").hint(hint);
            if out.records.is_empty() {
                return Err(trouble);
            }
            out.notices.push(trouble); // its results were read
            return Ok(());
        }
    };
    out.notices.extend(not_read.into_iter().map(|what| Trouble::input(what).why("the report's text was read from elsewhere in it")));
    let (by_code, coding) = type_and_code(resource, "code");
    let signer = scope.person_at(resource, "resultsInterpreter");
    out.records.push(Record::Document(Document {
        identifier: format!("DiagnosticReport/{}", id(resource).unwrap_or_default()),
        version: 1,
        encounter: scope.target_at(resource, "encounter", "Encounter"),
        patient: scope.patient(resource),
        document_type: by_code.or_else(|| by_category(resource)),
        code: coding,
        title: text(resource, &["code", "text"]).or_else(|| code::words(resource, "code")),
        status: status(None, text(resource, &["status"]).as_deref()),
        author: signer.or_else(|| scope.person_at(resource, "performer")),
        time: out
            .instant(resource, &["effectiveDateTime"])
            .or_else(|| out.instant(resource, &["effectivePeriod", "start"]))
            .or_else(|| out.instant(resource, &["issued"])),
        service: code::words(resource, "category"),
        sha256: sha256(&decoded.text),
        text: decoded.text,
        encoding: decoded.encoding,
        ..Document::default()
    }));
    Ok(())
}

/// Results that stand inside their report: what they don't say themselves, the report says.
fn results_inside(report: &Value, scope: &Scope, out: &mut Out) -> Result<()> {
    let name = format!("DiagnosticReport/{}", id(report).unwrap_or_default());
    let (patient, encounter) = (scope.patient(report), scope.target_at(report, "encounter", "Encounter"));
    for reference in list(report, "result") {
        let Some(inside) = contained(reference, report) else { continue };
        let (Some(local), Some("Observation")) = (text(inside, &["id"]), inside.get("resourceType").and_then(Value::as_str)) else {
            continue;
        };
        let mut whole = inside.clone();
        let Some(fields) = whole.as_object_mut() else { continue };
        fields.insert("id".to_owned(), Value::String(format!("{name}#{local}")));
        let timed = fields.keys().any(|key| key.starts_with("effective"));
        for key in ["effectiveDateTime", "effectivePeriod", "status", "category"] {
            let given = fields.contains_key(key) || timed && key.starts_with("effective");
            if let Some(value) = report.get(key).filter(|_| !given) {
                fields.insert(key.to_owned(), value.clone());
            }
        }
        // A reference to what stands beside it is the report's own.
        for key in ["subject", "encounter"] {
            if inside.get(key).is_some_and(|reference| contained(reference, report).is_some()) {
                fields.remove(key);
            }
        }
        let before = out.records.len();
        super::observation::read(&whole, scope, out)?;
        for record in out.records.iter_mut().skip(before) {
            if let Record::Observation(o) = record {
                o.patient = o.patient.take().or_else(|| patient.clone());
                o.encounter = o.encounter.take().or_else(|| encounter.clone());
            }
        }
    }
    Ok(())
}

/// The type by the service that made the report.
fn by_category(resource: &Value) -> Option<DocumentType> {
    code::codings(resource, "category").find_map(|coding| type_of_section(&coding.code))
}

/// The type by the code of the service that made a report (HL7 table 0074, LOINC parts).
pub(in crate::intake) fn type_of_section(code: &str) -> Option<DocumentType> {
    const IMAGING: [&str; 14] = ["RAD", "RUS", "RX", "CT", "CTH", "CUS", "NMR", "NMS", "OUS", "VUS", "VR", "XRC", "imaging", "LP29684-5"];
    const TISSUE: [&str; 5] = ["PAT", "SP", "CP", "PTH", "LP7839-6"];
    const LABORATORY: [&str; 8] = ["LAB", "CH", "HM", "MB", "MCB", "BLB", "SR", "LP29693-6"];
    [(IMAGING.as_slice(), DocumentType::RadiologyReport), (&TISSUE, DocumentType::PathologyReport), (&LABORATORY, DocumentType::Other)]
        .into_iter()
        .find(|(codes, _)| codes.contains(&code))
        .map(|(_, document_type)| document_type)
}

/// A Composition: its sections in order, each with its title.
pub(super) fn composition(resource: &Value, scope: &Scope, out: &mut Out) -> Result<()> {
    let mut written = String::new();
    for section in list(resource, "section") {
        write_section(section, &mut written);
    }
    if written.trim().is_empty() {
        written = text(resource, &["text", "div"]).map(|div| html::to_text(&div)).unwrap_or_default();
    }
    if written.trim().is_empty() || written.contains('\0') {
        let why = "its sections have no readable narrative";
        return Err(Trouble::input("the Composition has no text").why(why).hint("ask the sender to export it with narratives"));
    }
    let attester = list(resource, "attester").iter().find(|a| {
        let mode = text(a, &["mode"]).or_else(|| code::plain(a, "mode"));
        matches!(mode.as_deref(), Some("legal" | "professional" | "official"))
    });
    let (document_type, code) = type_and_code(resource, "type");
    let (amends, replaced) = related(resource, "targetReference", scope);
    let replaces = is_one_of(amends.as_deref(), &replaced);
    let own = format!("Composition/{}", id(resource).unwrap_or_default());
    out.changes.extend(replaced.into_iter().map(|id| Change::Withdrawn {
        kind: RecordKind::Document,
        identifier: format!("Composition/{id}"),
        patient: scope.patient(resource),
        by: Some(own.clone()),
    }));
    out.records.push(Record::Document(Document {
        identifier: own,
        version: 1,
        encounter: scope.target_at(resource, "encounter", "Encounter"),
        patient: scope.patient(resource),
        document_type,
        code,
        title: text(resource, &["title"]),
        status: status(None, text(resource, &["status"]).as_deref()),
        author: scope.person_at(resource, "author"),
        signer: attester.and_then(|a| scope.person(a.get("party")?, resource)),
        signed: attester.and_then(|a| out.instant(a, &["time"])),
        time: out.instant(resource, &["date"]),
        sha256: sha256(&written),
        text: written,
        encoding: out.encoding.clone(),
        amends: amends.map(|id| format!("Composition/{id}")),
        replaces,
        ..Document::default()
    }));
    Ok(())
}

/// Sections nest at most as deep as the parser lets JSON nest.
fn write_section(section: &Value, out: &mut String) {
    let narrative = text(section, &["text", "div"]).map(|div| html::to_text(&div)).unwrap_or_default();
    if let Some(title) = text(section, &["title"]).or_else(|| code::words(section, "code")) {
        out.push_str(&title);
        out.push_str(":\n");
    }
    if !narrative.is_empty() {
        out.push_str(&narrative);
        out.push_str("\n\n");
    }
    for inner in list(section, "section") {
        write_section(inner, out);
    }
}
