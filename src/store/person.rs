//! Whether what comes under a patient's identifier is told of the same person. One number is given to two people by mistake, and two senders
//! count alike: what belongs to the second must not go into the chart of the first. A birth date is corrected, a name changes by marriage,
//! and a patient who came in without a name has one later: one trait that differs is told, several that differ are another person.

use super::charts::parse;
use super::identity::shown;
use crate::chart::{Kept, Patient, Precision, Sex};
use crate::checklist::listed;
use crate::error::Trouble;
use rusqlite::{OptionalExtension, Transaction};

/// What speaks against two records being of one person, and for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Compared {
    /// The family names differ and so do the first names, as far as both are given.
    pub(super) names: bool,
    /// Born on other days.
    pub(super) birth: bool,
    /// One is female and the other male.
    pub(super) sex: bool,
    /// The day of birth, or a name, is the same.
    pub(super) agrees: bool,
    /// The day of birth and both names are the same.
    pub(super) surely: bool,
}

/// Letters alone, in one case.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Compares two records of patients.
pub(super) fn compare(one: &Patient, other: &Patient) -> Compared {
    let day = |p: &Patient| p.birth.filter(|birth| birth.precision() >= Precision::Day).map(|birth| birth.local_date());
    let family = |p: &Patient| p.family.as_deref().map(plain).filter(|name| !name.is_empty());
    let first =
        |p: &Patient| p.given.as_deref().and_then(|given| given.split_whitespace().next().map(plain)).filter(|name| !name.is_empty());
    let same = |one: Option<String>, other: Option<String>| one.zip(other).map(|(one, other)| one == other);
    let families = same(family(one), family(other));
    let firsts = same(first(one), first(other));
    // Some senders turn the two around.
    let turned = same(family(one), first(other)) == Some(true) || same(first(one), family(other)) == Some(true);
    let births = day(one).zip(day(other)).map(|(one, other)| one == other);
    let sexes = [one.sex, other.sex];
    Compared {
        names: families == Some(false) && firsts != Some(true) && !turned,
        birth: births == Some(false),
        sex: sexes.contains(&Sex::Female) && sexes.contains(&Sex::Male),
        agrees: births == Some(true) || families == Some(true) || firsts == Some(true) && turned,
        surely: births == Some(true) && families == Some(true) && firsts == Some(true),
    }
}

impl Compared {
    /// Whether it is another person: two of name, birth date and sex differ.
    fn is_another(self) -> bool {
        u8::from(self.names) + u8::from(self.birth) + u8::from(self.sex) >= 2
    }

    /// What differs, in words.
    fn words(self) -> String {
        let all = [(self.names, "name"), (self.birth, "birth date"), (self.sex, "sex")];
        let found: Vec<String> = all.into_iter().filter(|(differs, _)| *differs).map(|(_, word)| word.to_owned()).collect();
        listed(&found)
    }
}

/// How the record of a patient stands to the one that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// Nothing speaks against one person.
    Same,
    /// One person, as far as anybody can tell; this is told otherwise now.
    Differs(String),
    /// Another person, in this.
    Another(String),
}

/// The patient who is there under an identifier.
pub(super) fn stored(tx: &Transaction<'_>, identifier: &str) -> rusqlite::Result<Option<Patient>> {
    let mut find = tx.prepare_cached("SELECT body FROM patient WHERE identifier = ?1")?;
    let body: Option<String> = find.query_row([identifier], |r| r.get(0)).optional()?;
    Ok(body.and_then(|body| parse(&body)))
}

/// Whose a record of a patient is. Where its sender says that it corrects who the patient is, or did so before, it is the same person.
pub(super) fn whose(tx: &Transaction<'_>, given: &Patient, corrects: bool) -> rusqlite::Result<Whose> {
    let Some(have) = stored(tx, &given.identifier)? else { return Ok(Whose::Same) };
    let compared = compare(&have, given);
    let words = compared.words();
    if words.is_empty() {
        return Ok(Whose::Same);
    }
    let newer = Kept::version(&given.kept).zip(Kept::version(&have.kept)).is_some_and(|(given, have)| given > have);
    let is_another = compared.is_another() && !corrects && !newer && !was_so(tx, given)?;
    Ok(if is_another { Whose::Another(words) } else { Whose::Differs(words) })
}

/// Whether the patient stood so before a correction: what a sender told of somebody whom nobody knew yet comes again.
fn was_so(tx: &Transaction<'_>, given: &Patient) -> rusqlite::Result<bool> {
    let sql = "SELECT before FROM import_change WHERE kind = 'patient' AND identifier = ?1 AND before IS NOT NULL";
    let mut find = tx.prepare_cached(sql)?;
    let mut rows = find.query([&given.identifier])?;
    while let Some(row) = rows.next()? {
        let before = parse::<Patient>(row.get_ref(0)?.as_str()?);
        if before.is_some_and(|before| !compare(&before, given).is_another()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What is told of a record that was refused because it is another person's.
pub(super) fn refused(identifier: &str, differs: &str) -> Trouble {
    Trouble::input(format!("the patient {} is there already as another person: {differs} differ", shown(identifier)))
        .why("one number was given to two people, or two senders count alike")
        .hint("nothing of it was stored; give each person a number of their own, or have a correction sent as one (ADT A08, a higher versionId)")
}

/// What is told of a patient of whom something is told otherwise now.
pub(super) fn differs(identifier: &str, differs: &str) -> Trouble {
    Trouble::input(format!("the patient {} has another {differs} now", shown(identifier)))
        .why("a later record of the same number says so; what stood before is in the import's journal")
        .hint("look whether it is the same person; `lacuna import undo` takes the import back")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Instant;

    fn person(family: &str, given: &str, birth: &str, sex: Sex) -> Patient {
        let some = |words: &str| (!words.is_empty()).then(|| words.to_owned());
        Patient { family: some(family), given: some(given), birth: Instant::parse(birth), sex, ..Patient::default() }
    }

    #[test]
    fn one_trait_that_differs_is_told_and_two_are_another_person() {
        use Sex::{Female, Male, NotGiven};
        let ann = person("Roe", "Ann Q", "1950-01-01", Female);
        for (other, another, words) in [
            (person("SMITH", "BOB", "1970-02-02", Male), true, "name, birth date and sex"),
            (person("ROE", "ANN", "1950-01-10", Female), false, "birth date"),
            (person("Miller", "Ann", "1950-01-01", Female), false, ""),
            (person("Smith", "Betty", "1950-01-01", Female), false, "name"),
            (person("Ann", "Roe", "1950-01-01", NotGiven), false, ""),
            (person("Roe", "", "1950-01-01", Male), false, "sex"),
            (person("Smith", "", "1970-02-02", Female), true, "name and birth date"),
            (person("", "", "1970-02-02", Male), true, "birth date and sex"),
            (person("", "", "", NotGiven), false, ""),
        ] {
            let compared = compare(&ann, &other);
            assert_eq!((compared.is_another(), compared.words().as_str()), (another, words), "{other:?}");
        }
        assert!(compare(&ann, &person("ROE", "Ann", "1950-01-01", NotGiven)).surely);
        assert!(!compare(&ann, &person("", "", "", Female)).agrees, "nothing to compare");
    }
}
