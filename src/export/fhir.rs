//! A chart as a FHIR R4 bundle.

use super::kept::give_back;
use super::{IDENTIFIER, class_code};
use crate::chart::{
    Chart, Coding, Document, DocumentStatus, Encounter, Instant, Kept, Medication, MedicationKind, Observation, Order, Patient, Problem,
    Procedure, Provider, Quantity, Sex, Value as Given,
};
use crate::hash::sha256;
use base64::Engine;
use serde_json::{Map, Value, json};

/// The bundle: patient, encounter and everything of it, in the chart's order. The same chart gives the same bytes.
pub fn bundle(chart: &Chart) -> Value {
    let mut entries = Vec::new();
    let stay = &chart.encounter.identifier;
    let mut add = |resource_type: &str, identifier: &str, mut resource: Map<String, Value>, kept: &[Kept]| {
        let id = uuid(resource_type, identifier);
        let mut whole = Map::new();
        whole.insert("resourceType".to_owned(), resource_type.into());
        whole.insert("id".to_owned(), id.clone().into());
        let mut identifiers = vec![json!({"system": IDENTIFIER, "value": identifier})];
        if let Some(Value::Array(others)) = resource.remove("identifier") {
            identifiers.extend(others);
        }
        whole.insert("identifier".to_owned(), identifiers.into());
        give_back(&mut resource, kept);
        whole.append(&mut resource);
        entries.push(json!({"fullUrl": format!("urn:uuid:{id}"), "resource": whole}));
    };
    if let Some(patient) = &chart.patient {
        add("Patient", &patient.identifier, of_patient(patient), &patient.kept);
    }
    add("Encounter", stay, of_encounter(&chart.encounter), &chart.encounter.kept);
    chart.documents.iter().for_each(|d| add("DocumentReference", &d.identifier, of_document(d, stay), &d.kept));
    chart.observations.iter().for_each(|o| add("Observation", &o.identifier, of_observation(o, stay), &o.kept));
    chart.orders.iter().for_each(|o| add("ServiceRequest", &o.identifier, of_order(o, stay), &o.kept));
    for drug in &chart.medications {
        let (resource_type, resource) = of_medication(drug, stay);
        add(resource_type, &drug.identifier, resource, &drug.kept);
    }
    chart.procedures.iter().for_each(|p| add("Procedure", &p.identifier, of_procedure(p, stay), &p.kept));
    chart.problems.iter().for_each(|p| add("Condition", &p.identifier, of_problem(p, stay), &p.kept));
    json!({"resourceType": "Bundle", "type": "collection", "entry": entries})
}

/// A fixed UUID for a record: the first 128 bits of a hash, marked as version 8 (RFC 9562).
pub(super) fn uuid(resource_type: &str, identifier: &str) -> String {
    let hash = sha256(&format!("{resource_type}/{identifier}"));
    let part = |from: usize, to: usize| hash.get(from..to).unwrap_or_default();
    format!("{}-{}-8{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

/// The fields of a resource: what was not given is left out.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn with(mut self, name: &str, value: Option<Value>) -> Self {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value);
        }
        self
    }

    fn text(self, name: &str, value: Option<&String>) -> Self {
        self.with(name, value.map(|v| v.clone().into()))
    }

    fn time(self, name: &str, value: Option<Instant>) -> Self {
        self.with(name, value.map(|v| v.to_string().into()))
    }

    /// An extension of our own.
    fn extension(mut self, name: &str, kind: &str, value: Option<Value>) -> Self {
        if let Some(value) = value {
            let list = self.0.entry("extension").or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(list) = list {
                list.push(json!({"url": format!("urn:lacuna:{name}"), kind: value}));
            }
        }
        self
    }
}

fn words(text: Option<&String>) -> Option<Value> {
    text.map(|text| json!({"text": text}))
}

fn concept(code: Option<&Coding>, name: &str) -> Option<Value> {
    let mut concept = Fields::default();
    if let Some(code) = code {
        let coding = Fields::default()
            .text("system", code.system.as_ref())
            .with("code", Some(code.code.clone().into()))
            .text("display", code.display.as_ref());
        concept = concept.with("coding", Some(vec![Value::Object(coding.0)].into()));
    }
    let concept = concept.with("text", (!name.is_empty()).then(|| name.into()));
    (!concept.0.is_empty()).then_some(Value::Object(concept.0))
}

