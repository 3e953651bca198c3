//! The syntax of one message: separators as MSH declares them, segments, fields, repetitions, components, escapes.

use std::borrow::Cow;

/// The signs that part a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signs {
    field: char,
    component: char,
    repetition: char,
    escape: Option<char>,
    part: Option<char>,
}

impl Signs {
    /// As MSH-1 and MSH-2 declare them. `None` when they cannot part anything: two are the same, or one is a letter, a digit or a
    /// blank.
    pub(crate) fn of(msh: &str) -> Option<Self> {
        let mut rest = msh.strip_prefix("MSH")?.chars();
        let field = rest.next()?;
        let declared: Vec<char> = rest.take_while(|c| *c != field).collect();
        let signs = Self {
            field,
            component: *declared.first()?,
            repetition: *declared.get(1)?,
            escape: declared.get(2).copied(),
            part: declared.get(3).copied(),
        };
        let mut all: Vec<char> = [field].into_iter().chain(declared.iter().copied()).collect();
        let usable = declared.len() <= 5 && all.iter().all(|c| !c.is_alphanumeric() && !c.is_whitespace() && !c.is_control());
        all.sort_unstable();
        let count = all.len();
        all.dedup();
        (usable && all.len() == count).then_some(signs)
    }

    /// Whether these words begin with the separator of fields.
    pub(crate) fn parts(&self, words: &str) -> bool {
        words.starts_with(self.field)
    }

    /// Words with their escapes resolved. Formatting becomes what it stands for in plain text; highlighting goes.
    pub(crate) fn plain<'w>(&self, words: &'w str) -> Cow<'w, str> {
        let Some(escape) = self.escape.filter(|e| words.contains(*e)) else { return Cow::Borrowed(words) };
        let mut out = String::with_capacity(words.len());
        let mut rest = words;
        while let Some((before, after)) = rest.split_once(escape) {
            out.push_str(before);
            // An escape has an end, and is short but for hexadecimal data; a lone sign is itself.
            match after.split_once(escape).filter(|(inside, _)| self.resolve(inside, &mut out)) {
                Some((_, next)) => rest = next,
                None => {
                    out.push(escape);
                    rest = after;
                }
            }
        }
        out.push_str(rest);
        Cow::Owned(out)
    }

    fn resolve(&self, inside: &str, out: &mut String) -> bool {
        match inside {
            "F" => out.push(self.field),
            "S" => out.push(self.component),
            "T" => out.extend(self.part),
            "R" => out.push(self.repetition),
            "E" => out.extend(self.escape),
            "H" | "N" => {}
            _ => {
                if let Some(hex) = inside.strip_prefix('X') {
                    return hexadecimal(hex, out);
                }
                if !inside.is_empty() && inside.strip_prefix(['C', 'M', 'Z']).is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
                {
                    return true; // a switch of the character set, or the sender's own: no words
                }
                let Some(command) = inside.strip_prefix('.') else { return false };
                return formatting(command, out);
            }
        }
        true
    }
}

/// `.br`, `.sp3`, `.in+2`, `.ti4`, `.sk2`, `.ce`, `.fi`, `.nf` of formatted text.
fn formatting(command: &str, out: &mut String) -> bool {
    let number = |digits: &str| digits.trim_start_matches('+').parse::<usize>().ok().map(|n| n.min(80));
    let Some((name, rest)) = command.get(..2).zip(command.get(2..)) else { return false };
    match name {
        "br" | "ce" => out.push('\n'),
        "sp" => (0..number(rest).unwrap_or(1).max(1)).for_each(|_| out.push('\n')),
        "sk" => (0..number(rest).unwrap_or(1)).for_each(|_| out.push(' ')),
        "in" | "ti" | "fi" | "nf" => {}
        _ => return false,
    }
    true
}

