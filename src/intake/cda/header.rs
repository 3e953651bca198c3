//! The header: whose document it is, which stay it belongs to, who wrote and signed it.

use super::xml::{all, at, attribute, attribute_at, called, coding, identifier, identifier_of, instant, start, words};
use crate::chart::{Authority, Encounter, EncounterClass, Location, Number, Patient, Provider, Role, Sex};
use crate::error::Trouble;
use crate::intake::fhir::role_of_name;
use roxmltree::Node;

/// Social security numbers are no record numbers.
const SSN: &str = "2.16.840.1.113883.4.1";
const NPI: &str = "2.16.840.1.113883.4.6";

/// The patient; `None` when the document names none by an identifier.
pub(super) fn patient(document: Node<'_, '_>, notices: &mut Vec<Trouble>) -> Option<Patient> {
    let role = at(document, &["recordTarget", "patientRole"])?;
    let named = || all(role, "id").filter(|id| identifier(*id).is_some());
    let chosen = named().find(|id| id.attribute("root") != Some(SSN) && id.attribute("extension").is_some()).or_else(|| named().next())?;
    let others = all(role, "id").filter(|id| *id != chosen).filter_map(|id| {
        let from = Authority::of_hd(attribute(id, "assigningAuthorityName"), attribute(id, "root"), Some(root_kind(id)));
        Some(Number { value: attribute(id, "extension")?, from, kind: None })
    });
    let person = at(role, &["patient"]);
    let name = person.and_then(|person| {
        let legal = all(person, "name").find(|name| name.attribute("use").is_some_and(|u| u.split_whitespace().any(|u| u == "L")));
        legal.or_else(|| all(person, "name").next())
    });
    let given: Vec<String> = name.map(|name| all(name, "given").filter_map(words).collect()).unwrap_or_default();
    let family = name.and_then(|name| at(name, &["family"]).and_then(words));
    Some(Patient {
        identifier: identifier(chosen)?,
        mrn: attribute(chosen, "extension"),
        mrn_from: chosen.attribute("extension").and_then(|_| {
            Authority::of_hd(attribute(chosen, "assigningAuthorityName"), attribute(chosen, "root"), Some(root_kind(chosen)))
        }),
        family: family.or_else(|| name.filter(|_| given.is_empty()).and_then(words)),
        given: Some(given.join(" ")).filter(|given| !given.is_empty()),
        birth: instant(person.and_then(|p| at(p, &["birthTime"])), "birthTime", notices),
        sex: match person.and_then(|p| attribute_at(p, &["administrativeGenderCode"], "code")).as_deref() {
            Some("F") => Sex::Female,
            Some("M") => Sex::Male,
            Some("UN") => Sex::Other,
            _ => Sex::NotGiven,
        },
        died: instant(person.and_then(|p| at(p, &["deceasedTime"])), "deceasedTime", notices),
        identifiers: others.collect(),
        ..Patient::default()
    })
}

/// A root is an OID or a UUID.
fn root_kind(id: Node<'_, '_>) -> &'static str {
    if id.attribute("root").is_some_and(|root| root.contains('-')) { "UUID" } else { "ISO" }
}

/// The stay that the document belongs to, where it names one by an identifier.
pub(super) fn encounter(document: Node<'_, '_>, patient: Option<&str>, notices: &mut Vec<Trouble>) -> Option<Encounter> {
    let stay = at(document, &["componentOf", "encompassingEncounter"])?;
    let id = all(stay, "id").find(|id| identifier(*id).is_some())?;
    let time = at(stay, &["effectiveTime"]);
    let end = instant(time.and_then(|t| at(t, &["high"])), "encompassingEncounter/effectiveTime", notices);
    let people = |way: &[&str]| at(stay, way).and_then(provider);
    let attends = |p: &Node<'_, '_>| p.attribute("typeCode") == Some("ATND");
    let participants: Vec<Node<'_, '_>> = all(stay, "encounterParticipant").collect();
    let attending = participants.iter().find(|p| attends(p)).and_then(|p| at(*p, &["assignedEntity"])).and_then(provider);
    let place = at(stay, &["location", "healthCareFacility"]);
    let place = place.and_then(|place| {
        at(place, &["location", "name"]).and_then(words).or_else(|| at(place, &["serviceProviderOrganization", "name"]).and_then(words))
    });
    let start = start(time, "encompassingEncounter/effectiveTime", notices);
    Some(Encounter {
        identifier: identifier(id)?,
        account: attribute(id, "extension"),
        patient: patient.map(str::to_owned),
        class: class(stay),
        status: end.map(|_| "finished".to_owned()),
        start,
        end,
        locations: place.map(|name| Location { name, start: None }).into_iter().collect(),
        attending: attending.or_else(|| people(&["responsibleParty", "assignedEntity"])),
        participants: participants.iter().filter(|p| !attends(p)).filter_map(|p| at(*p, &["assignedEntity"]).and_then(provider)).collect(),
        disposition: at(stay, &["dischargeDispositionCode"]).and_then(called),
        ..Encounter::default()
    })
}

