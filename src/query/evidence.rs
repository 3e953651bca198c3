//! Indicators: how a piece of proof becomes one, how it reads, and the hash that shows it was not changed.

use super::Indicator;
use crate::chart::Evidence;
pub use crate::hash::sha256 as sha256_hex;

/// The words of a piece of proof: the quote, or name, value and unit with the remark that came with them. This is what an indicator's hash is taken of.
pub fn words_of(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Text(text) => text.quote.clone(),
        Evidence::Value(value) => {
            let remark = value.remark().map(|note| format!("({note})")).unwrap_or_default();
            let parts = [value.name.as_str(), value.value.as_str(), value.unit.as_deref().unwrap_or_default(), &remark];
            parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ")
        }
    }
}

impl Indicator {
    /// A ticked indicator of this proof, with the hash of its words.
    pub fn new(evidence: Evidence, group: impl Into<String>) -> Self {
        let hash = indicator_hash(&evidence);
        let prior = matches!(&evidence, Evidence::Value(value) if value.prior);
        Self {
            evidence,
            hash,
            group: group.into(),
            included: true,
            version: None,
            against: false,
            prior,
            relevance: String::new(),
            others: String::new(),
        }
    }
}

/// The hash that an indicator of this proof carries.
pub fn indicator_hash(evidence: &Evidence) -> String {
    sha256_hex(&words_of(evidence))
}
