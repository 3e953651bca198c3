//! What a person should look at twice in a query that was answered: who replied, and whether its outcome fits the answer. Nothing of it
//! stops anybody; all of it is said.

use super::query_life::outcome_of;
use crate::chart::Instant;
use crate::names::spoken;
use crate::query::{EarlierAnswer, Outcome, Recipient, same_person};
use crate::store::{StoredQuery, StoredStep};

/// Who replied, where somebody said so: that the recipient was asked does not make it the recipient's answer.
pub fn answered_by(query: &StoredQuery, steps: &[StoredStep]) -> Option<String> {
    named(query.answered_by.as_deref(), query.answer.as_deref()?, steps.iter().rfind(|s| s.event == "answer")?)
}

/// Who an answer's step says gave it; steps of older versions have the name in front of the answer.
fn named(given: Option<&str>, answer: &str, step: &StoredStep) -> Option<String> {
    let older = || step.note.strip_suffix(answer).and_then(|before| before.strip_suffix(": ")).map(str::to_owned);
    given.map(str::to_owned).or_else(older)
}

/// What a step says behind an answer that was read from a file.
pub(super) fn imported(from: &str) -> String {
    format!("\n(imported from {from})")
}

/// The file that an answer was read from, with its form; nothing where a person typed it. `by`: who gave it, where that was said. It stands
/// behind the whole answer, so that no words of an answer can say it.
pub(super) fn imported_from(note: &str, answer: &str, by: Option<&str>) -> Option<String> {
    let named = || by.and_then(|by| note.strip_prefix(by)?.strip_prefix(": ")?.strip_prefix(answer));
    let behind = note.strip_prefix(answer).filter(|rest| rest.starts_with('\n')).or_else(named)?;
    let (from, _) = behind.strip_prefix("\n(imported from ")?.split_once(')')?;
    Some(from.to_owned())
}

/// The answers that were given before the one that stands, oldest first: asking again takes none of them away.
pub fn earlier_answers(query: &StoredQuery, steps: &[StoredStep]) -> Vec<EarlierAnswer> {
    let mut all: Vec<EarlierAnswer> = steps
        .iter()
        .filter(|s| s.event == "answer")
        .map(|s| {
            let answer = s.answer.clone().unwrap_or_else(|| s.note.clone());
            let by = named(s.answered_by.as_deref(), &answer, s).unwrap_or_default();
            EarlierAnswer { answer, by, at: s.answered_at.or_else(|| Instant::parse(&s.at)) }
        })
        .collect();
    if query.answer.is_some() {
        all.pop();
    }
    all
}

/// What is to be said of a query.
pub fn notes(query: &StoredQuery, steps: &[StoredStep], providers: &[Recipient]) -> Vec<String> {
    let mut out = Vec::new();
    let read = steps.iter().rfind(|s| s.event == "answer").zip(query.answer.as_deref());
    if let Some(from) = read.and_then(|(step, answer)| imported_from(&step.note, answer, step.answered_by.as_deref())) {
        out.push(format!("the answer was imported from {from}; nobody typed it here"));
    }
    if let Some(by) = answered_by(query, steps) {
        out.extend(of_reply(query, &by, providers));
    } else if query.answer.is_some() {
        let to = query.draft.recipient.as_ref().map(|r| format!("; it was asked of {}", r.name)).unwrap_or_default();
        out.push(format!("nobody said who answered{to}"));
    }
    let before = earlier_answers(query, steps).len();
    if before > 0 {
        out.push(format!("it was answered {before} {} before this asking; every answer stands in the timeline", times(before)));
    }
    out.extend(
        steps
            .iter()
            .filter(|s| s.event == "documented")
            .filter_map(|s| s.note.strip_prefix("said to stand"))
            .map(|n| format!("said by hand to stand{n}")),
    );
    if let Some(outcome) = query.outcome {
        out.extend(of_outcome(query, outcome));
    }
    out
}

fn times(n: usize) -> &'static str {
    if n == 1 { "time" } else { "times" }
}

