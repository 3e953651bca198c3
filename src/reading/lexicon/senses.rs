//! The lexicon asked from the side of a search: what words name, and what else is called so.

use super::super::folded::fold_name;
use super::super::read::read_marks;
use super::{Form, Lexicon, Owner};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// The concept that words name, and the attributes that they state of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sense {
    /// The concept.
    pub concept: String,
    /// Attribute and value.
    pub attributes: Vec<(String, String)>,
}

/// The patterns of each form.
fn by_form() -> &'static [Vec<usize>] {
    static BY_FORM: OnceLock<Vec<Vec<usize>>> = OnceLock::new();
    BY_FORM.get_or_init(|| {
        let lexicon = Lexicon::shipped();
        let mut by_form = vec![Vec::new(); lexicon.forms.len()];
        for (at, owners) in lexicon.owners.iter().enumerate() {
            for owner in owners {
                if let Owner::Form(form) = owner
                    && let Some(list) = by_form.get_mut(*form)
                {
                    list.push(at);
                }
            }
        }
        by_form
    })
}

/// The forms that have this name, but those that only hide shorter names.
fn forms(words: &str) -> Vec<(usize, &'static Form)> {
    let lexicon = Lexicon::shipped();
    let folded = fold_name(words);
    let owners = lexicon.owned(folded.trim());
    let form = |owner: &Owner| match owner {
        Owner::Form(form) => Some((*form, lexicon.forms.get(*form)?)),
        _ => None,
    };
    let reported = |form: &Form| lexicon.concepts.get(form.concept).is_some_and(|concept| !concept.mask);
    owners.iter().filter_map(form).filter(|(_, form)| reported(form)).collect()
}

/// What words name: by a name, or by the identifier of the concept. A name that says more asks for more: "ards" for that and not for every
/// respiratory failure, "vancomycin" for that and not for every drug of its class.
pub fn senses(words: &str) -> Vec<Sense> {
    let lexicon = Lexicon::shipped();
    let mut out: Vec<Sense> = forms(words)
        .into_iter()
        .filter_map(|(_, form)| {
            let concept = lexicon.concepts.get(form.concept)?.id.clone();
            let member = member(&concept, words).map(|name| (MEMBER.to_owned(), name.to_owned()));
            Some(Sense { concept, attributes: form.sets.iter().cloned().chain(member).collect() })
        })
        .collect();
    let id = words.trim().to_lowercase().replace(' ', "_");
    if out.is_empty() && lexicon.concept(&id).is_some() {
        out.push(Sense { concept: id, attributes: Vec::new() });
    }
    if out.is_empty() {
        out.extend(described(words));
    }
    // A name that is listed with and without an attribute states none.
    let bare: BTreeSet<String> = out.iter().filter(|s| s.attributes.is_empty()).map(|s| s.concept.clone()).collect();
    out.retain(|sense| sense.attributes.is_empty() || !bare.contains(&sense.concept));
    // What has a concept of its own is that, and not the wider one that it belongs to.
    if out.iter().any(|sense| sense.concept.starts_with(TERM)) {
        out.retain(|sense| sense.concept.contains('.'));
    }
    // A kind that is denied stands apart (`denied_kind`).
    let kinds = out.iter().filter(|sense| !sense.attributes.is_empty() && !sense.concept.contains('.'));
    let kinds: Vec<Sense> =
        kinds.filter_map(|sense| Some(Sense { concept: denied_kind(&sense.concept)?.to_owned(), ..sense.clone() })).collect();
    out.extend(kinds);
    out.sort();
    out.dedup();
    out
}

/// A condition with words that say more of it, read as a note would be: "ckd stage 3", "acute systolic heart failure". Nothing else may
/// stand beside it.
fn described(words: &str) -> Option<Sense> {
    let mut mentions = read_marks(words).mentions.into_iter().filter(|mention| !mention.concept.contains('.'));
    let first = mentions.next().filter(|first| !first.attributes.is_empty())?;
    let beside = [words.get(..first.start)?, words.get(first.end..)?];
    let said = mentions.next().is_none() && beside.into_iter().all(|side| all_attributes(&fold_name(side)));
    said.then(|| Sense { concept: first.concept, attributes: first.attributes.into_iter().collect() })
}

/// Whether folded words are a row of attribute words and nothing else.
fn all_attributes(words: &str) -> bool {
    let lexicon = Lexicon::shipped();
    let list: Vec<&str> = words.split(' ').filter(|word| !word.is_empty()).collect();
    let known = |part: &[&str]| lexicon.owned(&part.join(" ")).iter().any(|owner| matches!(owner, Owner::Attribute(_)));
    // Up to which word the row is made of them, word by word.
    let mut reached = vec![true];
    for end in 1..=list.len() {
        let whole = (0..end).any(|start| reached.get(start) == Some(&true) && list.get(start..end).is_some_and(known));
        reached.push(whole);
    }
    reached.last() == Some(&true)
}