fn plain_code(code: Option<&String>) -> Option<Value> {
    code.map(|code| json!({"coding": [{"code": code}]}))
}

/// A reference to a record of the chart, or of another.
fn to(resource_type: &str, identifier: Option<&String>) -> Option<Value> {
    let identifier = identifier?;
    let reference = format!("urn:uuid:{}", uuid(resource_type, identifier));
    Some(json!({"reference": reference, "type": resource_type, "identifier": {"system": IDENTIFIER, "value": identifier}}))
}

/// The encounter of a record: the one that its sender named, else the stay that it stands in by its date, and that this is guessed.
fn at(encounter: Option<&String>, stay: &str) -> Option<Value> {
    to("Encounter", encounter).or_else(|| {
        let mut guessed = to("Encounter", Some(&stay.to_owned()).filter(|stay| !stay.is_empty()))?;
        let said = json!([{"url": "urn:lacuna:guessed", "valueCode": "by-date"}]);
        guessed.as_object_mut()?.insert("extension".to_owned(), said);
        Some(guessed)
    })
}

/// A person, whole in the reference itself.
fn person(provider: Option<&Provider>) -> Option<Value> {
    let provider = provider?;
    let role = serde_json::to_value(provider.role).ok();
    let fields = Fields::default()
        .with("type", Some("Practitioner".into()))
        .with("identifier", provider.identifier.as_ref().map(|value| json!({"value": value})))
        .text("display", provider.name.as_ref())
        .extension("role", "valueCode", role)
        .extension("service", "valueString", provider.service.clone().map(Value::from));
    Some(Value::Object(fields.0))
}

fn period(start: Option<Instant>, end: Option<Instant>) -> Option<Value> {
    let period = Fields::default().time("start", start).time("end", end);
    (!period.0.is_empty()).then_some(Value::Object(period.0))
}

fn of_patient(p: &Patient) -> Map<String, Value> {
    let numbers: Vec<Value> = p
        .numbers()
        .into_iter()
        .map(|number| {
            let from = number.from.unwrap_or_default();
            let kind = number.kind.map(|code| json!({"coding": [{ "code": code }]}));
            let assigner = from.name.map(|name| json!({ "display": name }));
            let told = Fields::default().with("type", kind).text("system", from.uri.as_ref()).text("value", Some(&number.value));
            Value::Object(told.with("assigner", assigner).0)
        })
        .collect();
    let name = Fields::default().text("family", p.family.as_ref()).with("given", p.given.as_ref().map(|given| json!([given])));
    let gender = match p.sex {
        Sex::Female => Some("female"),
        Sex::Male => Some("male"),
        Sex::Other => Some("other"),
        Sex::NotGiven => None,
    };
    Fields::default()
        .with("identifier", (!numbers.is_empty()).then_some(Value::Array(numbers)))
        .with("name", (!name.0.is_empty()).then(|| json!([name.0])))
        .with("gender", gender.map(Value::from))
        .time("birthDate", p.birth)
        .time("deceasedDateTime", p.died)
        .0
}

fn of_encounter(e: &Encounter) -> Map<String, Value> {
    let class = class_code(e.class);
    let attends = |kind: &str, p: &Provider| json!({"type": [{"coding": [{"code": kind}]}], "individual": person(Some(p))});
    let people: Vec<Value> =
        e.attending.iter().map(|p| attends("ATND", p)).chain(e.participants.iter().map(|p| attends("PART", p))).collect();
    let places: Vec<Value> = e
        .locations
        .iter()
        .map(|l| {
            Value::Object(Fields::default().with("location", Some(json!({"display": l.name}))).with("period", period(l.start, None)).0)
        })
        .collect();
    let (contained, account) = payer(e).unzip();
    Fields::default()
        .with("identifier", e.account.as_ref().map(|account| json!([{"type": {"coding": [{"code": "AN"}]}, "value": account}])))
        .text("status", e.status.as_ref())
        .with("class", class.map(|code| json!({"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": code})))
        .with("subject", to("Patient", e.patient.as_ref()))
        .with("period", period(e.start, e.end))
        .with("participant", (!people.is_empty()).then(|| people.into()))
        .with("location", (!places.is_empty()).then(|| places.into()))
        .with("serviceType", words(e.service.as_ref()))
        .with("hospitalization", words(e.disposition.as_ref()).map(|d| json!({"dischargeDisposition": d})))
        .with("reasonCode", words(e.reason.as_ref()).map(|reason| json!([reason])))
        .with("contained", contained.map(Value::from))
        .with("account", account)
        .extension("admit-order", "valueDateTime", e.admitted.map(|t| t.to_string().into()))
        .extension("working-drg", "valueString", e.working_drg.clone().map(Value::from))
        .extension("gmlos-days", "valueDecimal", e.gmlos_days.map(Value::from))
        .extension("implied", "valueBoolean", e.implied.then_some(true.into()))
        .0
}

