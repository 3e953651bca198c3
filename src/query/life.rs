//! The life of a query: which event leads from which state to which, and what is possible where an event is not (domain.md 3.7).

use super::{Outcome, QueryState};
use crate::chart::Instant;
use crate::error::{Result, Trouble};

/// What happens to a query. Reasons are words that a person typed.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The lint lets it pass; it waits to be sent.
    Ready,
    /// It was changed after it was ready.
    Edit,
    /// It goes to its recipient.
    Send,
    /// It reached the recipient, or was opened there.
    Deliver,
    /// Other words are sent in place of the ones before: a new version.
    Amend {
        /// Why.
        reason: String,
    },
    /// The due time has passed without a reply.
    PastDue,
    /// A reply came.
    Answer {
        /// The words of the reply.
        text: String,
        /// Which option was ticked.
        option: Option<usize>,
        /// Who replied.
        by: String,
        /// When.
        at: Instant,
    },
    /// Looked for the reply in later provider documents: it is not there.
    NotDocumented,
    /// A provider document carries the answer; confirmed by a person.
    Documented {
        /// The document, by the sender's identifier.
        document: String,
    },
    /// Done.
    Close {
        /// How it ended.
        outcome: Outcome,
    },
    /// Handed to the next level of the policy.
    Escalate {
        /// To whom.
        to: String,
        /// Why.
        reason: String,
    },
    /// Taken back.
    Withdraw {
        /// Why.
        reason: String,
    },
    /// Asked again, because something new came up: a new version and a new clock.
    Reopen {
        /// Why.
        reason: String,
    },
    /// Given to another recipient.
    Redirect {
        /// To whom.
        to: String,
        /// Why.
        reason: String,
    },
}

impl Event {
    /// What a person calls it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ready => "mark as ready",
            Self::Edit => "edit",
            Self::Send => "send",
            Self::Deliver => "mark as delivered",
            Self::Amend { .. } => "amend",
            Self::PastDue => "mark as overdue",
            Self::Answer { .. } => "answer",
            Self::NotDocumented => "mark as not documented",
            Self::Documented { .. } => "mark as documented",
            Self::Close { .. } => "close",
            Self::Escalate { .. } => "escalate",
            Self::Withdraw { .. } => "withdraw",
            Self::Reopen { .. } => "reopen",
            Self::Redirect { .. } => "redirect",
        }
    }

    /// The word for it in a record.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Edit => "edit",
            Self::Send => "send",
            Self::Deliver => "deliver",
            Self::Amend { .. } => "amend",
            Self::PastDue => "past_due",
            Self::Answer { .. } => "answer",
            Self::NotDocumented => "not_documented",
            Self::Documented { .. } => "documented",
            Self::Close { .. } => "close",
            Self::Escalate { .. } => "escalate",
            Self::Withdraw { .. } => "withdraw",
            Self::Reopen { .. } => "reopen",
            Self::Redirect { .. } => "redirect",
        }
    }

    /// The words without which the event says too little, when they are missing.
    fn missing(&self) -> Option<&'static str> {
        let blank = |text: &str| text.trim().is_empty();
        // A letter or a dot is a key pressed to get past the question.
        let empty = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count() < LEAST;
        match self {
            Self::Answer { text, option, by, .. } => {
                if blank(by) {
                    Some("who replied")
                } else {
                    (blank(text) && option.is_none()).then_some("the reply")
                }
            }
            Self::Documented { document } => blank(document).then_some("the document that carries the answer"),
            Self::Escalate { to, reason } | Self::Redirect { to, reason } => {
                if blank(to) {
                    Some("to whom")
                } else {
                    empty(reason).then_some("the reason")
                }
            }
            Self::Withdraw { reason } | Self::Reopen { reason } | Self::Amend { reason } => empty(reason).then_some("the reason"),
            Self::Ready | Self::Edit | Self::Send | Self::Deliver | Self::PastDue | Self::NotDocumented | Self::Close { .. } => None,
        }
    }
}

/// Letters of the shortest word that is a reason ("died", "sent twice").
const LEAST: usize = 4;

impl QueryState {
    /// Every state.
    pub const ALL: [Self; 12] = [
        Self::Draft,
        Self::Ready,
        Self::Sent,
        Self::Open,
        Self::Overdue,
        Self::Escalated,
        Self::Redirected,
        Self::Reopened,
        Self::Answered,
        Self::AnsweredNotDocumented,
        Self::Withdrawn,
        Self::Closed,
    ];

