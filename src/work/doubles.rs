//! Patients that may be one person under two identifiers. They are listed, never joined unasked: a person decides, and can take it back.

use super::session::Session;
use crate::chart::{Change, Context, Number, Patient, Record, Sex};
use crate::error::{Result, Trouble};
use crate::store::{Incoming, IngestCounts, Store};
use serde::Serialize;
use std::collections::BTreeMap;

/// Two patients who may be one: the JSON contract of `lacuna import doubles`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Double {
    /// One of them.
    pub one: Suspect,
    /// The other.
    pub other: Suspect,
    /// What is the same.
    pub same: Vec<&'static str>,
    /// What is given of both and is not the same.
    pub differs: Vec<&'static str>,
}

/// One of two.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Suspect {
    /// The sender's identifier.
    pub patient: String,
    /// Medical record number.
    pub mrn: Option<String>,
    /// The name, as a worklist shows it.
    pub name: String,
    /// Date of birth.
    pub birth: Option<String>,
    /// Encounters.
    pub encounters: u64,
}

/// Of one trait of a patient, comparable words; none where it was not given.
type Trait = (&'static str, fn(&Patient) -> Option<String>);

const TRAITS: [Trait; 5] = [
    ("record number", |p| p.mrn.clone()),
    ("date of birth", |p| p.birth.map(|b| b.to_string().chars().take(10).collect()).filter(|day: &String| day.len() == 10)),
    ("family name", |p| p.family.as_deref().map(plain)),
    // A middle name is often left out.
    ("first name", |p| p.given.as_deref().and_then(|given| given.split_whitespace().next().map(plain))),
    ("sex", |p| (p.sex != Sex::NotGiven).then(|| format!("{:?}", p.sex))),
];

/// Letters alone, in one case: `O'Keefe-Lane` and `OKEEFE LANE` are one name.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Patients with the same date of birth who share a record number, or both names; in the order of their identifiers.
///
/// Two senders' numbers may meet by chance and so may names; with the day of birth it is worth a look, and no more.
pub fn doubles(store: &Store, session: &Session) -> Result<Vec<Double>> {
    store.allow(&session.actor(), "patient.doubles")?;
    let patients = store.patients()?;
    let day = |p: &Patient| TRAITS.iter().find(|(name, _)| *name == "date of birth").and_then(|(_, read)| read(p));
    let mut born: BTreeMap<String, Vec<&(Patient, u64)>> = BTreeMap::new();
    for entry in &patients {
        if let Some(day) = day(&entry.0) {
            born.entry(day).or_default().push(entry);
        }
    }
    let mut found: Vec<Double> = Vec::new();
    // One number of one authority is worth a look whatever else differs.
    let mut numbered: BTreeMap<String, Vec<&(Patient, u64)>> = BTreeMap::new();
    for entry in &patients {
        for number in entry.0.numbers().into_iter().filter(Number::tells_people_apart) {
            numbered.entry(number.value).or_default().push(entry);
        }
    }
    for group in born.values().chain(numbered.values()) {
        for (index, one) in group.iter().enumerate() {
            for double in group.iter().skip(index + 1).filter_map(|other| compare(one, other)) {
                if !found.iter().any(|known| known.one.patient == double.one.patient && known.other.patient == double.other.patient) {
                    found.push(double);
                }
            }
        }
    }
    found.sort_by(|a, b| (&a.one.patient, &a.other.patient).cmp(&(&b.one.patient, &b.other.patient)));
    store.record_act(&session.actor(), "patient.doubles", None, None, None, &found.len().to_string())?;
    Ok(found)
}

fn compare(one: &(Patient, u64), other: &(Patient, u64)) -> Option<Double> {
    let (mut same, mut differs) = (Vec::new(), Vec::new());
    for (name, read) in TRAITS {
        match (read(&one.0), read(&other.0)) {
            (Some(a), Some(b)) if a == b => same.push(name),
            (Some(_), Some(_)) => differs.push(name),
            _ => {}
        }
    }
    let ours = one.0.numbers();
    let theirs = other.0.numbers();
    let shared = ours.iter().filter(|a| a.tells_people_apart()).any(|a| theirs.iter().any(|b| a.is(b)));
    if shared {
        same.push("a number of one authority");
    }
    let born = same.contains(&"date of birth");
    let alike = same.contains(&"record number") || same.contains(&"family name") && same.contains(&"first name");
    let suspect = |(patient, encounters): &(Patient, u64)| Suspect {
        patient: patient.identifier.clone(),
        mrn: patient.mrn.clone(),
        name: patient.display(),
        birth: patient.birth.map(|b| b.to_string()),
        encounters: *encounters,
    };
    // Twins share a day, a family and a house; a different sex or first name speaks against one person.
    (shared || alike && born && !differs.contains(&"sex")).then(|| Double { one: suspect(one), other: suspect(other), same, differs })
}

/// Makes two patients one, because a person says so: everything of `gone` is `kept`'s. Gives the number of the run, which `import undo`
/// takes back whole.
///
/// # Errors
/// When one of them is not there, or they are the same.
pub fn merge(store: &Store, session: &Session, gone: &str, kept: &str) -> Result<i64> {
    let patients = store.patients()?;
    let there = |name: &str| patients.iter().any(|(p, _)| p.identifier == name);
    let refuse =
        |why: &str| Err(Trouble::input("the patients were not merged").why(why).hint("`lacuna import doubles` lists their identifiers"));
    if gone == kept {
        return refuse("they are the same patient");
    }
    if !there(gone) || !there(kept) {
        return refuse(if there(kept) { "the first is no patient of this store" } else { "the second is no patient of this store" });
    }
    let source = "merged by hand".to_owned();
    let run = store.begin_run(&session.actor(), std::slice::from_ref(&source))?;
    let record = Record::Change(Change::Merged { from: gone.to_owned(), into: kept.to_owned() });
    let refused = store.put_batch(
        &session.actor(),
        run,
        &[Incoming { record, source, line: None, context: Context::default() }],
        &[],
        &mut IngestCounts::default(),
    )?;
    store.end_run(&session.actor(), run, refused.is_empty())?;
    refused.into_iter().next().map_or(Ok(run), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Instant;

    fn person(identifier: &str, mrn: &str, family: &str, given: &str, birth: &str, sex: Sex) -> (Patient, u64) {
        let some = |words: &str| Some(words.to_owned()).filter(|w| !w.is_empty());
        let patient = Patient {
            identifier: identifier.to_owned(),
            mrn: some(mrn),
            family: some(family),
            given: some(given),
            birth: Instant::parse(birth),
            sex,
            ..Patient::default()
        };
        (patient, 1)
    }

    #[test]
    fn the_same_day_of_birth_and_names_are_worth_a_look_and_no_more() {
        use Sex::{Female, Male, NotGiven};
        let one = person("A|1", "1", "O'Keefe", "Karen Ann", "1950-02-03", Female);
        for (other, alike) in [
            (person("B|7", "7", "OKEEFE", "Karen", "1950-02-03", NotGiven), true),
            (person("B|7", "1", "", "", "1950-02-03", Female), true),
            (person("B|7", "7", "OKEEFE", "Karl", "1950-02-03", Female), false),
            (person("B|7", "7", "OKEEFE", "Karen", "1950-02-03", Male), false),
            (person("B|7", "7", "Smith", "Karen", "1950-02-03", Female), false),
            (person("B|7", "", "", "", "1950-02-03", Female), false),
        ] {
            assert_eq!(compare(&one, &other).is_some(), alike, "{other:?}");
        }
        let found = compare(&one, &person("B|7", "7", "OKEEFE", "Karen", "1950-02-03", NotGiven)).unwrap();
        assert_eq!((found.same, found.differs), (vec!["date of birth", "family name", "first name"], vec!["record number"]));
    }
}
