//! Names that no list has to hold, and that are looked up all the same: a drug or an illness of an example, one letter off, is no drug
//! and no illness, and an example that must not fire would prove nothing.

use super::nearest;
use crate::checklist::names;

/// The drug that was meant; `None` where the name is known, or like none.
pub(super) fn of_drug(name: &str) -> Option<&'static str> {
    meant(name, names::drugs())
}

/// The illness that was meant.
pub(super) fn of_illness(name: &str) -> Option<&'static str> {
    meant(name, names::illnesses())
}

/// How a drug was taken, where its name begins with something like it ("gave").
pub(super) fn of_kind(name: &str) -> Option<&'static str> {
    let (first, rest) = name.split_once(' ')?;
    let known = names::mentions_in(name).iter().any(|mention| mention.start == 0);
    if known || rest.trim().is_empty() {
        return None;
    }
    let first = first.to_lowercase();
    ["given", "ordered", "home"].into_iter().find(|kind| nearest::distance(&first, kind) <= 2)
}

fn meant(name: &str, known: &'static [String]) -> Option<&'static str> {
    if !names::mentions_in(name).is_empty() {
        return None;
    }
    nearest::slip(name, known.iter().map(String::as_str))
}
