//! Answers as they come in, whatever they came in.

use super::{replies_from_csv, replies_from_fhir, replies_from_mdm};
use crate::chart::Instant;
use crate::error::Trouble;
use crate::query::Draft;

/// One answer, not yet matched with its query.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// The query's number.
    pub query: i64,
    /// The version that is answered.
    pub version: Option<u32>,
    /// The hash of the words that are answered.
    pub hash: Option<String>,
    /// The option that was ticked: its words, or its number from 1; for a query without options, the answer itself.
    pub option: String,
    /// The answer in words.
    pub words: String,
    /// Whether `option` may be words of the provider's own: a form that has one place for both.
    pub free: bool,
    /// Who replied.
    pub by: String,
    /// When.
    pub at: Option<Instant>,
    /// The line it stands on.
    pub line: Option<u64>,
}

/// What a file of answers holds.
#[derive(Clone, Debug, Default)]
pub struct Replies {
    /// The answers.
    pub taken: Vec<Reply>,
    /// What could not be read.
    pub refused: Vec<Trouble>,
}

/// Reads a file of answers, told apart by its content.
pub fn read_replies(source: &str, text: &str) -> Replies {
    let start = text.trim_start_matches(['\u{feff}', '\u{b}']).trim_start();
    if start.starts_with('{') || start.starts_with('[') {
        replies_from_fhir(source, text)
    } else if start.starts_with("MSH|") {
        replies_from_mdm(source, text)
    } else {
        replies_from_csv(source, text)
    }
}

impl Reply {
    /// Which option of the query was ticked, and the words besides. An option that the query does not have is no answer to it, but where
    /// the form has one place for both, it is the provider's own words.
    pub fn on(&self, draft: &Draft) -> Result<(Option<usize>, String), String> {
        let given = self.option.trim();
        if given.is_empty() {
            return Ok((None, self.words.clone()));
        }
        // As text, options pass the boundary that their export passed.
        let plain = |t: &str| t.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(index) = draft.options.iter().position(|o| plain(&o.text) == plain(given)) {
            return Ok((Some(index), self.words.clone()));
        }
        if let Ok(number) = given.parse::<usize>()
            && (1..=draft.options.len()).contains(&number)
        {
            return Ok((Some(number - 1), self.words.clone()));
        }
        if draft.options.is_empty() || self.free {
            let both = [given, self.words.trim()].iter().filter(|w| !w.is_empty()).copied().collect::<Vec<_>>().join("\n");
            return Ok((None, both));
        }
        Err(format!("the query has {} options, and this is none of them", draft.options.len()))
    }
}
