//! Reads what cannot both hold.

use super::checks::{conditions, hours, texts};
use super::fields::Fields;
use super::{Context, known_condition};
use crate::checklist::check::{AtDischarge, Conflict};
use crate::checklist::names;

pub(super) fn conflict(table: &Fields<'_, '_, '_>, context: &Context<'_>) -> Option<Conflict> {
    let between = table.need_word("between", "assertions, attributes, values, discharge, stated or identity");
    if between.text.is_empty() {
        return None;
    }
    let kinds = [("assertions", 0), ("attributes", 1), ("values", 2), ("discharge", 3), ("stated", 4), ("identity", 5)];
    Some(match table.pick(&between, &kinds, "what disagrees")? {
        0 => Conflict::Assertions {
            conditions: conditions(table, "conditions"),
            within_hours: hours(table.need_number("within_hours", "hours within which the two must lie")),
            sections: context.sections(table, "sections"),
        },
        1 => {
            let condition = table.need_word("condition", "the condition of the attribute");
            let attribute = table.need_word("attribute", "the attribute");
            let values: Option<&Vec<String>> = if known_condition(table, &condition) {
                let known = names::attributes(&condition.text);
                let values = known.and_then(|list| list.get(&attribute.text));
                if values.is_none() {
                    let all: Vec<&str> = known.map(|list| list.keys().map(String::as_str).collect()).unwrap_or_default();
                    table.unknown(&attribute, "an attribute of the condition", all.into_iter());
                }
                values
            } else {
                None
            };
            let mut exclusive = Vec::new();
            for pair in table.tables("exclusive", "an `[[item.conflict.exclusive]]`") {
                let (one, other) = (pair.need_word("one", "a value"), pair.need_word("other", "a value"));
                for word in [&one, &other] {
                    if let Some(values) = values.filter(|values| !values.contains(&word.text)) {
                        pair.unknown(word, "a value of the attribute", values.iter().map(String::as_str));
                    }
                }
                pair.finish();
                exclusive.push((one.text, other.text));
            }
            Conflict::Attributes {
                condition: condition.text,
                attribute: attribute.text,
                exclusive,
                within_hours: table.number("within_hours").map(hours),
                anybody: table.flag("anybody", false),
            }
        }
        3 => discharge(table, context),
        4 => stated(table, context),
        5 => identity(table, context),
        _ => {
            let observations = table.need_words("observations", "canonical names of observations");
            for word in observations.iter().filter(|word| !names::observations().contains(&word.text)) {
                table.unknown_observation(word);
            }
            Conflict::Values {
                observations: texts(observations),
                within_hours: hours(table.need_number("within_hours", "hours around the note")),
                tolerance_percent: table.need_number("tolerance_percent", "allowed difference in percent"),
                not_with: texts(table.words("not_with")).into_iter().map(|w| w.to_lowercase()).collect(),
            }
        }
    })
}

const AT_DISCHARGE: [(&str, AtDischarge); 3] =
    [("dropped", AtDischarge::Dropped), ("added", AtDischarge::Added), ("certainty", AtDischarge::Certainty)];

fn discharge(table: &Fields<'_, '_, '_>, context: &Context<'_>) -> Conflict {
    let want = table.need_word("want", "dropped, added or certainty");
    let want = if want.text.is_empty() { None } else { table.pick(&want, &AT_DISCHARGE, "what a discharge summary does") };
    Conflict::Discharge {
        conditions: conditions(table, "conditions"),
        want: want.unwrap_or(AtDischarge::Dropped),
        sections: context.sections(table, "sections"),
        min_days: table.count("min_days", 2),
    }
}

fn stated(table: &Fields<'_, '_, '_>, context: &Context<'_>) -> Conflict {
    let mut values = Vec::new();
    for value in table.tables("value", "an `[[item.conflict.value]]`") {
        value.need_words("words", "the words that state it");
        values.push((value.need_word("name", "what it is called").text, context.listed(&value, "words")));
        value.finish();
    }
    if values.len() < 2 {
        table.say(table.at(), "fewer than two values cannot disagree", "at least two `[[item.conflict.value]]`", None);
    }
    Conflict::Stated {
        values,
        sections: context.sections(table, "sections"),
        encounter_disposition: table.flag("encounter_disposition", false),
        last_of_type: table.flag("last_of_type", false),
        not_with: context.listed(table, "not_with"),
    }
}

fn identity(table: &Fields<'_, '_, '_>, context: &Context<'_>) -> Conflict {
    Conflict::Identity {
        female: context.listed(table, "female"),
        male: context.listed(table, "male"),
        least: table.count("least", 2).max(1),
        age_tolerance: u16::try_from(table.count("age_tolerance", 1)).unwrap_or(1),
        record_number: context.listed(table, "record_number"),
    }
}