/// Concepts that are finer than the conditions of the vocabulary.
const TERM: &str = "term.";

/// The attribute by which a member of a class is told apart.
pub const MEMBER: &str = "member";

/// The concept under which a search knows a kind of a condition that is denied: "no septic shock" does not deny sepsis.
pub fn denied_kind(concept: &str) -> Option<&'static str> {
    static NAMES: OnceLock<BTreeMap<&str, String>> = OnceLock::new();
    let names = NAMES.get_or_init(|| Lexicon::shipped().concepts.iter().map(|c| (c.id.as_str(), format!("{}~", c.id))).collect());
    names.get(concept).map(String::as_str)
}

/// Whether words name a kind of a condition: its name itself states an attribute.
pub fn is_kind(concept: &str, words: &str) -> bool {
    let lexicon = Lexicon::shipped();
    let own = |form: &Form| lexicon.concepts.get(form.concept).is_some_and(|c| c.id == concept);
    let mut own = forms(words).into_iter().filter(|(_, form)| own(form)).peekable();
    !concept.contains('.') && own.peek().is_some() && own.all(|(_, form)| !form.sets.is_empty())
}

/// The file of the names that one drug has, and of the words for whole classes.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct SameNames {
    general: BTreeSet<String>,
    same: Vec<Same>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Same {
    names: Vec<String>,
}

fn same_names() -> SameNames {
    toml::from_str(include_str!("../../../lexicon/same_names.toml")).unwrap_or_default()
}

/// The names of drugs, each with the first name of the same; those of whole classes with none. Asked at every drug that a note names.
fn members() -> &'static BTreeMap<String, Option<String>> {
    static MEMBERS: OnceLock<BTreeMap<String, Option<String>>> = OnceLock::new();
    MEMBERS.get_or_init(|| {
        let known = same_names();
        let of = |same: Same| same.names.clone().into_iter().map(move |name| (name, same.names.first().cloned()));
        known.same.into_iter().flat_map(of).chain(known.general.into_iter().map(|name| (name, None))).collect()
    })
}

/// Which member of a class of drugs words name; none for what is no such class, and for the words of the whole class.
pub fn member(concept: &str, words: &str) -> Option<&'static str> {
    if !concept.starts_with("drug.") {
        return None;
    }
    let (members, folded) = (members(), fold_name(words));
    let folded = folded.trim();
    if let Some(known) = members.get(folded) {
        return known.as_deref();
    }
    let list: Vec<&str> = folded.split(' ').collect();
    let inside = (1..list.len()).flat_map(|length| list.windows(length)).filter_map(|words| members.get_key_value(&words.join(" ")));
    let longest = inside.filter_map(|(name, first)| Some((name.len(), first.as_deref()?))).max_by_key(|(length, _)| *length);
    longest.map(|(_, first)| first).or_else(|| {
        let lexicon = Lexicon::shipped();
        let at = lexicon.patterns.binary_search_by(|pattern| pattern.as_ref().cmp(folded)).ok()?;
        Some(lexicon.words(at))
    })
}

/// Other names of the one condition or finding that a word names, and of nothing else; folded, in order. Classes (drugs, treatments)
/// have members and no synonyms. Names that hold the word, or another of the names, would find nothing more and are left out, and so are
/// names that mean it only beside certain other words.
pub fn synonyms(word: &str) -> Vec<String> {
    let lexicon = Lexicon::shipped();
    let own = forms(word);
    let Some((_, first)) = own.first() else { return Vec::new() };
    let Some(concept) = lexicon.concepts.get(first.concept) else { return Vec::new() };
    let spoken = !concept.id.contains('.') || concept.id.starts_with("finding.");
    if !spoken || own.iter().any(|(_, form)| form.concept != first.concept || !form.axes.is_empty() || form.only.is_some()) {
        return Vec::new();
    }
    let plain = |form: &Form| {
        let free = form
            .guard
            .as_ref()
            .is_none_or(|guard| !guard.exact && guard.near.is_empty() && guard.next.is_empty() && guard.before.is_empty());
        free && form.axes.is_empty() && form.only.is_none() && first.sets.iter().all(|set| form.sets.contains(set))
    };
    let word = fold_name(word).trim().to_owned();
    let mut all: Vec<&str> = lexicon
        .forms
        .iter()
        .zip(by_form())
        .filter(|(form, _)| form.concept == first.concept && plain(form))
        .flat_map(|(_, patterns)| patterns)
        .filter_map(|at| lexicon.patterns.get(*at).map(AsRef::as_ref))
        .collect();
    all.sort_by_key(|name| (name.split(' ').count(), *name));
    let mut kept: Vec<&str> = vec![&word];
    for name in all {
        if !kept.iter().any(|short| holds(name, short)) {
            kept.push(name);
        }
    }
    kept.into_iter().skip(1).map(str::to_owned).collect()
}

