//! RTF into plain text, by a reader of our own: groups, characters in the code page of their font, tables, destinations that are no
//! text. It never recurses and never panics; what is broken is told with the byte where it broke.

mod codepage;

use codepage::Page;

/// Groups nest no deeper in any note; deeper is an attack.
const DEEPEST: usize = 512;

/// What an RTF text says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rtf {
    pub(super) text: String,
    /// Characters of a code page that is not known; each stands as U+FFFD.
    pub(super) unknown: usize,
    /// The byte (from 1) where words or groups stand behind the end of the document: they are left out.
    pub(super) behind: Option<usize>,
    /// The byte (from 1) of a `\\uc` that would take whole sentences for the stand-ins of one character: it counts as one.
    pub(super) greedy: Option<usize>,
}

/// Why an RTF text cannot be read, and at which byte (counted from 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) why: &'static str,
    pub(super) byte: usize,
}

/// Whether bytes begin as RTF does.
pub(super) fn begins(bytes: &[u8]) -> bool {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    start.get(..5).is_some_and(|head| head.eq_ignore_ascii_case(b"{\\rtf"))
}

/// The words of an RTF text.
pub(super) fn to_text(bytes: &[u8]) -> Result<Rtf, Broken> {
    if !begins(bytes) {
        return Err(Broken { why: "it does not begin with {\\rtf", byte: 1 });
    }
    let mut reader =
        Reader { bytes, at: 0, groups: Vec::new(), now: Group::default(), fonts: Vec::new(), out: Out::default(), greedy: None };
    reader.run()?;
    let rest = bytes.get(reader.at..).unwrap_or_default();
    let behind = rest.iter().position(|b| !b.is_ascii_whitespace() && *b != 0).map(|at| reader.at + at + 1);
    Ok(Rtf { behind, greedy: reader.greedy, ..reader.out.done() })
}

/// Where the words of a group go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Goes {
    #[default]
    Text,
    Fonts,
    Nowhere,
}

/// What a group can change, and its end takes back.
#[derive(Clone, Copy, Debug, Default)]
struct Group {
    goes: Goes,
    hidden: bool,
    /// How many characters stand in for one that is written as `\u`; `None` is one.
    instead: Option<usize>,
    page: Page,
    font: i64,
    note: bool,
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    groups: Vec<Group>,
    now: Group,
    fonts: Vec<(i64, Page)>,
    out: Out,
    greedy: Option<usize>,
}

/// Characters that stand in for one, at most: no code page takes more than a few bytes for one, and a `\'hh` counts as one.
const STAND_INS: i64 = 32;

