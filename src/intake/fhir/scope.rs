//! Following references. Inside a bundle everything is known beforehand; in a bulk folder what was read before is. What cannot
//! be followed still yields the identifier that it names.

use super::super::json::{list, text};
use super::coverage::Coverages;
use super::{code, id, person};
use crate::chart::{Coding, Provider};
use serde_json::Value;
use std::collections::HashMap;

/// Beside a reference: that nobody gave it.
const GUESSED: &str = "urn:lacuna:guessed";
/// Bytes of a bulk export's Binary resources that are kept, at most.
const HELD: usize = 128 << 20;

/// What references can point to. Only looked up, never listed, so that order does not matter.
#[derive(Default)]
pub(in crate::intake) struct Scope {
    /// `fullUrl` of a bundle's entry → the resource's id.
    urls: HashMap<String, String>,
    /// Type and business identifier → the resource's id, where the two differ.
    identifiers: HashMap<String, String>,
    /// `Practitioner/x`, `PractitionerRole/x` or an NPI → the person.
    people: HashMap<String, Provider>,
    /// Medication → its code and name.
    medications: HashMap<String, (Option<Coding>, String)>,
    /// Location → its name.
    locations: HashMap<String, String>,
    /// Organization → its name.
    organizations: HashMap<String, String>,
    /// Who pays.
    pub(super) coverages: Coverages,
    /// Binary → its content.
    binaries: HashMap<String, Value>,
    /// Bytes that the binaries hold.
    held: usize,
}

impl Scope {
    /// Remembers what others may point to.
    pub(super) fn learn(&mut self, resource: &Value, full_url: Option<&str>) {
        let (Some(name), Some(id)) = (text(resource, &["resourceType"]), id(resource)) else { return };
        if let Some(url) = full_url {
            self.urls.insert(url.to_owned(), id.clone());
        }
        match name.as_str() {
            "Patient" | "Encounter" => {
                for identifier in list(resource, "identifier") {
                    if let Some(value) = text(identifier, &["value"]).filter(|value| *value != id) {
                        let system = text(identifier, &["system"]).unwrap_or_default();
                        self.identifiers.insert(format!("{name} {system}|{value}"), id.clone());
                    }
                }
            }
            "Practitioner" => self.meet(format!("Practitioner/{id}"), person::of_practitioner(resource)),
            "PractitionerRole" => {
                let provider = person::of_role(resource, self);
                self.meet(format!("PractitionerRole/{id}"), provider);
            }
            "Medication" => {
                let (coding, name) = (code::coding(resource, "code"), code::words(resource, "code"));
                self.medications.insert(id, (coding, name.unwrap_or_default()));
            }
            "Location" => drop(text(resource, &["name"]).map(|name| self.locations.insert(id, name))),
            "Organization" => drop(text(resource, &["name"]).map(|name| self.organizations.insert(id, name))),
            "Coverage" | "Account" => {
                let learned = Coverages::learn(resource, self);
                self.coverages.put(id, learned);
            }
            // A bundle is in memory anyway; of a bulk export's binaries only as much is kept as memory should hold.
            "Binary" => {
                let size = resource.get("data").and_then(Value::as_str).map_or(0, str::len);
                if full_url.is_some() || self.held + size <= HELD {
                    self.held += size;
                    self.binaries.insert(id, resource.clone());
                }
            }
            _ => {}
        }
    }

    fn meet(&mut self, key: String, provider: Provider) {
        if let Some(number) = &provider.identifier {
            let known = self.people.entry(number.clone()).or_default();
            *known = merged(&provider, known);
        }
        self.people.insert(key, provider);
    }

