//! Words and keys at positions, as one text: the form in which the indexing thread takes them. All that is to be found out about a note is
//! found out where it is handed over, once; the indexing thread only puts it away.
//!
//! Each entry is a head and the word. The head is one character, below 128: from 64 on where the word stands one position after the entry
//! before it, below where it stands at the same, and the rest is how many bytes the word has. Where a word is further on, or longer, the
//! rest is 63, and two numbers follow that say so: six bits at a time, the lowest first, in characters below 64 and, where more follow, from
//! 64 on.

use tantivy::tokenizer::{Token, TokenStream};

/// The bits of a number in one character.
const BITS: u32 = 6;
const MORE: u32 = 1 << BITS;

/// The length in a head where numbers say more.
const FAR: u32 = MORE - 1;

/// Bytes that are copied at once where a word has no more.
const COPIED: usize = 16;

/// Writes a line.
#[derive(Debug, Default)]
pub(crate) struct Line {
    text: String,
    position: u32,
}

impl Line {
    pub(crate) fn with_capacity(bytes: usize) -> Line {
        Line { text: String::with_capacity(bytes), position: 0 }
    }

    /// Adds a word at a position that is not before that of the word before it.
    pub(crate) fn add(&mut self, position: u32, word: &str) {
        self.head(position, word.len());
        self.text.push_str(word);
    }

    /// The same with a word of bytes below 128.
    pub(crate) fn add_ascii<const N: usize>(&mut self, position: u32, word: [u8; N]) {
        self.head(position, N);
        word.into_iter().for_each(|byte| self.character(byte.into()));
    }

    /// The same with the `length` bytes of `text` from `start` on: most words are short and have more text behind them, and a copy of a
    /// fixed length is quicker than one of the right length.
    pub(crate) fn add_from(&mut self, position: u32, text: &str, start: usize, length: usize) {
        if length <= COPIED
            && let Some(more) = text.get(start..start + COPIED)
        {
            self.head(position, length);
            let end = self.text.len() + length;
            self.text.push_str(more);
            self.text.truncate(end);
        } else {
            self.add(position, text.get(start..start + length).unwrap_or_default());
        }
    }

    fn head(&mut self, position: u32, length: usize) {
        let after = position.saturating_sub(self.position);
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        self.position = position;
        if after <= 1 && length < FAR {
            self.character(after * MORE + length);
        } else {
            self.character(FAR);
            self.number(after);
            self.number(length);
        }
    }

    fn number(&mut self, mut number: u32) {
        while number >= MORE {
            self.character(number % MORE + MORE);
            number /= MORE;
        }
        self.character(number);
    }

    /// Adds a character below 128.
    fn character(&mut self, number: u32) {
        self.text.push(char::from((number & 0x7f) as u8));
    }

    /// The line; nothing if it is empty.
    pub(crate) fn finish(self) -> Option<String> {
        (!self.text.is_empty()).then_some(self.text)
    }
}

/// Reads a line, as tantivy wants its tokens. They know where they stand among the words but not among the bytes.
pub(crate) struct Reader<'a> {
    line: &'a str,
    at: usize,
    token: Token,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(line: &'a str) -> Reader<'a> {
        // The position before the first is that of the line's beginning.
        Reader { line, at: 0, token: Token { position: 0, text: String::with_capacity(64), ..Token::default() } }
    }

    fn byte(&mut self) -> Option<usize> {
        let byte = *self.line.as_bytes().get(self.at)?;
        self.at += 1;
        Some(usize::from(byte))
    }

    fn number(&mut self) -> Option<usize> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte()?;
            number |= (byte % MORE as usize) << shift;
            shift += BITS;
            if byte < MORE as usize {
                return Some(number);
            }
        }
    }

    fn step(&mut self) -> Option<()> {
        let head = self.byte()?;
        let (mut after, mut length) = (head / MORE as usize, head % MORE as usize);
        if length == FAR as usize {
            (after, length) = (self.number()?, self.number()?);
        }
        self.token.position += after;
        self.token.text.clear();
        if length <= COPIED
            && let Some(more) = self.line.get(self.at..self.at + COPIED)
        {
            self.token.text.push_str(more);
            self.token.text.truncate(length);
        } else {
            self.token.text.push_str(self.line.get(self.at..self.at + length)?);
        }
        self.at += length;
        Some(())
    }
}

impl TokenStream for Reader<'_> {
    fn advance(&mut self) -> bool {
        self.step().is_some()
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

/// The entries of a line.
#[cfg(test)]
pub(crate) fn read(line: &str) -> Vec<(u32, String)> {
    let mut reader = Reader::new(line);
    std::iter::from_fn(|| reader.step().map(|()| (reader.token.position as u32, reader.token.text.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_written_is_read(entries in prop::collection::vec((prop_oneof![0..3_u32, 0..5_000_000_u32], "[a-zé]{0,5}|[a-z]{0,80}|.{60,200}"), 0..20)) {
            let mut line = Line::default();
            let mut position = 0;
            let mut written = Vec::new();
            for (after, word) in entries {
                position += after;
                line.add(position, &word);
                line.add_from(position, &format!("{word}ü and what follows"), 0, word.len());
                line.add_ascii(position + 1, *b"pair");
                position += 1;
                written.extend([(position - 1, word.clone()), (position - 1, word), (position, "pair".to_owned())]);
            }
            prop_assert_eq!(read(&line.finish().unwrap_or_default()), written);
        }
    }
}