impl Reader<'_> {
    fn run(&mut self) -> Result<(), Broken> {
        let mut skip = 0_usize; // characters that stand in for a \u
        while let Some(byte) = self.bytes.get(self.at).copied() {
            let begun = self.at;
            self.at += 1;
            match byte {
                b'{' => {
                    skip = 0;
                    if self.groups.len() >= DEEPEST {
                        return Err(Broken { why: "its groups nest deeper than 512 levels", byte: begun + 1 });
                    }
                    self.groups.push(self.now);
                    self.now.note = false;
                }
                b'}' => {
                    skip = 0;
                    if self.now.note {
                        self.out.words("]");
                    }
                    self.out.flush(self.now.page);
                    let Some(before) = self.groups.pop() else {
                        return Err(Broken { why: "a group ends that never began", byte: begun + 1 });
                    };
                    self.now = before;
                    if self.groups.is_empty() {
                        return Ok(()); // what follows is padding, or is told
                    }
                }
                b'\\' => self.control(&mut skip, begun)?,
                b'\r' | b'\n' | 0 => {}
                _ if skip > 0 => skip -= 1,
                byte => match self.letter(begun) {
                    // RTF has seven bits; a writer that puts UTF-8 there all the same means UTF-8.
                    Some(letter) => {
                        self.at = begun + letter.len_utf8();
                        self.words(letter.encode_utf8(&mut [0; 4]));
                    }
                    None => self.byte(byte),
                },
            }
        }
        Err(Broken { why: "it ends inside a group: it is cut off", byte: self.bytes.len() })
    }

    /// The letter that the bytes from here are in UTF-8, where they are more than one; two bytes of a wide code page are its own.
    fn letter(&self, at: usize) -> Option<char> {
        let bytes = self.bytes.get(at..self.bytes.len().min(at + 4))?;
        if bytes.first()?.is_ascii() || self.now.page.is_wide() {
            return None;
        }
        let chunk = bytes.utf8_chunks().next()?;
        chunk.valid().chars().next()
    }

    fn visible(&self) -> bool {
        self.now.goes == Goes::Text && !self.now.hidden
    }

    fn byte(&mut self, byte: u8) {
        if self.visible() {
            self.out.byte(byte, self.now.page);
        }
    }

    fn words(&mut self, words: &str) {
        if self.visible() {
            self.out.flush(self.now.page);
            self.out.words(words);
        }
    }

    fn line(&mut self, row: bool) {
        if self.visible() {
            self.out.flush(self.now.page);
            self.out.line(row);
        }
    }

    fn control(&mut self, skip: &mut usize, begun: usize) -> Result<(), Broken> {
        let Some(sign) = self.bytes.get(self.at).copied() else { return Ok(()) };
        if !sign.is_ascii_alphabetic() {
            self.at += 1;
            match sign {
                b'\'' => {
                    let hex = self.bytes.get(self.at..self.at + 2).and_then(|h| std::str::from_utf8(h).ok());
                    let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) else {
                        return Err(Broken { why: "a character is written as \\' without two hexadecimal digits", byte: begun + 1 });
                    };
                    self.at += 2;
                    if *skip > 0 { *skip -= 1 } else { self.byte(byte) }
                }
                b'*' => self.now.goes = Goes::Nowhere,
                _ if *skip > 0 => *skip -= 1,
                b'\\' | b'{' | b'}' => self.byte(sign),
                b'~' => self.words(" "),
                b'_' => self.words("-"),
                b'\r' | b'\n' => self.words("\n"),
                _ => {}
            }
            return Ok(());
        }
        let letters = self.bytes.iter().skip(self.at).take(32).take_while(|b| b.is_ascii_alphabetic()).count();
        let word = self.bytes.get(self.at..self.at + letters).unwrap_or_default();
        self.at += letters;
        let number = self.number();
        if self.bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        match word {
            b"bin" => {
                let length = usize::try_from(number.unwrap_or(0)).unwrap_or(0);
                if length > self.bytes.len() - self.at.min(self.bytes.len()) {
                    return Err(Broken { why: "it announces more binary data than there is: it is cut off", byte: begun + 1 });
                }
                self.at += length;
            }
            b"u" => {
                if self.visible() {
                    // Negative numbers are the upper half of 16 bits.
                    let unit = number.map(|n| if n < 0 { n + 0x1_0000 } else { n }).and_then(|n| u32::try_from(n).ok());
                    self.out.flush_bytes(self.now.page);
                    self.out.unit(unit.unwrap_or(0xfffd));
                }
                *skip = self.now.instead.unwrap_or(1);
            }
            _ if *skip > 0 => *skip -= 1,
            b"uc" if number.is_some_and(|number| number > STAND_INS) => {
                self.greedy.get_or_insert(begun + 1);
                self.now.instead = None;
            }
            _ => self.word(word, number),
        }
        Ok(())
    }

    fn number(&mut self) -> Option<i64> {
        let minus = self.bytes.get(self.at) == Some(&b'-');
        let from = self.at + usize::from(minus);
        let digits = self.bytes.iter().skip(from).take(10).take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        let value: i64 = std::str::from_utf8(self.bytes.get(from..from + digits)?).ok()?.parse().ok()?;
        self.at = from + digits;
        Some(if minus { -value } else { value })
    }

    fn word(&mut self, word: &[u8], number: Option<i64>) {
        let on = number != Some(0);
        match word {
            b"par" | b"line" | b"sect" | b"page" | b"row" | b"nestrow" | b"softline" | b"column" => self.line(word.ends_with(b"row")),
            b"tab" | b"cell" | b"nestcell" => self.words("\t"),
            b"emdash" => self.words("—"),
            b"endash" => self.words("–"),
            b"bullet" => self.words("•"),
            b"lquote" => self.words("‘"),
            b"rquote" => self.words("’"),
            b"ldblquote" => self.words("“"),
            b"rdblquote" => self.words("”"),
            b"emspace" | b"enspace" | b"qmspace" => self.words(" "),
            b"v" | b"deleted" => self.now.hidden = on,
            b"plain" => self.now.hidden = false,
            b"uc" => self.now.instead = usize::try_from(number.unwrap_or(1)).ok(),
            b"ansi" => self.now.page = Page::default(),
            b"mac" => self.now.page = Page::of_code_page(10000),
            b"pc" => self.now.page = Page::of_code_page(437),
            b"pca" => self.now.page = Page::of_code_page(850),
            b"ansicpg" => {
                self.out.flush(self.now.page);
                self.now.page = Page::of_code_page(number.unwrap_or(1252));
                for group in &mut self.groups {
                    group.page = self.now.page;
                }
            }
            b"f" => {
                let font = number.unwrap_or(0);
                self.now.font = font;
                if self.now.goes == Goes::Text {
                    self.out.flush(self.now.page);
                    if let Some((_, page)) = self.fonts.iter().rev().find(|(known, _)| *known == font) {
                        self.now.page = *page;
                    }
                }
            }
            b"fcharset" if self.now.goes == Goes::Fonts => {
                if let Some(page) = Page::of_charset(number.unwrap_or(1)) {
                    self.fonts.push((self.now.font, page));
                }
            }
            b"fonttbl" => self.now.goes = Goes::Fonts,
            b"footnote" => {
                self.words(" [");
                self.now.note = self.visible();
            }
            word if is_no_text(word) => self.now.goes = Goes::Nowhere,
            _ => {}
        }
    }
}