    /// The identifier of the record that a Reference names.
    pub(super) fn target(&self, reference: &Value, resource_type: &str) -> Option<String> {
        // Our own export says where a record stands by its date: its sender never said it.
        if super::extension(reference, GUESSED).is_some() {
            return None;
        }
        let logical = || {
            let value = text(reference, &["identifier", "value"])?;
            let system = text(reference, &["identifier", "system"]).unwrap_or_default();
            Some(self.by_identifier(resource_type, &system, value))
        };
        if text(reference, &["identifier", "system"]).as_deref() == Some(super::OWN) {
            return text(reference, &["identifier", "value"]);
        }
        let Some(written) = text(reference, &["reference"]) else { return logical() };
        if written.starts_with('#') {
            return logical();
        }
        if let Some(id) = self.urls.get(&written) {
            return Some(id.clone());
        }
        if let Some((_, query)) = written.split_once('?') {
            let value = query.split('&').find_map(|part| part.strip_prefix("identifier="))?.replace("%7C", "|").replace("%7c", "|");
            let (system, value) = value.split_once('|').unwrap_or(("", value.as_str()));
            return Some(self.by_identifier(resource_type, system, value.to_owned()));
        }
        let plain = written.split("/_history/").next().unwrap_or_default();
        let last = plain.rsplit(['/', ':']).next().unwrap_or_default();
        Some(last.to_owned()).filter(|id| !id.is_empty())
    }

    fn by_identifier(&self, resource_type: &str, system: &str, value: String) -> String {
        self.identifiers.get(&format!("{resource_type} {system}|{value}")).cloned().unwrap_or(value)
    }

    /// The target of a field that holds a Reference, or a list of them (then the first).
    pub(super) fn target_at(&self, resource: &Value, field: &str, resource_type: &str) -> Option<String> {
        self.target_in(resource, field, resource_type, resource)
    }

    /// The same for a part of a resource: what it names may stand inside the `holder`.
    pub(super) fn target_in(&self, part: &Value, field: &str, resource_type: &str, holder: &Value) -> Option<String> {
        let reference = list(part, field).first()?;
        match contained(reference, holder) {
            Some(inside) => self.name_inside(inside, holder).0,
            None => self.target(reference, resource_type),
        }
    }

    /// What a resource inside another one is known by: its business identifier, else its place; and whether the whole export knows it by
    /// that identifier already.
    pub(super) fn name_inside(&self, inside: &Value, holder: &Value) -> (Option<String>, bool) {
        let kind = text(inside, &["resourceType"]).unwrap_or_default();
        let identifiers = list(inside, "identifier");
        let number = identifiers.iter().find(|i| code::has(i, "type", &["MR", "VN", "AN"])).or_else(|| identifiers.first());
        if let Some(value) = number.and_then(|number| text(number, &["value"])) {
            let system = number.and_then(|number| text(number, &["system"])).unwrap_or_default();
            let known = self.identifiers.get(&format!("{kind} {system}|{value}")).cloned();
            return (Some(known.clone().unwrap_or(value)), known.is_some());
        }
        (id(holder).zip(text(inside, &["id"])).map(|(holder, local)| format!("{holder}#{local}")), false)
    }

    /// The patient that a resource is about; a subject of another type (a group, a device) is none.
    pub(super) fn patient(&self, resource: &Value) -> Option<String> {
        let field = if resource.get("subject").is_some() { "subject" } else { "patient" };
        let other = text(resource, &[field, "reference"]).is_some_and(|r| r.starts_with("Group/") || r.starts_with("Device/"));
        if other { None } else { self.target_at(resource, field, "Patient") }
    }

