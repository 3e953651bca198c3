//! The figures over queries: what of each one's life is counted.

use super::local::LocalDesk;
use super::query_life::outcome_of;
use super::query_notes::{answered_by, earlier_answers, fits};
use super::site::Site;
use crate::chart::Instant;
use crate::error::Result;
use crate::names::spoken;
use crate::query::{Counted, Draft, FigureGroup, Outcome, figures, same_person};
use crate::store::{StoredQuery, StoredStep};

/// What a step says that closed a query with an outcome; words of a person stand behind it.
pub(super) fn closed_as(outcome: Outcome) -> String {
    format!("closed as {}", spoken(&outcome))
}

/// One reply to a query.
struct Replied {
    at: Instant,
    /// When it was due, by the version that it answers.
    due: Option<Instant>,
    /// Whether it fits the question.
    fits: bool,
}

/// What was asked when, and what came back.
#[derive(Default)]
struct Course {
    first_sent: Option<Instant>,
    replies: Vec<Replied>,
}

impl Course {
    fn of(query: &StoredQuery, steps: &[StoredStep], sent: &[Draft]) -> Self {
        let (mut out, mut version) = (Self::default(), 0_usize);
        let invalid = closed_as(Outcome::InvalidResponse);
        for step in steps {
            let at = Instant::parse(&step.at);
            match step.event.as_str() {
                "send" | "amend" | "redirect" | "reopen" => {
                    version += 1;
                    out.first_sent = out.first_sent.or(at);
                }
                "answer" => {
                    let due = version.checked_sub(1).and_then(|v| sent.get(v)).and_then(|draft| draft.due);
                    out.replies.extend(step.answered_at.or(at).map(|at| Replied { at, due, fits: true }));
                }
                // A reply that did not fit the question is none (domain.md 3.8).
                "close" if step.note.starts_with(&invalid) => {
                    if let Some(last) = out.replies.last_mut() {
                        last.fits = false;
                    }
                }
                _ => {}
            }
        }
        // Steps of older versions do not say what they were.
        out.first_sent = out.first_sent.or(query.sent);
        if out.replies.is_empty() && query.answer.is_some() {
            out.replies.extend(query.responded.map(|at| Replied { at, due: query.due, fits: true }));
        }
        if let (Some(Outcome::InvalidResponse | Outcome::NoResponse), Some(last)) = (query.outcome, out.replies.last_mut()) {
            last.fits &= query.answer.is_none();
        }
        out
    }

    /// The reply that counts: the first that fits.
    fn reply(&self) -> Option<&Replied> {
        self.replies.iter().find(|r| r.fits)
    }
}

impl LocalDesk {
    /// The figures over queries first sent in a period.
    pub fn query_figures(&self, from: Option<Instant>, to: Option<Instant>) -> Result<Vec<FigureGroup>> {
        self.store().record_act(&self.session().actor(), "report.queries", None, None, None, "")?;
        let mut stored = self.store().queries(None)?;
        stored.retain(|q| q.sent.is_some());
        stored.sort_by_key(|q| q.id);
        let mut counted = Vec::new();
        for query in &stored {
            let steps = self.store().steps(query.id)?;
            let course = Course::of(query, &steps, &self.store().sent_drafts(query.id)?);
            // One that was asked again stays in the period in which it was asked first.
            let within = |sent: Instant| from.is_none_or(|from| sent >= from) && to.is_none_or(|to| sent < to);
            if course.first_sent.is_some_and(within) {
                counted.push(count(query, &steps, &course));
            }
        }
        Ok(figures(&counted, Site::of(self.store())?.policy()))
    }
}

fn count(query: &StoredQuery, steps: &[StoredStep], course: &Course) -> Counted {
    let to = query.draft.recipient.as_ref();
    let earlier = earlier_answers(query, steps);
    let by =
        answered_by(query, steps).or_else(|| earlier.last().map(|e| e.by.clone()).filter(|by| !by.is_empty() && query.answer.is_none()));
    let by_another = to.zip(by).is_some_and(|(to, by)| to.role != "pool" && !same_person(&to.name, &by));
    // An outcome that contradicts the option that was ticked counts as what the option says: nobody agrees by ticking "unable".
    let outcome = query.outcome.map(|outcome| match outcome_of(query) {
        Some(ticked) if ticked != Outcome::AltDx && !fits(ticked, outcome) => ticked,
        _ => outcome,
    });
    let reply = course.reply();
    Counted {
        query: query.id,
        author: query.created_by.clone(),
        provider: to.map(|r| r.name.clone()).unwrap_or_default(),
        state: query.state,
        form: query.draft.form,
        reason: query.draft.reason,
        outcome,
        responded: reply.is_some(),
        asked_again: earlier.len(),
        by_another,
        hours: reply.zip(course.first_sent).map(|(reply, sent)| reply.at.hours_since(&sent)).filter(|h| *h >= 0.0),
        in_time: reply.is_some_and(|r| r.due.is_some_and(|due| r.at <= due)),
    }
}