/// Destinations that hold no words of the note.
fn is_no_text(word: &[u8]) -> bool {
    const NO_TEXT: [&[u8]; 27] = [
        b"colortbl",
        b"stylesheet",
        b"info",
        b"pict",
        b"object",
        b"objdata",
        b"header",
        b"headerl",
        b"headerr",
        b"headerf",
        b"footer",
        b"footerl",
        b"footerr",
        b"footerf",
        b"fldinst",
        b"nonshppict",
        b"listtable",
        b"listoverridetable",
        b"revtbl",
        b"rsidtbl",
        b"filetbl",
        b"bkmkstart",
        b"bkmkend",
        b"xe",
        b"tc",
        b"template",
        b"private",
    ];
    NO_TEXT.contains(&word)
}

#[derive(Default)]
struct Out {
    text: String,
    /// Bytes of a code page that may take two for one character.
    bytes: Vec<u8>,
    /// The first half of a character beyond 16 bits.
    half: Option<u32>,
    unknown: usize,
}

impl Out {
    fn byte(&mut self, byte: u8, page: Page) {
        if byte.is_ascii() && self.bytes.is_empty() {
            self.flush_half();
            // A NUL is no character of a note, and no store takes one.
            self.text.extend((byte != 0).then(|| char::from(byte)));
        } else {
            self.flush_half();
            self.bytes.push(byte);
            if byte.is_ascii() && !page.is_wide() {
                self.flush(page);
            }
        }
    }

    fn words(&mut self, words: &str) {
        self.flush_half();
        self.text.push_str(words);
    }

    /// The end of a line; the last cell of a row needs no tab behind it.
    fn line(&mut self, row: bool) {
        self.flush_half();
        if row {
            let kept = self.text.trim_end_matches('\t').len();
            self.text.truncate(kept);
        }
        self.text.push('\n');
    }

    fn unit(&mut self, unit: u32) {
        match (self.half.take(), unit) {
            (None, 0xd800..=0xdbff) => self.half = Some(unit),
            (Some(high), 0xdc00..=0xdfff) => {
                let code = 0x1_0000 + ((high - 0xd800) << 10) + (unit - 0xdc00);
                self.text.push(char::from_u32(code).unwrap_or('\u{fffd}'));
            }
            (high, unit) => {
                if high.is_some() {
                    self.text.push('\u{fffd}');
                }
                self.text.push(char::from_u32(unit).filter(|c| *c != '\0').unwrap_or('\u{fffd}'));
            }
        }
    }

    fn flush(&mut self, page: Page) {
        self.flush_bytes(page);
        self.flush_half();
    }

    fn flush_bytes(&mut self, page: Page) {
        if !self.bytes.is_empty() {
            self.unknown += page.decode(&self.bytes, &mut self.text);
            self.bytes.clear();
        }
    }

    fn flush_half(&mut self) {
        if self.half.take().is_some() {
            self.text.push('\u{fffd}');
        }
    }

    fn done(self) -> Rtf {
        Rtf { text: self.text, unknown: self.unknown, behind: None, greedy: None }
    }
}

#[cfg(test)]
mod tests;
