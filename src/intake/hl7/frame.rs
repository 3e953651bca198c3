//! Files into messages: segments that end in CR, LF or both, MLLP frames, batches. One message is in memory at a time.

use crate::error::Trouble;
use crate::hl7::syntax::{Message, Segment, Signs};
use crate::intake::decode;
use std::io::{self, BufRead};

const START: u8 = 0x0b;
const END: u8 = 0x1c;
/// A byte order mark in UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";
/// A head as nearly everybody writes it. A field would have to escape these signs: inside a line it begins a message that lost its line.
pub(super) const HEAD: &[u8] = b"MSH|^~\\&";

/// Empty lines that are kept between two lines of a text.
const BLANKS: usize = 3;

/// What a file gives, one after the other.
pub(super) enum Piece {
    /// A message that stands.
    Message { message: Message, encoding: Option<String> },
    /// What was refused, with its line.
    Refused(Trouble),
}

/// Bytes without the byte order marks and blanks before them.
pub(super) fn bare(mut bytes: &[u8]) -> &[u8] {
    loop {
        bytes = bytes.trim_ascii_start();
        match bytes.strip_prefix(MARK) {
            Some(rest) => bytes = rest,
            None => return bytes,
        }
    }
}

/// Takes messages from a reader.
pub(super) struct Frames<R> {
    reader: R,
    limit: u64,
    /// Whether the file may still be written to by whoever put it there: then the last segment must have its end.
    pub(super) passing: bool,
    /// Bytes that went by.
    pub(super) bytes: u64,
    line: u64,
    after_cr: bool,
    /// The segments of the message that is being gathered, as bytes, with their lines.
    open: Vec<(u64, Vec<u8>)>,
    size: u64,
    too_long: bool,
    framed: bool,
    ended: bool,
    messages: u64,
    /// The lines of the file's and the batch's head, while their ends have not come, and the batches so far.
    file_head: Option<u64>,
    batch_head: Option<u64>,
    batches: u64,
    ready: Vec<Piece>,
}

impl<R: BufRead> Frames<R> {
    pub(super) fn new(reader: R, limit: u64) -> Self {
        let (open, ready) = (Vec::new(), Vec::new());
        let (bytes, size, messages, batches) = (0, 0, 0, 0);
        let (line, after_cr, too_long, framed, ended) = (1, false, false, false, false);
        let (file_head, batch_head) = (None, None);
        let passing = false;
        Self {
            reader,
            limit,
            passing,
            bytes,
            line,
            after_cr,
            open,
            size,
            too_long,
            framed,
            ended,
            messages,
            file_head,
            batch_head,
            batches,
            ready,
        }
    }

    /// The line that the reader has come to.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The next message, or what is wrong with it.
    pub(super) fn next(&mut self) -> io::Result<Option<Piece>> {
        loop {
            if let Some(piece) = self.ready.pop() {
                return Ok(Some(piece));
            }
            if self.ended {
                return Ok(None);
            }
            self.step()?;
        }
    }

