//! The site's own table of note types: what its systems call a note, and the type that it is read as. The sender's own code is kept.

use crate::chart::{Document, DocumentType};
use crate::error::{Result, Trouble};
use std::collections::BTreeMap;
use toml::de::{DeTable, DeValue};

/// Codes and words of senders, each with the type that it stands for. What it does not name is read by the shipped rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoteTypes(BTreeMap<String, DocumentType>);

impl NoteTypes {
    /// Reads a table: a code (`PN`, `http://loinc.org|11506-3`) or words (`"Hospital course"`) on the left, one of our types on the right.
    ///
    /// # Errors
    /// When it is no TOML, or names a type that there is not: with the line.
    pub fn parse_toml(source: &str, text: &str) -> Result<Self> {
        let line = |at: usize| text.bytes().take(at).filter(|b| *b == b'\n').count() as u64 + 1;
        let hint = "write lines like: \"Hospital course\" = \"discharge_summary\"";
        let table = DeTable::parse(text).map_err(|error| {
            let at = error.span().map(|span| line(span.start));
            Trouble::input("the table of note types is not valid TOML").at(source, at).why(error.message()).hint(hint)
        })?;
        let mut types = BTreeMap::new();
        for (key, value) in table.get_ref() {
            let named = if let DeValue::String(name) = value.get_ref() { DocumentType::from_name(name) } else { None };
            let Some(named) = named else {
                let known = DocumentType::ALL.map(DocumentType::name).join(", ");
                return Err(Trouble::input("the table of note types names a type that there is not")
                    .at(source, Some(line(key.span().start)))
                    .why(format!("known are: {known}"))
                    .hint(hint));
            };
            types.insert(key.get_ref().trim().to_lowercase(), named);
        }
        Ok(Self(types))
    }

    /// Whether it names nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Gives a document the type that the table has for its code, the code's words, or its title.
    pub(super) fn name(&self, document: &mut Document) {
        if self.is_empty() {
            return;
        }
        let code = document.code.as_ref();
        let whole = code.and_then(|c| Some(format!("{}|{}", c.system.as_ref()?, c.code)));
        let said = [whole.as_deref(), code.map(|c| c.code.as_str()), code.and_then(|c| c.display.as_deref()), document.title.as_deref()];
        let found = said.into_iter().flatten().find_map(|words| self.0.get(&words.trim().to_lowercase()).copied());
        document.document_type = found.or(document.document_type);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Coding;

    #[test]
    fn the_sites_words_go_before_the_shipped_ones_and_the_code_stays() {
        let types = NoteTypes::parse_toml(
            "t",
            "# ours\nPN = \"consultation\"\n\"http://loinc.org|11506-3\" = \"office_visit\"\n\"Hospital course\" = \"discharge_summary\"\n",
        );
        let types = types.unwrap();
        let read = |system: Option<&str>, code: &str, title: Option<&str>| {
            let code = Coding { system: system.map(str::to_owned), code: code.to_owned(), display: None };
            let mut document = Document {
                document_type: Some(DocumentType::ProgressNote),
                code: Some(code.clone()),
                title: title.map(str::to_owned),
                ..Document::default()
            };
            types.name(&mut document);
            assert_eq!(document.code, Some(code));
            document.document_type.unwrap()
        };
        assert_eq!(read(None, "pn", None), DocumentType::Consultation);
        assert_eq!(read(Some("http://loinc.org"), "11506-3", None), DocumentType::OfficeVisit);
        assert_eq!(read(None, "X1", Some("HOSPITAL COURSE")), DocumentType::DischargeSummary);
        assert_eq!(read(None, "X1", None), DocumentType::ProgressNote, "what it does not name stays");
    }

    #[test]
    fn a_type_that_there_is_not_names_its_line() {
        let trouble = NoteTypes::parse_toml("t.toml", "A = \"other\"\nB = \"letter\"\n").unwrap_err();
        assert_eq!(trouble.line, Some(2));
        assert!(trouble.why.unwrap().contains("discharge_summary"));
        assert!(NoteTypes::parse_toml("t.toml", "A = ").unwrap_err().hint.is_some());
    }
}