/// Whether the person who replied is the one who was asked.
pub fn of_reply(query: &StoredQuery, by: &str, providers: &[Recipient]) -> Option<String> {
    let to = query.draft.recipient.as_ref()?;
    let treats = providers.iter().any(|r| same_person(&r.name, by));
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
    close_objection(outcome, Some(outcome_of(query)?), false, false)
}

/// Why an outcome wants words before a query is closed with it: it says something else than the ticked option, it says that the record
/// carries an answer which no note carries yet, or nobody has had the time to answer. `says`: what the ticked option says.
pub fn close_objection(outcome: Outcome, says: Option<Outcome>, undocumented: bool, early: bool) -> Option<String> {
    let of_record = matches!(outcome, Outcome::Agreed | Outcome::AltDx | Outcome::Validated | Outcome::RuledOut);
    if let Some(says) = says.filter(|says| !fits(*says, outcome)) {
        return Some(format!("the outcome is {}, and the option that was ticked says {}", spoken(&outcome), spoken(&says)));
    }
    if of_record && undocumented {
        return Some("no later note of a provider carries the answer".to_owned());
    }
    (outcome == Outcome::NoResponse && early).then(|| "its due time has not come yet".to_owned())
}

/// Whether an outcome can be that of an answer that ticked an option of this kind.
pub fn fits(ticked: Outcome, outcome: Outcome) -> bool {
    match outcome {
        // Words under "other" are another diagnosis until somebody says of which option they are an equivalent.
        Outcome::Agreed | Outcome::Validated => outcome == ticked,
        Outcome::InvalidResponse | Outcome::AnsweredNotDocumented | Outcome::Withdrawn | Outcome::NoResponse => true,
        // Words under "other" can also say that there is none.
        _ if ticked == Outcome::AltDx => !matches!(outcome, Outcome::Undetermined),
        _ => outcome == ticked,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::query::{Draft, OptionKind};

    fn query(kind: OptionKind) -> StoredQuery {
        let to = Recipient { name: "Lin Chen, MD".into(), identifier: None, role: "attending".into() };
        let draft = Draft { recipient: Some(to), ..Draft::default() };
        StoredQuery { draft, answer: Some("Yes".into()), answer_kind: Some(kind), ..StoredQuery::default() }
    }

    /// An answer by anybody was taken as the recipient's.
    #[test]
    fn an_answer_by_somebody_else_is_said() {
        let query = query(OptionKind::Diagnosis);
        assert_eq!(of_reply(&query, "Dr Chen", &[]), None);
        assert!(of_reply(&query, "M. Cole, RN", &[]).unwrap().contains("no provider of this encounter"));
    }

    /// An answer out of a file stood in the tracker and the timeline like one that a person typed.
    #[test]
    fn an_imported_answer_could_not_be_told_from_a_typed_one() {
        let suffix = imported("FHIR answers.json");
        for (head, answer, by) in [("", "Acute kidney injury\nsince Monday", None), ("R. Bell, NP: ", "Yes", Some("R. Bell, NP"))] {
            assert_eq!(imported_from(&format!("{head}{answer}{suffix}"), answer, by).as_deref(), Some("FHIR answers.json"));
            assert_eq!(imported_from(&format!("{head}{answer}"), answer, by), None);
            // Typed words that say so are the answer's own.
            let own = format!("{answer}{suffix}");
            assert_eq!(imported_from(&format!("{head}{own}"), &own, by), None);
        }
    }

    #[test]
    fn an_outcome_that_contradicts_the_ticked_option_is_said() {
        for (kind, outcome, said) in [
            (OptionKind::Undetermined, Outcome::Agreed, true),
            (OptionKind::No, Outcome::Agreed, true),
            (OptionKind::Diagnosis, Outcome::Disagreed, true),
            (OptionKind::Diagnosis, Outcome::Agreed, false),
            (OptionKind::Other, Outcome::Agreed, true),
            (OptionKind::Other, Outcome::Disagreed, false),
            (OptionKind::NotSignificant, Outcome::Agreed, true),
            (OptionKind::Undetermined, Outcome::InvalidResponse, false),
        ] {
            assert_eq!(of_outcome(&query(kind), outcome).is_some(), said, "{kind:?} {outcome:?}");
        }
    }
}
