//! The nearest right word to a wrong one, for hints.

/// The closest of `names` to `word`, when it is close enough to be meant.
pub(super) fn of<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let word = word.to_lowercase();
    let allowed = (word.chars().count() / 3).clamp(1, 4);
    names
        .filter_map(|name| {
            let distance = distance(&word, &name.to_lowercase());
            let inside = word.len() >= 4 && (name.contains(word.as_str()) || (name.len() >= 4 && word.contains(name)));
            (distance <= allowed || inside).then_some((distance, name))
        })
        .min()
        .map(|(_, name)| name)
}

/// The one of `names` of which `word` is a slip of the pen: nearer than what [`of`] takes for meant, and no part of it.
pub(super) fn slip<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let word = word.to_lowercase();
    let long = word.chars().count();
    if long < 5 {
        return None;
    }
    let allowed = (long / 5).clamp(1, 3);
    // One of several is no slip.
    let plain = |word: &str| word.trim_end_matches('s').to_owned();
    let near = names.filter(|name| name.chars().count().abs_diff(long) <= allowed && plain(name) != plain(&word));
    near.map(|name| (distance(&word, &name.to_lowercase()), name)).filter(|(by, _)| *by <= allowed).min().map(|(_, name)| name)
}

/// Edits (insert, delete, replace, swap neighbours) from one word to another.
pub(super) fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], k: usize| row.get(k).copied().unwrap_or(usize::MAX / 2);
            let replace = at(&last, j) + usize::from(x != y);
            let mut best = replace.min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_find_their_word_and_strangers_find_none() {
        let names = ["creatinine", "sodium", "heart_rate", "severity"];
        for (word, near) in [
            ("creatinin", Some("creatinine")),
            ("cretainine", Some("creatinine")),
            ("sodum", Some("sodium")),
            ("severty", Some("severity")),
            ("rate", Some("heart_rate")),
            ("xylophone", None),
        ] {
            assert_eq!(of(word, names.into_iter()), near, "{word}");
        }
    }
}
