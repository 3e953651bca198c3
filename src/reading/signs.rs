//! Rows of names with a sign glued to each: "HTN+ DM- CAD+", "+HTN -DM +CKD". A minus denies only in a row that has a plus in the same
//! place; alone it is a hyphen ("CAD- s/p stent"). And the nought of a form: "Edema: 0".

use super::folded::Folded;
use super::scope::Place;

/// The names of a sentence that such a sign denies, by their numbers, with the sign's place.
pub(super) fn denied(folded: &Folded, places: &[Place]) -> Vec<(usize, Place)> {
    let bytes = folded.text().as_bytes();
    let sign = |at: Option<usize>| at.and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
    let apart = |at: Option<usize>| !sign(at).is_ascii_alphanumeric() && !matches!(sign(at), b'-' | b'+');
    let behind = |place: &Place| if apart(Some(place.end + 1)) { sign(Some(place.end)) } else { b' ' };
    let before = |place: &Place| if apart(place.start.checked_sub(2)) { sign(place.start.checked_sub(1)) } else { b' ' };
    let mut out: Vec<(usize, Place)> =
        places.iter().enumerate().filter_map(|(number, place)| nought(bytes, place.end).map(|zero| (number, zero))).collect();
    if places.len() < 2 {
        return out;
    }
    let (first, last) = (places.iter().any(|place| before(place) == b'+'), places.iter().any(|place| behind(place) == b'+'));
    for (number, place) in places.iter().enumerate() {
        if last && behind(place) == b'-' {
            out.push((number, Place { start: place.end, end: place.end + 1 }));
        } else if first && before(place) == b'-' {
            out.push((number, Place { start: place.start - 1, end: place.start }));
        }
    }
    out
}

/// The nought behind a name and its colon: "Edema: 0". One that goes on as a range, a share or a number is none.
fn nought(bytes: &[u8], end: usize) -> Option<Place> {
    let at = match bytes.get(end..)? {
        [b':', b' ', b'0', ..] => end + 2,
        [b':', b'0', ..] => end + 1,
        _ => return None,
    };
    let behind = bytes.get(at + 1..).unwrap_or_default();
    let ends = match behind {
        [] => true,
        [b'.', next, ..] => !next.is_ascii_digit(),
        [first, ..] => matches!(first, b' ' | b',' | b';' | b'|' | b'\n' | b'.'),
    };
    let goes_on = behind.starts_with(b" to ") || behind.starts_with(b" - ");
    (ends && !goes_on).then_some(Place { start: at, end: at + 1 })
}

#[cfg(test)]
mod tests {
    use super::{Folded, Place, denied};

    fn numbers(text: &str, names: &[&str]) -> Vec<usize> {
        let folded = Folded::new(text);
        let places: Vec<Place> =
            names.iter().filter_map(|name| folded.text().find(name).map(|start| Place { start, end: start + name.len() })).collect();
        denied(&folded, &places).into_iter().map(|(number, _)| number).collect()
    }

    #[test]
    fn a_minus_glued_to_a_name_denied_nothing() {
        assert_eq!(numbers("HTN+ DM- CAD+", &["htn", "dm", "cad"]), [1]);
        assert_eq!(numbers("+HTN -DM +CKD", &["htn", "dm", "ckd"]), [1]);
        assert!(numbers("CAD- s/p stent, DM- on insulin", &["cad", "dm"]).is_empty());
        assert!(numbers("AKI-on-CKD with HTN+", &["aki", "ckd", "htn"]).is_empty());
        assert!(numbers("DM-", &["dm"]).is_empty());
    }

    #[test]
    fn a_nought_behind_a_colon_denied_nothing() {
        assert_eq!(numbers("Edema: 0   JVD:0, rales: 0.", &["edema", "jvd", "rales"]), [0, 1, 2]);
        assert!(numbers("Edema: 0-1+, pain: 0/10, cough: 0 to 1, rales: 0.5", &["edema", "pain", "cough", "rales"]).is_empty());
    }
}
