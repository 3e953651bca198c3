//! Until when an answer is asked for, and what follows when none comes: `templates/policy.toml`.

use super::{Draft, Outcome, Reason};
use crate::chart::Instant;
use crate::error::{Result, Trouble};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// Seconds of an hour.
const HOUR: i64 = 3600;

/// Hours in a row that may not count, before a policy is taken to have none that do: a quarter of a year.
const LONGEST_WAIT: u32 = 24 * 92;

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
    /// The calendar whose days do not count either.
    #[serde(default)]
    pub calendar: String,
    /// First hour of the day that counts.
    #[serde(default)]
    pub from_hour: i8,
    /// The hour from which the day counts no more; 0 and 24: the whole day.
    #[serde(default)]
    pub to_hour: i8,
    /// The clock by which hours and days are read, by its IANA name; empty: that of the machine.
    #[serde(default)]
    pub zone: String,
    /// The same clock, found by whoever knows the clocks; without one the offset of an instant is its clock.
    #[serde(skip)]
    pub clock: Option<TimeZone>,
    /// How many open queries a recipient can have before the lint says so.
    pub max_open_per_recipient: usize,
    /// The last day after discharge on which a query may be sent.
    #[serde(default)]
    pub late_after_days: Option<i64>,
    /// Groups that a query may go to instead of a person.
    #[serde(default)]
    pub pools: Vec<String>,
    /// Who gives the record numbers, as messages name it (HL7 PID-3.4, MSH-4).
    #[serde(default)]
    pub authority: String,
    /// Which outcomes count as agreement.
    #[serde(default)]
    pub agree: Vec<Outcome>,
    /// Outcomes that are neither agreement nor its contrary: in no denominator of the agree rate. A site that says nothing has the
    /// shipped ones.
    #[serde(default)]
    pub agree_without: Option<Vec<Outcome>>,
    /// The same of queries of another kind, whose answers mean something else. A site that says nothing has the shipped ones.
    #[serde(default)]
    pub agree_of: Option<Vec<AgreeOf>>,
    /// What follows.
    #[serde(default)]
    pub step: Vec<PolicyStep>,
}

/// Which outcomes count as agreement where a query was asked for one of these reasons.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgreeOf {
    /// Why the query was justified (`R6`: present on admission).
    pub reasons: Vec<Reason>,
    /// The outcomes.
    pub agree: Vec<Outcome>,
    /// Where that comes from.
    pub source: String,
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

/// Whose clock a version of a query starts or goes on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// The first sending.
    First,
    /// Other words for the same question to the same person: the time that runs goes on.
    Runs,
    /// Another recipient: only what a person set goes on.
    Passed,
    /// The question is asked again.
    Anew,
}

#[derive(Default, Deserialize)]
struct File {
    policy: Vec<Policy>,
    #[serde(default)]
    calendar: Vec<Calendar>,
}

/// Days that do not count, by name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Calendar {
    name: String,
    #[serde(rename = "source")]
    _source: String,
    days: Vec<String>,
}

/// Whole days that have passed since a stay ended.
pub fn days_after(ended: &Instant, now: &Instant) -> i64 {
    (now.utc_seconds() - ended.utc_seconds()).div_euclid(86_400)
}

