//! Plain text eight bytes at a time: how long a word is, without looking at each of its letters.

/// A byte in each of the eight places.
const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The highest bit of each byte.
const HIGH: u64 = each(0x80);

/// Sets the highest bit of each byte that is between `from` and `to`; the highest bits of `low` are not set, so no byte carries into the next.
const fn between(low: u64, from: u8, to: u8) -> u64 {
    (low + each(0x80 - from)) & !(low + each(0x7f - to))
}

/// Sets the highest bit of each byte that is no ASCII letter and no digit.
const fn others(eight: u64) -> u64 {
    let low = eight & !HIGH;
    // With this bit set the capitals are small letters, and nothing else becomes a letter.
    let words = between(low | each(0x20), b'a', b'z') | between(low, b'0', b'9');
    (!words | eight) & HIGH
}

/// How many ASCII letters and digits follow each other from `start` on.
pub(super) fn length(bytes: &[u8], start: usize) -> usize {
    let Some(mut rest) = bytes.get(start..) else { return 0 };
    let mut found = 0;
    while let Some((eight, after)) = rest.split_first_chunk::<8>() {
        let others = others(u64::from_le_bytes(*eight));
        if others != 0 {
            return found + (others.trailing_zeros() / 8) as usize;
        }
        found += 8;
        rest = after;
    }
    found + rest.iter().take_while(|b| b.is_ascii_alphanumeric()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place_ends_a_word_or_goes_on() {
        for byte in 0..=u8::MAX {
            for place in 0..20 {
                let mut bytes = [b'Z'; 20];
                bytes[place] = byte;
                let expected = if byte.is_ascii_alphanumeric() { 20 } else { place };
                assert_eq!(length(&bytes, 0), expected, "{byte} at {place}");
                assert_eq!(length(&bytes, place), if byte.is_ascii_alphanumeric() { 20 - place } else { 0 });
            }
        }
        assert_eq!(length(b"abc", 7), 0);
    }
}
