//! Reviews as FHIR Tasks, and as a table: who looked at which stay and when, when they mean to look again, and what they said of gaps. A
//! person's notes to themselves stay theirs.

use super::IDENTIFIER;
use super::fhir::uuid;
use super::table::{cells, write};
use crate::checklist::GapMark;
use crate::names::name_of;
use crate::store::Review;
use serde_json::{Value, json};

/// Reviews as a bundle of Tasks, one for each person and stay.
pub fn review_bundle(reviews: &[Review]) -> Value {
    let entries: Vec<Value> = reviews
        .iter()
        .map(|review| {
            let identifier = format!("review|{}|{}", review.encounter, review.person);
            let id = uuid("Task", &identifier);
            json!({"fullUrl": format!("urn:uuid:{id}"), "resource": task(review, &identifier, &id)})
        })
        .collect();
    json!({"resourceType": "Bundle", "type": "collection", "entry": entries})
}

fn task(review: &Review, identifier: &str, id: &str) -> Value {
    let goes_on = review.claimed.is_some() || review.next.is_some();
    let mut task = json!({
        "resourceType": "Task",
        "id": id,
        "identifier": [{"system": IDENTIFIER, "value": identifier}],
        "status": if goes_on { "in-progress" } else { "completed" },
        "intent": "order",
        "code": {"coding": [{"system": "urn:lacuna:task", "code": "cdi-review"}], "text": "Review of the documentation"},
        "focus": {"type": "Encounter", "identifier": {"system": IDENTIFIER, "value": review.encounter}},
        "owner": {"identifier": {"system": "urn:lacuna:user", "value": review.person}}
    });
    let Some(fields) = task.as_object_mut() else { return task };
    if let Some(ended) = review.ended {
        fields.insert("lastModified".to_owned(), ended.to_string().into());
    }
    let period: serde_json::Map<String, Value> = [("start", review.claimed), ("end", review.ended.filter(|_| !goes_on))]
        .into_iter()
        .filter_map(|(name, time)| Some((name.to_owned(), time?.to_string().into())))
        .collect();
    if !period.is_empty() {
        fields.insert("executionPeriod".to_owned(), period.into());
    }
    if let Some(next) = review.next {
        fields.insert("restriction".to_owned(), json!({"period": {"end": next.to_string()}}));
    }
    if !review.marks.is_empty() {
        let output = |mark: &GapMark| {
            let said = format!("{} at {}: {}", name_of(&mark.state), mark.at, mark.reason);
            json!({"type": {"coding": [{"system": "urn:lacuna:gap", "code": mark.key}]}, "valueString": said})
        };
        fields.insert("output".to_owned(), review.marks.iter().map(output).collect());
    }
    task
}

/// Reviews as a table: a row for each look, each encounter taken on, and each thing said of a gap. A cell that a spreadsheet would take for
/// a formula begins with `'`, unless `raw`.
pub fn review_table(reviews: &[Review], raw: bool) -> String {
    let head = ["encounter", "person", "what", "at", "next", "gap", "state", "reason"];
    let rows = reviews.iter().flat_map(|review| {
        let row = |what: &str, at: String, next: Option<String>| {
            cells([Some(review.encounter.clone()), Some(review.person.clone()), Some(what.to_owned()), Some(at), next, None, None, None])
        };
        let next = review.next.map(|t| t.to_string());
        let look = match (review.ended, &next) {
            (None, None) => None,
            (ended, _) => Some(row("look", ended.map(|t| t.to_string()).unwrap_or_default(), next)),
        };
        let claim = review.claimed.map(|at| row("taken on", at.to_string(), None));
        let marks: Vec<Vec<String>> = review
            .marks
            .iter()
            .map(|mark| {
                cells([
                    Some(review.encounter.clone()),
                    Some(review.person.clone()),
                    Some("gap".to_owned()),
                    Some(mark.at.to_string()),
                    None,
                    Some(mark.key.clone()),
                    Some(name_of(&mark.state)),
                    Some(mark.reason.clone()),
                ])
            })
            .collect();
        look.into_iter().chain(claim).chain(marks).collect::<Vec<_>>()
    });
    write(&head, rows, raw)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Instant;
    use crate::checklist::GapState;

    fn reviews() -> Vec<Review> {
        let at = |text| Instant::parse(text).unwrap();
        let mark = GapMark {
            encounter: "e1".into(),
            key: "k1".into(),
            state: GapState::Dismissed,
            reason: "=not relevant".into(),
            by: "ana".into(),
            at: at("2026-01-05T08:00Z"),
        };
        vec![
            Review {
                encounter: "e1".into(),
                person: "ana".into(),
                ended: Some(at("2026-01-05T08:30Z")),
                next: Some(at("2026-01-07T08:30Z")),
                marks: vec![mark],
                ..Review::default()
            },
            Review { encounter: "e2".into(), person: "ben".into(), ended: Some(at("2026-01-06")), ..Review::default() },
        ]
    }

    #[test]
    fn a_review_is_a_task_of_its_stay_with_what_was_said_of_gaps() {
        let bundle = review_bundle(&reviews());
        let first = &bundle["entry"][0]["resource"];
        assert_eq!((first["resourceType"].as_str(), first["status"].as_str()), (Some("Task"), Some("in-progress")));
        assert_eq!(first["focus"]["identifier"]["value"], "e1");
        assert_eq!(first["restriction"]["period"]["end"], "2026-01-07T08:30Z");
        assert!(first["output"][0]["valueString"].as_str().unwrap().starts_with("dismissed at 2026-01-05T08:00Z"));
        assert_eq!(bundle["entry"][1]["resource"]["status"], "completed");
    }

    #[test]
    fn the_table_has_a_row_for_each_look_and_each_mark_and_no_formula() {
        let table = review_table(&reviews(), false);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 4, "{table}");
        assert_eq!(lines[1], "e1,ana,look,2026-01-05T08:30Z,2026-01-07T08:30Z,,,");
        assert_eq!(lines[2], "e1,ana,gap,2026-01-05T08:00Z,,k1,dismissed,'=not relevant");
    }
}