/// Who pays, as R4 says it: the stay's account, whose coverage names the payer. Both stand inside the stay; a guess is said to be one.
fn payer(e: &Encounter) -> Option<(Vec<Value>, Value)> {
    let payer = e.payer.as_ref()?;
    let patient = to("Patient", e.patient.as_ref()).unwrap_or_else(|| json!({"display": "not given"}));
    let coverage =
        json!({"resourceType": "Coverage", "id": "coverage", "status": "active", "beneficiary": patient, "payor": [{"display": payer}]});
    let account =
        json!({"resourceType": "Account", "id": "account", "status": "unknown", "coverage": [{"coverage": {"reference": "#coverage"}}]});
    let mut reference = json!({"reference": "#account"});
    if let Some(fields) = reference.as_object_mut().filter(|_| e.payer_guessed) {
        fields.insert("extension".to_owned(), json!([{"url": "urn:lacuna:guessed", "valueCode": "by-date"}]));
    }
    Some((vec![coverage, account], json!([reference])))
}

fn of_document(d: &Document, stay: &str) -> Map<String, Value> {
    let status = match d.status {
        DocumentStatus::NotGiven => None,
        given => serde_json::to_value(given).ok(),
    };
    let data = base64::engine::general_purpose::STANDARD.encode(d.text.as_bytes());
    let context = Fields::default()
        .with("encounter", at(d.encounter.as_ref().filter(|_| !d.guessed), stay).map(|encounter| json!([encounter])))
        .with("practiceSetting", words(d.service.as_ref()));
    let amends = d.amends.as_ref();
    let relation = if d.replaces { "replaces" } else { "appends" };
    Fields::default()
        .with("status", Some("current".into()))
        .with("docStatus", status)
        .with("type", concept(d.code.as_ref(), ""))
        .with("subject", to("Patient", d.patient.as_ref()))
        .time("date", d.time)
        .with("author", person(d.author.as_ref()).map(|author| json!([author])))
        .with("authenticator", person(d.signer.as_ref()))
        .with("relatesTo", to("DocumentReference", amends).map(|target| json!([{"code": relation, "target": target}])))
        .text("description", d.title.as_ref())
        .with("content", Some(json!([{"attachment": {"contentType": "text/plain; charset=utf-8", "data": data}}])))
        .with("context", (!context.0.is_empty()).then_some(Value::Object(context.0)))
        .extension("signed-at", "valueDateTime", d.signed.map(|t| t.to_string().into()))
        .extension("document-type", "valueCode", d.document_type.map(|t| t.name().into()))
        .extension("encoding", "valueString", d.encoding.clone().map(Value::from))
        .0
}

fn of_observation(o: &Observation, stay: &str) -> Map<String, Value> {
    let limit = |value: Option<f64>| value.map(|value| json!({"value": value}));
    let range = Fields::default().with("low", limit(o.low)).with("high", limit(o.high));
    let mut fields = Fields::default()
        .text("status", o.status.as_ref())
        .with("category", plain_code(o.category.as_ref()).map(|c| json!([c])))
        .with("code", concept(o.code.as_ref(), &o.name))
        .with("subject", to("Patient", o.patient.as_ref()))
        .with("encounter", at(o.encounter.as_ref(), stay))
        .time("effectiveDateTime", o.time);
    fields = match &o.value {
        None => fields,
        Some(Given::Text(text)) => fields.text("valueString", Some(text)),
        Some(Given::Quantity(q)) => fields.with("valueQuantity", Some(quantity(q))),
    };
    fields
        .with("interpretation", plain_code(o.interpretation.as_ref()).map(|i| json!([i])))
        .with("note", words(o.note.as_ref()).map(|note| json!([note])))
        .with("referenceRange", (!range.0.is_empty()).then(|| json!([range.0])))
        .0
}

