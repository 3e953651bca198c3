//! What one sentence sets for those that follow: whom "she" speaks of, a stay of the past, a list of risks.
//!
//! A cue that goes on with something ("at that time", "she also has", "these include") acts only where a sentence shortly before it, in the same
//! paragraph, set what it goes on with; a word of now between them ends that.

use super::folded::Folded;
use super::lexicon::{After, Axis, Deed, GONE, Kin, LIVING, Lexicon, NOW};
use super::scan::Hit;
use super::scope::{Place, opens, trigger};

/// So many sentences back a scene still holds.
const SENTENCES: usize = 3;

/// No more of a text is looked through for it.
const BACK: usize = 600;

/// No more cues of one sentence are looked through: a text without stops can hold any number of them.
const CUES: usize = 64;

/// A person whom a sentence tells of stands among its first words.
const TOPIC: usize = 6;

/// One whose illness is told stands right at the start.
const SUBJECT: usize = 3;

/// The patient is named in the first lines, as a man or as a woman.
const OPENING: usize = 1500;

/// The sentences before one, as far as they belong to the same paragraph.
pub(super) struct Story<'a> {
    pub lexicon: &'a Lexicon,
    pub folded: &'a Folded,
    /// All clauses before this one.
    pub before: &'a [Place],
    /// This clause.
    pub here: Place,
    /// Where its paragraph began.
    pub from: usize,
    /// All triggers that act, of the whole text.
    pub acting: &'a [Hit],
}

impl Story<'_> {
    /// Whether what a cue goes on with stands before it; cues that go on with nothing have all they need. `ill` says whether an illness
    /// of somebody else was told in a place.
    pub(super) fn allows(&self, hit: &Hit, ill: &dyn Fn(Place) -> bool) -> bool {
        let Some(by) = trigger(self.lexicon, hit) else { return false };
        if by.after.is_empty() {
            return true;
        }
        // A comma begins a member of a list, and no sentence that goes on.
        (by.guard.as_ref().and_then(|guard| guard.at_start) != Some(true) || opens(self.lexicon, self.folded, self.here.start, hit.start))
            && by.after.iter().any(|after| match after {
                After::Scene(scene) => self.scene(*scene, hit.start),
                After::Kin => self.tells_of(hit, &by.deed, &|place| self.living(place)),
                After::ToldKin => self.tells_of(hit, &by.deed, &|place| ill(place) || self.gone(place)),
                After::SubjectKin => self.begins_with_kin(&by.deed),
                After::GoneKin => self.tells_of(hit, &by.deed, &|place| self.gone(place)),
            })
    }

    /// The sentences before, the nearest first.
    fn sentences(&self) -> impl Iterator<Item = Place> {
        let least = self.from.max(self.here.start.saturating_sub(BACK));
        let words = |place: &&Place| self.words(**place).contains(char::is_alphanumeric);
        self.before.iter().rev().take_while(move |place| place.start >= least).filter(words).take(SENTENCES).copied()
    }

    fn words(&self, place: Place) -> &str {
        self.folded.text().get(place.start..place.end).unwrap_or_default()
    }

    /// The scenes that are set in a stretch, in order, with their places.
    fn scenes(&self, place: Place) -> impl DoubleEndedIterator<Item = usize> {
        let first = self.acting.partition_point(|hit| hit.start < place.start);
        let last = self.acting.partition_point(|hit| hit.start < place.end);
        self.acting.get(first..last).unwrap_or_default().iter().take(CUES).filter_map(move |hit| {
            let by = trigger(self.lexicon, hit)?;
            let Deed::Scene(scene) = by.deed else { return None };
            (!by.leading || opens(self.lexicon, self.folded, place.start, hit.start)).then_some(scene)
        })
    }

    fn scene(&self, wanted: usize, cue: usize) -> bool {
        if self.scenes(self.here).any(|scene| scene == NOW) {
            return false;
        }
        // "In 2009 | it was for pancreatitis."
        if self.scenes(Place { start: self.here.start, end: cue }).any(|scene| scene == wanted) {
            return true;
        }
        for place in self.sentences() {
            let last = self.scenes(place).rfind(|scene| *scene == wanted || *scene == NOW);
            if let Some(scene) = last {
                return scene == wanted;
            }
        }
        false
    }

    /// Whether a sentence tells of a death.
    fn gone(&self, place: Place) -> bool {
        self.scenes(place).any(|scene| scene == GONE)
    }

    /// Whether a sentence says of somebody that they are alive, and how: "her mother is 84".
    fn living(&self, place: Place) -> bool {
        self.scenes(place).any(|scene| scene == LIVING) && !self.gone(place)
    }

    /// Whether the sentence before begins with a person and says that they are alive or dead.
    fn begins_with_kin(&self, deed: &Deed) -> bool {
        let other = matches!(deed, Deed::Sets(Axis::Other, _));
        self.sentences().next().is_some_and(|place| {
            let first = self.words(place).split(is_gap).find(|word| !word.is_empty()).unwrap_or_default();
            let named = self.lexicon.kin.iter().any(|kin| has(if other { &kin.other } else { &kin.family }, first));
            named && self.scenes(place).any(|scene| matches!(scene, GONE | LIVING))
        })
    }

    /// Whether a sentence before tells of a person of whom the cue's pronoun can speak: one whose sex is not the patient's, or the
    /// subject of a sentence that tells enough.
    fn tells_of(&self, hit: &Hit, deed: &Deed, enough: &dyn Fn(Place) -> bool) -> bool {
        let said = self.lexicon.words(hit.pattern).split(' ').next().unwrap_or_default();
        let Some(kin) = self.lexicon.kin.iter().find(|kin| has(&kin.says, said)) else { return false };
        let persons = if matches!(deed, Deed::Sets(Axis::Other, _)) { &kin.other } else { &kin.family };
        for place in self.sentences() {
            let mut owner = None;
            let count = self.words(place).split(is_gap).filter(|word| !word.is_empty()).count();
            for (at, word) in self.words(place).split(is_gap).filter(|word| !word.is_empty()).enumerate() {
                if has(persons, word) && (at < TOPIC || at + 1 == count) {
                    let apart = owner.or_else(|| self.patient()).map_or(kin.patient.is_empty(), |patient| patient != kin);
                    return apart || at < SUBJECT && enough(place);
                }
                owner = self.lexicon.kin.iter().find(|kin| has(&kin.owns, word)).or(owner);
            }
        }
        false
    }

    /// What the patient is called: "a 58-year-old man".
    fn patient(&self) -> Option<&Kin> {
        let mut end = self.here.start.min(OPENING);
        while !self.folded.text().is_char_boundary(end) {
            end -= 1;
        }
        let mut words = self.folded.text().get(..end)?.split(is_gap);
        words.find_map(|word| self.lexicon.kin.iter().find(|kin| has(&kin.patient, word)))
    }
}

