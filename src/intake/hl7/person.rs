//! Patients (PID), merges (MRG), and people who write, sign, order and attend (XCN).

use super::{Out, change, identifier};
use crate::chart::{Authority, Change, Number, Patient, Provider, Record, RecordKind, Role, Sex};
use crate::error::{Result, Trouble};
use crate::hl7::syntax::{Field, Message, Segment};
use crate::intake::fhir::role_of_name;

/// Reads PID: the patient goes out, and everything else of the message names it.
pub(super) fn patient(out: &mut Out) -> Result<()> {
    let Some(pid) = out.message.first("PID") else {
        return Err(Trouble::input("the HL7 message names no patient")
            .why("it has no PID segment")
            .hint("ask the sender for whole messages"));
    };
    let facility = facility(out.message);
    let Some((name, chosen)) = named(pid, &[3, 2], facility.as_deref()) else {
        return Err(Trouble::input("the HL7 message names no patient")
            .at("", Some(pid.line))
            .why("PID-3 holds no identifier")
            .hint("a patient is known by an identifier, never by name alone; ask the sender for it"));
    };
    let message = out.message;
    let birth = out.instant(pid, 7);
    let sent = message.first("MSH").and_then(|msh| crate::hl7::stamp::read(&msh.at(7, 1).unwrap_or_default()).ok().flatten());
    let birth = birth.filter(|birth| {
        let unborn = sent.is_some_and(|sent| birth.local_date() > sent.local_date());
        if unborn {
            out.notices.push(
                Trouble::input("the date of birth lies after the message and counts as not given")
                    .why("PID-7 is later than MSH-7: the patient would have a negative age")
                    .hint("have the date corrected at the sender"),
            );
        }
        !unborn
    });
    let legal = pid.repetitions(5).find(|name| matches!(name.at(7).as_deref(), Some("L" | "D")));
    let called = legal.unwrap_or_else(|| pid.field(5));
    let given: Vec<String> = [called.at(2), called.at(3)].into_iter().flatten().collect();
    let died = out.instant(pid, 29);
    let number = |id: &Field<'_>| {
        let from = Authority::of_hd(id.part(4, 1), id.part(4, 2), id.part(4, 3).as_deref());
        Some(Number { value: id.at(1)?, from, kind: id.at(5) })
    };
    let mrn = number(&chosen);
    let is_mrn = |n: &Number| mrn.as_ref().is_some_and(|mrn| mrn.value == n.value && mrn.from == n.from);
    let cleared = [(5, "family"), (5, "given"), (7, "birth"), (8, "sex"), (29, "died")];
    out.clear(cleared.into_iter().filter(|(field, _)| pid.deletes(*field)).map(|(_, name)| name));
    let others: Vec<Number> = pid.repetitions(3).filter_map(|id| number(&id)).filter(|n| !is_mrn(n)).collect();
    out.records.push(Record::Patient(Patient {
        identifier: name.clone(),
        mrn: chosen.at(1),
        mrn_from: Authority::of_hd(chosen.part(4, 1), chosen.part(4, 2), chosen.part(4, 3).as_deref()),
        family: called.at(1),
        given: Some(given.join(" ")).filter(|given| !given.is_empty()),
        birth,
        sex: match pid.at(8, 1).as_deref() {
            Some("F") => Sex::Female,
            Some("M") => Sex::Male,
            Some("O" | "A" | "N") => Sex::Other,
            _ => Sex::NotGiven,
        },
        died,
        identifiers: others,
        ..Patient::default()
    }));
    out.patient = Some(name);
    Ok(())
}

/// One message is about one patient and one stay: results behind a second PID would stand in the first one's chart.
pub(super) fn alone(message: &Message) -> Result<()> {
    let refuse = |what: &str, why: &str, line: u64| {
        let hint = "have the sender send one message for each; nothing of it was stored";
        Err(Trouble::input(what).at("", Some(line)).why(why).hint(hint))
    };
    let facility = facility(message);
    let named = |segment: &Segment, fields: &[usize]| named(segment, fields, facility.as_deref()).map(|(name, _)| name);
    let mut first: Option<String> = None;
    for pid in message.all("PID") {
        let name = named(pid, &[3, 2]);
        if first.is_some() && name.is_some() && name != first {
            return refuse("the HL7 message is about several patients", "a second PID names another one", pid.line);
        }
        first = first.or(name);
    }
    let mut stay: Option<String> = None;
    for pv1 in message.all("PV1") {
        let name = self::named(pv1, &[19], None).map(|(name, _)| name);
        if stay.is_some() && name.is_some() && name != stay {
            return refuse("the HL7 message is about several stays", "a second PV1 names another one", pv1.line);
        }
        stay = stay.or(name);
    }
    Ok(())
}

