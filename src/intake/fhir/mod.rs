//! FHIR R4 resources into records: what a chart review needs of them, tolerant of what is missing.

mod attachment;
mod bundle;
mod clinical;
mod code;
mod coverage;
mod document;
mod encounter;
mod kind;
mod medication;
mod observation;
mod person;
mod report;
mod scope;

pub(super) use bundle::{bytes, read as read_bundle, whole_file};
pub(super) use person::role_of_name;
pub(super) use report::type_of_section;
pub(super) use scope::Scope;

use super::desk::Desk;
use super::json::{Times, text};
use super::sniff::Kind;
use super::table::Shape;
use super::{Origin, decode, kept};
use crate::chart::{Change, Document, Encounter, Instant, Record, RecordKind, Sent};
use crate::error::{Result, Trouble};
use serde_json::Value;
use std::collections::BTreeMap;

/// What came out of one resource.
#[derive(Default)]
struct Out {
    records: Vec<Record>,
    /// Changes of other records, for the end of the run.
    changes: Vec<Change>,
    notices: Vec<Trouble>,
    encoding: Option<String>,
    times: Times,
}

impl Out {
    /// The instant at a path; one that cannot be is told.
    fn instant(&self, value: &Value, path: &[&str]) -> Option<Instant> {
        self.times.at(value, path)
    }
}

/// Resources that are known but hold nothing a chart review needs, by type.
#[derive(Default)]
pub(super) struct Unused(BTreeMap<String, u64>);

impl Unused {
    /// One notice for each type.
    pub(super) fn tell(self, desk: &mut Desk, source: &str) {
        for (name, count) in self.0 {
            desk.notice(Trouble::input(format!("{count} {name} not used")).at(source, None).why("resources of this type are not read"));
        }
    }
}

/// What a deleted resource was here: its kind, and the identifier it was known by.
fn known_as(resource_type: &str, id: &str) -> Option<(RecordKind, String)> {
    let typed = || format!("{resource_type}/{id}");
    Some(match resource_type {
        "DocumentReference" => (RecordKind::Document, id.to_owned()),
        "DiagnosticReport" | "Composition" => (RecordKind::Document, typed()),
        "Observation" => (RecordKind::Observation, id.to_owned()),
        "ServiceRequest" => (RecordKind::Order, id.to_owned()),
        "MedicationRequest" => (RecordKind::Medication, id.to_owned()),
        "MedicationAdministration" | "MedicationStatement" => (RecordKind::Medication, typed()),
        "Procedure" => (RecordKind::Procedure, id.to_owned()),
        "Condition" => (RecordKind::Problem, id.to_owned()),
        _ => return None,
    })
}

/// The order in which files are read: everything that is no bulk file, then people, encounters, the rest.
pub(super) fn order(kind: &Kind) -> u8 {
    match kind {
        Kind::Lines { resource: Some(name), .. } => 2 + rank(name),
        // Patients and stays before what names them, whatever the files are called.
        Kind::Table(Some(Shape::Patients | Shape::Stays | Shape::Tests)) => 0,
        _ => 1,
    }
}

/// What others name comes before what names it.
fn rank(resource_type: &str) -> u8 {
    match resource_type {
        "Organization" | "Location" | "Medication" | "Binary" => 0,
        "Practitioner" => 1,
        "PractitionerRole" => 2,
        "Patient" => 3,
        "Coverage" => 4,
        "Account" => 5,
        "Encounter" => 6,
        "Bundle" => 8, // what a bulk export lists as deleted
        _ => 7,
    }
}

/// One line of a bulk file.
pub(super) fn line(
    desk: &mut Desk,
    resource: Value,
    origin: &Origin,
    encoding: Option<String>,
    scope: &mut Scope,
    unused: &mut Unused,
) -> Result<()> {
    scope.learn(&resource, None);
    hand_on(desk, &resource, origin, encoding, scope, unused, None)
}

