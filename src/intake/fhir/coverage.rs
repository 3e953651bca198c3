//! Who pays for a stay: the coverage that its account names; else the patient's own at that time, and then it is said to be guessed.

use super::super::json::{Times, list, number, text};
use super::scope::contained;
use super::{Scope, code, extension};
use crate::chart::Instant;
use serde_json::Value;
use std::collections::HashMap;

/// Beside the account of a stay in our own export: that the payer was guessed.
const GUESSED: &str = "urn:lacuna:guessed";

/// The payer of a stay.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Payer {
    pub(super) name: String,
    pub(super) guessed: bool,
}

/// A coverage of a patient.
#[derive(Clone, Debug)]
pub(super) struct Held {
    patient: Option<String>,
    payer: String,
    /// The lowest pays first.
    order: u64,
    start: Option<Instant>,
    end: Option<Instant>,
}

/// What was read of coverages and accounts.
#[derive(Default)]
pub(in crate::intake) struct Coverages {
    /// Coverage → its payer.
    payers: HashMap<String, String>,
    /// Account → its first payer.
    accounts: HashMap<String, String>,
    /// Patient → their coverages.
    of_patients: HashMap<String, Vec<Held>>,
}

/// What one resource says.
pub(super) enum Learned {
    Coverage(Option<Held>),
    Account(Option<String>),
}

impl Coverages {
    /// What a Coverage or an Account says of who pays.
    pub(super) fn learn(resource: &Value, scope: &Scope) -> Learned {
        match text(resource, &["resourceType"]).as_deref() {
            Some("Account") => Learned::Account(of_account(resource, resource, scope)),
            _ => Learned::Coverage(held(resource, scope)),
        }
    }

    /// Keeps it.
    pub(super) fn put(&mut self, id: String, learned: Learned) {
        match learned {
            Learned::Account(payer) => self.accounts.extend(payer.map(|payer| (id, payer))),
            Learned::Coverage(None) => {}
            Learned::Coverage(Some(held)) => {
                self.payers.insert(id, held.payer.clone());
                if let Some(patient) = held.patient.clone() {
                    self.of_patients.entry(patient).or_default().push(held);
                }
            }
        }
    }
}

/// The payer of an Encounter that begins then.
pub(super) fn of_stay(encounter: &Value, scope: &Scope, start: Option<Instant>) -> Option<Payer> {
    let named = list(encounter, "account").iter().find_map(|reference| {
        let name = match contained(reference, encounter) {
            Some(account) => of_account(account, encounter, scope)?,
            None => scope.coverages.accounts.get(&scope.target(reference, "Account")?)?.clone(),
        };
        Some(Payer { name, guessed: extension(reference, GUESSED).is_some() })
    });
    named.or_else(|| at_the_time(scope.coverages.of_patients.get(&scope.patient(encounter)?)?, &start?))
}

/// The first payer of an account; its coverages may stand inside the `holder`.
fn of_account(account: &Value, holder: &Value, scope: &Scope) -> Option<String> {
    let payer = |entry: &Value| {
        let reference = entry.get("coverage")?;
        match contained(reference, holder) {
            Some(coverage) => of_coverage(coverage, holder, scope),
            None => scope.coverages.payers.get(&scope.target(reference, "Coverage")?).cloned(),
        }
        .or_else(|| text(reference, &["display"]))
    };
    let all = list(account, "coverage").iter().filter_map(|entry| Some((whole(entry, "priority"), payer(entry)?)));
    all.min_by_key(|(priority, _)| *priority).map(|(_, name)| name)
}

/// Who pays by a coverage: the payor's name or number, else what kind of plan it is.
fn of_coverage(coverage: &Value, holder: &Value, scope: &Scope) -> Option<String> {
    let payors = list(coverage, "payor");
    payors
        .iter()
        .find_map(|payor| scope.organization(payor, holder))
        .or_else(|| payors.iter().find_map(|payor| text(payor, &["identifier", "value"])))
        .or_else(|| code::words(coverage, "type"))
}

fn held(coverage: &Value, scope: &Scope) -> Option<Held> {
    if matches!(text(coverage, &["status"]).as_deref(), Some("cancelled" | "draft" | "entered-in-error")) {
        return None;
    }
    let times = Times::default();
    Some(Held {
        patient: scope.target_at(coverage, "beneficiary", "Patient"),
        payer: of_coverage(coverage, coverage, scope)?,
        order: whole(coverage, "order"),
        start: times.at(coverage, &["period", "start"]),
        end: times.at(coverage, &["period", "end"]),
    })
}

/// A whole number; what is none comes last.
fn whole(holder: &Value, field: &str) -> u64 {
    number(holder, &[field]).filter(|n| *n >= 0.0).map_or(u64::MAX, |n| n as u64)
}

/// The one payer of the coverages that were in force on a day; where two differ that neither is said to pay first, none.
fn at_the_time(held: &[Held], when: &Instant) -> Option<Payer> {
    let day = when.local_date();
    let in_force =
        |one: &&Held| one.start.is_none_or(|start| start.local_date() <= day) && one.end.is_none_or(|end| end.local_date() >= day);
    let all: Vec<&Held> = held.iter().filter(in_force).collect();
    let first = all.iter().map(|one| one.order).min()?;
    let mut names = all.iter().filter(|one| one.order == first).map(|one| one.payer.as_str());
    let name = names.next()?;
    names.all(|other| other == name).then(|| Payer { name: name.to_owned(), guessed: true })
}
