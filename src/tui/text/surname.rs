//! A short name for a narrow column.

/// The family name of a person as given: "Wei Chen, MD" and "CHEN, WEI MD" are both "Chen".
pub fn surname(name: &str) -> String {
    const TITLES: [&str; 24] = [
        "dr", "md", "do", "rn", "np", "pa", "pac", "pa-c", "rd", "rdn", "pt", "ot", "slp", "pharmd", "bsn", "msn", "phd", "lcsw", "msw",
        "aprn", "cwocn", "wocn", "mbbs", "crna",
    ];
    let is_title = |word: &str| TITLES.contains(&word.trim_matches('.').replace('.', "").to_lowercase().as_str());
    let parts: Vec<&str> = name.split(',').map(str::trim).filter(|p| !p.is_empty()).collect();
    let words = |part: &str| part.split_whitespace().filter(|w| !is_title(w)).map(str::to_owned).collect::<Vec<_>>();
    let first = parts.first().map(|p| words(p)).unwrap_or_default();
    let rest_is_names = parts.iter().skip(1).any(|p| !words(p).is_empty());
    let chosen = if rest_is_names { first.first().cloned() } else { first.last().cloned() };
    match chosen {
        Some(word) if word.chars().count() > 1 && word.chars().all(|c| c.is_uppercase() || !c.is_alphabetic()) => {
            let mut letters = word.chars();
            letters.next().map(|head| head.to_string() + &letters.as_str().to_lowercase()).unwrap_or_default()
        }
        Some(word) => word,
        None => name.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::surname;

    #[test]
    fn the_family_name_is_found_however_it_is_written() {
        for (name, short) in [
            ("Wei Chen, MD", "Chen"),
            ("CHEN, WEI MD", "Chen"),
            ("Dr. Adeyi", "Adeyi"),
            ("Maria Ortiz RN", "Ortiz"),
            ("Chen MD", "Chen"),
            ("RN", "RN"),
            ("", ""),
        ] {
            assert_eq!(surname(name), short, "{name}");
        }
    }
}
