//! A reading as the index takes it: names and places, no text.

use crate::reading::{Assertion, MEMBER, Mention as Read, Reading, denied_kind, is_kind, member, version};
use lacuna_index::{Annotations, Mention, Region, Value};

/// What of a reading the index is told, and how; another number, another index.
const TOLD: u32 = 4;

/// Names what the index was made with: the reader, and what it is told of a reading.
pub fn told_by() -> String {
    format!("{}-{TOLD}", version())
}

/// How a mention stands, as a search asks for it. A relative's condition that is denied ("no family history of stroke") is a denial: who
/// looks for what runs in the family does not mean it.
fn how(mention: &Read) -> &'static str {
    match mention.assertion {
        Assertion::Family if mention.axes.negated => Assertion::Negated.name(),
        other => other.name(),
    }
}

/// What the index is told of a text.
pub struct Annotated<'r> {
    sections: Vec<Region<'r>>,
    mentions: Vec<Mention<'r>>,
    values: Vec<Value<'r>>,
}

impl<'r> Annotated<'r> {
    /// The reading of `text`.
    pub fn of(text: &str, reading: &'r Reading) -> Self {
        let mut sections = Vec::with_capacity(reading.sections.len());
        for s in &reading.sections {
            let heading = text.get(s.start..s.body).map_or(0, |heading| heading.trim_end().len());
            sections.push(Region { name: &s.section, span: s.start..s.end, heading: s.start..s.start + heading });
            if let Some(parent) = &s.within {
                sections.push(Region { name: parent, span: s.start..s.end, heading: s.start..s.start });
            }
        }
        let mentions = reading.mentions.iter().map(|m| {
            let own = m.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let (assertion, member) = (how(m), member(&m.concept, &m.text).map(|name| (MEMBER, name)));
            // Who denies a kind does not deny the condition.
            let apart = assertion == Assertion::Negated.name() && is_kind(&m.concept, &m.text);
            let concept = apart.then(|| denied_kind(&m.concept)).flatten().unwrap_or(&m.concept);
            Mention { concept, assertion, attributes: own.chain(member).collect(), span: m.start..m.end }
        });
        let mut values = Vec::with_capacity(reading.measurements.len());
        for m in &reading.measurements {
            let mut add = |value| values.push(Value { measure: &m.name, value, span: m.start..m.end });
            match m.comparator.as_deref() {
                // "< 2" is not 2, and not above it.
                Some("<") => add(m.value.next_down()),
                Some(">") => add(m.value.next_up()),
                _ => add(m.value),
            }
            m.upper.into_iter().for_each(&mut add);
        }
        Self { mentions: mentions.collect(), sections, values }
    }

    /// The innermost section at a byte.
    pub fn section_at(&self, byte: usize) -> Option<&str> {
        let around = self.sections.iter().filter(|s| s.span.contains(&byte) && s.name != "unheaded");
        around.min_by_key(|s| (s.span.len(), s.heading.is_empty())).map(|s| s.name)
    }

    /// As part of an entry.
    pub fn notes(&self) -> Annotations<'_> {
        Annotations { sections: &self.sections, mentions: &self.mentions, values: &self.values }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::reading::read_marks;

    #[test]
    fn an_illness_denied_of_the_family_is_not_found_as_the_familys() {
        let text = "FAMILY HISTORY: Negative for hypertension. Mother with diabetes.";
        let reading = read_marks(text);
        let annotated = Annotated::of(text, &reading);
        let how = |name: &str| annotated.mentions.iter().find(|m| text.get(m.span.clone()) == Some(name)).map(|m| m.assertion);
        assert_eq!((how("hypertension"), how("diabetes")), (Some("negated"), Some("family")));
    }

    #[test]
    fn no_septic_shock_was_found_as_a_denial_of_sepsis() {
        let text = "Sepsis, present on admission. No septic shock. No pneumonia.";
        let reading = read_marks(text);
        let annotated = Annotated::of(text, &reading);
        let denied: Vec<&str> = annotated.mentions.iter().filter(|m| m.assertion == "negated").map(|m| m.concept).collect();
        assert!(denied.contains(&"sepsis~") && denied.contains(&"pneumonia") && !denied.contains(&"sepsis"), "{denied:?}");
    }

    #[test]
    fn the_day_of_a_note_was_that_of_another_clock() {
        let written = crate::chart::Instant::parse("2026-11-16T20:10:00-05:00").unwrap();
        let day = crate::chart::Instant::parse("2026-11-16").unwrap();
        assert_eq!(written.written_seconds().div_euclid(86_400), day.written_seconds().div_euclid(86_400));
        assert_ne!(written.utc_seconds().div_euclid(86_400), day.utc_seconds().div_euclid(86_400), "in UTC it is the next day");
    }
}
