//! A small set that may hold more than was put in: 256 bits that say at once what is not there.

/// One bit for each kind of beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits([u64; 4]);

impl Bits {
    /// The bits of all that `beginnings` gives; all bits when one of them is unknown.
    pub(super) fn of(beginnings: impl Iterator<Item = Option<u8>>) -> Self {
        let mut out = Self::default();
        for beginning in beginnings {
            match beginning {
                Some(bit) => out.set(bit),
                None => return Self([u64::MAX; 4]),
            }
        }
        out
    }

    /// Puts one in.
    #[inline]
    pub(super) fn set(&mut self, bit: u8) {
        if let Some(word) = self.0.get_mut(usize::from(bit >> 6)) {
            *word |= 1 << (bit & 63);
        }
    }

    /// Whether it may be in.
    #[inline]
    pub(super) fn may_hold(&self, bit: u8) -> bool {
        self.0.get(usize::from(bit >> 6)).is_some_and(|word| word >> (bit & 63) & 1 != 0)
    }

    /// Whether both may hold the same.
    #[inline]
    pub(super) fn may_meet(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).any(|(one, two)| one & two != 0)
    }
}

/// The bit of a word's two first bytes; none for a word of one byte, which may begin anything.
#[inline]
pub(super) fn beginning(word: &[u8]) -> Option<u8> {
    let [first, second, ..] = word else { return None };
    Some(first.wrapping_mul(37).wrapping_add(second.wrapping_mul(11)))
}

#[cfg(test)]
mod tests {
    use super::{Bits, beginning};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_put_in_is_held(words in proptest::collection::vec("[a-z ]{2,4}", 0..8)) {
            let bits = Bits::of(words.iter().map(|word| beginning(word.as_bytes())));
            for word in &words {
                for tail in ["", "x"] {
                    let bit = beginning(format!("{word}{tail}").as_bytes()).unwrap();
                    let one = Bits::of([Some(bit)].into_iter());
                    prop_assert!(bits.may_hold(bit) && bits.may_meet(&one) && one.may_meet(&bits));
                }
            }
        }
    }

    #[test]
    fn an_empty_set_holds_nothing() {
        assert!((0..=255).all(|bit| !Bits::default().may_hold(bit)));
        assert!(!Bits::default().may_meet(&Bits::of([None].into_iter())));
    }
}
