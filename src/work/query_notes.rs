//! What a person should look at twice in a query that was answered: who replied, and whether its outcome fits the answer. Nothing of it
//! stops anybody; all of it is said.

use super::query_life::outcome_of;
use crate::chart::Chart;
use crate::query::{Outcome, recipients, same_person};
use crate::store::{StoredQuery, StoredStep};

/// Who replied: the name in front of the answer in its step, else the recipient.
pub fn answered_by(query: &StoredQuery, steps: &[StoredStep]) -> Option<String> {
    let answer = query.answer.as_deref()?;
    let to = query.draft.recipient.as_ref().map(|r| r.name.clone()).unwrap_or_default();
    let step = steps.iter().rfind(|s| s.event == "answer")?;
    let named = step.note.strip_suffix(answer).and_then(|before| before.strip_suffix(": ")).map(str::to_owned);
    Some(named.unwrap_or(to))
}

/// What is to be said of a query.
pub fn notes(query: &StoredQuery, steps: &[StoredStep], chart: Option<&Chart>) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(by) = answered_by(query, steps) {
        out.extend(of_reply(query, &by, chart));
    }
    if let Some(outcome) = query.outcome {
        out.extend(of_outcome(query, outcome));
    }
    out
}

/// Whether the person who replied is the one who was asked.
pub fn of_reply(query: &StoredQuery, by: &str, chart: Option<&Chart>) -> Option<String> {
    let to = query.draft.recipient.as_ref()?;
    let known = chart.map(recipients).unwrap_or_default();
    let treats = known.iter().any(|r| same_person(&r.name, by));
    if to.role == "pool" {
        return (!treats).then(|| format!("answered by {by}, who is no provider of this encounter"));
    }
    if same_person(&to.name, by) {
        return None;
    }
    let who = if treats { "another provider of this encounter" } else { "who is no provider of this encounter" };
    Some(format!("answered by {by}, {who}; it was asked of {}", to.name))
}

/// Whether an outcome says something else than the option that was ticked. That a reply does not fit the question, or stands in no note,
/// can be said of any.
pub fn of_outcome(query: &StoredQuery, outcome: Outcome) -> Option<String> {
    let ticked = outcome_of(query)?;
    let name = |o: &Outcome| serde_json::to_value(o).ok().and_then(|v| v.as_str().map(|s| s.replace('_', " "))).unwrap_or_default();
    let words = || format!("the outcome is {}, and the option that was ticked says {}", name(&outcome), name(&ticked));
    (!fits(ticked, outcome)).then(words)
}

/// Whether an outcome can be that of an answer that ticked an option of this kind.
pub fn fits(ticked: Outcome, outcome: Outcome) -> bool {
    match outcome {
        Outcome::InvalidResponse | Outcome::AnsweredNotDocumented | Outcome::Withdrawn | Outcome::NoResponse => true,
        // Words under "other" can be an equivalent, another diagnosis, or none.
        _ if ticked == Outcome::AltDx => !matches!(outcome, Outcome::Undetermined),
        _ => outcome == ticked,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::query::{Draft, OptionKind, Recipient};

    fn query(kind: OptionKind) -> StoredQuery {
        let to = Recipient { name: "Lin Chen, MD".into(), identifier: None, role: "attending".into() };
        let draft = Draft { recipient: Some(to), ..Draft::default() };
        StoredQuery { draft, answer: Some("Yes".into()), answer_kind: Some(kind), ..StoredQuery::default() }
    }

    /// An answer by anybody was taken as the recipient's.
    #[test]
    fn an_answer_by_somebody_else_is_said() {
        let query = query(OptionKind::Diagnosis);
        assert_eq!(of_reply(&query, "Dr Chen", None), None);
        assert!(of_reply(&query, "M. Cole, RN", None).unwrap().contains("no provider of this encounter"));
    }

    #[test]
    fn an_outcome_that_contradicts_the_ticked_option_is_said() {
        for (kind, outcome, said) in [
            (OptionKind::Undetermined, Outcome::Agreed, true),
            (OptionKind::No, Outcome::Agreed, true),
            (OptionKind::Diagnosis, Outcome::Disagreed, true),
            (OptionKind::Diagnosis, Outcome::Agreed, false),
            (OptionKind::Other, Outcome::Agreed, false),
            (OptionKind::Undetermined, Outcome::InvalidResponse, false),
        ] {
            assert_eq!(of_outcome(&query(kind), outcome).is_some(), said, "{kind:?} {outcome:?}");
        }
    }
}
