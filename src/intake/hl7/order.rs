//! Orders: ORM, OMG, OML, OMP, RDE and RAS messages.

use super::person::{patient, provider_at};
use super::visit::{coding, encounter};
use super::{Out, entity, pharmacy};
use crate::chart::{Order, Record};
use crate::error::{Result, Trouble};
use crate::hl7::syntax::Segment;

/// An order message: each ORC with the detail behind it is one order; a drug (RXO, RXE) is a medication, and a dose that
/// was given (RXA) is another.
pub(super) fn read(out: &mut Out) -> Result<()> {
    patient(out)?;
    encounter(out, None);
    let message = out.message;
    let mut orc: Option<&Segment> = None;
    let mut taken = 0;
    for segment in &message.segments {
        match segment.name() {
            "ORC" => orc = Some(segment),
            "OBR" => taken += usize::from(order(out, orc, segment, 4)),
            "RQD" | "ODS" | "RQ1" => taken += usize::from(order(out, orc, segment, if segment.name() == "ODS" { 3 } else { 2 })),
            "RXO" | "RXE" => taken += usize::from(pharmacy::ordered(out, orc, segment)),
            "RXA" => taken += usize::from(pharmacy::given(out, orc, segment)),
            _ => {}
        }
    }
    if taken == 0 {
        let why = "no detail segment (OBR, RXO, RXE, RXA, ODS, RQD) says what was ordered, or it has no number";
        return Err(Trouble::input("the HL7 message holds no order").why(why).hint("ask the sender for whole order messages"));
    }
    super::result::beside(out);
    Ok(())
}

/// Segments that stand where nothing can be said to belong to them: results before the order that they are of.
pub(super) fn told(out: &mut Out) {
    let named = |name: &str| out.message.segments.iter().position(|segment| segment.name() == name);
    let (obx, obr) = (named("OBX"), named("OBR"));
    let early = obx.zip(obr).is_some_and(|(obx, obr)| obx < obr);
    if early && let Some(segment) = out.message.first("OBX") {
        let notice = Trouble::input("results stand before the order that they are of")
            .at("", Some(segment.line))
            .why("an OBX comes before the first OBR: it was read as a result of no order")
            .hint("have the sender put each OBX behind its OBR");
        out.notices.push(notice);
    }
}

pub(super) fn number(orc: Option<&Segment>, detail: &Segment) -> Option<String> {
    let of_detail = |field| if detail.name() == "OBR" { entity(detail, field) } else { None };
    orc.and_then(|orc| entity(orc, 2)).or_else(|| of_detail(2)).or_else(|| orc.and_then(|orc| entity(orc, 3))).or_else(|| of_detail(3))
}

fn order(out: &mut Out, orc: Option<&Segment>, detail: &Segment, field: usize) -> bool {
    let code = coding(detail, field);
    let name = code.as_ref().map(|code| code.display.clone().unwrap_or_else(|| code.code.clone()));
    let (Some(number), Some(name)) = (number(orc, detail), name) else { return false };
    let identifier = format!("ORC/{number}/{}", code.as_ref().map(|c| c.code.as_str()).unwrap_or_default());
    let time = orc.and_then(|orc| out.instant(orc, 9)).or_else(|| (detail.name() == "OBR").then(|| out.instant(detail, 6)).flatten());
    let requester =
        orc.and_then(|orc| provider_at(orc, 12)).or_else(|| (detail.name() == "OBR").then(|| provider_at(detail, 16)).flatten());
    out.records.push(Record::Order(Order {
        identifier,
        encounter: out.encounter.clone(),
        patient: out.patient.clone(),
        code,
        name,
        status: orc.and_then(status).map(str::to_owned),
        time,
        requester,
        ..Order::default()
    }));
    true
}

/// Order control (ORC-1) and order status (ORC-5) in FHIR's words.
pub(super) fn status(orc: &Segment) -> Option<&'static str> {
    match (orc.at(1, 1).as_deref(), orc.at(5, 1).as_deref()) {
        (Some("CA" | "OC" | "CR" | "DC" | "OD"), _) | (_, Some("CA" | "DC")) => Some("revoked"),
        (Some("HD" | "OH"), _) | (_, Some("HD")) => Some("on-hold"),
        (_, Some("CM")) => Some("completed"),
        (_, Some("ER")) => Some("entered-in-error"),
        (Some("NW" | "SN" | "RO" | "XO" | "RL"), _) | (_, Some("IP" | "SC" | "A")) => Some("active"),
        _ => None,
    }
}
