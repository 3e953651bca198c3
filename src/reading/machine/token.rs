//! Words and signs of a text, and the hashes of rows of them.

/// Letters and digits; all of what is not ASCII counts as letters.
pub(in crate::reading) fn in_word(byte: u8) -> bool {
    lower(byte) != 0
}

/// The bytes of words as they are hashed, letters in lower case; 0 for a sign.
const LOWER: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte: u8 = 255;
    #[allow(clippy::indexing_slicing, reason = "a table of all bytes, made by the compiler")]
    while byte > 0 {
        if byte.is_ascii_alphanumeric() || byte >= 0x80 {
            table[byte as usize] = byte.to_ascii_lowercase();
        }
        byte -= 1;
    }
    table
};

#[inline]
pub(super) fn lower(byte: u8) -> u8 {
    LOWER.get(usize::from(byte)).copied().unwrap_or_default()
}

/// A word or a sign, with its hash in any ASCII case.
#[derive(Clone, Copy)]
pub(super) struct Token {
    pub hash: u64,
    pub start: usize,
    pub end: usize,
    pub word: bool,
    /// Whether it ends with the letter of a plural.
    pub plural: bool,
}

/// How much of a word is looked at for patterns that may end inside it.
pub(super) const HEAD: usize = 3;

impl Token {
    /// The token at a place.
    #[inline]
    pub(super) fn at(start: usize, bytes: &[u8]) -> Option<Self> {
        let first = *bytes.get(start)?;
        let letter = lower(first);
        if letter == 0 {
            return Some(Self { hash: mix(0, first), start, end: start + 1, word: false, plural: false });
        }
        let (mut hash, mut end, mut last) = (mix(0, letter), start + 1, letter);
        for byte in bytes.get(end..)? {
            let letter = lower(*byte);
            if letter == 0 {
                break;
            }
            (hash, last) = (mix(hash, letter), letter);
            end += 1;
        }
        Some(Self { hash, start, end, word: true, plural: last == b's' })
    }
}

/// An odd number, so that it can be multiplied back.
const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
const BACK: u64 = inverse(FACTOR);

/// What undoes a multiplication: each step of Newton's method doubles the bits that are right.
const fn inverse(odd: u64) -> u64 {
    let mut out = odd;
    let mut step = 0;
    while step < 6 {
        out = out.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(out)));
        step += 1;
    }
    out
}

#[inline]
pub(super) fn mix(hash: u64, byte: u8) -> u64 {
    (hash.rotate_left(7) ^ u64::from(byte)).wrapping_mul(FACTOR)
}

/// The hash without its last byte.
#[inline]
pub(super) fn unmix(hash: u64, byte: u8) -> u64 {
    (hash.wrapping_mul(BACK) ^ u64::from(byte)).rotate_right(7)
}

/// The hash of a row with one more word or sign.
#[inline]
pub(super) fn join(row: u64, token: u64) -> u64 {
    (row.rotate_left(23) ^ token).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

/// Keeps apart that one pattern ends inside a word and another with it.
pub(super) const OPEN: u64 = 0x6A09_E667_F3BC_C909;
