//! When a sender said something, and what a record came with that is no part of a chart: what orders two messages about the same thing,
//! whatever order they are read in.

use super::time::{Instant, Precision};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// When a sender said something, as far as it says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// When a result came to stand as it does (OBR-22). Where both say it and it differs, it decides: a message that is sent again gets a
    /// new time of its own.
    #[serde(default, rename = "r", skip_serializing_if = "Option::is_none")]
    pub reported: Option<Instant>,
    /// When the event was recorded (EVN-2).
    #[serde(default, rename = "e", skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Instant>,
    /// When the message was made (MSH-7), the document (C-CDA effectiveTime), or the resource last changed (FHIR meta.lastUpdated).
    #[serde(default, rename = "m", skip_serializing_if = "Option::is_none")]
    pub message: Option<Instant>,
}

impl Sent {
    /// The time of the message alone.
    pub fn at(message: Option<Instant>) -> Self {
        Self { message, ..Self::default() }
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether this was surely said before `other`. What is not given, not precise enough or contradicts itself has no order.
    pub fn is_before(&self, other: &Self) -> bool {
        let before = |one: Option<Instant>, two: Option<Instant>| one.zip(two).is_some_and(|(one, two)| surely_before(&one, &two));
        if before(self.reported, other.reported) || before(other.reported, self.reported) {
            return before(self.reported, other.reported);
        }
        let pairs = [(self.recorded, other.recorded), (self.message, other.message)];
        pairs.iter().any(|(one, two)| before(*one, *two)) && !pairs.iter().any(|(one, two)| before(*two, *one))
    }
}

/// The most that two clocks can be apart where only one of them says its offset from UTC: from -12 to +14 hours.
const ANYWHERE: i64 = 14 * 3600;

/// Whether all that `one` can mean lies before all that `two` can mean.
fn surely_before(one: &Instant, two: &Instant) -> bool {
    let length = match one.precision() {
        Precision::Year => 366 * 86_400,
        Precision::Month => 31 * 86_400,
        Precision::Day => 86_400,
        Precision::Minute => 60,
        Precision::Second => 1,
    };
    let apart = if one.offset_seconds().is_some() == two.offset_seconds().is_some() { 0 } else { ANYWHERE };
    one.utc_seconds() + length + apart <= two.utc_seconds()
}

/// What a record came with that is no part of a chart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// When its sender said it.
    pub sent: Sent,
    /// Where a note has no identifier but the name of its file: which file that was.
    pub by_name: Option<Arc<ByName>>,
    /// What came together (a message, a note with its patient and stay) has one number; 0 stands alone.
    pub unit: u64,
    /// What is worth knowing, and why, where the store is otherwise for it: not when it is told again.
    pub told: Option<(&'static str, &'static str)>,
    /// Fields that its sender says are to be empty (`""` of HL7 v2): a field that was not given stays as it was.
    pub cleared: Vec<&'static str>,
    /// Whether its sender says that it corrects who a patient is (HL7 A08, A31): another name and another birth date are then no other person.
    pub corrects: bool,
}

/// A file that notes are known by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByName {
    /// Stands for the folder that the name is relative to: the same name in another one is another note.
    pub folder: String,
    /// Whether files only pass through the folder: the same name a second time is another note, too.
    pub passes: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(reported: &str, recorded: &str, message: &str) -> Sent {
        Sent { reported: Instant::parse(reported), recorded: Instant::parse(recorded), message: Instant::parse(message) }
    }

    #[test]
    fn only_what_was_surely_said_before_is_older() {
        let (eight, nine) = ("2026-01-05T08:00:00", "2026-01-05T09:00:00");
        for (one, other, before) in [
            (sent("", "", eight), sent("", "", nine), true),
            (sent("", "", nine), sent("", "", eight), false),
            (sent("", "", eight), sent("", "", eight), false),
            (sent("", "", ""), sent("", "", eight), false),
            // To the day, the minute: as much as was stated.
            (sent("", "", "2026-01-05"), sent("", "", nine), false),
            (sent("", "", "2026-01-04"), sent("", "", nine), true),
            (sent("", "", "2026-01-05T08:00"), sent("", "", "2026-01-05T08:00:30"), false),
            (sent("", "", "2026-01-05T08:00"), sent("", "", "2026-01-05T08:01:00"), true),
            // A clock without its offset is no other clock.
            (sent("", "", "2026-01-05T08:00:00Z"), sent("", "", "2026-01-05T09:00:00"), false),
            (sent("", "", "2026-01-05T08:00:00-05:00"), sent("", "", "2026-01-05T12:59:00Z"), false),
            (sent("", "", "2026-01-05T08:00:00-05:00"), sent("", "", "2026-01-05T13:01:00Z"), true),
            // A message that is sent again has a new time; what it says of the result has not.
            (sent(eight, "", nine), sent(nine, "", eight), true),
            (sent(eight, "", eight), sent(eight, "", nine), true),
            // What contradicts itself has no order.
            (sent("", eight, nine), sent("", nine, eight), false),
            (sent("", eight, eight), sent("", nine, eight), true),
        ] {
            assert_eq!(one.is_before(&other), before, "{one:?} {other:?}");
        }
    }
}
