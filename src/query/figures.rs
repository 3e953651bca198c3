//! First figures: queries, response rate and time, agree rate. Each with its definition, what it counts and of what, and the rows.

use super::{Outcome, Policy, QueryForm, QueryState};
use serde::Serialize;

/// One query as the figures count it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Counted {
    /// Its number.
    pub query: i64,
    /// Who asked.
    pub author: String,
    /// Who was asked.
    pub provider: String,
    /// Where it stands.
    pub state: QueryState,
    /// Its form: validation queries are counted apart.
    pub form: QueryForm,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Whether a reply came.
    pub responded: bool,
    /// How often it was answered and asked again.
    pub asked_again: usize,
    /// Whether somebody else than who was asked replied.
    pub by_another: bool,
    /// Clock hours from sending to the reply.
    pub hours: Option<f64>,
}

impl Counted {
    /// Taken back, or documented before a reply: in no denominator (domain.md 3.8).
    fn is_excluded(&self) -> bool {
        self.state == QueryState::Withdrawn || self.outcome == Some(Outcome::Withdrawn)
    }

    /// A reply that answers the question. One that does not is no response.
    fn is_response(&self) -> bool {
        self.responded && !matches!(self.outcome, Some(Outcome::InvalidResponse | Outcome::NoResponse))
    }

    /// A reply whose outcome is known.
    fn is_judged(&self) -> bool {
        self.is_response() && self.outcome.is_some_and(|o| o != Outcome::AnsweredNotDocumented)
    }
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// Its name.
    pub name: &'static str,
    /// What is counted, of what.
    pub definition: &'static str,
    /// What is counted.
    pub numerator: usize,
    /// Of what; nothing for a plain number.
    pub denominator: Option<usize>,
    /// The value: a share from 0 to 1, hours, or a number; nothing where there is nothing to divide by.
    pub value: Option<f64>,
    /// `share`, `hours`, `queries`.
    pub unit: &'static str,
    /// The queries counted in the numerator.
    pub rows: Vec<i64>,
    /// The queries of the denominator.
    pub of: Vec<i64>,
}

/// The figures of one person, one provider, or all.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FigureGroup {
    /// `all`, `person`, `provider`.
    pub by: &'static str,
    /// Whose.
    pub name: String,
    /// The figures.
    pub figures: Vec<Figure>,
}

/// The figures of all, of each person, of each provider, in the order of their names.
pub fn figures(counted: &[Counted], policy: &Policy) -> Vec<FigureGroup> {
    let group = |by, name: &str, rows: &[&Counted]| FigureGroup { by, name: name.to_owned(), figures: of(by, rows, policy) };
    let mut out = vec![group("all", "all", &counted.iter().collect::<Vec<_>>())];
    for (by, key) in [("person", (|c: &Counted| c.author.clone()) as fn(&Counted) -> String), ("provider", |c| c.provider.clone())] {
        let names: std::collections::BTreeSet<String> = counted.iter().map(key).collect();
        for name in names {
            let rows: Vec<&Counted> = counted.iter().filter(|c| key(c) == name).collect();
            out.push(group(by, if name.is_empty() { "not named" } else { &name }, &rows));
        }
    }
    out
}

fn share(name: &'static str, definition: &'static str, counted: &[&Counted], all: &[&Counted]) -> Figure {
    let value = (!all.is_empty()).then(|| counted.len() as f64 / all.len() as f64);
    Figure {
        name,
        definition,
        numerator: counted.len(),
        denominator: Some(all.len()),
        value,
        unit: "share",
        rows: ids(counted),
        of: ids(all),
    }
}

fn ids(rows: &[&Counted]) -> Vec<i64> {
    rows.iter().map(|c| c.query).collect()
}

fn quantile(hours: &[f64], of: f64) -> Option<f64> {
    // Nearest rank: a value that was really measured.
    let rank = ((hours.len() as f64 * of).ceil() as usize).max(1);
    hours.get(rank - 1).copied()
}

