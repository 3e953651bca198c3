//! Numbers as laboratories write them: with a sign before them, and with commas between thousands.

/// The sign (`<`, `<=`, `>`, `>=`) and the number that words stand for; `None` when they are words. A comma is read only where it parts
/// thousands: `1,234` is a number, `12,5` may be two things and stays as it is.
pub(super) fn read(words: &str) -> Option<(Option<&'static str>, f64)> {
    let words = words.trim();
    let (sign, rest) =
        ["<=", ">=", "<", ">"].into_iter().find_map(|sign| Some((Some(sign), words.strip_prefix(sign)?))).unwrap_or((None, words));
    let rest = rest.trim();
    let digits = rest.trim_start_matches(['-', '+']);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None; // `inf` and `nan` are words
    }
    let plain = if rest.contains(',') { without_commas(rest)? } else { rest.to_owned() };
    plain.parse::<f64>().ok().filter(|n| n.is_finite()).map(|number| (sign, number))
}

/// A number without the commas between its thousands: one to three digits, then threes.
fn without_commas(words: &str) -> Option<String> {
    let (whole, part) = words.split_once('.').map_or((words, None), |(whole, part)| (whole, Some(part)));
    let mut groups = whole.trim_start_matches(['-', '+']).split(',');
    let digits = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    let first = groups.next()?;
    let parted = digits(first) && first.len() <= 3 && !first.starts_with('0') && groups.all(|group| group.len() == 3 && digits(group));
    (parted && part.is_none_or(digits)).then(|| words.replace(',', ""))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_sign_and_the_commas_of_thousands_made_a_number_into_words() {
        for (words, number) in [
            ("4.9", Some((None, 4.9))),
            ("<0.01", Some((Some("<"), 0.01))),
            ("> 600", Some((Some(">"), 600.0))),
            (">=1,234", Some((Some(">="), 1234.0))),
            ("1,234,567.5", Some((None, 1_234_567.5))),
            ("-3", Some((None, -3.0))),
            (".5", Some((None, 0.5))),
            ("12,5", None),
            ("0,123", None),
            ("1234,567", None),
            ("1,23,456", None),
            ("120/80", None),
            ("inf", None),
            ("positive", None),
            ("", None),
        ] {
            assert_eq!(read(words), number, "{words}");
        }
    }
}
