//! What stands around the screens: rows at the bottom for the tour and for the keys that a presenter pressed, and blank rows between all
//! others where a room looks on. The screens know nothing of it: they are laid out for the rows that are left.

use super::model::SMALLEST;

/// How a terminal is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chrome {
    /// Columns and rows that the screens are laid out for.
    pub inner: (u16, u16),
    /// Whether a blank row stands after each of theirs.
    pub spaced: bool,
    /// Rows at the bottom.
    pub strip: u16,
    /// Whether those rows cover the last rows of the screen, because there is no room beside it.
    pub over: bool,
}

impl Chrome {
    /// Divides a terminal: `strip` rows are wanted at the bottom, and blank rows between the others or not.
    pub fn of((width, height): (u16, u16), strip: u16, spaced: bool) -> Self {
        let over = height < SMALLEST.1 + strip;
        let left = if over { height } else { height - strip };
        let spaced = spaced && left / 2 >= SMALLEST.1;
        let inner = (width, if spaced { left.div_ceil(2) } else { left });
        Self { inner, spaced, strip: strip.min(height), over }
    }
}

#[cfg(test)]
mod tests {
    use super::Chrome;

    #[test]
    fn rows_are_given_only_where_the_screens_keep_enough() {
        let of = |height, strip, spaced| Chrome::of((80, height), strip, spaced);
        assert_eq!(of(24, 0, false), Chrome { inner: (80, 24), spaced: false, strip: 0, over: false });
        assert_eq!(of(24, 1, true), Chrome { inner: (80, 23), spaced: false, strip: 1, over: false });
        assert_eq!(of(41, 1, true), Chrome { inner: (80, 20), spaced: true, strip: 1, over: false });
        assert_eq!(of(16, 4, false), Chrome { inner: (80, 16), spaced: false, strip: 4, over: true });
        assert_eq!(of(1, 4, true).strip, 1);
    }
}
