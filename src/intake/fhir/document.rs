//! DocumentReferences.

use super::super::desk::sha256;
use super::super::json::{list, text};
use super::{Out, Scope, attachment, code, extension, id};
use crate::chart::{Change, Coding, Document, DocumentStatus, DocumentType, Record, RecordKind};
use crate::error::{Result, Trouble};
use serde_json::Value;

/// When it was signed.
const SIGNED_AT: &str = "urn:lacuna:signed-at";

/// The type it is read as, where its code does not say it.
const TYPE: &str = "urn:lacuna:document-type";
/// The encoding that it was once read with.
const ENCODING: &str = "urn:lacuna:encoding";

/// A DocumentReference with an inline text.
pub(super) fn read(resource: &Value, scope: &Scope, out: &mut Out) -> Result<()> {
    let mut not_read = Vec::new();
    let mut best = None;
    // Several contents are the same document in several forms; the first readable one is taken, plain text before HTML.
    let mut contents: Vec<&Value> = list(resource, "content").iter().filter_map(|content| content.get("attachment")).collect();
    contents.sort_by_key(|a| text(a, &["contentType"]).is_some_and(|t| !t.starts_with("text/plain")));
    for attachment in contents {
        if best.is_none() {
            match attachment::read(attachment, resource, scope) {
                Ok(decoded) => best = Some(decoded),
                Err(why) => not_read.push(why),
            }
        } else {
            match attachment::read(attachment, resource, scope) {
                Err(why) if !is_text(attachment) => not_read.push(why),
                Ok(decoded) if best.as_ref().is_some_and(|best| !same_words(&best.text, &decoded.text)) => {
                    let size = decoded.text.chars().count();
                    not_read.push(format!("attachment not read: a second text of other words, {size} characters"));
                }
                _ => {}
            }
        }
    }
    let Some(decoded) = best else {
        let what = not_read.into_iter().next().unwrap_or_else(|| "the document has no attachment".to_owned());
        return Err(Trouble::input(what)
            .why("only text inside the file is read")
            .hint("ask the sender for the note as plain text in the same file"));
    };
    out.notices.extend(not_read.into_iter().map(|what| Trouble::input(what).why("the document's text was read from its other attachment")));
    let context = resource.get("context").unwrap_or(&Value::Null);
    let signer = scope.person_at(resource, "authenticator");
    let (document_type, code) = type_and_code(resource, "type");
    let patient = scope.patient(resource);
    let own = id(resource);
    let withdrawn =
        |identifier: String| Change::Withdrawn { kind: RecordKind::Document, identifier, patient: patient.clone(), by: own.clone() };
    // `superseded` alone hides nothing: exporters (Synthea) set it on every note but the newest. What is named as replaced is.
    let (amends, replaced) = related(resource, "target", scope);
    let replaces = is_one_of(amends.as_deref(), &replaced);
    out.changes.extend(replaced.into_iter().map(withdrawn));
    out.records.push(Record::Document(Document {
        identifier: id(resource).unwrap_or_default(),
        version: 1,
        encounter: scope.target_in(context, "encounter", "Encounter", resource),
        patient: patient.clone(),
        document_type: extension(resource, TYPE).and_then(|e| DocumentType::from_name(&text(e, &["valueCode"])?)).or(document_type),
        code,
        title: text(resource, &["description"]),
        status: status(text(resource, &["status"]).as_deref(), text(resource, &["docStatus"]).as_deref()),
        author: scope.person_at(resource, "author"),
        signed: signed_at(resource, out).or_else(|| signed_at(resource.get("authenticator")?, out)).filter(|_| signer.is_some()),
        signer,
        time: out.instant(context, &["period", "start"]).or_else(|| out.instant(resource, &["date"])),
        service: code::words(context, "practiceSetting"),
        sha256: sha256(&decoded.text),
        text: decoded.text,
        encoding: extension(resource, ENCODING).and_then(|e| text(e, &["valueString"])).or(decoded.encoding),
        amends,
        replaces,
        ..Document::default()
    }));
    Ok(())
}

/// Whether two texts are one in two forms: the letters are the same, or one holds those of the other.
fn same_words(one: &str, other: &str) -> bool {
    let letters = |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect() };
    let (one, other) = (letters(one), letters(other));
    one.contains(&other) || other.contains(&one)
}

fn is_text(attachment: &Value) -> bool {
    text(attachment, &["contentType"]).is_some_and(|t| t.starts_with("text/") || t.starts_with("application/rtf"))
}

fn signed_at(holder: &Value, out: &Out) -> Option<crate::chart::Instant> {
    extension(holder, SIGNED_AT).and_then(|e| out.instant(e, &["valueDateTime"]))
}

/// The type that the first known LOINC code stands for, and that code; else the first code as it came.
pub(super) fn type_and_code(resource: &Value, field: &str) -> (Option<DocumentType>, Option<Coding>) {
    let known = code::codings(resource, field).find_map(|coding| {
        let loinc = coding.system.as_deref().is_none_or(|system| system.contains("loinc"));
        let document_type = if loinc { DocumentType::from_loinc(&coding.code) } else { None };
        document_type.map(|t| (t, coding))
    });
    match known {
        Some((document_type, coding)) => (Some(document_type), Some(coding)),
        None => (code::words(resource, field).and_then(|words| DocumentType::of_pictures(&words)), code::coding(resource, field)),
    }
}

/// A withdrawn record is withdrawn whatever its other status says.
pub(super) fn status(of_record: Option<&str>, of_document: Option<&str>) -> DocumentStatus {
    match (of_record, of_document) {
        (Some("entered-in-error"), _) | (_, Some("entered-in-error" | "cancelled")) => DocumentStatus::EnteredInError,
        (_, Some("preliminary" | "partial" | "registered")) => DocumentStatus::Preliminary,
        (_, Some("final")) => DocumentStatus::Final,
        (_, Some("amended" | "corrected" | "appended")) => DocumentStatus::Amended,
        _ => DocumentStatus::NotGiven,
    }
}

/// The document that this one replaces or adds to, and all in whose place it stands.
pub(super) fn related(resource: &Value, field: &str, scope: &Scope) -> (Option<String>, Vec<String>) {
    let (mut first, mut replaced) = (None, Vec::new());
    for relation in list(resource, "relatesTo") {
        let code = text(relation, &["code"]).or_else(|| code::plain(relation, "code"));
        let Some(code) = code.filter(|code| matches!(code.as_str(), "replaces" | "appends")) else { continue };
        let Some(target) = scope.target_at(relation, field, "DocumentReference") else { continue };
        if code == "replaces" {
            replaced.push(target.clone());
        }
        first.get_or_insert(target);
    }
    (first, replaced)
}

/// Whether a document is one of those that are replaced.
pub(super) fn is_one_of(target: Option<&str>, replaced: &[String]) -> bool {
    target.is_some_and(|target| replaced.iter().any(|one| one == target))
}