/// Whether a name has the words of another in a row.
fn holds(name: &str, short: &str) -> bool {
    let words: Vec<&str> = name.split(' ').collect();
    let inner: Vec<&str> = short.split(' ').collect();
    words.windows(inner.len().max(1)).any(|window| window == inner.as_slice())
}

#[cfg(test)]
mod tests {
    use super::{senses, synonyms};

    #[test]
    fn a_word_has_the_other_names_of_its_condition() {
        let chf = synonyms("CHF");
        assert!(chf.iter().any(|name| name == "heart failure"), "{chf:?}");
        assert!(!chf.iter().any(|name| name == "congestive heart failure"), "found by heart failure already");
        assert!(synonyms("AKI").iter().any(|name| name == "acute kidney injury"));
        assert_eq!(synonyms("furosemide"), Vec::<String>::new(), "a class has members, no synonyms");
        assert_eq!(synonyms("table"), Vec::<String>::new());
    }

    #[test]
    fn words_name_a_concept_with_what_they_state_of_it() {
        let found = senses("HFrEF");
        assert_eq!(found.iter().map(|s| s.concept.as_str()).collect::<Vec<_>>(), ["heart_failure", "heart_failure~"]);
        assert!(!found[0].attributes.is_empty(), "its type is in the name");
        assert!(senses("heart failure")[0].attributes.is_empty());
        assert_eq!(senses("heart_failure")[0].concept, "heart_failure");
        assert_eq!(senses("drug.loop_diuretic")[0].concept, "drug.loop_diuretic");
        assert!(senses("table").is_empty());
    }

    #[test]
    fn a_name_of_one_drug_or_kind_once_asked_for_its_whole_class() {
        let members = |words: &str| {
            let all = senses(words).into_iter().flat_map(|sense| sense.attributes);
            all.filter(|(name, _)| name == super::MEMBER).map(|(_, value)| value).collect::<std::collections::BTreeSet<_>>()
        };
        for (words, member) in
            [("vancomycin", "vancomycin"), ("Lasix", "furosemide"), ("furosemide", "furosemide"), ("heparin drip", "heparin")]
        {
            assert_eq!(members(words).into_iter().collect::<Vec<_>>(), [member], "{words}");
        }
        for words in ["antibiotics", "beta blocker", "statin", "steroids"] {
            assert!(members(words).is_empty(), "{words} asks for the class");
        }
        let concepts = |words: &str| senses(words).into_iter().map(|sense| sense.concept).collect::<Vec<_>>();
        assert_eq!(concepts("ARDS"), ["term.ards"]);
        assert_eq!(concepts("respiratory failure"), ["respiratory_failure"]);
        assert_eq!(concepts("HFrEF"), ["heart_failure", "heart_failure~"], "what is denied of a kind is denied of the kind");
        for (words, value) in [("ckd 3b", "3b"), ("dm1", "1"), ("dm2", "2"), ("esrd", "esrd")] {
            let found = senses(words);
            assert!(!found.is_empty() && found.iter().all(|s| s.attributes.iter().any(|(_, v)| v == value)), "{words}: {found:?}");
        }
    }

    #[test]
    fn a_stage_behind_a_name_once_lost_its_is() {
        for (words, concept, value) in [
            ("ckd stage 3", "chronic_kidney_disease", Some("3")),
            ("stage 3b chronic kidney disease", "chronic_kidney_disease", Some("3b")),
            ("acute systolic heart failure", "heart_failure", Some("systolic")),
            ("elderly ckd stage 3", "", None),
            ("fever ckd stage 3", "", None),
        ] {
            let found = senses(words);
            let named = found.iter().any(|s| s.concept == concept && s.attributes.iter().any(|(_, v)| Some(v.as_str()) == value));
            assert_eq!(named, value.is_some(), "{words}: {found:?}");
            assert!(value.is_some() || found.is_empty(), "{words}: {found:?}");
        }
    }

    #[test]
    fn every_name_of_a_drug_is_one_the_reader_knows_and_stands_once() {
        let known = super::same_names();
        assert!(!known.same.is_empty());
        let mut all: Vec<&str> = known.same.iter().flat_map(|same| same.names.iter().map(String::as_str)).collect();
        for name in &all {
            assert!(!super::forms(name).is_empty(), "{name} is no name of the lexicon");
            assert!(!known.general.contains(*name), "{name} is a member and a class");
        }
        all.sort_unstable();
        assert!(all.windows(2).all(|pair| pair[0] != pair[1]), "a name stands twice");
    }
}
