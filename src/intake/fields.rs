//! Which field of a JSON line, or column of a table, is what: names that are common are known, others come from a map file.

use crate::error::Trouble;
use serde_json::Value;
use toml::de::{DeTable, DeValue};

/// For each thing that a note can carry, the names of the fields it may stand in; the first that is there counts. Upper and
/// lower case are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldMap {
    /// The note's identifier.
    pub id: Vec<String>,
    /// Its text.
    pub text: Vec<String>,
    /// Its type: a name of the vocabulary, a LOINC code, or words.
    pub document_type: Vec<String>,
    /// Its title.
    pub title: Vec<String>,
    /// Who wrote it.
    pub author: Vec<String>,
    /// What the author is (`MD`, `Registered nurse`).
    pub role: Vec<String>,
    /// Who signed it.
    pub signer: Vec<String>,
    /// When it was signed.
    pub signed: Vec<String>,
    /// When it was written.
    pub date: Vec<String>,
    /// The patient's identifier.
    pub patient: Vec<String>,
    /// The patient's medical record number.
    pub mrn: Vec<String>,
    /// The encounter's identifier.
    pub encounter: Vec<String>,
    /// Service or specialty.
    pub service: Vec<String>,
    /// Whether it was withdrawn (`1`, `true`, `yes`).
    pub withdrawn: Vec<String>,
    /// Identifier of a result.
    pub result: Vec<String>,
    /// What was measured, by name.
    pub test: Vec<String>,
    /// Its code.
    pub code: Vec<String>,
    /// What came out.
    pub value: Vec<String>,
    /// Its unit.
    pub unit: Vec<String>,
    /// Lower limit of the reference range.
    pub low: Vec<String>,
    /// Upper limit of the reference range.
    pub high: Vec<String>,
    /// How it is interpreted (`H`, `abnormal`).
    pub flag: Vec<String>,
    /// How far a result has come (`final`, `corrected`, `entered-in-error`).
    pub status: Vec<String>,
    /// Start of a stay.
    pub admitted: Vec<String>,
    /// End of a stay.
    pub discharged: Vec<String>,
    /// Kind of a stay.
    pub class: Vec<String>,
    /// Reason for a stay.
    pub reason: Vec<String>,
    /// Where a patient went after it.
    pub disposition: Vec<String>,
    /// Who pays for a stay.
    pub payer: Vec<String>,
    /// Account or visit number of a stay.
    pub account: Vec<String>,
    /// The attending of a stay.
    pub attending: Vec<String>,
    /// Unit and bed of a stay.
    pub bed: Vec<String>,
    /// Family name of a patient.
    pub family: Vec<String>,
    /// Given names of a patient.
    pub given: Vec<String>,
    /// Date of birth.
    pub birth: Vec<String>,
    /// Time of death.
    pub died: Vec<String>,
    /// Sex.
    pub sex: Vec<String>,
    /// Who gave the record number, by name.
    pub mrn_authority: Vec<String>,
    /// Who gave the record number, by a URI.
    pub mrn_system: Vec<String>,
    /// The system of a code.
    pub code_system: Vec<String>,
    /// The sender's words for a code.
    pub code_name: Vec<String>,
    /// Where a note stands (`preliminary`, `final`, `amended`).
    pub doc_status: Vec<String>,
    /// The note that a note adds to or replaces.
    pub relates_to: Vec<String>,
    /// Whether it replaces that one (`1`, `true`, `yes`).
    pub replaces: Vec<String>,
}

