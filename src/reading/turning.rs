//! Cues that look forward although they are the end of one that looks back.

use super::lexicon::{Axis, Deed, Direction, Lexicon};
use super::scan::Hit;
use super::scope::trigger;

/// Whether a cue that looks back ends with one that looks forward: "pneumonia | is likely", but "this is | likely | pneumonia"; "he | said it was
/// not", but "he said it | was not | a stroke".
pub(super) fn turns(lexicon: &Lexicon, outer: &Hit, inner: &Hit) -> bool {
    let Some((around, within)) = trigger(lexicon, outer).zip(trigger(lexicon, inner)) else { return false };
    let words = lexicon.words(inner.pattern);
    let (back, ahead) = match within.deed {
        Deed::Sets(Axis::Possible, Direction::Forward) => (Axis::Possible, lexicon.turning.iter().any(|known| known == words)),
        Deed::Sets(Axis::Negated, Direction::Forward) => (Axis::Negated, around.answers && words.ends_with(" not")),
        _ => return false,
    };
    ahead && around.deed == Deed::Sets(back, Direction::Backward) && outer.end == inner.end && outer.start < inner.start
}
