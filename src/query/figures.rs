//! First figures: queries, response rate and time, agree rate. Each with its definition, what it counts and of what, what it leaves out, and
//! the rows.

use super::{Outcome, Policy, QueryForm, QueryState, Reason};
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
    /// Why it was asked: of some questions another answer is agreement.
    pub reason: Reason,
    /// How it ended; of one that was asked again, how the last asking did.
    pub outcome: Option<Outcome>,
    /// Whether a reply came that fits the question, in this asking or an earlier one.
    pub responded: bool,
    /// How often it was answered and asked again.
    pub asked_again: usize,
    /// Whether somebody else than who was asked replied.
    pub by_another: bool,
    /// Clock hours from the first sending to the first reply that fits.
    pub hours: Option<f64>,
    /// Whether that reply came by the time at which it was due.
    pub in_time: bool,
}

impl Counted {
    /// Taken back, or documented before a reply: in no denominator (domain.md 3.8).
    fn is_excluded(&self) -> bool {
        self.state == QueryState::Withdrawn || self.outcome == Some(Outcome::Withdrawn)
    }

    /// A reply whose outcome is known.
    fn is_judged(&self) -> bool {
        let settled = |o: Outcome| !matches!(o, Outcome::AnsweredNotDocumented | Outcome::InvalidResponse | Outcome::NoResponse);
        self.responded && self.outcome.is_some_and(settled)
    }
}

/// Queries that are in no denominator, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Why.
    pub why: &'static str,
    /// Which.
    pub rows: Vec<i64>,
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
    /// The queries that were sent and are in no denominator, by reason: with those of the denominator, all of them.
    pub left_out: Vec<LeftOut>,
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

const WITHDRAWN: &str = "withdrawn";
const NO_REPLY: &str = "no reply that fits the question";
const BY_ANOTHER: &str = "answered by somebody else";
const VALIDATION: &str = "validation query";
const NOT_VALIDATION: &str = "no validation query";
const NOT_SETTLED: &str = "outcome not known yet";
const NEITHER: &str = "unable to determine";
const NOT_AGREED: &str = "no agreement";

/// The queries of a group, sorted into those that are counted and those that are not.
struct Sorted<'c> {
    kept: Vec<&'c Counted>,
    left_out: Vec<LeftOut>,
}

