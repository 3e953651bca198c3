//! Reads what is not a note's own.

use super::Context;
use super::checks::{conditions, hours, texts};
use super::clocks::STARTS;
use super::fields::Fields;
use crate::checklist::check::{ClockStart, Copied, CopiedFrom};
use crate::checklist::names;

const FROM: [(&str, CopiedFrom); 2] = [("other_author", CopiedFrom::OtherAuthor), ("prior_encounter", CopiedFrom::PriorEncounter)];

pub(super) fn copied(table: &Fields<'_, '_, '_>, context: &Context<'_>) -> Option<Copied> {
    let of = table.need_word("of", "previous, stale_day, tokens, paragraph, old_values or diagnosis");
    if of.text.is_empty() {
        return None;
    }
    let kinds = [("previous", 0), ("stale_day", 1), ("tokens", 2), ("paragraph", 3), ("old_values", 4), ("diagnosis", 5)];
    Some(match table.pick(&of, &kinds, "what was carried over")? {
        0 => {
            let at_least = table.need_number("at_least", "a similarity from 0 to 1");
            if !(0.0..=1.0).contains(&at_least) {
                table.say(table.at(), format!("`at_least` is {at_least}"), "a similarity from 0 to 1", None);
            }
            Copied::Previous {
                shingle_words: table.count("shingle_words", 5).max(1),
                at_least,
                sections: context.sections(table, "sections"),
                min_words: table.count("min_words", 20),
            }
        }
        1 => {
            let start = table.need_word("start", "admission or procedure_end");
            let start = if start.text.is_empty() { None } else { table.pick(&start, &STARTS, "what the days count from") };
            Copied::StaleDay {
                words: texts(table.need_words("words", "the words before the number")).into_iter().map(|w| w.to_lowercase()).collect(),
                start: start.unwrap_or(ClockStart::ProcedureEnd),
                first_day: hours(table.number("first_day").unwrap_or_default()),
                tolerance_days: hours(table.number("tolerance_days").unwrap_or_default()),
            }
        }
        3 => {
            let from = table.need_word("from", "other_author or prior_encounter");
            let from = if from.text.is_empty() { None } else { table.pick(&from, &FROM, "whose paragraph it is") };
            Copied::Paragraph {
                from: from.unwrap_or(CopiedFrom::OtherAuthor),
                min_words: table.count("min_words", 40).max(5),
                attributed_by: context.listed(table, "attributed_by"),
            }
        }
        4 => {
            let observations = table.need_words("observations", "canonical names of observations");
            for word in observations.iter().filter(|word| !names::observations().contains(&word.text)) {
                table.unknown(word, "the canonical name of an observation", names::observations().iter().map(String::as_str));
            }
            Copied::OldValues {
                observations: texts(observations),
                older_than_hours: table.need_number("older_than_hours", "hours before the note"),
                not_with: context.listed(table, "not_with"),
            }
        }
        5 => Copied::Diagnosis { conditions: conditions(table, "conditions"), min_documents: table.count("min_documents", 3) },
        _ => {
            let mut delimiters = Vec::new();
            for pair in table.tables("delimiter", "an `[[item.copied.delimiter]]`") {
                delimiters.push((pair.need_word("open", "the opening sign").text, pair.need_word("close", "the closing sign").text));
                pair.finish();
            }
            Copied::Tokens { tokens: texts(table.words("tokens")), delimiters, max_length: table.count("max_length", 40) }
        }
    })
}