/// How far east of UTC a clock stands at an instant, in seconds.
fn offset(clock: &TimeZone, at: &Instant) -> i32 {
    jiff::Timestamp::from_second(at.utc_seconds()).map_or(0, |utc| clock.to_offset(utc).seconds())
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
        let mut all = parse(text)
            .map_err(|e| Trouble::input("the policy file cannot be read").why(e.message()).hint("compare it with templates/policy.toml"))?;
        let shipped = Self::shipped().first();
        for policy in &mut all {
            policy.agree_without = policy.agree_without.take().or_else(|| shipped?.agree_without.clone());
            policy.agree_of = policy.agree_of.take().or_else(|| shipped?.agree_of.clone());
        }
        Ok(all)
    }

    /// The instant that many counted hours later, by the clock of the policy: only time that lies in counted hours of counted days is taken
    /// off, to the second. `None` outside the calendar, or where no hour counts.
    pub fn after(&self, start: &Instant, hours: i64) -> Option<Instant> {
        let clock = self.clock_at(start);
        let by_clock = |at: Instant| clock.map_or(at, |clock| at.at_offset(offset(clock, &at)));
        let (mut at, mut left, mut waited) = (by_clock(*start), hours.checked_mul(HOUR)?, 0);
        // At the end too: an answer is not asked for in the middle of a day that does not count.
        while left > 0 || !self.counts(&at) {
            // What counts and what does not changes on the full hour alone, also where a clock is put forward or back.
            let local = at.local();
            let mut step = HOUR - 60 * i64::from(local.minute()) - i64::from(local.second());
            if self.counts(&at) {
                step = step.min(left);
                (left, waited) = (left - step, 0);
            } else {
                waited += 1;
                if waited > LONGEST_WAIT {
                    return None;
                }
            }
            at = by_clock(at.plus_seconds(step)?);
        }
        Some(at)
    }

    /// The clock that counts from an instant on. The machine's own is taken only where it showed what the instant shows: a query that was
    /// sent elsewhere is counted by the clock of that place.
    fn clock_at(&self, start: &Instant) -> Option<&TimeZone> {
        self.clock.as_ref().filter(|clock| !self.zone.is_empty() || start.offset_seconds() == Some(offset(clock, start)))
    }

    /// When an answer to a query that is sent now is due.
    pub fn due(&self, now: &Instant) -> Option<Instant> {
        self.after(now, self.due_hours)
    }

    /// The draft as it goes out now: the clock of the recipient starts with the sending. A time that a person set stays; one that runs
    /// already for an earlier version stays too where `counting` says so, unless it has passed.
    pub fn timed(&self, draft: &Draft, counting: Counting, now: &Instant) -> Draft {
        let ahead = draft.due.filter(|due| due > now);
        let set = draft.due.filter(|_| draft.due_by_hand);
        let (stays, due_by_hand) = match counting {
            Counting::First => (set, draft.due_by_hand),
            Counting::Runs => (ahead, draft.due_by_hand),
            Counting::Passed => (set.and(ahead), draft.due_by_hand),
            Counting::Anew => (None, false),
        };
        Draft { due: stays.or_else(|| self.due(now)), due_by_hand: due_by_hand && stays.is_some(), ..draft.clone() }
    }

    /// Whether an outcome of a query that was asked for this reason counts as agreement here; `None` where it counts neither way.
    /// Validation queries are reported apart (domain.md 3.8).
    pub fn agrees(&self, outcome: Outcome, reason: Reason) -> Option<bool> {
        let own = self.agree_of.iter().flatten().find(|of| of.reasons.contains(&reason));
        if own.map_or(&self.agree, |of| &of.agree).contains(&outcome) {
            return Some(true);
        }
        let aside = self.agree_without.iter().flatten().any(|o| *o == outcome);
        (!aside).then_some(false)
    }

    /// The step that is due: the first not taken whose counted hours have passed since `sent`; `taken` of them are done.
    pub fn step_due(&self, sent: &Instant, taken: u32, now: &Instant) -> Option<&PolicyStep> {
        let step = self.step.get(usize::try_from(taken).unwrap_or(usize::MAX))?;
        (self.after(sent, step.after_hours)? <= *now).then_some(step)
    }

    /// Whether every step was taken: then the policy ends and a query without a reply can be closed.
    pub fn is_at_its_end(&self, taken: u32) -> bool {
        usize::try_from(taken).unwrap_or(usize::MAX) >= self.step.len()
    }

    fn counts(&self, at: &Instant) -> bool {
        let hour = at.local().hour();
        if (self.from_hour, self.to_hour) != (0, 0) && !(self.from_hour..self.to_hour).contains(&hour) {
            return false;
        }
        let day = at.local_date();
        let weekend = matches!(day.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday);
        !(self.holidays.contains(&day.to_string()) || self.skip_weekends && weekend)
    }
}