/// Reads one resource and hands on what it holds; `entry` is its place in a bundle.
fn hand_on(
    desk: &mut Desk,
    resource: &Value,
    origin: &Origin,
    encoding: Option<String>,
    scope: &Scope,
    unused: &mut Unused,
    entry: Option<usize>,
) -> Result<()> {
    let mut out = Out { encoding, ..Out::default() };
    let place = |mut trouble: Trouble| {
        if let Some(entry) = entry {
            trouble.what = format!("entry {}: {}", entry + 1, trouble.what);
        }
        trouble.at(&origin.source, origin.line)
    };
    let read = read(resource, scope, unused, &mut out);
    let mixed = |record: &Record| matches!(record, Record::Document(d) if d.encoding.as_deref() == Some(decode::MIXED));
    if origin.line.is_none() && out.records.iter().any(mixed) {
        out.notices.push(decode::told_mixed());
    }
    for notice in out.notices.into_iter().chain(out.times.told()) {
        desk.notice(place(notice));
    }
    // Each resource stands for itself: it says when it last changed.
    let sent = Sent::at(text(resource, &["meta", "lastUpdated"]).and_then(|words| Instant::parse(&words)));
    let origin = &desk.origin(&origin.source, origin.line, sent);
    match read {
        Ok(()) => {
            out.records = out.records.into_iter().flat_map(with_a_place).collect();
            kept::keep(&mut out.records, kept::of_resource(resource), &kept::OF_ITS_OWN);
            kept::keep_version(&mut out.records, resource);
            kind::keep(&mut out.records, resource);
            out.changes.into_iter().for_each(|change| desk.later(change, origin));
            out.records.into_iter().try_for_each(|record| desk.take(record, origin))
        }
        Err(trouble) => {
            desk.reject(place(trouble));
            Ok(())
        }
    }
}

/// A document that names no encounter gets one that only holds it, as in every other format; a chart finds it there by its date.
fn with_a_place(record: Record) -> Vec<Record> {
    match record {
        Record::Document(document) if document.encounter.is_none() => {
            let identifier = document.identifier.clone();
            let alone =
                Encounter { identifier: identifier.clone(), patient: document.patient.clone(), implied: true, ..Encounter::default() };
            vec![Record::Encounter(alone), Record::Document(Document { encounter: Some(identifier), ..document })]
        }
        record => vec![record],
    }
}

fn read(resource: &Value, scope: &Scope, unused: &mut Unused, out: &mut Out) -> Result<()> {
    let Some(name) = text(resource, &["resourceType"]) else {
        return Err(Trouble::input("it is no FHIR resource")
            .why("it has no resourceType")
            .hint("send FHIR R4, or use --format json-lines"));
    };
    let reader = match name.as_str() {
        "Patient" => person::patient,
        "Practitioner" => person::practitioner,
        "PractitionerRole" => person::role,
        "Encounter" => encounter::read,
        "DocumentReference" => document::read,
        "DiagnosticReport" => report::diagnostic_report,
        "Composition" => report::composition,
        "Observation" => observation::read,
        "Condition" => clinical::condition,
        "Procedure" => clinical::procedure,
        "ServiceRequest" => clinical::service_request,
        "MedicationRequest" | "MedicationAdministration" | "MedicationStatement" => medication::read,
        // What others name was learned; it is no record of its own.
        "Account" | "Binary" | "Coverage" | "Location" | "Medication" | "Organization" => return Ok(()),
        known if is_known(known) => {
            *unused.0.entry(name).or_default() += 1;
            return Ok(());
        }
        _ => {
            let hint = "send FHIR R4 resources";
            return Err(Trouble::input("the resource is not known").why("its resourceType is none of FHIR R4").hint(hint));
        }
    };
    if is_draft(resource) {
        *unused.0.entry(format!("{name} (a draft that a program read from a text)")).or_default() += 1;
        return Ok(());
    }
    if id(resource).is_none() && name != "Practitioner" && name != "PractitionerRole" {
        let hint = "every resource needs its id; ask the sender for it";
        return Err(Trouble::input(format!("the {name} has no id")).why("nothing could name it, nor know it again").hint(hint));
    }
    reader(resource, scope, out)?;
    inside(resource, scope, out)
}

