//! The query language as a table: what can be written, with an example and its meaning. Completion, the help of the screen and
//! `docs/search.md` come from here, and so do the names of the fields.

/// One thing that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// The name of the field, for what is written `name:value`; empty for the rest.
    pub field: &'static str,
    /// How it is written.
    pub write: &'static str,
    /// A query that shows it.
    pub example: &'static str,
    /// What it finds.
    pub finds: &'static str,
}

const fn form(field: &'static str, write: &'static str, example: &'static str, finds: &'static str) -> Form {
    Form { field, write, example, finds }
}

/// Every form of the language, in the order of the documentation.
pub const FORMS: [Form; 27] = [
    form("", "word", "sepsis", "notes with the word, or with a synonym of the lexicon; case and accents do not matter"),
    form("", "\"words\"", "\"acute on chronic\"", "exactly these words in this order, without synonyms"),
    form("", "a b", "fever cough", "both, anywhere in the note; `and` says the same"),
    form("", "a or b", "sepsis or bacteremia", "either; `and` binds tighter"),
    form("", "not a", "ckd not dialysis", "notes without it"),
    form("", "( )", "(fever or chills) cough", "groups"),
    form("", "a near/5 b", "kidney near/5 stage", "both within 5 words of each other, in any order"),
    form("", "start*", "malnour*", "words that begin so; at least two letters"),
    form("", "word~", "pnemonia~", "the word with a slip; `~2` allows two"),
    form("", "name > 2 unit", "creatinine > 2 mg/dL", "a value stated in the note; also < <= >= =, and = 2..3; units are converted"),
    form(
        "is",
        "concept is:how",
        "sepsis is:present",
        "the concept, and how it stands: present, possible, historical, hypothetical, negated, family",
    ),
    form(
        "section",
        "section:name",
        "section:plan lasix",
        "what stands beside it must stand in such a section; `not section:` keeps out of it",
    ),
    form("type", "type:words", "type:discharge", "the kind of note"),
    form("title", "title:words", "title:follow-up", "the title of the note"),
    form("author", "author:name", "author:chen", "who wrote it"),
    form("service", "service:words", "service:cardiology", "the clinical service"),
    form("patient", "patient:name", "patient:rivera", "the patient, by name"),
    form(
        "",
        "field:=\"value\"",
        "service:=\"Wound Care\"",
        "the whole value and no longer one; for title, type, author, service and patient",
    ),
    form("", "field:none", "author:none", "notes without one; for the same fields"),
    form("mrn", "mrn:number", "mrn:00417733", "the medical record number, whole"),
    form("encounter", "encounter:number", "encounter:88120", "the stay, by its number or identifier, whole"),
    form("date", "date:range", "date:2026-01..", "written then, by the note's own clock: a year, a month, a day, or a range"),
    form("gap", "gap:words", "gap:heart_failure", "notes of stays with such a gap: a condition, an item, or open, dismissed, any, none"),
    form("query", "query:state", "query:open", "notes of stays with such a query to a provider, or none"),
    form("synonyms", "synonyms:off", "chf synonyms:off", "the words as typed, without synonyms, in the whole query"),
    form("", "\"and\"", "\"not\"", "an operator's own word, in quotes"),
    form("", "any other text", "b.i.d. 120/80 C-diff", "clinical words stay whole; nothing typed is an error"),
];

/// The names of the fields, in the order of the table.
pub fn field_names() -> impl Iterator<Item = &'static str> {
    FORMS.iter().map(|form| form.field).filter(|field| !field.is_empty())
}

/// How a mention can stand, in the words of `is:`.
pub const ASSERTIONS: [&str; 6] = ["present", "possible", "historical", "hypothetical", "negated", "family"];

/// The table as Markdown.
pub fn markdown() -> String {
    let mut out = String::from("| Write | Example | Finds |\n|---|---|---|\n");
    for form in FORMS {
        out.push_str(&format!("| `{}` | `{}` | {} |\n", form.write, form.example, form.finds));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::Query;

    #[test]
    fn every_example_is_read_without_an_issue_and_written_back() {
        for form in FORMS {
            let (query, issues) = Query::parse(form.example);
            assert_eq!(issues, [], "{}", form.example);
            assert_eq!(Query::parse(&query.to_string()).0, query, "{}", form.example);
        }
    }
}
