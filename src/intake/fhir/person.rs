//! Patients and those who treat them.

use super::super::json::{list, text};
use super::{Out, Scope, code, id};
use crate::chart::{Authority, Number, Patient, Provider, Record, Role, Sex};
use crate::error::Result;
use serde_json::Value;

/// A Patient.
pub(super) fn patient(resource: &Value, _: &Scope, out: &mut Out) -> Result<()> {
    let name = name_of(resource);
    let part = |key: &str| name.and_then(|name| text(name, &[key]));
    let given = name.map(|name| strings(name, "given")).filter(|given| !given.is_empty());
    let mrn = list(resource, "identifier").iter().find(|identifier| code::has(identifier, "type", &["MR"]));
    out.records.push(Record::Patient(Patient {
        identifier: id(resource).unwrap_or_default(),
        mrn: mrn.and_then(|identifier| text(identifier, &["value"])),
        mrn_from: mrn.and_then(|identifier| Authority::of(text(identifier, &["assigner", "display"]), text(identifier, &["system"]))),
        family: part("family").or_else(|| given.is_none().then(|| part("text")).flatten()),
        given,
        birth: out.instant(resource, &["birthDate"]),
        sex: match text(resource, &["gender"]).as_deref() {
            Some("female") => Sex::Female,
            Some("male") => Sex::Male,
            Some("other") => Sex::Other,
            _ => Sex::NotGiven,
        },
        died: out.instant(resource, &["deceasedDateTime"]),
        identifiers: list(resource, "identifier")
            .iter()
            .filter(|one| mrn.is_none_or(|mrn| !std::ptr::eq(*one, mrn)))
            .filter_map(number)
            .collect(),
        ..Patient::default()
    }));
    Ok(())
}

/// One of a patient's identifiers; our own name for the record is none of them.
fn number(identifier: &Value) -> Option<Number> {
    let system = text(identifier, &["system"]);
    let value = text(identifier, &["value"]).filter(|_| system.as_deref() != Some(super::OWN))?;
    let from = Authority::of(text(identifier, &["assigner", "display"]), system);
    Some(Number { value, from, kind: text(identifier, &["type", "coding", "code"]) })
}

/// The name to use: the official one, else the usual one, else the first.
fn name_of(resource: &Value) -> Option<&Value> {
    let names = list(resource, "name");
    let used = |usage: &str| names.iter().find(|name| text(name, &["use"]).as_deref() == Some(usage));
    used("official").or_else(|| used("usual")).or_else(|| names.first())
}

fn strings(holder: &Value, key: &str) -> String {
    let items = holder.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Value::as_str).map(str::trim).collect::<Vec<_>>().join(" ")
}

/// A Practitioner.
pub(super) fn practitioner(resource: &Value, _: &Scope, out: &mut Out) -> Result<()> {
    let provider = of_practitioner(resource);
    if provider.identifier.is_some() {
        out.records.push(Record::Provider(provider));
    }
    Ok(())
}

/// A PractitionerRole, joined with its Practitioner when that is known.
pub(super) fn role(resource: &Value, scope: &Scope, out: &mut Out) -> Result<()> {
    let provider = of_role(resource, scope);
    if provider.identifier.is_some() {
        out.records.push(Record::Provider(provider));
    }
    Ok(())
}

pub(super) fn of_practitioner(resource: &Value) -> Provider {
    let name = name_of(resource).and_then(|name| {
        let parts = [strings(name, "given"), text(name, &["family"]).unwrap_or_default()];
        let bare = text(name, &["text"]).unwrap_or_else(|| parts.join(" ").trim().to_owned());
        let suffix = strings(name, "suffix");
        let full = if suffix.is_empty() || bare.ends_with(&suffix) { bare } else { format!("{bare}, {suffix}") };
        Some(full).filter(|name| !name.is_empty())
    });
    let qualified =
        list(resource, "qualification").iter().filter_map(|q| code::words(q, "code")).map(|words| Role::from_credential(&words));
    let by_name = name.as_deref().map(role_of_name).unwrap_or_default();
    let role = if by_name == Role::NotGiven { qualified.into_iter().next().unwrap_or_default() } else { by_name };
    Provider { identifier: number_of(resource).or_else(|| id(resource)), name, role, service: None }
}

pub(super) fn of_role(resource: &Value, scope: &Scope) -> Provider {
    of_contained_role(resource, resource, scope)
}

/// The same for a role inside another resource, whose person stands there as well.
pub(super) fn of_contained_role(resource: &Value, holder: &Value, scope: &Scope) -> Provider {
    let reference = list(resource, "practitioner").first();
    let person = reference.and_then(|reference| scope.person(reference, holder)).unwrap_or_default();
    let said = code::words(resource, "code").map(|words| Role::from_credential(&words)).filter(|role| *role != Role::NotGiven);
    Provider { role: said.unwrap_or(person.role), service: code::words(resource, "specialty").or(person.service), ..person }
}

/// The NPI, else the first identifier with a value.
fn number_of(resource: &Value) -> Option<String> {
    let identifiers = list(resource, "identifier");
    let npi = identifiers.iter().find(|i| text(i, &["system"]).as_deref() == Some("http://hl7.org/fhir/sid/us-npi"));
    npi.or_else(|| identifiers.first()).and_then(|identifier| text(identifier, &["value"]))
}

/// The role that a name as written shows: its credentials ("Chen MD", "Ruiz, RN, CWOCN") or a job title in it. A bare name, or
/// one with "Dr.", shows none: a doctor may be of pharmacy, and a surname may look like a credential.
pub(in crate::intake) fn role_of_name(name: &str) -> Role {
    let credential = |token: &&str| {
        let letters: Vec<char> = token.chars().filter(|c| c.is_alphanumeric()).collect();
        let capitals = letters.iter().filter(|c| c.is_uppercase()).count();
        (2..=6).contains(&letters.len()) && capitals >= 2
    };
    let words: Vec<&str> = name.split([' ', ',', '(', ')', '/']).filter(|w| !w.is_empty()).collect();
    let tail: Vec<&str> = words.iter().skip(1).rev().take_while(|w| credential(w)).copied().collect();
    let after_comma = name.split_once([',', '(']).map(|(_, after)| after).unwrap_or_default();
    let titled = {
        let lower = name.to_lowercase();
        let titles =
            ["nurse", "dietit", "therapist", "pharmacist", "physician", "surgeon", "resident", "social worker", "case manag", "attending"];
        if titles.iter().any(|title| lower.contains(title)) { name } else { "" }
    };
    [tail.join(" ").as_str(), after_comma, titled]
        .into_iter()
        .map(Role::from_credential)
        .find(|role| !matches!(role, Role::Other | Role::NotGiven))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::role_of_name;
    use crate::chart::Role;

    #[test]
    fn a_name_shows_a_role_only_by_its_credentials() {
        for (name, role) in [
            ("Chen MD", Role::Physician),
            ("A. Chen, M.D.", Role::Physician),
            ("Ruiz, RN, CWOCN", Role::Nurse),
            ("Okafor PA-C", Role::AdvancedPractice),
            ("Lee (Resident)", Role::Resident),
            ("Nurse Johnson", Role::Nurse),
            ("Patel, PharmD", Role::Pharmacist),
            ("Dr. Liane379 Kunze215", Role::NotGiven),
            ("Thi Do", Role::NotGiven),
            ("Rivera, Marta", Role::NotGiven),
            ("", Role::NotGiven),
        ] {
            assert_eq!(role_of_name(name), role, "{name}");
        }
    }
}
