//! What is read whole: never more than a bound, in UTF-8 where it is text, and always the same words for what is wrong with it.

use crate::error::{Result, Trouble};
use std::io::Read;

/// What is read whole, and how much of it at most.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Its name in a message.
    pub what: &'static str,
    /// Bytes.
    pub most: u64,
    /// What to do when it cannot be read, or is no such thing.
    pub hint: &'static str,
}

impl Wanted {
    /// Every byte; `name` is what a message calls the source.
    pub fn bytes(&self, name: &str, from: impl Read) -> Result<Vec<u8>> {
        let mut all = Vec::new();
        from.take(self.most + 1)
            .read_to_end(&mut all)
            .map_err(|e| Trouble::input(format!("the {} could not be read", self.what)).at(name, None).why(e.kind()).hint(self.hint))?;
        if all.len() as u64 <= self.most {
            return Ok(all);
        }
        Err(Trouble::input(format!("the {} is too large", self.what))
            .at(name, None)
            .why(format!("it has more than {}", size(self.most)))
            .hint("name a smaller file, or split this one"))
    }

    /// The same as text.
    pub fn text(&self, name: &str, from: impl Read) -> Result<String> {
        String::from_utf8(self.bytes(name, from)?).map_err(|error| {
            let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
            let line = valid.iter().filter(|b| **b == b'\n').count() as u64 + 1;
            Trouble::input(format!("the {} is not UTF-8", self.what))
                .at(name, Some(line))
                .why("this line holds other bytes")
                .hint("save it as UTF-8")
        })
    }
}

fn size(bytes: u64) -> String {
    if bytes < 1 << 20 { format!("{} KB", bytes >> 10) } else { format!("{} MB", bytes >> 20) }
}
