#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use std::collections::BTreeSet;

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
        reason: Reason::R3,
        outcome,
        responded: hours.is_some() && outcome != Some(Outcome::InvalidResponse),
        asked_again: 0,
        by_another: false,
        hours,
        in_time: hours.is_some_and(|h| h <= 24.0),
    }
}

fn rows() -> [Counted; 8] {
    [
        counted(1, "ana", Some(Outcome::Agreed), Some(2.0)),
        counted(2, "ana", Some(Outcome::AltDx), Some(10.0)),
        counted(3, "bo", Some(Outcome::Disagreed), Some(30.0)),
        counted(4, "bo", Some(Outcome::Withdrawn), None),
        counted(5, "bo", Some(Outcome::NoResponse), None),
        counted(6, "bo", None, None),
        counted(7, "bo", Some(Outcome::InvalidResponse), Some(1.0)),
        counted(8, "bo", Some(Outcome::Undetermined), Some(40.0)),
    ]
}

fn all(rows: &[Counted], policy: &str) -> Vec<Figure> {
    figures(rows, Policy::named(policy).unwrap()).remove(0).figures
}

fn get<'f>(figures: &'f [Figure], name: &str) -> &'f Figure {
    figures.iter().find(|f| f.name == name).unwrap()
}

#[test]
fn withdrawn_ones_are_in_no_denominator_and_open_ones_are() {
    let rows = rows();
    let groups = figures(&rows, Policy::named("default").unwrap());
    let names: Vec<(&str, &str)> = groups.iter().map(|g| (g.by, g.name.as_str())).collect();
    assert_eq!(names, [("all", "all"), ("person", "ana"), ("person", "bo"), ("provider", "Chen")]);
    let all = all(&rows, "default");
    assert_eq!((get(&all, "queries").numerator, get(&all, "queries").rows.clone()), (7, vec![1, 2, 3, 5, 6, 7, 8]));
    let response = get(&all, "response rate");
    assert_eq!((response.numerator, response.denominator, response.rows.clone()), (4, Some(7), vec![1, 2, 3, 8]));
    assert_eq!(get(&all, "response time, median").value, Some(10.0));
    assert_eq!(get(&self::all(&rows, "office-hours"), "agree rate").rows, vec![1, 2], "the profile decides");
    assert!(self::all(&[], "default").iter().all(|f| f.unit != "share" || f.value.is_none()));
}

/// "Unable to determine" lowered the agree rate, and nothing said what was in its denominator.
#[test]
fn the_agree_rate_did_not_say_what_it_leaves_out() {
    let rows = rows();
    let all = all(&rows, "default");
    let agree = get(&all, "agree rate");
    assert_eq!((agree.rows.clone(), agree.of.clone()), (vec![1], vec![1, 2, 3]));
    let out: Vec<(&str, &[i64])> = agree.left_out.iter().map(|l| (l.why, l.rows.as_slice())).collect();
    assert_eq!(out, [(WITHDRAWN, &[4][..]), (NO_REPLY, &[5, 6, 7]), (NEITHER, &[8])]);
    for figure in &all {
        let mut seen: Vec<i64> = figure.of.iter().chain(figure.left_out.iter().flat_map(|l| &l.rows)).copied().collect();
        if figure.name != "queries" {
            seen.sort_unstable();
            assert_eq!(seen, [1, 2, 3, 4, 5, 6, 7, 8], "{}: every query is counted or left out, and none twice", figure.name);
        }
        let of: BTreeSet<&i64> = figure.of.iter().collect();
        assert!(figure.rows.iter().all(|row| of.contains(row)), "{}", figure.name);
    }
}

/// No figure said how many answers came before they were due (domain.md 3.10).
#[test]
fn the_rate_within_policy_was_missing() {
    let rows = rows();
    let all = all(&rows, "default");
    let within = get(&all, "response rate within policy");
    assert_eq!((within.rows.clone(), within.denominator), (vec![1, 2], Some(7)), "what nobody answered is not in time");
}

/// "No, developed after admission" stood as disagreement.
#[test]
fn a_no_to_present_on_admission_counted_as_disagreement() {
    let asked = |query, outcome| Counted { reason: Reason::R6, ..counted(query, "ana", Some(outcome), Some(2.0)) };
    let rows = [asked(1, Outcome::Agreed), asked(2, Outcome::Disagreed), asked(3, Outcome::Undetermined)];
    let all = all(&rows, "default");
    assert_eq!((get(&all, "agree rate").numerator, get(&all, "agree rate").denominator), (3, Some(3)));
    assert_eq!(get(&all, "unable to determine").numerator, 0);
}

/// Asked again and not answered yet: the reply that came is still a reply, and nobody has agreed to anything.
#[test]
fn a_query_that_was_asked_again_lost_its_reply() {
    let again = Counted { state: QueryState::Reopened, asked_again: 1, ..counted(1, "ana", None, Some(5.0)) };
    let all = all(&[again], "default");
    assert_eq!(get(&all, "response rate").rows, [1]);
    assert_eq!(get(&all, "response time, median").value, Some(5.0));
    let agree = get(&all, "agree rate");
    assert_eq!((agree.denominator, agree.left_out[0].why), (Some(0), NOT_SETTLED));
}