impl Default for FieldMap {
    fn default() -> Self {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Self {
            id: names(&["id", "note_id", "document_id", "row_id"]),
            text: names(&["text", "note", "note_text", "transcription", "full_note"]),
            document_type: names(&["type", "document_type", "note_type", "category"]),
            title: names(&["title", "sample_name"]),
            author: names(&["author", "author_name", "provider"]),
            role: names(&["role", "author_role", "credential"]),
            signer: names(&["signer", "signed_by"]),
            signed: names(&["signed", "signed_at", "signed_time"]),
            date: names(&["date", "time", "datetime", "charttime", "note_date", "chartdate"]),
            patient: names(&["patient", "patient_id", "subject_id", "mrn"]),
            mrn: names(&["mrn", "medical_record_number"]),
            encounter: names(&["encounter", "encounter_id", "hadm_id", "visit_id", "account"]),
            service: names(&["service", "specialty", "specialties", "department"]),
            withdrawn: names(&["iserror", "entered_in_error", "withdrawn"]),
            result: names(&["labevent_id", "result_id", "row_id", "id"]),
            test: names(&["label", "test", "test_name", "lab_name", "component", "itemid"]),
            code: names(&["loinc", "loinc_code", "itemid"]),
            value: names(&["value", "result_value", "valuenum"]),
            unit: names(&["valueuom", "unit", "units"]),
            low: names(&["ref_range_lower", "low"]),
            high: names(&["ref_range_upper", "high"]),
            flag: names(&["flag", "abnormal_flag", "interpretation"]),
            status: names(&["status", "result_status"]),
            admitted: names(&["admittime", "admitted", "admission_date", "start"]),
            discharged: names(&["dischtime", "discharged", "discharge_date", "end"]),
            class: names(&["admission_type", "class", "encounter_class"]),
            reason: names(&["diagnosis", "reason"]),
            disposition: names(&["discharge_location", "disposition"]),
            payer: names(&["payer", "payor", "primary_payer", "insurance"]),
            account: names(&["account", "account_number", "visit_number"]),
            attending: names(&["attending", "attending_provider"]),
            bed: names(&["unit_and_bed", "bed", "location"]),
            family: names(&["family", "last_name"]),
            given: names(&["given", "first_name"]),
            birth: names(&["dob", "birth_date", "birth"]),
            died: names(&["dod", "deathtime", "died", "death_date"]),
            sex: names(&["gender", "sex"]),
            mrn_authority: names(&["mrn_authority", "assigning_authority"]),
            mrn_system: names(&["mrn_system"]),
            code_system: names(&["code_system"]),
            code_name: names(&["code_name", "code_display"]),
            doc_status: names(&["doc_status", "docstatus", "document_status"]),
            relates_to: names(&["relates_to", "amends"]),
            replaces: names(&["replaces"]),
        }
    }
}

impl FieldMap {
    /// Reads a map file: TOML with one line per thing, `text = "NOTE_BODY"` or `text = ["NOTE_BODY", "BODY"]`. What the file
    /// does not name keeps its usual names.
    pub fn parse_toml(source: &str, text: &str) -> Result<Self, Trouble> {
        let line = |at: usize| text.bytes().take(at).filter(|b| *b == b'\n').count() as u64 + 1;
        let table = DeTable::parse(text).map_err(|error| {
            let at = error.span().map(|span| line(span.start));
            Trouble::input("the field map is not valid TOML")
                .at(source, at)
                .why(error.message())
                .hint("write lines like: text = \"NOTE_BODY\"")
        })?;
        let mut map = Self::default();
        for (key, value) in table.get_ref() {
            let at = Some(line(key.span().start));
            let names = match value.get_ref() {
                DeValue::String(name) => Some(vec![name.to_string()]),
                DeValue::Array(items) => items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect(),
                _ => None,
            };
            let Some(names) = names.filter(|names| !names.is_empty() && names.iter().all(|name| !name.is_empty())) else {
                return Err(Trouble::input("a field map names fields")
                    .at(source, at)
                    .why("this value is neither a name nor a list of names")
                    .hint("write lines like: text = \"NOTE_BODY\""));
            };
            let known = map.slots();
            let listed = known.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            let Some((_, slot)) = known.into_iter().find(|(name, _)| *name == key.get_ref().as_ref()) else {
                return Err(Trouble::input("the field map names something unknown")
                    .at(source, at)
                    .why(format!("`{}` is nothing a note carries", key.get_ref().escape_debug()))
                    .hint(format!("known are: {listed}")));
            };
            *slot = names;
        }
        Ok(map)
    }