impl<'c> Sorted<'c> {
    /// Each query by the first reason that leaves it out.
    fn of(all: &[&'c Counted], why: impl Fn(&Counted) -> Option<&'static str>) -> Self {
        let mut out = Self { kept: Vec::new(), left_out: Vec::new() };
        for counted in all.iter().copied() {
            match why(counted) {
                None => out.kept.push(counted),
                Some(why) => match out.left_out.iter_mut().find(|l| l.why == why) {
                    Some(there) => there.rows.push(counted.query),
                    None => out.left_out.push(LeftOut { why, rows: vec![counted.query] }),
                },
            }
        }
        out
    }

    fn share(&self, name: &'static str, definition: &'static str, counts: impl Fn(&Counted) -> bool) -> Figure {
        let rows: Vec<i64> = self.kept.iter().filter(|c| counts(c)).map(|c| c.query).collect();
        Figure {
            name,
            definition,
            numerator: rows.len(),
            denominator: Some(self.kept.len()),
            value: (!self.kept.is_empty()).then(|| rows.len() as f64 / self.kept.len() as f64),
            unit: "share",
            rows,
            of: ids(&self.kept),
            left_out: self.left_out.clone(),
        }
    }

    fn time(&self, name: &'static str, definition: &'static str, of: f64) -> Figure {
        let mut hours: Vec<f64> = self.kept.iter().filter_map(|c| c.hours).collect();
        hours.sort_by(f64::total_cmp);
        let (numerator, value) = (hours.len(), quantile(&hours, of));
        let rows = ids(&self.kept);
        Figure {
            name,
            definition,
            numerator,
            denominator: None,
            value,
            unit: "hours",
            of: rows.clone(),
            rows,
            left_out: self.left_out.clone(),
        }
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
    // A provider's figures count what that provider answered.
    let own = |c: &Counted| by != "provider" || !c.by_another;
    let agrees = |c: &Counted| c.outcome.and_then(|o| policy.agrees(o, c.reason));
    let withdrawn = |c: &Counted| c.is_excluded().then_some(WITHDRAWN);
    let no_reply = |c: &Counted| withdrawn(c).or((!c.responded).then_some(NO_REPLY)).or((!own(c)).then_some(BY_ANOTHER));
    let unsettled = |c: &Counted| (!c.is_judged()).then_some(NOT_SETTLED);
    let is_validation = |c: &Counted| c.form == QueryForm::Validation;
    let sent = Sorted::of(all, withdrawn);
    let replied = Sorted::of(all, |c| withdrawn(c).or((!c.responded).then_some(NO_REPLY)));
    let timed = Sorted::of(all, |c| no_reply(c).or(c.hours.is_none().then_some("the time of sending or of the reply is not known")));
    let question = |c: &Counted| no_reply(c).or(is_validation(c).then_some(VALIDATION)).or_else(|| unsettled(c));
    let settled = Sorted::of(all, question);
    let judged = Sorted::of(all, |c| question(c).or(agrees(c).is_none().then_some(NEITHER)));
    let agreed = Sorted::of(all, |c| question(c).or((agrees(c) != Some(true)).then_some(NOT_AGREED)));
    let validations = Sorted::of(all, |c| no_reply(c).or((!is_validation(c)).then_some(NOT_VALIDATION)).or_else(|| unsettled(c)));
    vec![
        Figure {
            name: "queries",
            definition: "queries that were sent, less those withdrawn",
            numerator: sent.kept.len(),
            denominator: None,
            value: Some(sent.kept.len() as f64),
            unit: "queries",
            rows: ids(&sent.kept),
            of: ids(all),
            left_out: sent.left_out.clone(),
        },
        sent.share(
            "response rate",
            "queries with a reply that fits the question / queries sent less withdrawn, whenever the reply came; a reply before the question \
             was asked again is one; of a provider, the provider's own replies",
            |c| c.responded && own(c),
        ),
        sent.share(
            "response rate within policy",
            "queries whose first fitting reply came by its due time / queries sent less withdrawn; one that nobody answered yet is not in time; \
             of a provider, the provider's own replies",
            |c| c.responded && c.in_time && own(c),
        ),
        timed.time(
            "response time, median",
            "clock hours from the first sending to the first fitting reply, over queries with one; open ones are not in it",
            0.5,
        ),
        timed.time(
            "response time, 90th percentile",
            "clock hours from the first sending to the first fitting reply, over queries with one; open ones are not in it",
            0.9,
        ),
        judged.share(
            "agree rate",
            "replies whose outcome counts as agreement by the policy / replies with an outcome that counts either way; not in it: withdrawn, no \
             reply, unable to determine, outcome not known yet, validation queries. Of present on admission every answer to the question asked \
             (yes, no, clinically undetermined) is agreement",
            |c| agrees(c) == Some(true),
        ),
        settled.share(
            "unable to determine",
            "replies that could not determine it / replies with a known outcome, validation queries apart; what the policy counts as an answer \
             (present on admission) is none of them",
            |c| c.outcome == Some(Outcome::Undetermined) && agrees(c).is_none(),
        ),
        settled.share(
            "another diagnosis",
            "replies with another valid diagnosis / replies with a known outcome, validation queries apart",
            |c| c.outcome == Some(Outcome::AltDx),
        ),
        validations.share(
            "ruled out on validation",
            "validation queries whose diagnosis was ruled out / validation queries with a known outcome",
            |c| c.outcome == Some(Outcome::RuledOut),
        ),
        sent.share("asked again after an answer", "queries that were answered and asked again / queries sent less withdrawn", |c| {
            c.asked_again > 0
        }),
        agreed.share(
            "agreed only when asked again",
            "replies that count as agreement and came after an earlier answer / replies that count as agreement",
            |c| c.asked_again > 0,
        ),
        replied.share(
            "answered by somebody else",
            "queries that somebody answered who was not asked / queries with a reply that fits",
            |c| c.by_another,
        ),
        sent.share("no response", "queries closed without a reply / queries sent less withdrawn", |c| c.outcome == Some(Outcome::NoResponse)),
    ]
}

#[cfg(test)]
#[path = "figures_tests.rs"]
mod tests;
