//! Bytes into text. The rule: byte order mark, else strict UTF-8, else UTF-16 when every second byte is NUL, else windows-1252,
//! and whichever it was is recorded. Guessing by letter statistics is worse: it takes US notes for Central European ones.
//!
//! Systems glue texts together: where letters of UTF-8 stand between single bytes of windows-1252, each is read as what it is, and that is
//! told. As UTF-8 count only those that nobody writes in windows-1252 (`Ã©`, `Â°`, `â€œ`): `É’` stays what it is.

use crate::error::Trouble;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The encoding of a text that is in two.
pub(super) const MIXED: &str = "utf-8 and windows-1252";

/// Decoded text, and the encoding when it was not UTF-8.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) encoding: Option<String>,
}

/// Why bytes are no note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Nothing, or only white space.
    Empty,
    /// NUL characters between letters.
    Nul,
    /// Too many control characters for a text.
    Binary,
    /// A byte order mark says UTF-16, the rest does not hold to it.
    BrokenUtf16,
}

impl Refusal {
    /// What it is, as the reason in a message.
    pub(super) fn why(self) -> &'static str {
        match self {
            Self::Empty => "it is empty",
            Self::Nul => "it holds NUL characters",
            Self::Binary => "it is binary, not text",
            Self::BrokenUtf16 => "it says it is UTF-16, but is not valid UTF-16",
        }
    }

    /// As the refusal of a whole file.
    pub(super) fn told(self) -> Trouble {
        Trouble::input("the file is not text").why(self.why()).hint("send the file again as UTF-8")
    }
}

/// Decodes a note.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Refusal> {
    let decoded = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => with(bytes.get(mark..).unwrap_or_default(), encoding)?,
        None => match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => Decoded { text: text.to_owned(), encoding: None },
            _ => match utf16_without_mark(bytes) {
                Some(encoding) => with(bytes, encoding)?,
                None => match mixed(bytes) {
                    Some(text) => Decoded { text, encoding: Some(MIXED.to_owned()) },
                    None => with(bytes, WINDOWS_1252)?,
                },
            },
        },
    };
    check(decoded)
}

/// A text of two encodings, each letter read in its own; `None` when it is not one.
fn mixed(bytes: &[u8]) -> Option<String> {
    let mut out = String::with_capacity(bytes.len() + bytes.len() / 8);
    let mut wide = 0_usize;
    let single = |bytes: &[u8]| WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned();
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            let mut units = [0; 4];
            let written = letter.encode_utf8(&mut units).as_bytes();
            match written {
                [_] => out.push(letter),
                // Lead bytes that windows-1252 has as `Â`, `Ã` and `â` before a sign.
                [0xc2 | 0xc3, _] | [0xe2, 0x80 | 0x82 | 0x84 | 0x86 | 0x89, _] => {
                    wide += 1;
                    out.push(letter);
                }
                _ => out.push_str(&single(written)),
            }
        }
        out.push_str(&single(chunk.invalid()));
    }
    (wide > 0).then_some(out)
}

/// The line (from 1) where a text of two encodings first holds what is no UTF-8.
pub(super) fn first_odd_line(bytes: &[u8]) -> u64 {
    let good = std::str::from_utf8(bytes).err().map_or(0, |error| error.valid_up_to());
    bytes.get(..good).unwrap_or_default().iter().filter(|b| **b == b'\n').count() as u64 + 1
}

/// That a text is in two encodings.
pub(super) fn told_mixed() -> Trouble {
    Trouble::input("the text mixes two encodings")
        .why("single bytes of windows-1252 stand between letters of UTF-8; each was read as what it is")
        .hint("look through the note, and have its sender send UTF-8")
}

/// Decodes a note whose sender named the encoding; what the bytes say wins when they do not fit the name.
pub(super) fn decode_as(bytes: &[u8], label: &str) -> Result<Decoded, Refusal> {
    match Encoding::for_label(label.trim().as_bytes()) {
        Some(encoding) if encoding != UTF_8 && Encoding::for_bom(bytes).is_none() => {
            let (text, broken) = encoding.decode_without_bom_handling(bytes);
            if broken {
                return decode(bytes);
            }
            check(Decoded { text: text.into_owned(), encoding: Some(encoding.name().to_lowercase()) })
        }
        _ => decode(bytes),
    }
}

fn with(bytes: &[u8], encoding: &'static Encoding) -> Result<Decoded, Refusal> {
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    if broken && encoding == UTF_8 {
        // A mark that lies: the rule goes on as if it were not there.
        let text = WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned();
        return Ok(Decoded { text, encoding: Some(WINDOWS_1252.name().to_lowercase()) });
    }
    if broken {
        return Err(Refusal::BrokenUtf16);
    }
    let name = (encoding != UTF_8).then(|| encoding.name().to_lowercase());
    Ok(Decoded { text: text.into_owned(), encoding: name })
}

fn check(decoded: Decoded) -> Result<Decoded, Refusal> {
    if decoded.text.trim().is_empty() {
        return Err(Refusal::Empty);
    }
    if decoded.text.contains('\0') {
        return Err(Refusal::Nul);
    }
    let control = |c: &char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1b}' | '\u{8}');
    let controls = decoded.text.chars().filter(control).count();
    if controls * 20 > decoded.text.chars().count() { Err(Refusal::Binary) } else { Ok(decoded) }
}