/// The class by an act code, in the code itself or a translation of it.
fn class(stay: Node<'_, '_>) -> EncounterClass {
    let Some(code) = at(stay, &["code"]) else { return EncounterClass::NotGiven };
    let known = |node: Node<'_, '_>| {
        Some(match node.attribute("code")? {
            "IMP" | "ACUTE" | "NONAC" => EncounterClass::Inpatient,
            "OBSENC" => EncounterClass::Observation,
            "EMER" => EncounterClass::Emergency,
            "AMB" | "VR" | "HH" => EncounterClass::Ambulatory,
            _ => return None,
        })
    };
    known(code).or_else(|| all(code, "translation").find_map(known)).unwrap_or_default()
}

/// A person who is assigned to something; a device is none.
pub(super) fn provider(entity: Node<'_, '_>) -> Option<Provider> {
    let person = ["assignedPerson", "informationRecipient", "associatedPerson"].into_iter().find_map(|name| at(entity, &[name]));
    if person.is_none() && at(entity, &["assignedAuthoringDevice"]).is_some() {
        return None;
    }
    let name = person.and_then(|person| at(person, &["name"])).and_then(person_name);
    let numbered = || all(entity, "id").filter(|id| id.attribute("extension").is_some());
    let npi = numbered().find(|id| id.attribute("root") == Some(NPI)).and_then(|id| attribute(id, "extension"));
    let number = npi.or_else(|| numbered().next().and_then(identifier)).or_else(|| identifier_of(entity).filter(|_| name.is_some()));
    let title = at(entity, &["code"]).and_then(called);
    let by_name = name.as_deref().map(role_of_name).unwrap_or_default();
    let by_title = title.as_deref().map(Role::from_credential).filter(|role| *role != Role::Other).unwrap_or_default();
    let role = if by_name == Role::NotGiven { by_title } else { by_name };
    (number.is_some() || name.is_some()).then_some(Provider { identifier: number, name, role, service: title })
}

/// Given names, family name and credentials; a name in one piece as it stands.
fn person_name(name: Node<'_, '_>) -> Option<String> {
    let parts: Vec<String> = all(name, "given").chain(all(name, "family")).filter_map(words).collect();
    if parts.is_empty() {
        return words(name);
    }
    let suffixes: Vec<String> = all(name, "suffix").filter_map(words).collect();
    let bare = parts.join(" ");
    Some(if suffixes.is_empty() { bare } else { format!("{bare}, {}", suffixes.join(", ")) })
}

/// Who wrote it: the first author who is a person, with the time.
pub(super) fn author<'n, 'd>(document: Node<'n, 'd>) -> Option<(Provider, Option<Node<'n, 'd>>)> {
    all(document, "author").find_map(|author| {
        let mut provider = provider(at(author, &["assignedAuthor"])?)?;
        if provider.service.is_none() {
            provider.service = at(author, &["functionCode"]).and_then(coding).and_then(|c| c.display);
        }
        Some((provider, at(author, &["time"])))
    })
}

/// Who signed it: the legal authenticator, else the first authenticator, with the time.
pub(super) fn signer<'n, 'd>(document: Node<'n, 'd>) -> Option<(Provider, Option<Node<'n, 'd>>)> {
    ["legalAuthenticator", "authenticator"].into_iter().find_map(|name| {
        let signed = at(document, &[name])?;
        Some((provider(at(signed, &["assignedEntity"])?)?, at(signed, &["time"])))
    })
}