    /// Whether nothing is waited for any more.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Closed | Self::Withdrawn)
    }

    /// Whether a reply is waited for.
    pub fn is_waiting(self) -> bool {
        matches!(self, Self::Sent | Self::Open | Self::Overdue | Self::Escalated | Self::Redirected | Self::Reopened)
    }

    /// Whether a reply is there and its place in the record is not confirmed.
    pub fn is_answered(self) -> bool {
        matches!(self, Self::Answered | Self::AnsweredNotDocumented)
    }

    /// Whether its words can still be changed.
    pub fn is_draft(self) -> bool {
        matches!(self, Self::Draft | Self::Ready)
    }

    /// What a person calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Ready => "ready",
            Self::Sent => "sent",
            Self::Open => "open",
            Self::Overdue => "overdue",
            Self::Escalated => "escalated",
            Self::Redirected => "redirected",
            Self::Reopened => "reopened",
            Self::Answered => "answered",
            Self::AnsweredNotDocumented => "answered, not documented",
            Self::Withdrawn => "withdrawn",
            Self::Closed => "closed",
        }
    }

    /// The events that a query in this state can meet, by name.
    pub fn possible(self) -> &'static [&'static str] {
        match self {
            Self::Draft => &["edit", "mark as ready", "send", "withdraw"],
            Self::Ready => &["edit", "send", "withdraw"],
            Self::Sent | Self::Redirected | Self::Reopened => &[
                "answer",
                "mark as delivered",
                "mark as documented",
                "mark as overdue",
                "amend",
                "escalate",
                "redirect",
                "withdraw",
                "close as no response",
            ],
            Self::Open => {
                &["answer", "mark as documented", "mark as overdue", "amend", "escalate", "redirect", "withdraw", "close as no response"]
            }
            Self::Overdue | Self::Escalated => {
                &["answer", "mark as documented", "amend", "escalate", "redirect", "withdraw", "close as no response"]
            }
            Self::Answered => &["mark as documented", "mark as not documented", "close", "reopen"],
            Self::AnsweredNotDocumented => &["mark as documented", "escalate", "close", "reopen"],
            Self::Withdrawn => &[],
            Self::Closed => &["reopen"],
        }
    }

    /// Whether the words that were sent are fixed: everything but a draft.
    pub fn is_sent(self) -> bool {
        !self.is_draft()
    }
}

/// The state after the event. An event that the state does not allow is refused, and the refusal says what is possible.
///
/// A reply that was not found in the record stays `AnsweredNotDocumented` while it is escalated: escalating must not make it look
/// unanswered. A withdrawn query stays withdrawn; asking again is a new query.
pub fn next(state: QueryState, event: &Event) -> Result<QueryState> {
    use QueryState as S;
    if let Some(missing) = event.missing() {
        return Err(Trouble::input(format!("cannot {}: {missing} is not given", event.name())));
    }
    let waiting = state.is_waiting();
    let after = match (state, event) {
        (S::Draft, Event::Ready) => Some(S::Ready),
        (S::Draft | S::Ready, Event::Edit) => Some(S::Draft),
        (S::Draft | S::Ready, Event::Send) => Some(S::Sent),
        (S::Draft | S::Ready, Event::Withdraw { .. }) => Some(S::Withdrawn),
        (S::Sent | S::Redirected | S::Reopened, Event::Deliver) => Some(S::Open),
        (S::Sent | S::Open | S::Redirected | S::Reopened, Event::PastDue) => Some(S::Overdue),
        (_, Event::Amend { .. }) if waiting => Some(S::Sent),
        (_, Event::Withdraw { .. }) if waiting => Some(S::Withdrawn),
        (_, Event::Answer { .. }) if waiting => Some(S::Answered),
        // Documented before a reply: the question has answered itself (domain.md 3.7).
        (_, Event::Documented { .. }) if waiting => Some(S::Withdrawn),
        (_, Event::Escalate { .. }) if waiting => Some(S::Escalated),
        (_, Event::Redirect { .. }) if waiting => Some(S::Redirected),
        (_, Event::Close { outcome: Outcome::NoResponse }) if waiting => Some(S::Closed),
        (S::Answered, Event::NotDocumented) => Some(S::AnsweredNotDocumented),
        (S::Answered | S::AnsweredNotDocumented, Event::Documented { .. }) => Some(S::Closed),
        (S::AnsweredNotDocumented, Event::Escalate { .. }) => Some(S::AnsweredNotDocumented),
        (S::Answered | S::AnsweredNotDocumented, Event::Close { outcome })
            if !matches!(outcome, Outcome::NoResponse | Outcome::Withdrawn) =>
        {
            Some(S::Closed)
        }
        (S::Answered | S::AnsweredNotDocumented | S::Closed, Event::Reopen { .. }) => Some(S::Reopened),
        _ => None,
    };
    after.ok_or_else(|| refusal(state, event))
}

