//! Answers out of FHIR R4: a QuestionnaireResponse, or a bundle that holds some.

use super::fhir::{HASH, SYSTEM};
use super::replies::{Replies, Reply};
use crate::chart::Instant;
use crate::error::Trouble;
use serde_json::Value;

/// Reads the answers. What is no answer of ours is passed over; what should be one and is not is told.
pub fn replies_from_fhir(source: &str, text: &str) -> Replies {
    let mut out = Replies::default();
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => {
            out.refused.push(
                Trouble::input("the answers are no JSON")
                    .at(source, Some(error.line() as u64))
                    .hint("a FHIR QuestionnaireResponse, or a bundle of them"),
            );
            return out;
        }
    };
    let entries: Vec<&Value> = match value.get("entry").and_then(Value::as_array) {
        Some(entries) => entries.iter().filter_map(|e| e.get("resource")).collect(),
        None => vec![&value],
    };
    let responses = entries.into_iter().filter(|r| word(r, "resourceType") == "QuestionnaireResponse");
    for (n, response) in responses.enumerate() {
        match reply(response) {
            Ok(reply) => out.taken.push(reply),
            Err(what) => out.refused.push(Trouble::input(what).at(format!("{source}: QuestionnaireResponse {}", n + 1), None)),
        }
    }
    if out.taken.is_empty() && out.refused.is_empty() {
        out.refused.push(Trouble::input("no answer is in it").at(source, None).hint("a FHIR QuestionnaireResponse, or a bundle of them"));
    }
    out
}

fn word<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn reply(response: &Value) -> Result<Reply, &'static str> {
    if !matches!(word(response, "status"), "completed" | "amended") {
        return Err("the response is not completed");
    }
    let canonical = word(response, "questionnaire");
    let (url, version) = canonical.split_once('|').unwrap_or((canonical, ""));
    let query = url.strip_prefix(SYSTEM).and_then(|rest| rest.strip_prefix(':')).and_then(|n| n.parse().ok());
    let query: i64 = query.ok_or("the response does not name a query of ours")?;
    let identifier = response.get("identifier").filter(|i| word(i, "system") == HASH);
    let items = response.get("item").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let said = |link: &str| {
        let item = items.iter().find(|i| word(i, "linkId") == link)?;
        let answer = item.get("answer").and_then(Value::as_array)?.first()?;
        let words = word(answer, "valueString");
        let coded = answer.get("valueCoding").map(|c| word(c, "display")).unwrap_or_default();
        Some((if words.is_empty() { coded } else { words }.to_owned(), !words.is_empty()))
    };
    let (question, free) = said("question").unwrap_or_default();
    let (comment, _) = said("comment").unwrap_or_default();
    Ok(Reply {
        query,
        version: version.parse().ok(),
        hash: identifier.map(|i| word(i, "value").to_owned()),
        option: question,
        words: comment,
        free,
        by: response.get("author").map(|a| word(a, "display").to_owned()).unwrap_or_default(),
        at: Instant::parse(word(response, "authored")),
        line: None,
    })
}
