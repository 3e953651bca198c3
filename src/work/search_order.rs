//! The order of hits beside how well they fit: what newness and the sections weigh, from `lexicon/search.toml`.

use crate::error::{Result, Trouble};
use lacuna_index::{Page, Recency, SectionWeight};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WeightsFile {
    recency: RecencyFile,
    sections: SectionsFile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecencyFile {
    weight: f32,
    half_life_days: f32,
    /// Where the numbers come from; for whoever reads the file.
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SectionsFile {
    weights: BTreeMap<String, f32>,
    #[serde(rename = "source")]
    _source: String,
}

struct Weights {
    recency: RecencyFile,
    sections: Vec<SectionWeight>,
}

/// The first hits, best first, as the program asks for them; `now` is in UTC seconds.
pub fn best_first(now: i64) -> Page {
    static SHIPPED: OnceLock<Option<Weights>> = OnceLock::new();
    let shipped = SHIPPED.get_or_init(|| parse(include_str!("../../lexicon/search.toml")).ok());
    let Some(weights) = shipped.as_ref() else { return Page::default() };
    let recency = Recency { now, weight: weights.recency.weight, half_life: weights.recency.half_life_days };
    Page { recency: Some(recency), sections: &weights.sections, ..Page::default() }
}

fn parse(text: &str) -> Result<Weights> {
    let file: WeightsFile =
        toml::from_str(text).map_err(|e| Trouble::input("the weights of the search cannot be read").why(e.message().to_owned()))?;
    let sections = file.sections.weights.into_iter().map(|(name, weight)| SectionWeight { name, weight }).collect();
    Ok(Weights { recency: file.recency, sections })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::reading::Headings;

    #[test]
    fn the_shipped_weights_are_sound_and_name_sections_that_the_reader_knows() {
        let weights = parse(include_str!("../../lexicon/search.toml")).unwrap();
        assert!((0.0..1.0).contains(&weights.recency.weight) && weights.recency.half_life_days > 0.0);
        let known: Vec<&str> = Headings::shipped().names().collect();
        for section in &weights.sections {
            assert!(known.contains(&section.name.as_str()), "{}", section.name);
            assert!((0.5..=1.5).contains(&section.weight), "{}: a nudge, not a verdict", section.name);
        }
        assert_eq!(best_first(0).sections, weights.sections);
        // In the index a section is a number; one that shares its number would weigh like the other.
        let numbers: std::collections::BTreeSet<u64> =
            known.iter().map(|name| SectionWeight { name: (*name).to_owned(), weight: 1.0 }.number()).collect();
        let names: std::collections::BTreeSet<&&str> = known.iter().collect();
        assert_eq!(numbers.len(), names.len());
    }
}
