//! `lacuna read --jsonl`: a line in, a line out.

use super::lexicon::Lexicon;
use super::model::{Reading, Term};
use super::read::Page;
use crate::chart::DocumentType;
use crate::error::{Result, Trouble};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Asked {
    id: serde_json::Value,
    text: String,
    #[serde(default, rename = "type")]
    document_type: Option<String>,
    #[serde(default)]
    terms: Vec<String>,
}

#[derive(Serialize)]
struct Answer {
    id: serde_json::Value,
    #[serde(flatten)]
    reading: Reading,
    terms: Vec<Term>,
}

/// Reads one line `{"id", "text", "type"?, "terms"?}` and answers with the reading as one line of JSON.
///
/// # Errors
/// When the line is not such an object, or names a document type that there is not.
pub fn read_line(line: &str) -> Result<String> {
    let asked: Asked = serde_json::from_str(line).map_err(|error| {
        let why = match error.classify() {
            serde_json::error::Category::Eof => "it ends too early",
            serde_json::error::Category::Syntax => "it is not JSON",
            _ => "id or text is not there, or has another type",
        };
        Trouble::input("the line cannot be read").why(why).hint("send {\"id\": ..., \"text\": \"...\"}, one object a line")
    })?;
    let hint = match asked.document_type.as_deref() {
        None => None,
        Some(name) => Some(DocumentType::from_name(name).ok_or_else(|| {
            let names = DocumentType::ALL.map(DocumentType::name).join(", ");
            Trouble::input("the line names an unknown document type").hint(format!("one of {names}"))
        })?),
    };
    let page = Page::new(Lexicon::shipped(), &asked.text);
    let terms = page.terms(&asked.terms);
    let answer = Answer { id: asked.id, reading: page.reading(hint), terms };
    serde_json::to_string(&answer).map_err(|error| Trouble::system("the reading cannot be written").why(error))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::read_line;

    #[test]
    fn a_line_is_answered_with_its_id_and_terms() {
        let line = r#"{"id": "n1", "text": "No fever. Has CHF.", "terms": ["FEVER"]}"#;
        let answer: serde_json::Value = serde_json::from_str(&read_line(line).unwrap()).unwrap();
        assert_eq!(answer["id"], "n1");
        assert_eq!(answer["terms"][0]["negated"], true);
        assert_eq!(answer["terms"][0]["start"], 3);
        assert_eq!(answer["conditions"][0]["condition"], "heart_failure");
    }

    #[test]
    fn a_broken_line_is_refused_without_its_text() {
        for line in ["", "{", "[1]", r#"{"id": 1}"#, r#"{"id": 1, "text": "secret words", "type": "novel"}"#] {
            let trouble = read_line(line).unwrap_err();
            assert!(!trouble.to_string().contains("secret"));
        }
    }
}
