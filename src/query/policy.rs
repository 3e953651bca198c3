//! Until when an answer is asked for, and what follows when none comes: `templates/policy.toml`.

use crate::chart::Instant;
use crate::error::{Result, Trouble};
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

const SHIPPED: &str = include_str!("../../templates/policy.toml");

/// One escalation policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Its name; a draft carries it.
    pub name: String,
    /// Where it comes from.
    pub source: String,
    /// Hours until an answer is due.
    pub due_hours: i64,
    /// Whether Saturday and Sunday count.
    pub skip_weekends: bool,
    /// Days (`2026-12-25`) that do not count.
    #[serde(default)]
    pub holidays: Vec<String>,
    /// How many open queries a recipient can have before the lint says so.
    pub max_open_per_recipient: usize,
    /// What follows.
    #[serde(default)]
    pub step: Vec<PolicyStep>,
}

/// What is done when no answer came by then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyStep {
    /// Counted hours after sending.
    pub after_hours: i64,
    /// Who is contacted.
    pub to: String,
    /// What is done.
    pub action: String,
}

#[derive(Default, Deserialize)]
struct File {
    policy: Vec<Policy>,
}

impl Policy {
    /// The policies that ship. The file is compiled in and a test parses it, so the empty fallback is never seen.
    pub fn shipped() -> &'static [Policy] {
        static ONCE: OnceLock<Vec<Policy>> = OnceLock::new();
        ONCE.get_or_init(|| parse(SHIPPED).unwrap_or_default())
    }

    /// The shipped policy of this name.
    pub fn named(name: &str) -> Option<&'static Policy> {
        Self::shipped().iter().find(|p| p.name == name)
    }

    /// Reads a site's own policy file.
    pub fn parse(text: &str) -> Result<Vec<Policy>> {
        parse(text)
            .map_err(|e| Trouble::input("the policy file cannot be read").why(e.message()).hint("compare it with templates/policy.toml"))
    }

    /// The instant that many counted hours later: an hour counts when it begins on a day that counts, in the instant's own
    /// offset. `None` outside the calendar.
    pub fn after(&self, start: &Instant, hours: i64) -> Option<Instant> {
        let (mut at, mut left) = (*start, hours);
        while left > 0 {
            if self.counts(&at) {
                left -= 1;
            }
            at = at.plus_hours(1)?;
        }
        // An answer is not asked for in the middle of a day that does not count.
        while !self.counts(&at) {
            at = at.plus_hours(1)?;
        }
        Some(at)
    }

    /// When an answer to a query written now is due.
    pub fn due(&self, now: &Instant) -> Option<Instant> {
        self.after(now, self.due_hours)
    }

    fn counts(&self, at: &Instant) -> bool {
        let day = at.local_date();
        let weekend = matches!(day.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday);
        !(self.holidays.contains(&day.to_string()) || self.skip_weekends && weekend)
    }
}

fn parse(text: &str) -> std::result::Result<Vec<Policy>, toml::de::Error> {
    toml::from_str::<File>(text).map(|f| f.policy)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn weekends_and_holidays_do_not_count() {
        let mut policy = Policy::parse(SHIPPED).unwrap().remove(0);
        policy.holidays = vec!["2026-11-26".into()];
        for (now, due) in [
            ("2026-11-18T08:50-05:00", "2026-11-20T08:50-05:00"), // Wednesday to Friday
            ("2026-11-19T08:50-05:00", "2026-11-23T08:50-05:00"), // Thursday over the weekend to Monday
            ("2026-11-21T10:00-05:00", "2026-11-25T00:00-05:00"), // Saturday counts from Monday 00:00
            ("2026-11-25T12:00-05:00", "2026-11-30T12:00-05:00"), // over a holiday and a weekend
        ] {
            assert_eq!(policy.due(&Instant::parse(now).unwrap()).unwrap().to_string(), due, "{now}");
        }
    }
}
