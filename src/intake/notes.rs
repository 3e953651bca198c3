//! Notes that come without a chart around them: text files and JSON lines.

use super::desk::{Desk, sha256};
use super::fields::{find, find_named, list_of_words, words};
use super::json::Times;
use super::lines::Named;
use super::walk::{self, Found};
use super::{FieldMap, Origin, decode, fhir, json, rtf};
use crate::chart::{Change, Coding, Document, DocumentStatus, DocumentType, Encounter, Patient, Provider, Record, RecordKind, Role, Sent};
use crate::error::Trouble;
use serde_json::{Map, Value};
use std::io::Read;

/// Bytes of a file that says more of a note, at most.
const SIDE_CAR: u64 = 1 << 20;

/// One text file, or RTF file (`rich`), is one note in an implied encounter of its own.
///
/// What a JSON object `beside` it says (patient, encounter, type, author ...) is the note's.
pub(super) fn note_file(desk: &mut Desk, file: &Found, rich: bool, beside: Option<&Found>) -> Result<(), Trouble> {
    let content = match read(file, desk.limits().line) {
        Ok(content) => content,
        Err(trouble) => {
            desk.reject(trouble.at(&file.source, None));
            return Ok(());
        }
    };
    bytes(desk, file, &content, rich, beside)
}

/// The object that a file beside a note holds. Where it is none, nobody knows whose the note is: the note is refused with it.
fn side_car(side: &Found) -> Result<Map<String, Value>, Trouble> {
    let parsed = read(side, SIDE_CAR).and_then(|content| json::parse(content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&content)));
    let hint = "write one object, as in {\"patient\": \"77\"}, or take it away; the note beside it was not stored";
    match parsed {
        Ok(Value::Object(said)) => Ok(said),
        Ok(_) => {
            Err(Trouble::input("the file beside a note says nothing of it").at(&side.source, None).why("it is no JSON object").hint(hint))
        }
        Err(trouble) => {
            let line = trouble.line;
            Err(trouble.at(&side.source, line).hint(hint))
        }
    }
}

/// Whether a file is one object that is cut off or broken, and no lines of them.
pub(super) fn is_broken_object(file: &Found) -> bool {
    let Ok(content) = read(file, SIDE_CAR) else { return false };
    let lines = content.split(|b| *b == b'\n').filter(|line| json::check(line).is_ok() && line.trim_ascii_start().starts_with(b"{"));
    content.trim_ascii_start().starts_with(b"{") && json::check(&content).is_err() && lines.count() == 0
}

/// The same for a note that is in memory.
pub(super) fn bytes(desk: &mut Desk, file: &Found, content: &[u8], rich: bool, beside: Option<&Found>) -> Result<(), Trouble> {
    let read = if rich { rtf(desk, file, content) } else { plain(content) };
    let decoded = match read {
        Ok(decoded) => decoded,
        Err(trouble) => {
            desk.reject(trouble.at(&file.source, None));
            return Ok(());
        }
    };
    if decoded.encoding.as_deref() == Some(decode::MIXED) {
        desk.notice(decode::told_mixed().at(&file.source, Some(decode::first_odd_line(content))));
    }
    let said = match details(desk, file, &decoded.text, beside) {
        Ok(said) => said,
        Err(trouble) => {
            desk.reject(trouble);
            return Ok(());
        }
    };
    if said.is_empty() { alone(desk, file, decoded) } else { told(desk, file, decoded, said) }
}