fn quantity(q: &Quantity) -> Value {
    let fields =
        Fields::default().with("value", Some(q.value.into())).text("comparator", q.comparator.as_ref()).text("unit", q.unit.as_ref());
    Value::Object(fields.0)
}

fn of_order(o: &Order, stay: &str) -> Map<String, Value> {
    Fields::default()
        .text("status", o.status.as_ref())
        .with("intent", Some("order".into()))
        .with("code", concept(o.code.as_ref(), &o.name))
        .with("subject", to("Patient", o.patient.as_ref()))
        .with("encounter", at(o.encounter.as_ref(), stay))
        .time("authoredOn", o.time)
        .with("requester", person(o.requester.as_ref()))
        .0
}

/// Ordered for the stay, given, or taken at home: three resources.
fn of_medication(m: &Medication, stay: &str) -> (&'static str, Map<String, Value>) {
    let mut dosage = Fields::default().text("text", m.dose.as_ref()).with("route", words(m.route.as_ref()));
    let common = |visit: &str| {
        Fields::default()
            .text("status", m.status.as_ref())
            .with("medicationCodeableConcept", concept(m.code.as_ref(), &m.name))
            .with("subject", to("Patient", m.patient.as_ref()))
            .with(visit, at(m.encounter.as_ref(), stay))
    };
    if m.kind == MedicationKind::Ordered {
        dosage = dosage.with("timing", m.end.map(|end| json!({"repeat": {"boundsPeriod": {"end": end.to_string()}}})));
        let fields = common("encounter").with("intent", Some("order".into())).time("authoredOn", m.time);
        return ("MedicationRequest", fields.with("dosageInstruction", (!dosage.0.is_empty()).then(|| json!([dosage.0]))).0);
    }
    let fields = match m.end {
        None => common("context").time("effectiveDateTime", m.time),
        Some(_) => common("context").with("effectivePeriod", period(m.time, m.end)),
    };
    let dosage = (!dosage.0.is_empty()).then_some(Value::Object(dosage.0));
    match m.kind {
        MedicationKind::Given => ("MedicationAdministration", fields.with("dosage", dosage).0),
        _ => ("MedicationStatement", fields.with("dosage", dosage.map(|dosage| json!([dosage]))).0),
    }
}

fn of_procedure(p: &Procedure, stay: &str) -> Map<String, Value> {
    let fields = Fields::default()
        .text("status", p.status.as_ref())
        .with("category", words(p.category.as_ref()))
        .with("code", concept(p.code.as_ref(), &p.name))
        .with("subject", to("Patient", p.patient.as_ref()))
        .with("encounter", at(p.encounter.as_ref(), stay))
        .with("performer", person(p.performer.as_ref()).map(|actor| json!([{"actor": actor}])));
    match p.end {
        None => fields.time("performedDateTime", p.start).0,
        Some(_) => fields.with("performedPeriod", period(p.start, p.end)).0,
    }
}

fn of_problem(p: &Problem, stay: &str) -> Map<String, Value> {
    Fields::default()
        .with("clinicalStatus", plain_code(p.clinical_status.as_ref()))
        .with("verificationStatus", plain_code(p.verification.as_ref()))
        .with("category", plain_code(p.category.as_ref()).map(|c| json!([c])))
        .with("code", concept(p.code.as_ref(), &p.name))
        .with("subject", to("Patient", p.patient.as_ref()))
        .with("encounter", at(p.encounter.as_ref(), stay))
        .time("onsetDateTime", p.onset)
        .time("recordedDate", p.recorded)
        .extension("present-on-admission", "valueCode", p.present_on_admission.clone().map(Value::from))
        .0
}
