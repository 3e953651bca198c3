//! What was taken from charts for queries that are not written yet. Each piece belongs to the gap that it was taken for: the proof of one gap
//! has no place in the query about another.

use crate::query::Indicator;

/// One piece.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// The stay that it is of.
    pub encounter: String,
    /// The gap that it was taken for; none in a chart without gaps.
    pub gap: Option<String>,
    /// Whether it is the gap's own proof. Words found in a note, and values, may go into an empty query too.
    pub proof: bool,
    /// What was taken.
    pub indicator: Indicator,
}

/// All of them, in the order in which they were taken.
#[derive(Clone, Debug, Default)]
pub struct Basket {
    all: Vec<Taken>,
}

impl Basket {
    /// Puts a piece in; says whether it was not there yet.
    pub fn put(&mut self, taken: Taken) -> bool {
        let new = !self.all.contains(&taken);
        if new {
            self.all.push(taken);
        }
        new
    }

    /// How many pieces the next query about a gap gets.
    pub fn count(&self, encounter: &str, gap: Option<&str>) -> usize {
        self.all.iter().filter(|t| t.encounter == encounter && t.gap.as_deref() == gap).count()
    }

    /// Hands out what belongs into a draft: what was taken for its gap; into an empty one, what is no gap's own proof.
    pub fn take(&mut self, encounter: &str, gap: Option<&str>) -> Vec<Indicator> {
        let fits = |t: &mut Taken| t.encounter == encounter && if gap.is_some() { t.gap.as_deref() == gap } else { !t.proof };
        self.all.extract_if(.., fits).map(|t| t.indicator).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Evidence, ValueEvidence};

    fn taken(encounter: &str, gap: Option<&str>, proof: bool, name: &str) -> Taken {
        let evidence = Evidence::Value(ValueEvidence::of_record(name, name, None));
        Taken { encounter: encounter.into(), gap: gap.map(str::to_owned), proof, indicator: Indicator::new(evidence, "labs") }
    }

    #[test]
    fn proof_taken_for_one_gap_stood_ticked_in_the_query_about_another() {
        let mut basket = Basket::default();
        for piece in [
            taken("e", Some("renal"), true, "creatinine"),
            taken("e", Some("heart"), true, "bnp"),
            taken("e", Some("heart"), false, "words"),
            taken("f", Some("renal"), true, "urea"),
        ] {
            assert!(basket.put(piece.clone()) && !basket.put(piece));
        }
        let count = |basket: &mut Basket, encounter: &str, gap| (basket.count(encounter, gap), basket.take(encounter, gap).len());
        assert_eq!(count(&mut basket, "e", Some("renal")), (1, 1));
        assert_eq!(count(&mut basket, "e", Some("renal")), (0, 0), "it went into the first draft");
        assert_eq!(basket.take("e", None).len(), 1, "an empty query gets what is no gap's own proof");
        assert_eq!(count(&mut basket, "e", Some("heart")), (1, 1));
        assert_eq!(count(&mut basket, "f", Some("renal")), (1, 1));
    }
}
