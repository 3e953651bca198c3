//! What was taken from charts for queries that are not written yet. Each piece belongs to the gap that it was taken for: the proof of one gap
//! has no place in the query about another.

use crate::query::Indicator;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One piece.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// How often something was put in or taken out: what is kept has to be kept anew then.
    pub changes: usize,
}

/// Pieces that are kept from one day to the next; those taken longest ago are forgotten first.
const MOST: usize = 500;

impl Basket {
    /// Puts a piece in; says whether it was not there yet.
    pub fn put(&mut self, taken: Taken) -> bool {
        let new = !self.all.contains(&taken);
        if new {
            self.all.push(taken);
            self.changes += 1;
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
        let out: Vec<Indicator> = self.all.extract_if(.., fits).map(|t| t.indicator).collect();
        self.changes += usize::from(!out.is_empty());
        out
    }

    /// All of it, as it is kept.
    pub fn to_json(&self) -> Value {
        let newest = self.all.get(self.all.len().saturating_sub(MOST)..).unwrap_or_default();
        serde_json::to_value(newest).unwrap_or_default()
    }

    /// Reads it; a piece that cannot be read is left out.
    pub fn from_json(value: &Value) -> Self {
        let pieces = value.as_array().into_iter().flatten();
        Self { all: pieces.filter_map(|piece| Taken::deserialize(piece).ok()).collect(), changes: 0 }
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

    /// What a person had taken for a query was gone when the program was started again before the draft was opened.
    #[test]
    fn what_was_taken_did_not_outlive_the_program() {
        let mut basket = Basket::default();
        let all = [taken("e", Some("renal"), true, "creatinine"), taken("f", None, false, "words")];
        all.iter().for_each(|piece| assert!(basket.put(piece.clone())));
        let mut kept = basket.to_json();
        kept.as_array_mut().into_iter().for_each(|list| list.push(serde_json::json!({ "encounter": "g" })));
        let mut back = Basket::from_json(&kept);
        assert_eq!(back.take("e", Some("renal")), [all[0].indicator.clone()]);
        assert_eq!((back.take("f", None).len(), back.all.len()), (1, 0));
        assert!(basket.changes > 0 && Basket::from_json(&Value::Null).all.is_empty());
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
