//! Reads whom a pack or an item is for.

use super::document_types;
use super::fields::Fields;
use crate::chart::{EncounterClass, Sex};
use crate::checklist::item::Scope;

pub(super) const CLASSES: [(&str, Option<EncounterClass>); 7] = [
    ("inpatient", Some(EncounterClass::Inpatient)),
    ("observation", Some(EncounterClass::Observation)),
    ("emergency", Some(EncounterClass::Emergency)),
    ("ambulatory", Some(EncounterClass::Ambulatory)),
    ("other", Some(EncounterClass::Other)),
    ("not_given", Some(EncounterClass::NotGiven)),
    ("lone_note", None),
];

/// The scope of a pack, or of an item, which inherits what it does not say from its pack.
pub(super) fn read_scope(fields: &Fields<'_, '_, '_>, pack: Option<&Scope>) -> Scope {
    let words = fields.words("class");
    let picked: Vec<Option<EncounterClass>> = words.iter().filter_map(|word| fields.pick(word, &CLASSES, "a kind of encounter")).collect();
    let inherits = |key: &str| pack.filter(|_| !fields.has(key));
    let mut classes: Vec<EncounterClass> = picked.iter().flatten().copied().collect();
    let mut lone_note = picked.contains(&None);
    if let Some(pack) = inherits("class") {
        (classes, lone_note) = (pack.classes.clone(), pack.lone_note);
        if classes.is_empty() && !lone_note {
            fields.say(
                fields.at(),
                "nothing says which encounters it is for",
                "`class = [\"inpatient\"]` in the item or in `[pack]`",
                None,
            );
        }
    }
    let age = |key: &'static str| fields.has(key).then(|| u16::try_from(fields.count(key, 0)).unwrap_or(u16::MAX));
    let (age_min, age_max) = (age("age_min"), age("age_max"));
    if let (Some(least), Some(most)) = (age_min, age_max)
        && least > most
    {
        fields.say(fields.at(), format!("`age_min` {least} is more than `age_max` {most}"), "the smaller number in `age_min`", None);
    }
    let sex = fields.one_of("sex", &[("female", Sex::Female), ("male", Sex::Male)], "female or male");
    let services: Vec<String> = fields.words("services").into_iter().map(|word| word.text.to_lowercase()).collect();
    Scope {
        classes,
        lone_note,
        document_types: document_types(fields, "document_types"),
        services: inherits("services").map_or(services, |pack| pack.services.clone()),
        stay_at_least: fields.number("stay_at_least"),
        stay_below: fields.number("stay_below"),
        discharged_at_least: fields.number("discharged_at_least"),
        discharged_below: fields.number("discharged_below"),
        age_min: inherits("age_min").map_or(age_min, |pack| pack.age_min),
        age_max: inherits("age_max").map_or(age_max, |pack| pack.age_max),
        sex: inherits("sex").map_or(sex, |pack| pack.sex),
    }
}