    /// Reads to the next end of a segment, a frame or the file.
    fn step(&mut self) -> io::Result<()> {
        let begun = self.line;
        let mut words = Vec::new();
        let sign = loop {
            let chunk = match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                chunk => chunk?,
            };
            if chunk.is_empty() {
                break None;
            }
            let end = chunk.iter().position(|b| matches!(*b, b'\r' | b'\n' | START | END));
            let part = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default();
            if self.size + (words.len() + part.len()) as u64 > self.limit {
                self.too_long = true;
                words.clear();
            } else {
                words.extend_from_slice(part);
            }
            let used = part.len() + usize::from(end.is_some());
            let sign = end.and_then(|at| chunk.get(at).copied());
            self.reader.consume(used);
            self.bytes += used as u64;
            if sign.is_some() {
                break sign;
            }
        };
        let second_half = sign == Some(b'\n') && self.after_cr && words.is_empty();
        self.after_cr = sign == Some(b'\r');
        if matches!(sign, Some(b'\r' | b'\n')) && !second_half {
            self.line += 1;
        }
        if bare(&words).is_empty() && !second_half && matches!(sign, Some(b'\r' | b'\n')) {
            self.blank(begun);
        }
        let unended = sign.is_none() && self.passing && !self.framed && !bare(&words).is_empty();
        self.line_of(begun, words);
        match sign {
            Some(START) => {
                self.cut_off();
                self.framed = true;
            }
            Some(END) => {
                self.framed = false;
                self.close();
            }
            None if unended && !self.open.is_empty() => {
                let line = self.open.first().map(|(line, _)| *line);
                self.forget();
                let hint = "have the sender write the file under another name and rename it when it is whole; send the message again";
                self.refuse(line, "the file ends inside a segment", "its last segment has no end: it may be cut off", hint);
                self.unended();
                self.ended = true;
            }
            None => {
                self.cut_off();
                self.unended();
                self.ended = true;
            }
            _ => {}
        }
        Ok(())
    }

    /// An empty line inside a message: where words follow that begin no segment, it stood in the text. A flood of them says no more.
    fn blank(&mut self, line: u64) {
        let all_blank = self.open.iter().rev().take(BLANKS).all(|(_, words)| words.is_empty());
        if self.open.len() >= 2 && !all_blank {
            self.open.push((line, Vec::new()));
            self.size += 1;
        }
    }

    /// A line: files that were put together leave a byte order mark or blanks before a head, or no line end. A head that is not seen
    /// would make its message part of the one before it, which is another patient's.
    fn line_of(&mut self, line: u64, mut words: Vec<u8>) {
        let bare = bare(&words);
        let before = words.len() - bare.len();
        if bare.is_empty() {
            return;
        }
        if super::begins(bare) || line == 1 || words.starts_with(MARK) {
            words.drain(..before);
        }
        let heads: Vec<usize> = words.windows(HEAD.len()).enumerate().filter(|(at, w)| *at > 0 && *w == HEAD).map(|(at, _)| at).collect();
        let mut from = 0;
        for at in heads {
            let mut before = words.get(from..at).unwrap_or_default();
            while let Some(less) = before.strip_suffix(MARK).or_else(|| before.strip_suffix(b" ")) {
                before = less;
            }
            self.segment(line, before.to_vec());
            from = at;
        }
        words.drain(..from);
        self.segment(line, words);
    }

    fn segment(&mut self, line: u64, words: Vec<u8>) {
        let is = |name: &[u8]| words.starts_with(name) && words.get(3).is_some_and(|b| !b.is_ascii_alphanumeric());
        if words.trim_ascii().is_empty() {
            return;
        }
        if is(b"MSH") {
            if !self.framed {
                self.close();
            } else if !self.open.is_empty() {
                self.cut_off();
                self.framed = true;
            }
        } else if is(b"FHS") || is(b"BHS") || is(b"FTS") || is(b"BTS") {
            if !self.framed {
                self.close();
            }
            match words.get(..3) {
                Some(b"FHS") => {
                    self.unended();
                    (self.file_head, self.batches) = (Some(line), 0);
                }
                Some(b"BHS") => {
                    self.unended_batch();
                    (self.batch_head, self.messages) = (Some(line), 0);
                }
                Some(b"BTS") => {
                    (self.batch_head, self.batches) = (None, self.batches + 1);
                    self.count(line, &words, ("batch", "messages", self.messages));
                }
                _ => {
                    self.unended_batch();
                    self.file_head = None;
                    self.count(line, &words, ("file", "batches", self.batches));
                }
            }
            return;
        }
        self.size += words.len() as u64;
        self.open.push((line, words));
    }

    /// A head whose end did not come before the next one, or before the end of all.
    fn unended(&mut self) {
        self.unended_batch();
        if let Some(line) = self.file_head.take() {
            self.no_end(line, "the file of batches has no end", "FTS");
        }
    }

    fn unended_batch(&mut self) {
        if let Some(line) = self.batch_head.take() {
            self.no_end(line, "the batch has no end", "BTS");
        }
    }

    fn no_end(&mut self, line: u64, what: &str, end: &str) {
        let why = format!("no {end} follows: it is cut off, or its sender leaves the end out");
        self.refuse(Some(line), what, &why, "ask the sender whether that was all; the messages that came were read");
    }

    /// A batch says at its end how many messages it holds, a file how many batches.
    fn count(&mut self, line: u64, words: &[u8], (whole, parts, come): (&str, &str, u64)) {
        let said = words.get(4..).and_then(|rest| rest.split(|b| !b.is_ascii_digit()).next()).and_then(|d| std::str::from_utf8(d).ok());
        let Some(said) = said.and_then(|digits| digits.parse::<u64>().ok()) else { return };
        if said != come {
            let what = format!("the {whole} says that it holds {said} {parts}, and holds {come}");
            let trouble = Trouble::input(what).why("messages were lost or doubled on the way").hint("ask the sender for the batch again");
            self.ready.insert(0, Piece::Refused(trouble.at("", Some(line))));
        }
    }

    /// The end of a frame that did not come: what was gathered is no whole message.
    fn cut_off(&mut self) {
        if !self.framed {
            return self.close();
        }
        self.framed = false;
        let line = self.open.first().map(|(line, _)| *line);
        self.forget();
        self.refuse(line, "the MLLP frame is cut off", "it begins and does not end", "send the message again; nothing of it was stored");
    }

    fn refuse(&mut self, line: Option<u64>, what: &str, why: &str, hint: &str) {
        self.ready.insert(0, Piece::Refused(Trouble::input(what).why(why).hint(hint).at("", line.or(Some(self.line)))));
    }

    fn forget(&mut self) {
        self.open.clear();
        self.size = 0;
        self.too_long = false;
    }

    /// What was gathered is a message, or is refused.
    fn close(&mut self) {
        let Some((line, first)) = self.open.first() else { return self.forget() };
        let line = *line;
        self.messages += 1;
        if self.too_long {
            let why = format!("it has more than {} MB", self.limit >> 20);
            self.forget();
            return self.refuse(Some(line), "the HL7 message is too long", &why, "split it, or leave it out");
        }
        if !first.starts_with(b"MSH") {
            self.forget();
            let hint = "send whole messages, each beginning with MSH";
            return self.refuse(Some(line), "it is no HL7 message", "it does not begin with MSH", hint);
        }
        let parsed = message(&self.open);
        self.forget();
        let piece = match parsed {
            Ok((message, encoding)) => Piece::Message { message, encoding },
            Err(trouble) => {
                let line = trouble.line.unwrap_or(line);
                Piece::Refused(trouble.at("", Some(line)))
            }
        };
        self.ready.insert(0, piece);
    }
}

