//! Checks the place-holders of titles.

use super::fields::{Fields, Word};
use crate::checklist::check::Check;
use crate::checklist::indicator::Indicator;

/// What a title may name besides the facts of indicators.
const PLACE_HOLDERS: [&str; 21] = [
    "condition",
    "missing",
    "element",
    "document",
    "hours",
    "limit",
    "date",
    "due",
    "author",
    "value",
    "other",
    "other_author",
    "other_date",
    "procedure",
    "words",
    "percent",
    "day",
    "days",
    "name",
    "measured",
    "count",
];
const FACTS: [&str; 8] = ["first", "last", "hours", "value", "words", "date", "author", "detail"];

/// Checks the place-holders of a title.
pub(super) fn place_holders(item: &Fields<'_, '_, '_>, title: &Word, check: &Check) {
    let indicators: Vec<&Indicator> = match check {
        Check::Indicators(found) => found.indicators.iter().collect(),
        Check::Support(found) => found.indicators.iter().collect(),
        Check::Poa(found) => found.earlier.iter().collect(),
        Check::Clock(found) => found.events.iter().collect(),
        Check::Pair(found) => found.each.first().map(|pair| pair.one.iter().chain(&pair.other).collect()).unwrap_or_default(),
        _ => Vec::new(),
    };
    let mut rest = title.text.as_str();
    while let Some(open) = rest.find('{') {
        let after = rest.get(open + 1..).unwrap_or_default();
        let Some(close) = after.find('}') else {
            item.say(title.at, "a `{` of the title has no `}`", "place-holders as {name}", None);
            return;
        };
        let holder = Word { text: after.get(..close).unwrap_or_default().to_owned(), at: title.at };
        match holder.text.split_once('.') {
            Some((name, fact)) => {
                if !indicators.iter().any(|i| i.name == name) {
                    let known: Vec<&str> = indicators.iter().map(|i| i.name.as_str()).collect();
                    item.unknown(&Word { text: name.to_owned(), at: title.at }, "an indicator of the item", known.into_iter());
                } else if !FACTS.contains(&fact) {
                    item.unknown(&Word { text: fact.to_owned(), at: title.at }, "a fact of an indicator", FACTS.into_iter());
                }
            }
            None if !PLACE_HOLDERS.contains(&holder.text.as_str()) => {
                item.unknown(&holder, "a place-holder", PLACE_HOLDERS.into_iter());
            }
            None => {}
        }
        rest = after.get(close + 1..).unwrap_or_default();
    }
}
