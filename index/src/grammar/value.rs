//! Comparisons of measured values: `> 2`, `<= 40 %`, `= 2..3`.

/// A number that compares by its bits, so that queries can be compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number(pub(crate) f64);

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Number {}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

impl Op {
    pub(crate) fn read(text: &str) -> Option<Op> {
        Some(match text {
            "<" => Op::Less,
            "<=" | "=<" | "\u{2264}" => Op::AtMost,
            "=" | "==" => Op::Equal,
            ">=" | "=>" | "\u{2265}" => Op::AtLeast,
            ">" => Op::More,
            _ => return None,
        })
    }

    fn sign(self) -> &'static str {
        match self {
            Op::Less => "<",
            Op::AtMost => "<=",
            Op::Equal => "=",
            Op::AtLeast => ">=",
            Op::More => ">",
        }
    }

    fn spoken(self) -> &'static str {
        match self {
            Op::Less => "below",
            Op::AtMost => "at most",
            Op::Equal => "equal to",
            Op::AtLeast => "at least",
            Op::More => "above",
        }
    }
}

/// What a value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Comparison {
    pub(crate) op: Op,
    pub(crate) value: Number,
    /// The upper end of `= low..high`.
    pub(crate) upper: Option<Number>,
}

/// Values are kept with four decimals; closer ones are equal.
const CLOSE: f64 = 0.000_05;

impl Comparison {
    /// The values that pass, both ends included.
    pub(crate) fn bounds(&self) -> (f64, f64) {
        let (value, upper) = (self.value.0, self.upper.map_or(self.value.0, |u| u.0));
        match self.op {
            Op::Less => (f64::NEG_INFINITY, value.next_down()),
            Op::AtMost => (f64::NEG_INFINITY, value + CLOSE),
            Op::Equal => (value - CLOSE, upper + CLOSE),
            Op::AtLeast => (value - CLOSE, f64::INFINITY),
            Op::More => (value.next_up(), f64::INFINITY),
        }
    }

    pub(crate) fn spoken(&self) -> String {
        match self.upper {
            Some(upper) => format!("between {} and {}", self.value.0, upper.0),
            None => format!("{} {}", self.op.spoken(), self.value.0),
        }
    }
}

impl std::fmt::Display for Comparison {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.op.sign(), self.value.0)?;
        self.upper.map_or(Ok(()), |upper| write!(f, "..{}", upper.0))
    }
}

/// A number at the start of a word, and what follows it: `40%`, `2mg/dL`, `10,000`, `-2.5`, `2,5`.
pub(crate) fn number(text: &str) -> Option<(f64, &str)> {
    let (written, rest) = written(text);
    let plain = if decimal_comma(text).is_some() { written.replace(',', ".") } else { written.replace(',', "") };
    let value: f64 = plain.parse().ok()?;
    // Longer numbers measure nothing, and would not be written back as they were read.
    (value.abs() < 1e12).then_some((value, rest))
}

/// The digits at the start of a word with the signs between them, and what follows.
fn written(text: &str) -> (&str, &str) {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let mut end = text.len() - unsigned.len();
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    while digit(end) || (matches!(bytes.get(end), Some(b'.' | b',')) && digit(end + 1)) {
        end += 1;
    }
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// A number whose comma stands where a point would: before other than three digits, and the only sign in it.
pub(crate) fn decimal_comma(text: &str) -> Option<&str> {
    let written = written(text).0;
    let (whole, part) = written.split_once(',')?;
    (part.len() != 3 && !part.contains([',', '.']) && !whole.contains('.')).then_some(written)
}

/// A value as text whose order is that of the numbers: what the term dictionary is walked by.
pub(crate) fn sortable(value: f64) -> String {
    let bits = (value + 0.0).to_bits();
    let ordered = if bits >> 63 == 0 { bits | 1 << 63 } else { !bits };
    format!("{ordered:016x}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_with_what_follows_them() {
        for (text, value, rest) in [
            ("40%", 40.0, "%"),
            ("2mg/dL", 2.0, "mg/dL"),
            ("10,000", 10_000.0, ""),
            (".5", 0.5, ""),
            ("-2.5", -2.5, ""),
            ("2,5", 2.5, ""),
            ("1,234,567.8", 1_234_567.8, ""),
        ] {
            assert_eq!(number(text), Some((value, rest)), "{text}");
        }
        for text in ["", "x", "-", ".", "%", "9999999999999"] {
            assert_eq!(number(text), None, "{text}");
        }
        assert_eq!(number("2..3"), Some((2.0, "..3")));
    }

    proptest! {
        #[test]
        fn the_order_of_the_text_is_that_of_the_numbers(a in -1e9_f64..1e9, b in -1e9_f64..1e9) {
            prop_assert_eq!(sortable(a) < sortable(b), a < b);
        }
    }
}