fn of(by: &str, all: &[&Counted], policy: &Policy) -> Vec<Figure> {
    let sent: Vec<&Counted> = all.iter().copied().filter(|c| !c.is_excluded()).collect();
    // A provider's figures count what that provider answered.
    let own = |c: &&Counted| by != "provider" || !c.by_another;
    let responded: Vec<&Counted> = sent.iter().copied().filter(|c| c.is_response()).filter(own).collect();
    let questions: Vec<&Counted> = responded.iter().copied().filter(|c| c.form != QueryForm::Validation && c.is_judged()).collect();
    let agreed: Vec<&Counted> = questions.iter().copied().filter(|c| c.outcome.is_some_and(|o| policy.agrees(o))).collect();
    let other: Vec<&Counted> = questions.iter().copied().filter(|c| c.outcome == Some(Outcome::AltDx)).collect();
    let validations: Vec<&Counted> = responded.iter().copied().filter(|c| c.form == QueryForm::Validation && c.is_judged()).collect();
    let ruled_out: Vec<&Counted> = validations.iter().copied().filter(|c| c.outcome == Some(Outcome::RuledOut)).collect();
    let unanswered: Vec<&Counted> = sent.iter().copied().filter(|c| c.outcome == Some(Outcome::NoResponse)).collect();
    let again: Vec<&Counted> = sent.iter().copied().filter(|c| c.asked_again > 0).collect();
    let agreed_again: Vec<&Counted> = agreed.iter().copied().filter(|c| c.asked_again > 0).collect();
    let replied: Vec<&Counted> = sent.iter().copied().filter(|c| c.responded).collect();
    let by_another: Vec<&Counted> = replied.iter().copied().filter(|c| c.by_another).collect();
    let timed: Vec<&Counted> = responded.iter().copied().filter(|c| c.hours.is_some()).collect();
    let mut hours: Vec<f64> = timed.iter().filter_map(|c| c.hours).collect();
    hours.sort_by(f64::total_cmp);
    let time = |name, definition, of| Figure {
        name,
        definition,
        numerator: hours.len(),
        denominator: None,
        value: quantile(&hours, of),
        unit: "hours",
        rows: ids(&timed),
        of: ids(&timed),
    };
    vec![
        Figure {
            name: "queries",
            definition: "queries that were sent, less those withdrawn",
            numerator: sent.len(),
            denominator: None,
            value: Some(sent.len() as f64),
            unit: "queries",
            rows: ids(&sent),
            of: ids(all),
        },
        share(
            "response rate",
            "queries with a reply that fits the question / queries sent less withdrawn, whenever the reply came; of a provider, the provider's own replies",
            &responded,
            &sent,
        ),
        time("response time, median", "clock hours from sending to the reply, over queries with a reply", 0.5),
        time(
            "response time, 90th percentile",
            "clock hours from sending to the reply, over queries with a reply; open ones are not in it",
            0.9,
        ),
        share(
            "agree rate",
            "replies whose outcome counts as agreement by the policy / replies with a known outcome, validation queries apart",
            &agreed,
            &questions,
        ),
        share(
            "another diagnosis",
            "replies with another valid diagnosis / replies with a known outcome, validation queries apart",
            &other,
            &questions,
        ),
        share(
            "ruled out on validation",
            "validation queries whose diagnosis was ruled out / validation queries with a known outcome",
            &ruled_out,
            &validations,
        ),
        share("asked again after an answer", "queries that were answered and asked again / queries sent less withdrawn", &again, &sent),
        share(
            "agreed only when asked again",
            "replies that count as agreement and came after an earlier answer / replies that count as agreement",
            &agreed_again,
            &agreed,
        ),
        share(
            "answered by somebody else",
            "queries that somebody answered who was not asked / queries with a reply",
            &by_another,
            &replied,
        ),
        share("no response", "queries closed without a reply / queries sent less withdrawn", &unanswered, &sent),
    ]
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn counted(query: i64, author: &str, outcome: Option<Outcome>, hours: Option<f64>) -> Counted {
        let state = match outcome {
            Some(Outcome::Withdrawn) => QueryState::Withdrawn,
            Some(_) => QueryState::Closed,
            None => QueryState::Open,
        };
        let (author, provider) = (author.to_owned(), "Chen".to_owned());
        Counted {
            query,
            author,
            provider,
            state,
            form: QueryForm::MultipleChoice,
            outcome,
            responded: hours.is_some(),
            asked_again: 0,
            by_another: false,
            hours,
        }
    }

    #[test]
    fn withdrawn_ones_are_in_no_denominator_and_open_ones_are() {
        let rows = [
            counted(1, "ana", Some(Outcome::Agreed), Some(2.0)),
            counted(2, "ana", Some(Outcome::AltDx), Some(10.0)),
            counted(3, "bo", Some(Outcome::Disagreed), Some(30.0)),
            counted(4, "bo", Some(Outcome::Withdrawn), None),
            counted(5, "bo", Some(Outcome::NoResponse), None),
            counted(6, "bo", None, None),
            counted(7, "bo", Some(Outcome::InvalidResponse), Some(1.0)),
        ];
        let groups = figures(&rows, Policy::named("default").unwrap());
        let names: Vec<(&str, &str)> = groups.iter().map(|g| (g.by, g.name.as_str())).collect();
        assert_eq!(names, [("all", "all"), ("person", "ana"), ("person", "bo"), ("provider", "Chen")]);
        let get = |name: &str| groups[0].figures.iter().find(|f| f.name == name).unwrap().clone();
        assert_eq!((get("queries").numerator, get("queries").rows), (6, vec![1, 2, 3, 5, 6, 7]));
        let response = get("response rate");
        assert_eq!((response.numerator, response.denominator, response.rows), (3, Some(6), vec![1, 2, 3]));
        assert_eq!(get("response time, median").value, Some(10.0));
        let agree = get("agree rate");
        assert_eq!((agree.rows, agree.of), (vec![1], vec![1, 2, 3]));
        let wide = figures(&rows, Policy::named("office-hours").unwrap());
        assert_eq!(wide[0].figures.iter().find(|f| f.name == "agree rate").unwrap().rows, vec![1, 2], "the profile decides");
        assert!(figures(&[], Policy::named("default").unwrap())[0].figures.iter().all(|f| f.unit != "share" || f.value.is_none()));
    }
}
