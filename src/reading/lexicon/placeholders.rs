//! `{relative}` in a name stands for every word of that set.

use std::collections::BTreeMap;

/// Every spelling that a name with placeholders stands for. A placeholder that no set defines stays as it is, and the build
/// reports it.
pub(super) fn expand(name: &str, sets: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let Some((head, rest)) = name.split_once('{') else { return vec![name.to_owned()] };
    let Some((key, tail)) = rest.split_once('}') else { return vec![name.to_owned()] };
    let Some(words) = sets.get(key) else { return vec![name.to_owned()] };
    let tails = expand(tail, sets);
    words.iter().flat_map(|word| tails.iter().map(move |tail| format!("{head}{word}{tail}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::expand;
    use std::collections::BTreeMap;

    #[test]
    fn every_combination_is_made() {
        let sets = BTreeMap::from([("a".to_owned(), vec!["x".to_owned(), "y".to_owned()]), ("b".to_owned(), vec!["1".to_owned()])]);
        assert_eq!(expand("{a} of {b}", &sets), ["x of 1", "y of 1"]);
        assert_eq!(expand("plain", &sets), ["plain"]);
        assert_eq!(expand("{unknown} x", &sets), ["{unknown} x"]);
    }
}