/// The medical record number of a list of identifiers, else the first: as we know it, and as it came. The fields are looked at in their
/// order. A number that nobody is said to have given counts in the facility that sends it: another one counts from the same number.
fn named<'s>(segment: &'s Segment, fields: &[usize], facility: Option<&str>) -> Option<(String, Field<'s>)> {
    fields.iter().find_map(|field| {
        let all = || segment.repetitions(*field).filter(|id| id.at(1).is_some());
        let chosen = all().find(|id| id.at(5).as_deref() == Some("MR")).or_else(|| all().next())?;
        let number = chosen.at(1)?;
        Some((identifier(number, authority(&chosen).or_else(|| facility.map(str::to_owned))), chosen))
    })
}

/// The facility that sent a message (MSH-4).
fn facility(message: &Message) -> Option<String> {
    message.first("MSH")?.at(4, 1)
}

/// The assigning authority of a CX: its name, else its universal id.
pub(super) fn authority(id: &Field<'_>) -> Option<String> {
    id.at(4).or_else(|| id.part(4, 2))
}

/// A merge: what stands in MRG-1 is no patient any more, and everything of it is PID-3's.
pub(super) fn merge(out: &mut Out) -> Result<()> {
    let message = out.message;
    let mut pairs = Vec::new();
    let mut stays = None;
    let facility = facility(message);
    let known_as = |segment: &Segment, fields: &[usize]| named(segment, fields, facility.as_deref()).map(|(name, _)| name);
    for segment in &message.segments {
        match segment.name() {
            "PID" => stays = known_as(segment, &[3, 2]),
            "MRG" => pairs.push((segment.line, known_as(segment, &[1]), stays.clone())),
            _ => {}
        }
    }
    if pairs.is_empty() {
        return Err(Trouble::input("the merge names no patient to merge").why("it has no MRG segment").hint("ask the sender for it again"));
    }
    patient(out)?;
    for (line, from, into) in pairs {
        let (Some(from), Some(into)) = (from, into) else {
            return Err(Trouble::input("the merge names no patient to merge")
                .at("", Some(line))
                .why("MRG-1 or the PID before it holds no identifier")
                .hint("ask the sender for it again; nothing of it was stored"));
        };
        if from != into {
            let why = "everything of the one in MRG-1 is the other's now";
            out.told = Some((RecordKind::Change, "two patients were merged by their sender", why));
            change(out, Change::Merged { from, into });
        }
    }
    Ok(())
}

/// The person in one repetition of an XCN field; a bare name is one, too.
pub(super) fn provider(field: &Field<'_>) -> Option<Provider> {
    let (number, family) = (field.at(1), field.at(2));
    let given = [field.at(3), field.at(4)];
    let degree = field.at(7);
    let parts: Vec<String> = given.into_iter().flatten().chain(family).collect();
    let mut name = Some(parts.join(" ")).filter(|name| !name.is_empty());
    let mut identifier = number;
    // Some senders put a name where the number belongs.
    if name.is_none() && identifier.as_deref().is_some_and(|id| !id.bytes().any(|b| b.is_ascii_digit())) {
        name = identifier.take();
    }
    let full = name.map(|name| match &degree {
        Some(degree) => format!("{name}, {degree}"),
        None => name,
    });
    let role = degree.as_deref().map(Role::from_credential).filter(|role| *role != Role::Other);
    let role = role.unwrap_or_else(|| full.as_deref().map(role_of_name).unwrap_or_default());
    (identifier.is_some() || full.is_some()).then_some(Provider { identifier, name: full, role, service: None })
}

/// The first person of a field.
pub(super) fn provider_at(segment: &Segment, field: usize) -> Option<Provider> {
    segment.repetitions(field).find_map(|one| provider(&one))
}
