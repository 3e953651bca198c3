//! Rows of names with a sign glued to each: "HTN+ DM- CAD+", "+HTN -DM +CKD". A minus denies only in a row that has a plus in the same
//! place; alone it is a hyphen ("CAD- s/p stent").

use super::folded::Folded;
use super::scope::Place;

/// The names of a sentence that such a sign denies, by their numbers, with the sign's place.
pub(super) fn denied(folded: &Folded, places: &[Place]) -> Vec<(usize, Place)> {
    let bytes = folded.text().as_bytes();
    let sign = |at: Option<usize>| at.and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
    let apart = |at: Option<usize>| !sign(at).is_ascii_alphanumeric() && !matches!(sign(at), b'-' | b'+');
    let behind = |place: &Place| if apart(Some(place.end + 1)) { sign(Some(place.end)) } else { b' ' };
    let before = |place: &Place| if apart(place.start.checked_sub(2)) { sign(place.start.checked_sub(1)) } else { b' ' };
    let mut out = Vec::new();
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
}