    /// The person that a Reference names: what the reference itself says, completed by what is known of that person.
    pub(super) fn person(&self, reference: &Value, holder: &Value) -> Option<Provider> {
        let written = text(reference, &["reference"]).unwrap_or_default();
        let contained = contained(reference, holder).and_then(|resource| match text(resource, &["resourceType"])?.as_str() {
            "Practitioner" => Some(person::of_practitioner(resource)),
            "PractitionerRole" => Some(person::of_contained_role(resource, holder, self)),
            _ => None,
        });
        let kind = ["PractitionerRole", "Practitioner"].into_iter().find(|kind| written.contains(kind));
        let target = self.target(reference, kind.unwrap_or("Practitioner"));
        let known = contained.or_else(|| {
            let target = target.as_deref()?;
            let keys = [format!("PractitionerRole/{target}"), format!("Practitioner/{target}"), target.to_owned()];
            let skip = usize::from(kind == Some("Practitioner"));
            keys.iter().skip(skip).find_map(|key| self.people.get(key)).cloned()
        });
        let name = text(reference, &["display"]);
        let role = name.as_deref().map(person::role_of_name).unwrap_or_default();
        let said = Provider { identifier: None, name, role, service: None };
        let mut provider = match known {
            Some(known) => merged(&said, &known),
            None => said,
        };
        provider.identifier = provider.identifier.or(target);
        // What Lacuna itself wrote beside the reference.
        let beside = |url: &str, kind: &str| super::extension(reference, url).and_then(|e| text(e, &[kind]));
        if let Some(role) = beside("urn:lacuna:role", "valueCode").and_then(|name| serde_json::from_value(Value::String(name)).ok()) {
            provider.role = role;
            provider.service = beside("urn:lacuna:service", "valueString");
        }
        (provider.identifier.is_some() || provider.name.is_some()).then_some(provider)
    }

    /// The person in a field that holds a Reference, or a list of them: the first who is a person.
    pub(super) fn person_at(&self, resource: &Value, field: &str) -> Option<Provider> {
        self.person_in(resource, field, resource)
    }

    /// The same for a part of a resource: what it names may stand inside the `holder`.
    pub(super) fn person_in(&self, part: &Value, field: &str, holder: &Value) -> Option<Provider> {
        let references = list(part, field);
        let is_thing = |reference: &&Value| {
            let written = text(reference, &["reference"]).unwrap_or_default();
            ["Organization", "Device", "Patient", "RelatedPerson", "CareTeam", "HealthcareService"].iter().any(|t| written.starts_with(t))
        };
        references.iter().find(|r| !is_thing(r)).and_then(|reference| self.person(reference, holder))
    }

    /// Code and name of a medication that was read before.
    pub(super) fn medication(&self, reference: &Value) -> Option<&(Option<Coding>, String)> {
        self.medications.get(&self.target(reference, "Medication")?)
    }

    /// The name of a location: what the reference says, else what the location itself says, where it stands inside `holder` too.
    pub(super) fn location(&self, reference: &Value, holder: &Value) -> Option<String> {
        let known = || match contained(reference, holder) {
            Some(location) => text(location, &["name"]),
            None => self.locations.get(&self.target(reference, "Location")?).cloned(),
        };
        text(reference, &["display"]).or_else(known)
    }

    /// The name of an organization: what the reference says, else what the organization itself says, where it stands inside `holder` too.
    pub(super) fn organization(&self, reference: &Value, holder: &Value) -> Option<String> {
        let known = || match contained(reference, holder) {
            Some(organization) => text(organization, &["name"]),
            None => self.organizations.get(&self.target(reference, "Organization")?).cloned(),
        };
        text(reference, &["display"]).or_else(known)
    }

    /// The content that the address of an attachment points to, inside the same bundle or export.
    pub(super) fn binary(&self, url: &str) -> Option<&Value> {
        let last = || url.split("/_history/").next().unwrap_or_default().rsplit_once("Binary/").map(|(_, id)| id);
        let id = self.urls.get(url).map(String::as_str).or_else(last)?;
        self.binaries.get(id)
    }
}

/// The resource inside `holder` that a reference like `#1` names.
pub(super) fn contained<'v>(reference: &Value, holder: &'v Value) -> Option<&'v Value> {
    let written = text(reference, &["reference"])?;
    let wanted = written.strip_prefix('#')?;
    list(holder, "contained").iter().find(|c| text(c, &["id"]).as_deref() == Some(wanted))
}

/// The first one's fields, completed by the second's.
fn merged(first: &Provider, second: &Provider) -> Provider {
    let given = first.role != crate::chart::Role::NotGiven;
    Provider {
        identifier: first.identifier.clone().or_else(|| second.identifier.clone()),
        name: first.name.clone().or_else(|| second.name.clone()),
        role: if given { first.role } else { second.role },
        service: first.service.clone().or_else(|| second.service.clone()),
    }
}