    fn slots(&mut self) -> [(&'static str, &mut Vec<String>); 44] {
        [
            ("id", &mut self.id),
            ("text", &mut self.text),
            ("type", &mut self.document_type),
            ("title", &mut self.title),
            ("author", &mut self.author),
            ("role", &mut self.role),
            ("signer", &mut self.signer),
            ("signed", &mut self.signed),
            ("date", &mut self.date),
            ("patient", &mut self.patient),
            ("mrn", &mut self.mrn),
            ("encounter", &mut self.encounter),
            ("service", &mut self.service),
            ("withdrawn", &mut self.withdrawn),
            ("result", &mut self.result),
            ("test", &mut self.test),
            ("code", &mut self.code),
            ("value", &mut self.value),
            ("unit", &mut self.unit),
            ("low", &mut self.low),
            ("high", &mut self.high),
            ("flag", &mut self.flag),
            ("status", &mut self.status),
            ("admitted", &mut self.admitted),
            ("discharged", &mut self.discharged),
            ("class", &mut self.class),
            ("reason", &mut self.reason),
            ("disposition", &mut self.disposition),
            ("payer", &mut self.payer),
            ("account", &mut self.account),
            ("attending", &mut self.attending),
            ("bed", &mut self.bed),
            ("family", &mut self.family),
            ("given", &mut self.given),
            ("birth", &mut self.birth),
            ("died", &mut self.died),
            ("sex", &mut self.sex),
            ("mrn_authority", &mut self.mrn_authority),
            ("mrn_system", &mut self.mrn_system),
            ("code_system", &mut self.code_system),
            ("code_name", &mut self.code_name),
            ("doc_status", &mut self.doc_status),
            ("relates_to", &mut self.relates_to),
            ("replaces", &mut self.replaces),
        ]
    }

    /// The names of the field that is this, of those that a plain note carries.
    pub(super) fn named(&self, key: &str) -> &[String] {
        match key {
            "id" => &self.id,
            "type" => &self.document_type,
            "title" => &self.title,
            "author" => &self.author,
            "role" => &self.role,
            "signer" => &self.signer,
            "signed" => &self.signed,
            "date" => &self.date,
            "patient" => &self.patient,
            "mrn" => &self.mrn,
            "encounter" => &self.encounter,
            "service" => &self.service,
            _ => &[],
        }
    }

    /// Whether an object has a text field.
    pub(super) fn has_text(&self, object: &Value) -> bool {
        find(object, &self.text).is_some_and(Value::is_string)
    }
}

/// The first field that is there under one of these names, and is not null.
pub(super) fn find<'v>(object: &'v Value, names: &[String]) -> Option<&'v Value> {
    find_named(object, names).map(|(_, value)| value)
}

/// The same, with the name that it was looked for by.
pub(super) fn find_named<'v, 'n>(object: &'v Value, names: &'n [String]) -> Option<(&'n str, &'v Value)> {
    let fields = object.as_object()?;
    names.iter().find_map(|name| {
        let exact = fields.get(name).filter(|value| !value.is_null());
        let value =
            exact.or_else(|| fields.iter().find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_null()).map(|(_, value)| value));
        Some((name.as_str(), value?))
    })
}

/// The words of that field: a string, or a whole number (identifiers often are).
pub(super) fn words(object: &Value, names: &[String]) -> Option<String> {
    let words = match find(object, names)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) if !number.is_f64() => number.to_string(),
        _ => return None,
    };
    Some(words).filter(|w| !w.is_empty())
}

/// The words of a field that may also hold a list of strings.
pub(super) fn list_of_words(object: &Value, names: &[String]) -> Option<String> {
    let Value::Array(items) = find(object, names)? else { return words(object, names) };
    let all: Vec<&str> = items.iter().filter_map(Value::as_str).map(str::trim).filter(|item| !item.is_empty()).collect();
    Some(all.join(", ")).filter(|words| !words.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_map_file_replaces_only_what_it_names() {
        let map = FieldMap::parse_toml("map.toml", "text = \"NOTE_BODY\"\nid = [\"A\", \"B\"]\n").unwrap();
        assert_eq!(map.text, ["NOTE_BODY"]);
        assert_eq!(map.id, ["A", "B"]);
        assert_eq!(map.date, FieldMap::default().date);
        assert!(map.has_text(&json!({"note_body": "x"})));
    }

    #[test]
    fn a_wrong_map_file_names_its_line() {
        for (text, line, part) in [
            ("text = \"a\"\nbody = \"b\"\n", 2, "unknown"),
            ("\n\ntext = 7\n", 3, "names fields"),
            ("text = []\n", 1, "names fields"),
            ("text = \"a\"\nid =\n", 2, "not valid TOML"),
        ] {
            let trouble = FieldMap::parse_toml("map.toml", text).unwrap_err();
            assert_eq!((trouble.line, trouble.what.contains(part)), (Some(line), true), "{trouble}");
        }
    }

    #[test]
    fn numbers_are_identifiers_and_null_is_none() {
        let object = json!({"ROW_ID": 174, "hadm_id": null, "visit_id": "V1", "patient": {"a": 1}, "specialties": ["A", "B"]});
        let map = FieldMap::default();
        assert_eq!(words(&object, &map.id).as_deref(), Some("174"));
        assert_eq!(words(&object, &map.encounter).as_deref(), Some("V1"));
        assert_eq!(words(&object, &map.patient), None);
        assert_eq!(words(&object, &map.service), None);
        assert_eq!(list_of_words(&object, &map.service).as_deref(), Some("A, B"));
    }
}
