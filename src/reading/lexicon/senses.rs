//! The lexicon asked from the side of a search: what words name, and what else is called so.

use super::super::folded::fold_name;
use super::{Form, Lexicon, Owner};
use std::collections::BTreeSet;
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

/// What words name: by a name, or by the identifier of the concept.
pub fn senses(words: &str) -> Vec<Sense> {
    let lexicon = Lexicon::shipped();
    let mut out: Vec<Sense> = forms(words)
        .into_iter()
        .filter_map(|(_, form)| {
            let concept = lexicon.concepts.get(form.concept)?.id.clone();
            Some(Sense { concept, attributes: form.sets.clone() })
        })
        .collect();
    let id = words.trim().to_lowercase().replace(' ', "_");
    if out.is_empty() && lexicon.concept(&id).is_some() {
        out.push(Sense { concept: id, attributes: Vec::new() });
    }
    // A name that is listed with and without an attribute states none.
    let bare: BTreeSet<String> = out.iter().filter(|s| s.attributes.is_empty()).map(|s| s.concept.clone()).collect();
    out.retain(|sense| sense.attributes.is_empty() || !bare.contains(&sense.concept));
    out.sort();
    out.dedup();
    out
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
        let guard = &form.guard;
        let free = !guard.exact && guard.near.is_empty() && guard.next.is_empty() && guard.before.is_empty();
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
        assert_eq!(found.iter().map(|s| s.concept.as_str()).collect::<Vec<_>>(), ["heart_failure"]);
        assert!(!found[0].attributes.is_empty(), "its type is in the name");
        assert!(senses("heart failure")[0].attributes.is_empty());
        assert_eq!(senses("heart_failure")[0].concept, "heart_failure");
        assert_eq!(senses("drug.loop_diuretic")[0].concept, "drug.loop_diuretic");
        assert!(senses("table").is_empty());
    }
}