/// Latin text in UTF-16 has a NUL in nearly every second byte and none in the others.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if pairs.is_empty() || !rest.is_empty() {
        return None;
    }
    let first = pairs.iter().filter(|[a, _]| *a == 0).count();
    let second = pairs.iter().filter(|[_, b]| *b == 0).count();
    let most = |nuls: usize| nuls * 10 >= pairs.len() * 7;
    match (first, second) {
        (0, _) if most(second) => Some(UTF_16LE),
        (_, 0) if most(first) => Some(UTF_16BE),
        _ => None,
    }
}

/// The kind of binary file that begins like this.
pub(super) fn magic(head: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 18] = [
        (b"%PDF-", "a PDF file"),
        (b"PK\x03\x04", "a zip archive or an office document"),
        (b"PK\x05\x06", "a zip archive"),
        (b"\x1f\x8b", "a gzip file"),
        (b"7z\xbc\xaf\x27\x1c", "a 7-zip archive"),
        (b"\x89PNG", "a PNG picture"),
        (b"\xff\xd8\xff", "a JPEG picture"),
        (b"GIF8", "a GIF picture"),
        (b"II*\0", "a TIFF picture"),
        (b"MM\0*", "a TIFF picture"),
        (b"\xd0\xcf\x11\xe0", "an old office document"),
        (b"\x7fELF", "a program"),
        (b"SQLite format 3\0", "a SQLite database"),
        (b"\x28\xb5\x2f\xfd", "a zstd file"),
        (b"BZh", "a bzip2 file"),
        (b"\xfd7zXZ", "an xz file"),
        (b"Rar!\x1a", "a RAR archive"),
        (b"PAR1", "a Parquet table"),
    ];
    KNOWN.iter().find(|(start, _)| head.starts_with(start)).map(|(_, what)| *what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_told_by_rule() {
        let wide = |mark: &[u8], le: bool| {
            let units = "Temp 38.5°, BP 90/60".encode_utf16();
            mark.iter().copied().chain(units.flat_map(|u| if le { u.to_le_bytes() } else { u.to_be_bytes() })).collect::<Vec<u8>>()
        };
        for (bytes, encoding) in [
            ("Temp 38.5°, BP 90/60".as_bytes().to_vec(), None),
            ([b"\xef\xbb\xbf".as_slice(), "Temp 38.5°, BP 90/60".as_bytes()].concat(), None),
            (b"Temp 38.5\xb0, BP 90/60".to_vec(), Some("windows-1252")),
            (wide(b"\xff\xfe", true), Some("utf-16le")),
            (wide(b"\xfe\xff", false), Some("utf-16be")),
            (wide(b"", true), Some("utf-16le")),
            (wide(b"", false), Some("utf-16be")),
        ] {
            let decoded = decode(&bytes).unwrap();
            assert_eq!(decoded.text, "Temp 38.5°, BP 90/60");
            assert_eq!(decoded.encoding.as_deref(), encoding);
        }
    }

    #[test]
    fn two_encodings_in_one_text_are_read_each_as_its_own() {
        let glued = [b"caf\xc3\xa9 \xe2\x80\x9cok\xe2\x80\x9d\n".as_slice(), b"38.5\xb0C \x93ok\x94\n"].concat();
        let decoded = decode(&glued).unwrap();
        assert_eq!((decoded.text.as_str(), decoded.encoding.as_deref()), ("café “ok”\n38.5°C “ok”\n", Some(MIXED)));
        assert_eq!(first_odd_line(&glued), 2);
        // Capital letters before a quotation mark look like UTF-8, and are none.
        let plain = decode(b"CAF\xc9\x92S, 38.5\xb0C").unwrap();
        assert_eq!((plain.text.as_str(), plain.encoding.as_deref()), ("CAFÉ’S, 38.5°C", Some("windows-1252")));
    }

    #[test]
    fn what_is_no_text_says_why() {
        for (bytes, refusal) in [
            (b"".as_slice(), Refusal::Empty),
            (b" \r\n\t", Refusal::Empty),
            (b"\xef\xbb\xbf", Refusal::Empty),
            (b"BP 90\x00/60", Refusal::Nul),
            (b"\x01\x02\x03\x04\x81\x90", Refusal::Binary),
            (b"\xff\xfeA\x00\x00\xd8B", Refusal::BrokenUtf16),
        ] {
            assert_eq!(decode(bytes), Err(refusal));
        }
    }

    #[test]
    fn a_named_encoding_is_used_and_a_wrong_name_is_not() {
        assert_eq!(decode_as(b"38.5\xb0", "ISO-8859-1").unwrap().text, "38.5°");
        assert_eq!(decode_as("38.5°".as_bytes(), "utf-8").unwrap().encoding, None);
        assert_eq!(decode_as(b"38.5\xb0", "utf-8").unwrap().encoding.as_deref(), Some("windows-1252"));
        assert_eq!(decode_as(b"38.5\xb0", "no-such-thing").unwrap().text, "38.5°");
    }
}