/// All that is said of a note outside its text: by the file beside it, by the person who imports, by its name, by its first lines. Which
/// things came from where is told, so that a dry run shows it.
fn details(desk: &mut Desk, file: &Found, text: &str, beside: Option<&Found>) -> Result<Map<String, Value>, Trouble> {
    let said = beside.map(|side| side_car(side).map(|said| (side, said))).transpose()?;
    if let Some((side, _)) = &said {
        let what = "the note's details were read from the file beside it";
        desk.notice(Trouble::input(what).at(&file.source, None).why(format!("{} belongs to it by its name", side.relative)));
    }
    let mut said = said.map(|(_, said)| said).unwrap_or_default();
    let options = desk.options();
    let taken = options.details.add(&mut said, &options.map, &file.relative, text);
    for (from, names) in [("its name", &taken.from_name), ("its first lines", &taken.from_header)] {
        if !names.is_empty() {
            desk.notice(Trouble::input(format!("{} of the note: from {from}", names.join(", "))).at(&file.source, None));
        }
    }
    if taken.misfit {
        let notice = Trouble::input("the file's name does not fit the pattern").why("nothing is taken from it");
        desk.notice(notice.at(&file.source, None).hint("rename it, or give another --names"));
    }
    if !options.details.header && said.is_empty() {
        let open = super::details::header(text);
        if !open.is_empty() {
            let names = open.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            let notice = Trouble::input(format!("the note's first lines seem to say its {names}"));
            desk.notice(notice.at(&file.source, None).why("they are not taken unasked").hint("--header takes them"));
        }
    }
    Ok(said)
}

/// A note of which more is said than its text.
fn told(desk: &mut Desk, file: &Found, decoded: decode::Decoded, mut said: Map<String, Value>) -> Result<(), Trouble> {
    let map = &desk.options().map;
    if let Some(name) = map.text.first() {
        said.insert(name.clone(), Value::String(decoded.text));
    }
    let origin = desk.origin(&file.source, None, Sent::default());
    line(desk, file, &Value::Object(said), &origin, decoded.encoding, &mut Named::default())
}

fn rtf(desk: &mut Desk, file: &Found, content: &[u8]) -> Result<decode::Decoded, Trouble> {
    let hint = "save the note again, as RTF or plain text";
    let read = rtf::to_text(content)
        .map_err(|broken| Trouble::input("the RTF cannot be read").why(format!("{} (byte {})", broken.why, broken.byte)).hint(hint))?;
    if read.text.trim().is_empty() {
        return Err(Trouble::input("the RTF is not a note").why("it has no words").hint(hint));
    }
    if let Some(byte) = read.behind {
        let notice =
            Trouble::input("the RTF goes on behind its end").why(format!("a group too many ends it; from byte {byte} it was left out"));
        desk.notice(notice.at(&file.source, None).hint(hint));
    }
    if let Some(byte) = read.greedy {
        let why = format!("\\uc at byte {byte} is larger than any writer's: one was taken for one");
        let notice = Trouble::input("the RTF takes whole sentences for the stand-ins of a character").why(why);
        desk.notice(notice.at(&file.source, None).hint(hint));
    }
    if read.unknown > 0 {
        let what = format!("{} characters of the RTF could not be read", read.unknown);
        let notice = Trouble::input(what).why("their code page is not known; each stands as U+FFFD");
        desk.notice(notice.at(&file.source, None));
    }
    Ok(decode::Decoded { text: read.text, encoding: Some("rtf".to_owned()) })
}

/// A note of which nothing else is known.
fn alone(desk: &mut Desk, file: &Found, decoded: decode::Decoded) -> Result<(), Trouble> {
    let mut origin = desk.origin(&file.source, None, Sent::default());
    origin.context.by_name = Some(desk.by_name(file));
    let document = Document {
        identifier: file.relative.clone(),
        version: 1,
        encounter: Some(file.relative.clone()),
        sha256: sha256(&decoded.text),
        text: decoded.text,
        encoding: decoded.encoding,
        ..Document::default()
    };
    desk.take(implied(&document), &origin)?;
    desk.take(Record::Document(document), &origin)
}

fn read(file: &Found, limit: u64) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    walk::open(file)?.take(limit + 1).read_to_end(&mut bytes).map_err(|error| walk::unreadable(&file.source, &error))?;
    if bytes.len() as u64 > limit {
        let why = format!("it has more than {} MB", limit >> 20);
        return Err(Trouble::input("the file is too large for one note").why(why).hint("split it into one file per note"));
    }
    Ok(bytes)
}