/// Decodes and parts a message.
fn message(segments: &[(u64, Vec<u8>)]) -> Result<(Message, Option<String>), Trouble> {
    let bytes = segments.iter().map(|(_, words)| words.as_slice()).collect::<Vec<_>>().join(&b'\r');
    let label = segments.first().and_then(|(_, msh)| label(msh));
    let decoded = match label {
        Some(label) => decode::decode_as(&bytes, label),
        None => decode::decode(&bytes),
    };
    let decoded = decoded.map_err(|refusal| {
        Trouble::input("the HL7 message is not text").why(refusal.why()).hint("send it in the character set that MSH-18 names")
    })?;
    let first = decoded.text.split('\r').next().unwrap_or_default();
    let Some(signs) = Signs::of(first) else {
        return Err(Trouble::input("the HL7 message cannot be parted")
            .why("the separators that MSH declares are missing, or are letters, or the same twice")
            .hint("MSH begins like MSH|^~\\&| ; have the sender correct it"));
    };
    if let Some((line, name)) =
        segments.iter().zip(decoded.text.split('\r')).find_map(|((line, _), words)| Some((*line, foreign(words, signs)?)))
    {
        return Err(Trouble::input(format!("the HL7 message has a {name} with another separator than MSH declares"))
            .at("", Some(line))
            .why("its fields cannot be told apart")
            .hint("have the sender write all segments with the separators of MSH-1 and MSH-2; nothing of the message was stored"));
    }
    let mut message = Message::default();
    let mut blank = 0;
    for ((line, _), words) in segments.iter().zip(decoded.text.split('\r')) {
        let name = words.get(..3).filter(|name| name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
        let begins = name.is_some() && words.get(3..).is_some_and(|rest| rest.is_empty() || signs.parts(rest));
        if words.trim().is_empty() {
            blank += 1;
            continue;
        }
        match message.segments.last_mut() {
            Some(last) if begins && name == Some("ADD") && last.name() != "MSH" => {
                last.continued(words.get(4..).unwrap_or_default());
            }
            _ if begins => message.segments.push(Segment::new(*line, words.to_owned(), signs)),
            Some(last) => {
                (0..blank).for_each(|_| last.go_on(""));
                last.go_on(words); // a line break inside a field, sent as it is
            }
            None => {}
        }
        blank = 0;
    }
    Ok((message, decoded.encoding))
}

/// The name of a segment that does not use the separator of its message. Only names that every reader knows, and signs that part fields
/// somewhere: other lines are words of the field before them.
fn foreign(words: &str, signs: Signs) -> Option<&str> {
    const KNOWN: [&str; 12] = ["EVN", "PID", "PV1", "PV2", "MRG", "TXA", "OBR", "OBX", "ORC", "DG1", "PR1", "NTE"];
    let (name, rest) = words.split_at_checked(3)?;
    let parts = rest.starts_with(['|', '#', '^', '~', '&', '*', ',', ';', '\t', '!', '$', '+']);
    (KNOWN.contains(&name) && parts && !signs.parts(rest)).then_some(name)
}

/// The character set that MSH-18 names, as encodings are labelled.
fn label(msh: &[u8]) -> Option<&'static str> {
    let separator = msh.get(3)?;
    let named = msh.split(|b| b == separator).nth(17)?;
    let named = named.split(|b| matches!(b, b'~' | b'^')).next().unwrap_or_default();
    Some(match std::str::from_utf8(named).ok()?.trim() {
        "UNICODE UTF-8" | "UTF-8" => "utf-8",
        "8859/1" => "iso-8859-1",
        "8859/2" => "iso-8859-2",
        "8859/5" => "iso-8859-5",
        "8859/7" => "iso-8859-7",
        "8859/8" => "iso-8859-8",
        "8859/9" => "iso-8859-9",
        "8859/15" => "iso-8859-15",
        "GB 18030-2000" => "gb18030",
        "KS X 1001" => "euc-kr",
        "BIG-5" => "big5",
        "ISO IR87" | "ISO IR159" => "iso-2022-jp",
        _ => return None,
    })
}
