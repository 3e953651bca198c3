//! A draft as one text for a person's own editor, and back.

use super::{Draft, QueryOption, kind_of};

/// The headings of the parts, in their order.
const TITLE: &str = "Title:";
const WORDS: &str = "# Words above the question";
const QUESTION: &str = "# Question";
const OPTIONS: &str = "# Options, one a line";

/// The text that is edited.
pub fn to_editor(draft: &Draft) -> String {
    let options: Vec<&str> = draft.options.iter().map(|o| o.text.as_str()).collect();
    format!("{TITLE} {}\n\n{WORDS}\n{}\n\n{QUESTION}\n{}\n\n{OPTIONS}\n{}\n", draft.title, draft.body, draft.question, options.join("\n"))
}

/// The draft with what the text says. An option that is there unchanged keeps what it stands for.
pub fn from_editor(draft: &Draft, text: &str) -> Draft {
    let mut parts: [Vec<&str>; 4] = Default::default();
    let mut at = 0;
    for line in text.lines() {
        match line.trim_end() {
            WORDS => at = 1,
            QUESTION => at = 2,
            OPTIONS => at = 3,
            line => parts.get_mut(at).into_iter().for_each(|p| p.push(line)),
        }
    }
    let [title, words, question, options] = parts.map(|p| p.join("\n").trim().to_owned());
    let title = title.strip_prefix(TITLE).unwrap_or(&title).trim().to_owned();
    let option = |line: &str| {
        let there = draft.options.iter().find(|o| o.text == line).cloned();
        there.unwrap_or_else(|| QueryOption { text: line.to_owned(), kind: kind_of(line), ..QueryOption::default() })
    };
    let options = options.lines().map(str::trim).filter(|l| !l.is_empty()).map(option).collect();
    Draft { title, body: words, question, options, ..draft.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::OptionKind;

    #[test]
    fn what_was_not_touched_comes_back_as_it_was() {
        let option = |text: &str, kind| QueryOption { text: text.into(), kind, concepts: vec!["x".into()], selected: false };
        let draft = Draft {
            title: "Clinical clarification: renal function".into(),
            body: "One line.\n\nAnother.".into(),
            question: "Please clarify.".into(),
            options: vec![option("Acute kidney injury", OptionKind::Diagnosis), option("Other: ____", OptionKind::Other)],
            ..Draft::default()
        };
        assert_eq!(from_editor(&draft, &to_editor(&draft)), draft);
        let added = from_editor(&draft, &format!("{}Unable to determine\n", to_editor(&draft)));
        assert_eq!(added.options.last().map(|o| o.kind), Some(OptionKind::Undetermined));
    }
}
