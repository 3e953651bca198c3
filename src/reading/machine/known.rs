//! Which rows of words begin or end a pattern, near enough to be asked for every word.

/// A pattern ends with this row.
pub(super) const ENDS: u64 = 1;
/// A pattern goes on behind it.
pub(super) const MORE: u64 = 2;

/// A table of pairs of bits that knows for certain which rows begin no pattern, and guesses wrong on few of the others.
pub(super) struct Known {
    bits: Vec<u64>,
    shift: u32,
}

impl Known {
    /// So many pairs for each pattern and the rows it begins with keep the wrong guesses near one in ten; more of them would not stay near.
    const SPARSE: usize = 8;

    pub(super) fn new(patterns: usize) -> Self {
        let pairs = (patterns * Self::SPARSE).next_power_of_two().max(1024);
        Self { bits: vec![0; pairs / 32], shift: 64 - pairs.ilog2() }
    }

    #[inline]
    fn place(&self, key: u64) -> (usize, u64) {
        let pair = key >> self.shift;
        ((pair / 32) as usize, pair % 32 * 2)
    }

    pub(super) fn set(&mut self, key: u64, what: u64) {
        let (at, shift) = self.place(key);
        if let Some(word) = self.bits.get_mut(at) {
            *word |= what << shift;
        }
    }

    /// What is known of a row: `ENDS`, `MORE`, both or nothing.
    #[inline]
    pub(super) fn of(&self, key: u64) -> u64 {
        let (at, shift) = self.place(key);
        self.bits.get(at).map_or(0, |word| word >> shift)
    }
}