fn plain(bytes: &[u8]) -> Result<decode::Decoded, Trouble> {
    if let Some(what) = decode::magic(bytes) {
        return Err(Trouble::input("the file is not text").why(format!("it is {what}")).hint("save the note as plain text"));
    }
    decode::decode(bytes)
        .map_err(|refusal| Trouble::input("the file is not a note").why(refusal.why()).hint("save the note again as plain text in UTF-8"))
}

/// The encounter that only holds this note; nothing in it was given.
fn implied(document: &Document) -> Record {
    Record::Encounter(Encounter {
        identifier: document.identifier.clone(),
        patient: document.patient.clone(),
        implied: true,
        ..Encounter::default()
    })
}

/// One JSON line is one note.
pub(super) fn line(
    desk: &mut Desk,
    file: &Found,
    value: &Value,
    origin: &Origin,
    encoding: Option<String>,
    named: &mut Named,
) -> Result<(), Trouble> {
    let map = &desk.options().map;
    let text = match find(value, &map.text) {
        Some(Value::String(text)) if text.trim().is_empty() => Err(("the note is empty", "its text field has no words")),
        Some(Value::String(text)) if text.contains('\0') => Err(("the note is not text", "it holds NUL characters")),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(("the note has no text", "its text field is not a string")),
        None => Err(("the note has no text", "there is no text field")),
    };
    let text = match text {
        Ok(text) => text,
        Err((what, why)) => {
            let hint = format!("the text is looked for in: {}; name another field with --map", map.text.join(", "));
            desk.reject(Trouble::input(what).at(&origin.source, origin.line).why(why).hint(hint));
            return Ok(());
        }
    };
    let given = words(value, &map.id);
    let mut named_by = None;
    if given.is_none() {
        let mut by_name = origin.clone();
        by_name.context.by_name = Some(desk.by_name(file));
        named_by = Some(by_name);
    }
    let origin = named_by.as_ref().unwrap_or(origin);
    let identifier = given.unwrap_or_else(|| match origin.line {
        Some(line) => format!("{}#{line}", file.relative),
        None => file.relative.clone(),
    });
    let given_type = words(value, &map.document_type);
    let times = Times::default();
    let instant = |names: &[String]| find_named(value, names).and_then(|(name, value)| desk.options().details.read(&times, value, name));
    let patient = words(value, &map.patient);
    let encounter = words(value, &map.encounter);
    let amends = words(value, &map.relates_to).filter(|other| *other != identifier);
    let document = Document {
        version: 1,
        encounter: Some(encounter.clone().unwrap_or_else(|| identifier.clone())),
        patient: patient.clone(),
        document_type: given_type.as_deref().and_then(type_of),
        code: code(value, map, given_type),
        title: words(value, &map.title),
        author: person(words(value, &map.author), words(value, &map.role)),
        signer: person(words(value, &map.signer), None),
        signed: instant(&map.signed),
        time: instant(&map.date),
        service: list_of_words(value, &map.service),
        status: if says_yes(value, &map.withdrawn) { DocumentStatus::EnteredInError } else { status(words(value, &map.doc_status)) },
        replaces: amends.is_some() && says_yes(value, &map.replaces),
        amends: amends.clone(),
        sha256: sha256(&text),
        text,
        encoding,
        identifier,
        ..Document::default()
    };
    for notice in times.told() {
        desk.notice(notice.at(&origin.source, origin.line));
    }
    if let Some(replaced) = amends.filter(|_| document.replaces) {
        let (kind, by) = (RecordKind::Document, Some(document.identifier.clone()));
        desk.later(Change::Withdrawn { kind, identifier: replaced, patient: document.patient.clone(), by }, origin);
    }
    if let Some(patient) = patient.clone().filter(|p| named.patient(p)) {
        desk.take(Record::Patient(Patient { identifier: patient, mrn: words(value, &map.mrn), ..Patient::default() }), origin)?;
    }
    match encounter {
        None => desk.take(implied(&document), origin)?,
        Some(identifier) => {
            if named.encounter(&identifier) {
                desk.take(
                    Record::Encounter(Encounter { identifier, patient, payer: words(value, &map.payer), ..Encounter::default() }),
                    origin,
                )?;
            }
        }
    }
    desk.take(Record::Document(document), origin)
}