/// Two digits a byte: UTF-8 where it is, else one byte one letter.
fn hexadecimal(hex: &str, out: &mut String) -> bool {
    let bytes: Option<Vec<u8>> = (hex.is_ascii() && hex.len().is_multiple_of(2) && !hex.is_empty())
        .then(|| (0..hex.len()).step_by(2).map(|at| hex.get(at..at + 2).and_then(|h| u8::from_str_radix(h, 16).ok())).collect())
        .flatten();
    let Some(bytes) = bytes else { return false };
    let words = match std::str::from_utf8(&bytes) {
        Ok(words) => words.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes).0.into_owned(),
    };
    out.push_str(&words.replace("\r\n", "\n").replace('\r', "\n").replace('\0', ""));
    true
}

/// A segment with its place.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    /// The line in the file, from 1.
    pub(crate) line: u64,
    words: String,
    signs: Signs,
}

impl Segment {
    pub(crate) fn new(line: u64, words: String, signs: Signs) -> Self {
        Self { line, words, signs }
    }

    /// A line that belongs to it: somebody sent a line break inside a field.
    pub(crate) fn go_on(&mut self, words: &str) {
        self.words.push('\n');
        self.words.push_str(words);
    }

    /// What an ADD segment holds: the rest of the segment before it. The words of a result go behind its value (OBX-5), also where
    /// something stands behind that already.
    pub(crate) fn continued(&mut self, rest: &str) {
        let fields: Vec<&str> = self.words.split(self.signs.field).collect();
        match fields.get(6..).filter(|behind| self.name() == "OBX" && behind.iter().any(|field| !field.is_empty())) {
            None => self.words.push_str(rest),
            Some(behind) => {
                let sign = self.signs.field.to_string();
                let head = fields.get(..6).unwrap_or_default().join(&sign);
                let value = rest.trim_end_matches(self.signs.field);
                self.words = format!("{head}{value}{sign}{}", behind.join(&sign));
            }
        }
    }

    /// Whether a field says that what was told before is to be deleted: `""` stands in it, and nothing else.
    pub(crate) fn deletes(&self, field: usize) -> bool {
        let words = self.field(field).words;
        let parts = || words.split(self.signs.component).map(str::trim);
        parts().any(|part| part == "\"\"") && parts().all(|part| part.is_empty() || part == "\"\"")
    }

    /// As it stands.
    pub(crate) fn words(&self) -> &str {
        &self.words
    }

    /// Three letters.
    pub(crate) fn name(&self) -> &str {
        self.words.split(self.signs.field).next().unwrap_or_default()
    }

    /// A field as it stands, counted as HL7 counts: MSH-1 is the separator itself.
    pub(crate) fn raw(&self, field: usize) -> &str {
        let skip = if self.name() == "MSH" { field.saturating_sub(1) } else { field };
        self.words.split(self.signs.field).nth(skip).unwrap_or_default()
    }

    /// The repetitions of a field that hold something.
    pub(crate) fn repetitions(&self, field: usize) -> impl Iterator<Item = Field<'_>> {
        self.raw(field).split(self.signs.repetition).filter(|words| !words.is_empty()).map(|words| Field { words, signs: self.signs })
    }

    /// The first repetition of a field.
    pub(crate) fn field(&self, field: usize) -> Field<'_> {
        Field { words: self.raw(field).split(self.signs.repetition).next().unwrap_or_default(), signs: self.signs }
    }

    /// A component (from 1) of a field, in plain words; `None` when it holds nothing.
    pub(crate) fn at(&self, field: usize, component: usize) -> Option<String> {
        self.field(field).at(component)
    }

    /// A whole field that is text: every repetition a line, separators inside it kept as they are.
    pub(crate) fn text(&self, field: usize) -> String {
        let lines: Vec<Cow<'_, str>> = self.raw(field).split(self.signs.repetition).map(|line| self.signs.plain(line)).collect();
        lines.join("\n")
    }
}

/// One repetition of a field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'s> {
    words: &'s str,
    signs: Signs,
}

