//! What could be typed next: names of fields, and the values of the field that is being typed.

use std::ops::Range;

use serde::Serialize;

use super::field::{Field, Shape as FieldShape};
use super::knowledge::Knowledge;
use super::lex::{Shape, lex};
use super::parse::{NONE, split_field};
use super::table::{ASSERTIONS, FORMS};
use crate::fold::is_quote;

/// More than this is no help.
const MOST: usize = 12;

/// One way to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Completion {
    /// What to put in the place of the bytes `span`.
    pub insert: String,
    /// The bytes that it replaces.
    pub span: Range<usize>,
    /// What it finds, for a field.
    pub finds: &'static str,
}

/// What the word that ends at the cursor could become.
pub fn complete(text: &str, cursor: usize, knowledge: &dyn Knowledge) -> Vec<Completion> {
    let before = text.get(..cursor).unwrap_or(text);
    // A value in quotes that are still open: `service:="wound c`.
    let open = lex(before).pop().and_then(|last| if let Shape::Quoted(_, false) = last.shape { Some(last.span.start) } else { None });
    let start = before.get(..open.unwrap_or(before.len())).and_then(|before| {
        before
            .rfind(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"'))
            .map(|at| at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8))
    });
    let start = start.unwrap_or(0);
    let word = before.get(start..).unwrap_or_default();
    let Some((name, value)) = split_field(word) else {
        return if open.is_some() { Vec::new() } else { fields(word, start..before.len()) };
    };
    let value = value.strip_prefix('=').unwrap_or(value);
    // Behind := a comma is part of the value.
    let one = open.is_some() || word.contains(":=");
    let typed = if one { value } else { value.rsplit(',').next().unwrap_or_default() };
    let span = before.len() - typed.len()..before.len();
    let typed = typed.trim_start_matches(is_quote);
    let name = name.to_ascii_lowercase();
    let values: Vec<String> = match name.as_str() {
        "is" => ASSERTIONS.iter().filter(|how| how.starts_with(&typed.to_lowercase())).map(|how| (*how).to_owned()).collect(),
        "synonyms" => vec!["off".to_owned()],
        field => {
            let mut all = knowledge.values(field, typed);
            let words = Field::named(field).is_some_and(|field| field.shape() == FieldShape::Words);
            let none = words && !one && typed.len() >= 2 && NONE.starts_with(typed);
            all.extend(none.then(|| NONE.to_owned()));
            all
        }
    };
    let written = |value: String| {
        let value = value.replace(is_quote, " ");
        if value.contains(|c: char| c.is_whitespace() || matches!(c, '(' | ')')) { format!("\"{}\"", value.trim()) } else { value }
    };
    let done = |value: &String| !value.eq_ignore_ascii_case(typed);
    let values = values.into_iter().filter(done).map(written);
    values.take(MOST).map(|insert| Completion { insert, span: span.clone(), finds: "" }).collect()
}

fn fields(word: &str, span: Range<usize>) -> Vec<Completion> {
    if word.is_empty() {
        return Vec::new();
    }
    let word = word.to_ascii_lowercase();
    let fits = FORMS.iter().filter(|form| !form.field.is_empty() && form.field.starts_with(&word));
    fits.map(|form| Completion { insert: format!("{}:", form.field), span: span.clone(), finds: form.finds }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::Plain;

    fn inserts(text: &str) -> Vec<String> {
        complete(text, text.len(), &Plain).into_iter().map(|c| format!("{}{}", &text[..c.span.start], c.insert)).collect()
    }

    #[test]
    fn fields_and_values_are_completed_where_the_cursor_is() {
        assert_eq!(inserts("sepsis se"), ["sepsis section:", "sepsis service:"]);
        assert_eq!(inserts("(ty"), ["(type:"]);
        assert_eq!(inserts("sepsis is:h"), ["sepsis is:historical", "sepsis is:hypothetical"]);
        assert_eq!(inserts("sepsis is:present,fa"), ["sepsis is:present,family"]);
        assert_eq!(inserts("sepsis is:family"), Vec::<String>::new());
        assert_eq!(inserts(""), Vec::<String>::new());
        assert_eq!(inserts("é "), Vec::<String>::new());
        assert_eq!(complete("é", 1, &Plain), []);
    }
}