fn has(words: &[String], word: &str) -> bool {
    words.iter().any(|known| known == word)
}

fn is_gap(sign: char) -> bool {
    !sign.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use crate::reading::tests::stands;

    #[test]
    fn a_relative_told_of_a_sentence_earlier_was_taken_for_the_patient() {
        for (text, concept, want) in [
            ("His mother is 84. She has dementia.", "dementia", "family"),
            ("His wife was ill. She had pneumonia.", "pneumonia", "family"),
            ("A 58 year old man with one sister. She has COPD.", "copd", "family"),
            ("His mother is 84. He has dementia.", "dementia", "present"),
            ("Her mother is 84. She has dementia.", "dementia", "family"),
            ("Her mother is a teacher. She has dementia.", "dementia", "present"),
            ("His mother is 84.\n\nShe has dementia.", "dementia", "present"),
            ("His wife is here. She has noticed that he has dementia.", "dementia", "present"),
        ] {
            assert_eq!(stands(text, concept), want, "{text}");
        }
    }

    #[test]
    fn a_stay_of_the_past_ended_with_its_sentence() {
        for (text, want) in [
            ("In 2012 he had a fall. A year later he suffered a stroke.", "historical"),
            ("She was last admitted two years ago. That admission was complicated by a stroke.", "historical"),
            ("In 2012 he had a fall. He now has a stroke.", "present"),
            ("That admission was complicated by a stroke.", "present"),
            ("In 2012 he had a fall.\n\nA year later he suffered a stroke.", "present"),
        ] {
            assert_eq!(stands(text, "stroke"), want, "{text}");
        }
    }

    #[test]
    fn a_list_of_risks_told_in_the_next_sentence_was_read_as_there() {
        assert_eq!(stands("We went over the risks. These include stroke and death.", "stroke"), "hypothetical");
        assert_eq!(stands("The differential is broad. It includes sepsis.", "sepsis"), "possible");
        assert_eq!(stands("His problems are many. They include sepsis.", "sepsis"), "present");
    }
}