fn refusal(state: QueryState, event: &Event) -> Trouble {
    let trouble = Trouble::refused(format!("a query that is {} cannot {}", state.label(), passive(event)));
    match (state, event) {
        (_, Event::Close { .. }) if state.is_waiting() => {
            trouble.why("no reply is recorded, so it can only be closed as no response").hint("record the answer first, or withdraw it")
        }
        (_, Event::Close { .. }) if state.is_answered() => {
            trouble.why("a reply is recorded").hint("close it with the outcome of the reply")
        }
        (QueryState::Withdrawn, _) => trouble.hint("it is final; write a new query"),
        _ => trouble.hint(format!("possible now: {}", state.possible().join(", "))),
    }
}

fn passive(event: &Event) -> String {
    match event {
        Event::Ready => "be marked as ready".into(),
        Event::Edit => "be edited".into(),
        Event::Send => "be sent".into(),
        Event::Deliver => "be marked as delivered".into(),
        Event::Amend { .. } => "be amended".into(),
        Event::PastDue => "be marked as overdue".into(),
        Event::Answer { .. } => "be answered".into(),
        Event::NotDocumented => "be marked as not documented".into(),
        Event::Documented { .. } => "be marked as documented".into(),
        Event::Close { .. } => "be closed with this outcome".into(),
        Event::Escalate { .. } => "be escalated".into(),
        Event::Withdraw { .. } => "be withdrawn".into(),
        Event::Reopen { .. } => "be reopened".into(),
        Event::Redirect { .. } => "be redirected".into(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event() -> impl Strategy<Value = Event> {
        let words = prop_oneof![Just(String::new()), Just("because".to_owned())];
        let outcome = prop_oneof![
            Just(Outcome::Agreed),
            Just(Outcome::NoResponse),
            Just(Outcome::Withdrawn),
            Just(Outcome::AnsweredNotDocumented),
            Just(Outcome::RuledOut),
        ];
        let at = Instant::parse("2026-11-20T08:00Z").unwrap();
        prop_oneof![
            Just(Event::Ready),
            Just(Event::Edit),
            Just(Event::Send),
            Just(Event::Deliver),
            Just(Event::PastDue),
            words.clone().prop_map(|reason| Event::Amend { reason }),
            (words.clone(), proptest::option::of(0usize..3)).prop_map(move |(text, option)| Event::Answer {
                text,
                option,
                by: "Chen".into(),
                at
            }),
            Just(Event::NotDocumented),
            words.clone().prop_map(|document| Event::Documented { document }),
            outcome.prop_map(|outcome| Event::Close { outcome }),
            words.clone().prop_map(|reason| Event::Escalate { to: "advisor".into(), reason }),
            words.clone().prop_map(|reason| Event::Withdraw { reason }),
            words.clone().prop_map(|reason| Event::Reopen { reason }),
            words.prop_map(|reason| Event::Redirect { to: "Adeyi".into(), reason }),
        ]
    }

    proptest! {
        /// Never back to draft (a sent text stays sent), never answered without a reply, never closed as agreed without a reply,
        /// never out of withdrawn.
        #[test]
        fn no_sequence_of_events_reaches_an_illegal_state(events in proptest::collection::vec(event(), 0..40)) {
            let (mut state, mut sent, mut replied) = (QueryState::Draft, false, false);
            for event in &events {
                let before = state;
                let Ok(after) = next(state, event) else { continue };
                sent |= matches!(event, Event::Send);
                replied = match event {
                    Event::Answer { .. } => true,
                    Event::Reopen { .. } => false,
                    _ => replied,
                };
                state = after;
                prop_assert!(before != QueryState::Withdrawn);
                prop_assert!(!(sent && state.is_draft()));
                prop_assert!(sent || state.is_draft() || state == QueryState::Withdrawn);
                prop_assert!(!state.is_answered() || replied);
                if let Event::Close { outcome } = event {
                    prop_assert_eq!(*outcome == Outcome::NoResponse, !replied);
                }
            }
        }

        #[test]
        fn a_refusal_says_what_is_possible_and_a_possible_event_is_never_refused(event in event()) {
            for state in QueryState::ALL {
                match next(state, &event) {
                    Ok(_) => prop_assert!(state.possible().iter().any(|p| p.starts_with(event.name())), "{:?} {}", state, event.name()),
                    Err(trouble) => prop_assert!(trouble.hint.is_some() || trouble.what.ends_with("is not given")),
                }
            }
        }
    }

    #[test]
    fn an_answer_twice_is_refused() {
        let answer = Event::Answer { text: "AKI".into(), option: None, by: "Chen".into(), at: Instant::parse("2026-11-20").unwrap() };
        let answered = next(QueryState::Open, &answer).unwrap();
        let trouble = next(answered, &answer).unwrap_err();
        assert_eq!(trouble.exit_code(), 3);
        assert!(trouble.to_string().contains("reopen"));
    }
}