fn parse(text: &str) -> std::result::Result<Vec<Policy>, toml::de::Error> {
    let file = toml::from_str::<File>(text)?;
    let days = |name: &str| file.calendar.iter().filter(|c| c.name == name).flat_map(|c| c.days.clone()).collect::<Vec<_>>();
    Ok(file.policy.iter().map(|p| Policy { holidays: [p.holidays.clone(), days(&p.calendar)].concat(), ..p.clone() }).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn weekends_and_holidays_do_not_count() {
        let mut policy = Policy::parse(SHIPPED).unwrap().remove(0);
        for (now, due) in [
            ("2026-11-18T08:50-05:00", "2026-11-20T08:50-05:00"), // Wednesday to Friday
            ("2026-11-19T08:50-05:00", "2026-11-23T08:50-05:00"), // Thursday over the weekend to Monday
            ("2026-11-21T10:00-05:00", "2026-11-25T00:00-05:00"), // Saturday counts from Monday 00:00
            ("2026-11-25T12:00-05:00", "2026-11-30T12:00-05:00"), // over a holiday and a weekend
        ] {
            assert_eq!(policy.due(&Instant::parse(now).unwrap()).unwrap().to_string(), due, "{now}");
        }
        policy.holidays.clear();
        assert_eq!(policy.due(&Instant::parse("2026-11-25T12:00-05:00").unwrap()).unwrap().to_string(), "2026-11-27T12:00-05:00");
    }

    #[test]
    fn only_office_hours_count_where_the_policy_says_so() {
        let policy = Policy::named("office-hours").unwrap();
        // Thursday 15:00: two hours today, nine on Friday, seven on Monday.
        assert_eq!(policy.due(&Instant::parse("2026-11-19T15:00-05:00").unwrap()).unwrap().to_string(), "2026-11-23T15:00-05:00");
        // Evening before Thanksgiving: Friday and Monday.
        assert_eq!(policy.due(&Instant::parse("2026-11-25T20:00-05:00").unwrap()).unwrap().to_string(), "2026-12-01T08:00-05:00");
    }

    /// Half an hour before the office closed counted as a whole one: what followed came half an hour early.
    #[test]
    fn a_part_of_an_hour_counted_as_a_whole_one() {
        let office = Policy::named("office-hours").unwrap();
        let after = |policy: &Policy, from: &str, hours| policy.after(&Instant::parse(from).unwrap(), hours).unwrap().to_string();
        // Friday 16:30: half an hour today, the other half on Monday.
        assert_eq!(after(office, "2026-11-20T16:30-05:00", 1), "2026-11-23T08:30-05:00");
        assert_eq!(after(office, "2026-11-20T07:40-05:00", 9), "2026-11-23T08:00-05:00", "before the office opens nothing counts");
        let policy = Policy::named("default").unwrap();
        for (from, hours, to) in [
            // domain.md 3.9: reminder after 24 h, second contact after 48, physician advisor after 72, of days that count.
            ("2026-11-20T23:30-05:00", 24, "2026-11-23T23:30-05:00"), // Friday night: half an hour, then Monday
            ("2026-11-20T15:10-05:00", 24, "2026-11-23T15:10-05:00"),
            ("2026-11-20T15:10-05:00", 48, "2026-11-24T15:10-05:00"),
            ("2026-11-20T15:10-05:00", 72, "2026-11-25T15:10-05:00"),
            ("2026-11-21T09:20-05:00", 72, "2026-11-27T00:00-05:00"), // Saturday before Thanksgiving
            ("2026-12-24T18:00-05:00", 24, "2026-12-28T18:00-05:00"), // Christmas on a Friday
            ("2027-12-23T12:00-05:00", 24, "2027-12-27T12:00-05:00"), // on a Saturday, kept on the Friday
            ("2028-07-03T12:00-04:00", 24, "2028-07-05T12:00-04:00"),
            ("2030-11-27T12:00-05:00", 48, "2030-12-02T12:00-05:00"),
        ] {
            assert_eq!(after(policy, from, hours), to, "{from} + {hours} h");
        }
    }

    /// Where a clock is put back over a weekend, what was due on Monday was asked for an hour early.
    #[test]
    fn a_clock_that_is_put_back_made_the_next_step_early() {
        let clock = TimeZone::get("America/New_York").unwrap();
        let machine = Policy { clock: Some(clock), ..Policy::named("office-hours").unwrap().clone() };
        let named = Policy { zone: "America/New_York".into(), ..machine.clone() };
        let after = |policy: &Policy, from: &str| policy.after(&Instant::parse(from).unwrap(), 4).unwrap().to_string();
        for policy in [&machine, &named] {
            // Friday 15:00 in summer time: two hours, then Monday from 8:00 by the clock of winter, and of summer in spring.
            assert_eq!(after(policy, "2026-10-30T15:00-04:00"), "2026-11-02T10:00-05:00");
            assert_eq!(after(policy, "2026-03-06T15:00-05:00"), "2026-03-09T10:00-04:00");
        }
        // Sent where another clock stands: that one counts, unless the site named its own.
        assert_eq!(after(&machine, "2026-10-30T15:00-07:00"), "2026-11-02T10:00-07:00");
        assert_eq!(after(&named, "2026-10-30T12:00-07:00"), "2026-11-02T10:00-05:00");
    }

    #[test]
    fn steps_are_due_one_after_another_and_agreement_is_the_profile_s() {
        let policy = Policy::named("default").unwrap();
        let at = |t: &str| Instant::parse(t).unwrap();
        let sent = at("2026-11-17T09:00-05:00");
        let due = |taken, now| policy.step_due(&sent, taken, &at(now)).map(|s| s.action.as_str());
        assert_eq!(due(0, "2026-11-18T08:00-05:00"), None);
        assert_eq!(due(0, "2026-11-18T10:00-05:00"), Some("reminder"));
        assert_eq!(due(1, "2026-11-18T10:00-05:00"), None);
        assert_eq!(due(2, "2026-11-23T10:00-05:00"), Some("escalation"));
        assert!(policy.is_at_its_end(3) && !policy.is_at_its_end(2));
        assert_eq!((policy.agrees(Outcome::Agreed, Reason::R3), policy.agrees(Outcome::AltDx, Reason::R3)), (Some(true), Some(false)));
        assert_eq!(Policy::named("office-hours").unwrap().agrees(Outcome::AltDx, Reason::R3), Some(true));
    }

    /// Whoever said that a condition was not present on admission had answered what was asked, and stood as one who disagreed.
    #[test]
    fn an_answer_about_the_time_of_onset_counted_as_disagreement() {
        for policy in Policy::shipped() {
            for outcome in [Outcome::Agreed, Outcome::Disagreed, Outcome::Undetermined] {
                assert_eq!(policy.agrees(outcome, Reason::R6), Some(true), "{} {outcome:?}", policy.name);
            }
            assert_eq!(policy.agrees(Outcome::Disagreed, Reason::R3), Some(false));
            assert_eq!(policy.agrees(Outcome::Undetermined, Reason::R3), None, "neither way");
        }
        // A site whose file is older says nothing of it.
        let site = "[[policy]]\nname = \"own\"\nsource = \"ours\"\ndue_hours = 24\nskip_weekends = false\nmax_open_per_recipient = 5\nagree = [\"agreed\"]\n";
        let site = Policy::parse(site).unwrap().remove(0);
        assert_eq!((site.agrees(Outcome::Disagreed, Reason::R6), site.agrees(Outcome::Undetermined, Reason::R3)), (Some(true), None));
    }

    /// A draft that lay for days went out with the clock of the day on which it was begun.
    #[test]
    fn the_due_time_follows_the_sending_unless_a_person_set_it() {
        let policy = Policy::named("default").unwrap();
        let at = |t: &str| Instant::parse(t).unwrap();
        let (begun, now) = (at("2026-11-16T08:00-05:00"), at("2026-11-18T08:50-05:00"));
        let draft = Draft { due: policy.due(&begun), ..Draft::default() };
        let due = |counting, draft: &Draft| policy.timed(draft, counting, &now).due.unwrap().to_string();
        let counted = "2026-11-20T08:50-05:00";
        assert_eq!(due(Counting::First, &draft), counted);
        let set = Draft { due: Some(at("2026-11-19T12:00-05:00")), due_by_hand: true, ..draft.clone() };
        assert_eq!(due(Counting::First, &set), "2026-11-19T12:00-05:00");
        assert_eq!(due(Counting::Passed, &set), "2026-11-19T12:00-05:00");
        assert_eq!(due(Counting::Anew, &set), counted);
        let runs = Draft { due: Some(at("2026-11-18T20:00-05:00")), ..draft.clone() };
        assert_eq!(due(Counting::Runs, &runs), "2026-11-18T20:00-05:00");
        assert_eq!(due(Counting::Passed, &runs), counted);
        let over = Draft { due: Some(at("2026-11-18T08:00-05:00")), due_by_hand: true, ..draft };
        assert_eq!((due(Counting::Runs, &over), policy.timed(&over, Counting::Runs, &now).due_by_hand), (counted.to_owned(), false));
    }

    #[test]
    fn a_policy_in_which_no_hour_counts_gives_no_time_instead_of_looking_for_ever() {
        let policy = Policy { from_hour: 9, to_hour: 9, due_hours: 1, ..Policy::default() };
        assert_eq!(policy.due(&Instant::parse("2026-11-18T08:50-05:00").unwrap()), None);
    }
}
