//! A table in UTF-16, as spreadsheets save one, read as UTF-8 while it goes by. Any other goes by as it is.

use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE};
use std::io::{self, Read};

/// A reader whose bytes are UTF-8 where they came as UTF-16.
pub(super) struct Unicode<R> {
    inner: R,
    begun: bool,
    ended: bool,
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    ready: Vec<u8>,
    given: usize,
}

/// Bytes that are read at once.
const STEP: usize = 32 << 10;

impl<R: Read> Unicode<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, begun: false, ended: false, decoder: None, raw: Vec::new(), ready: Vec::new(), given: 0 }
    }

    /// Reads on until something is ready, or nothing comes any more.
    fn more(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.given = 0;
        let mut chunk = Vec::new();
        self.inner.by_ref().take(STEP as u64).read_to_end(&mut chunk)?;
        self.ended = chunk.len() < STEP;
        if !self.begun {
            self.begun = true;
            self.decoder = sign(&chunk).map(encoding_rs::Encoding::new_decoder_with_bom_removal);
        }
        let Some(decoder) = &mut self.decoder else {
            self.ready = chunk;
            return Ok(());
        };
        self.raw.extend(chunk);
        let mut text = String::with_capacity(3 * self.raw.len() + 16);
        let (result, _, _) = decoder.decode_to_string(&self.raw, &mut text, self.ended);
        debug_assert_eq!(result, CoderResult::InputEmpty);
        self.raw.clear();
        self.ready = text.into_bytes();
        Ok(())
    }
}

/// UTF-16 by its mark, or by the zeros beside the letters of the first names.
fn sign(head: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let zeros = |odd: usize| {
        let pairs = head.chunks_exact(2).take(8);
        pairs.len() >= 2 && pairs.clone().all(|pair| pair.get(odd) == Some(&0) && pair.get(1 - odd).is_some_and(u8::is_ascii_graphic))
    };
    match head {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        _ if zeros(1) => Some(UTF_16LE),
        _ if zeros(0) => Some(UTF_16BE),
        _ => None,
    }
}

impl<R: Read> Read for Unicode<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given >= self.ready.len() && !self.ended {
            self.more()?;
        }
        let rest = self.ready.get(self.given..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.given += count;
        Ok(count)
    }
}
