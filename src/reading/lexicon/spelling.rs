//! A name in its British spelling, from the correspondences of `lexicon/spellings.toml`.

use crate::error::{Result, Trouble};
use aho_corasick::AhoCorasick;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Bound;

/// The file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SpellingFile {
    british: BTreeMap<String, String>,
}

/// American parts of words and their British forms.
#[derive(Debug, Default)]
pub(super) struct Spellings {
    british: BTreeMap<String, String>,
    /// Finds in one pass whether any American part stands in a name: most of a hundred thousand hold none, at every start.
    any: Option<AhoCorasick>,
}

impl Spellings {
    /// Reads the table.
    pub(super) fn parse((file, text): (&str, &str)) -> Result<Self> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let unreadable = |why: &str| Trouble::input("the table of spellings cannot be read").at(file, None).why(why);
        let SpellingFile { british } = toml::from_str(text).map_err(|error| unreadable(error.message()))?;
        let any = AhoCorasick::new(british.keys()).map_err(|error| unreadable(&error.to_string()))?;
        Ok(Self { british, any: Some(any) })
    }

    /// The British spelling of a folded name; none where it is the same. One pass from left to right, the longest part first, so that
    /// no replacement is replaced again.
    pub(super) fn british(&self, name: &str) -> Option<String> {
        if !self.any.as_ref()?.is_match(name) {
            return None;
        }
        let mut out = String::with_capacity(name.len() + 2);
        let mut rest = name;
        let mut changed = false;
        while let Some(first) = rest.chars().next() {
            // The table is in order, so the parts that begin with this letter stand together.
            let (letter, _) = rest.split_at(first.len_utf8());
            let part = self
                .british
                .range::<str, _>((Bound::Included(letter), Bound::Unbounded))
                .take_while(|(american, _)| american.starts_with(letter))
                .filter(|(american, british)| rest.starts_with(american.as_str()) && !written_so(&out, american, british))
                .max_by_key(|(american, _)| american.len());
            match part {
                Some((american, british)) => {
                    out.push_str(british);
                    rest = rest.get(american.len()..).unwrap_or_default();
                    changed = true;
                }
                None => {
                    out.push(first);
                    rest = rest.get(first.len_utf8()..).unwrap_or_default();
                }
            }
        }
        changed.then_some(out)
    }
}

/// Whether the British form already stands there: "oedema" holds "edema".
fn written_so(head: &str, american: &str, british: &str) -> bool {
    british.strip_suffix(american).is_some_and(|extra| !extra.is_empty() && head.ends_with(extra))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Spellings;

    #[test]
    fn a_name_is_known_in_its_british_spelling() {
        let table = Spellings::parse(("spellings.toml", include_str!("../../../lexicon/spellings.toml"))).unwrap();
        for (american, british) in [
            ("pulmonary edema", "pulmonary oedema"),
            ("hypokalemia", "hypokalaemia"),
            ("bleeding esophageal varices", "bleeding oesophageal varices"),
            ("hemorrhagic anemia", "haemorrhagic anaemia"),
            ("hemodialysis", "haemodialysis"),
            ("orthopnea", "orthopnoea"),
            ("myxedema coma", "myxoedema coma"),
        ] {
            assert_eq!(table.british(american).as_deref(), Some(british));
            assert_eq!(table.british(british), None, "{british} is British already");
        }
        assert_eq!(table.british("systemic lupus"), None);
        assert_eq!(table.british("heart failure"), None);
    }
}