impl Field<'_> {
    /// A component (from 1), its first part, in plain words; `None` when it holds nothing.
    pub(crate) fn at(&self, component: usize) -> Option<String> {
        self.part(component, 1)
    }

    /// A part (from 1) of a component.
    pub(crate) fn part(&self, component: usize, part: usize) -> Option<String> {
        let words = self.words.split(self.signs.component).nth(component.checked_sub(1)?)?;
        let words = match self.signs.part {
            Some(sign) => words.split(sign).nth(part.checked_sub(1)?)?,
            None => words,
        };
        let plain = self.signs.plain(words);
        let plain = plain.trim();
        (!plain.is_empty() && plain != "\"\"" && !plain.contains('\0')).then(|| plain.to_owned())
    }

    /// A component as it stands, however long.
    pub(crate) fn bare(&self, component: usize) -> &str {
        component.checked_sub(1).and_then(|n| self.words.split(self.signs.component).nth(n)).unwrap_or_default()
    }
}

/// One message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message {
    /// Its segments; the first is MSH.
    pub(crate) segments: Vec<Segment>,
}

impl Message {
    /// The first segment of this name.
    pub(crate) fn first(&self, name: &str) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.name() == name)
    }

    /// All segments of this name.
    pub(crate) fn all<'m>(&'m self, name: &'m str) -> impl Iterator<Item = &'m Segment> {
        self.segments.iter().filter(move |segment| segment.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn segment(words: &str) -> Segment {
        Segment::new(1, words.to_owned(), Signs::of("MSH|^~\\&|").unwrap())
    }

    #[test]
    fn separators_are_those_of_msh() {
        let signs = Signs::of("MSH#*+?!#A#B").unwrap();
        let pid = Segment::new(1, "PID#1##77*x+78*y##Rivera*Marta".to_owned(), signs);
        assert_eq!(pid.at(5, 2).as_deref(), Some("Marta"));
        assert_eq!(pid.repetitions(3).map(|r| r.at(1).unwrap()).collect::<Vec<_>>(), ["77", "78"]);
        assert_eq!(Segment::new(1, "MSH#*+?!#A#B".to_owned(), signs).at(4, 1).as_deref(), Some("B"));
        for bad in ["MSH", "MSH|", "MSH|^^~\\&|", "MSH|a~\\&|", "MSH ^~\\& ", "MSH||^~", "PID|1"] {
            assert_eq!(Signs::of(bad), None, "{bad}");
        }
    }

    #[test]
    fn escapes_become_what_they_stand_for() {
        for (written, plain) in [
            (r"A \T\ B \S\ \F\ \R\ \E\", r"A & B ^ | ~ \"),
            (r"first\.br\second\.sp2\third", "first\nsecond\n\nthird"),
            (r"\H\bold\N\ \X41\\XC2B0\\XB0\", "bold A°°"),
            (r"C:\temp", r"C:\temp"),
            (r"half \E", r"half \E"),
            (r"\.in+4\indented\.ce\mid", "indented\nmid"),
            (r"\Q\ stays", r"\Q\ stays"),
        ] {
            assert_eq!(segment("OBX").signs.plain(written), plain, "{written}");
        }
    }

    #[test]
    fn nothing_and_the_sign_for_delete_are_nothing() {
        let pid = segment("PID|1|\"\"|^^^X||A&B^C");
        assert_eq!((pid.at(2, 1), pid.at(3, 1), pid.at(9, 1)), (None, None, None));
        assert_eq!((pid.at(5, 1).as_deref(), pid.field(5).part(1, 2).as_deref()), (Some("A"), Some("B")));
    }

    proptest! {
        #[test]
        fn any_words_are_survived(words in any::<String>(), field in 0_usize..9, component in 0_usize..9) {
            let segment = segment(&words);
            let _ = (segment.name(), segment.at(field, component), segment.text(field), Signs::of(&words));
        }
    }
}