/// The sender's own code: the one that is given as one, else the words for the type, where they are not our own name of it.
fn code(value: &Value, map: &FieldMap, given_type: Option<String>) -> Option<Coding> {
    let system = words(value, &map.code_system);
    match words(value, &map.code) {
        Some(code) => {
            let system = system.or_else(|| DocumentType::from_loinc(&code).map(|_| "http://loinc.org".to_owned()));
            Some(Coding { system, code, display: words(value, &map.code_name) })
        }
        None => {
            given_type.filter(|given| DocumentType::from_name(given).is_none()).map(|code| Coding { system: None, code, display: None })
        }
    }
}

fn says_yes(value: &Value, names: &[String]) -> bool {
    matches!(words(value, names).map(|said| said.to_lowercase()).as_deref(), Some("1" | "true" | "yes" | "y"))
}

/// Where a note stands, in FHIR's words; any other says nothing.
fn status(said: Option<String>) -> DocumentStatus {
    match said.map(|said| said.to_lowercase().replace([' ', '_'], "-")).as_deref() {
        Some("preliminary") => DocumentStatus::Preliminary,
        Some("final") => DocumentStatus::Final,
        Some("amended" | "corrected") => DocumentStatus::Amended,
        Some("entered-in-error") => DocumentStatus::EnteredInError,
        _ => DocumentStatus::NotGiven,
    }
}

pub(super) fn person(name: Option<String>, role: Option<String>) -> Option<Provider> {
    let given = role.as_deref().map(Role::from_credential);
    let role = given.or_else(|| name.as_deref().map(fhir::role_of_name)).unwrap_or_default();
    name.is_some().then_some(Provider { name, role, ..Provider::default() })
}

/// A type by its name in the vocabulary, its label, its LOINC code, or the usual words for it.
fn type_of(given: &str) -> Option<DocumentType> {
    let lower = given.trim().to_lowercase();
    let name: String = lower.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    let by_label = || DocumentType::ALL.into_iter().find(|t| t.label().eq_ignore_ascii_case(given.trim()));
    DocumentType::from_name(&name).or_else(|| DocumentType::from_loinc(given.trim())).or_else(by_label).or_else(|| {
        Some(match name.as_str() {
            "h_p" | "history___physical" | "admission_note" | "history_and_physical_note" => DocumentType::HistoryAndPhysical,
            "consult_note" | "consultation_note" => DocumentType::Consultation,
            "progress" | "daily_progress_note" => DocumentType::ProgressNote,
            "ed_provider_note" | "emergency_department_note" => DocumentType::EmergencyNote,
            "operative_note" | "op_note" | "procedure_note" => DocumentType::OperativeReport,
            "ds" | "discharge_note" => DocumentType::DischargeSummary,
            "rr" | "radiology" | "imaging" => DocumentType::RadiologyReport,
            "pathology" => DocumentType::PathologyReport,
            "clinic_note" | "outpatient_note" => DocumentType::OfficeVisit,
            _ => return None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::type_of;
    use crate::chart::DocumentType;

    #[test]
    fn a_type_is_known_by_name_code_label_and_usual_words() {
        for (given, known) in [
            ("discharge_summary", Some(DocumentType::DischargeSummary)),
            ("Discharge summary", Some(DocumentType::DischargeSummary)),
            ("DS", Some(DocumentType::DischargeSummary)),
            ("18842-5", Some(DocumentType::DischargeSummary)),
            ("H&P", Some(DocumentType::HistoryAndPhysical)),
            ("ED note", Some(DocumentType::EmergencyNote)),
            ("Nursing", None),
        ] {
            assert_eq!(type_of(given), known, "{given}");
        }
    }
}