/// Patients and stays that stand inside a resource go before what names them, unless the export holds them by themselves.
fn inside(resource: &Value, scope: &Scope, out: &mut Out) -> Result<()> {
    let mut first = Out::default();
    for one in super::json::list(resource, "contained") {
        let reader = match text(one, &["resourceType"]).as_deref() {
            Some("Patient") => person::patient,
            Some("Encounter") => encounter::read,
            _ => continue,
        };
        let (Some(name), false) = scope.name_inside(one, resource) else { continue };
        let mut whole = one.clone();
        if let Some(fields) = whole.as_object_mut() {
            fields.insert("id".to_owned(), Value::String(name));
            // What it names may stand beside it.
            fields.insert("contained".to_owned(), resource.get("contained").cloned().unwrap_or_default());
        }
        reader(&whole, scope, &mut first)?;
    }
    first.records.sort_by_key(Record::kind);
    out.notices.extend(first.times.told());
    out.records.splice(0..0, first.records);
    Ok(())
}

/// The system of an identifier that Lacuna itself wrote: the record was exported from a store, and is known by it again.
const OWN: &str = "urn:lacuna:identifier";

/// Whether Lacuna's reader made it: what it read is in the note, and is no diagnosis.
fn is_draft(resource: &Value) -> bool {
    let (system, code) = crate::export::DRAFT;
    let is = |tag: &Value| text(tag, &["system"]).as_deref() == Some(system) && text(tag, &["code"]).as_deref() == Some(code);
    resource.get("meta").is_some_and(|meta| super::json::list(meta, "tag").iter().any(is))
}

/// The identifier under which Lacuna exported it, where it did.
fn own(resource: &Value) -> Option<String> {
    let identifiers = super::json::list(resource, "identifier");
    identifiers.iter().find(|i| i.get("system").and_then(Value::as_str) == Some(OWN)).and_then(|i| text(i, &["value"]))
}

/// The resource's own id.
fn id(resource: &Value) -> Option<String> {
    own(resource).or_else(|| text(resource, &["id"]))
}

/// The value of an extension of the resource, by its address.
fn extension<'v>(resource: &'v Value, url: &str) -> Option<&'v Value> {
    super::json::list(resource, "extension").iter().find(|e| e.get("url").and_then(Value::as_str) == Some(url))
}

/// Whether FHIR R4 has a resource type of this name.
fn is_known(name: &str) -> bool {
    const R4: &str = "Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent Basic Binary \
        BiologicallyDerivedProduct BodyStructure Bundle CapabilityStatement CarePlan CareTeam CatalogEntry ChargeItem \
        ChargeItemDefinition Claim ClaimResponse ClinicalImpression CodeSystem Communication CommunicationRequest \
        CompartmentDefinition ConceptMap Consent Contract Coverage CoverageEligibilityRequest CoverageEligibilityResponse \
        DetectedIssue Device DeviceDefinition DeviceMetric DeviceRequest DeviceUseStatement DocumentManifest \
        EffectEvidenceSynthesis Endpoint EnrollmentRequest EnrollmentResponse EpisodeOfCare EventDefinition Evidence \
        EvidenceVariable ExampleScenario ExplanationOfBenefit FamilyMemberHistory Flag Goal GraphDefinition Group \
        GuidanceResponse HealthcareService ImagingStudy Immunization ImmunizationEvaluation ImmunizationRecommendation \
        ImplementationGuide InsurancePlan Invoice Library Linkage List Location Measure MeasureReport Media Medication \
        MedicationDispense MedicationKnowledge MedicinalProduct MessageDefinition MessageHeader MolecularSequence NamingSystem \
        NutritionOrder ObservationDefinition OperationDefinition OperationOutcome Organization OrganizationAffiliation Parameters \
        PaymentNotice PaymentReconciliation Person PlanDefinition Provenance Questionnaire QuestionnaireResponse RelatedPerson \
        RequestGroup ResearchDefinition ResearchElementDefinition ResearchStudy ResearchSubject RiskAssessment \
        RiskEvidenceSynthesis Schedule SearchParameter Slot Specimen SpecimenDefinition StructureDefinition StructureMap \
        Subscription Substance SupplyDelivery SupplyRequest Task TerminologyCapabilities TestReport TestScript ValueSet \
        VerificationResult VisionPrescription";
    R4.split_whitespace().any(|known| known == name)
}

#[cfg(test)]
mod tests;
