//! The table of rules: `query rules`, the documentation and the lint itself read this one list.

use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

const SHIPPED: &str = include_str!("../../../templates/rules.toml");

/// What a finding means for sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LintSeverity {
    /// The query cannot be sent.
    Block,
    /// It can be sent when the author types why.
    Justify,
    /// Worth knowing.
    Advice,
}

/// One rule.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// `QL060`.
    pub id: String,
    /// What a finding means for sending.
    pub severity: LintSeverity,
    /// The rule in a few words.
    pub title: String,
    /// Why it is a rule.
    pub why: String,
    /// What to do about it.
    pub hint: String,
    /// Where it comes from.
    pub source: String,
    /// Whether a pasted text shows enough to judge it; else its examples are descriptions of a draft.
    #[serde(default)]
    pub text: bool,
    /// Examples that keep it.
    pub good: Vec<String>,
    /// Examples that break it.
    pub bad: Vec<String>,
}

#[derive(Default, Deserialize)]
struct File {
    rule: Vec<Rule>,
}

/// All rules, in the order of their ids. The file is compiled in and a test parses it, so the empty fallback is never seen.
pub fn rules() -> &'static [Rule] {
    static ONCE: OnceLock<Vec<Rule>> = OnceLock::new();
    ONCE.get_or_init(|| toml::from_str::<File>(SHIPPED).unwrap_or_default().rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_parses_in_order_of_id_and_says_everything() {
        let file: File = toml::from_str(SHIPPED).unwrap();
        assert!(file.rule.windows(2).all(|w| w[0].id < w[1].id));
        for rule in &file.rule {
            assert!(rule.good.len() >= 3 && rule.bad.len() >= 3, "{}", rule.id);
            for words in [&rule.title, &rule.why, &rule.hint, &rule.source] {
                assert!(!words.is_empty(), "{}", rule.id);
            }
        }
    }
}
