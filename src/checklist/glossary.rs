//! The names that packs may use, to look up: nobody can guess that a potassium is `potassium` and a loop diuretic `drug.loop_diuretic`.

use super::names;
use crate::chart::DocumentType;
use serde::Serialize;

/// A name that packs may use.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Known {
    /// Where it belongs: condition, concept, observation, section or document.
    pub kind: &'static str,
    /// As packs write it.
    pub name: String,
    /// An observation's unit, or a condition's attributes with their values.
    pub about: String,
}

/// All names, or those that hold the words or are called by them ("K", "Hgb", "CHF").
pub fn glossary(words: Option<&str>) -> Vec<Known> {
    let attributes = |condition: &str| {
        let list = names::attributes(condition).into_iter().flatten();
        list.map(|(name, values)| format!("{name}: {}", values.join(", "))).collect::<Vec<_>>().join("; ")
    };
    let conditions = names::conditions().map(|name| ("condition", name, attributes(name)));
    let others = names::concepts().iter().map(String::as_str).filter(|name| names::attributes(name).is_none());
    let concepts = others.map(|name| ("concept", name, String::new()));
    let observations =
        names::observations().iter().map(|name| ("observation", name.as_str(), names::unit(name).unwrap_or_default().to_owned()));
    let sections = names::sections().iter().map(|name| ("section", name.as_str(), String::new()));
    let documents = DocumentType::ALL.iter().map(|t| ("document", t.name(), t.label().to_owned()));
    let all = conditions.chain(concepts).chain(observations).chain(sections).chain(documents);
    let plain = |text: &str| text.to_lowercase().replace(['_', '-', '.'], " ");
    let asked = words.map(|words| (plain(words), names::concept_called(words), names::observation_called(words)));
    let fits = |kind: &str, name: &str| match &asked {
        None => true,
        Some((words, concept, observation)) => {
            // A short form is asked by its own name only: "K" is in too many words.
            words.len() > 2 && plain(name).contains(words.as_str())
                || kind == "observation" && *observation == Some(name)
                || kind != "observation" && concept.as_deref() == Some(name)
        }
    };
    let found = all.filter(|(kind, name, _)| fits(kind, name));
    found.map(|(kind, name, about)| Known { kind, name: name.to_owned(), about }).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::{Known, glossary};

    fn names(words: &str) -> Vec<String> {
        glossary(Some(words)).into_iter().map(|known| known.name).collect()
    }

    #[test]
    fn what_a_ward_calls_it_leads_to_its_name() {
        assert_eq!(names("K"), ["potassium"]);
        assert!(names("CHF").contains(&"heart_failure".to_owned()));
        assert!(names("loop diuretic").contains(&"drug.loop_diuretic".to_owned()));
        assert!(names("xylophone").is_empty());
        assert!(glossary(None).len() > names("heart").len());
    }

    #[test]
    fn a_unit_and_the_values_of_an_attribute_are_told() {
        let about = |words: &str, name: &str| glossary(Some(words)).into_iter().find(|k: &Known| k.name == name).unwrap().about;
        assert_eq!(about("potassium", "potassium"), "mmol/L");
        assert!(about("heart_failure", "heart_failure").contains("acuity: "));
    }
}
