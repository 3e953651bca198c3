//! A query narrowed to one value of a facet.

use super::display::whole;
use super::field::Field;
use super::lex::{Shape, lex};
use super::parse::{Operator, operator};

/// What was typed, and beside all of it one value of a field as the facets count it; the empty value is that of notes without one. What was
/// left open is closed first, so that the value cannot become a part of it.
pub fn narrowed(typed: &str, field: &str, value: &str) -> String {
    let value = if Field::named(field).is_some() { whole(field, &spelled(value)) } else { format!("{field}:{value}") };
    format!("{} {value}", closed(typed.trim())).trim().to_owned()
}

/// A value as it can be typed between quotation marks.
fn spelled(value: &str) -> String {
    if crate::fold::whole(value).is_empty() {
        return String::new();
    }
    crate::fold::spelled(value)
}

/// A query to which something can be added.
fn closed(typed: &str) -> String {
    let (mut parts, mut part, mut from) = (Vec::new(), Part::default(), 0);
    for lexeme in lex(typed) {
        match lexeme.shape {
            Shape::Open => part.open += 1,
            // A parenthesis that closes nothing parts what is before it from what is behind.
            Shape::Close if part.open == 0 => {
                parts.push((typed.get(from..lexeme.span.start).unwrap_or_default(), std::mem::take(&mut part)));
                from = lexeme.span.end;
                continue;
            }
            Shape::Close => part.open -= 1,
            Shape::Quoted(_, closed) => part.quoted = !closed,
            Shape::Compare | Shape::Word => {}
        }
        let word = if lexeme.shape == Shape::Word { typed.get(lexeme.span).and_then(operator) } else { None };
        part.choice |= part.open == 0 && matches!(word, Some(Operator::Or));
        part.dangles = word.is_some();
    }
    parts.push((typed.get(from..).unwrap_or_default(), part));
    let several = parts.iter().filter(|(text, _)| !text.trim().is_empty()).count() > 1;
    let whole = |(text, part): &(&str, Part)| {
        let text = format!("{}{}{}", text.trim(), if part.quoted { "\"" } else { "" }, ")".repeat(part.open));
        if !text.is_empty() && (several || part.choice || part.dangles) { format!("({text})") } else { text }
    };
    parts.iter().map(whole).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What of a stretch of the query is open.
#[derive(Default)]
struct Part {
    /// Parentheses.
    open: usize,
    /// A quotation mark.
    quoted: bool,
    /// Whether it is a choice outside of parentheses.
    choice: bool,
    /// Whether it ends with an operator.
    dangles: bool,
}

#[cfg(test)]
mod tests {
    use super::narrowed;
    use crate::grammar::{Node, Query};

    #[test]
    fn a_value_of_a_facet_became_a_part_of_what_was_left_open() {
        for (typed, expected) in [
            ("sepsis", "sepsis service:=\"Wound Care\""),
            ("sepsis or shock", "(sepsis or shock) service:=\"Wound Care\""),
            ("(sepsis or shock) fever", "(sepsis or shock) fever service:=\"Wound Care\""),
            ("\"this or that\"", "\"this or that\" service:=\"Wound Care\""),
            ("\"heart fail", "\"heart fail\" service:=\"Wound Care\""),
            ("(a or (b", "(a or (b)) service:=\"Wound Care\""),
            ("a) or b", "(a) (or b) service:=\"Wound Care\""),
            ("fever not", "(fever not) service:=\"Wound Care\""),
            ("a near/5", "(a near/5) service:=\"Wound Care\""),
            ("", "service:=\"Wound Care\""),
        ] {
            assert_eq!(narrowed(typed, "service", "Wound Care"), expected);
            let own = Query::parse(typed).0.root;
            let leaf = Query::parse("service:=\"Wound Care\"").0.root;
            let both = Node::and(own.into_iter().chain(leaf).collect());
            assert_eq!(Query::parse(expected).0.root, both, "{typed}");
        }
        assert_eq!(narrowed("a", "author", "Bo \"Bob\" Lee"), "a author:=\"Bo Bob Lee\"");
        assert_eq!(narrowed("a", "author", ""), "a author:none");
        assert_eq!(narrowed("a", "type", "progress_note"), "a type:=progress_note");
        assert_eq!(narrowed("a", "date", "2026-11"), "a date:2026-11");
    }
}
