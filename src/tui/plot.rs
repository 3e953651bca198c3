//! Drawing of values over time, as pure arithmetic: an axis of time in columns, a field of dots in cells.

use crate::chart::Instant;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// A stretch of time laid over columns, in the clock of the place where things were written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    from: i64,
    to: i64,
    wide: u16,
}

fn clock(at: &Instant) -> i64 {
    at.utc_seconds() + i64::from(at.offset_seconds().unwrap_or(0))
}

impl Axis {
    /// From the first to the last of some instants; `None` without any, or without a column.
    pub fn over(instants: impl Iterator<Item = Instant>, wide: u16) -> Option<Self> {
        let (from, to) = instants
            .map(|i| clock(&i))
            .fold(None, |range: Option<(i64, i64)>, at| Some(range.map_or((at, at), |(from, to)| (from.min(at), to.max(at)))))?;
        // One instant alone still needs a stretch to stand in.
        (wide > 0).then_some(Self { from, to: to.max(from + 3600), wide })
    }

    /// The dot of an instant, with `per` dots in a column; `None` outside of the axis.
    pub fn dot(&self, at: &Instant, per: u16) -> Option<u16> {
        self.place(clock(at), per)
    }

    /// The column of an instant.
    pub fn column(&self, at: &Instant) -> Option<u16> {
        self.dot(at, 1)
    }

    /// Whether an instant is before the axis begins.
    pub fn is_before(&self, at: &Instant) -> bool {
        clock(at) < self.from
    }

    fn place(&self, at: i64, per: u16) -> Option<u16> {
        let last = i64::from(self.wide) * i64::from(per) - 1;
        (self.from..=self.to).contains(&at).then(|| u16::try_from((at - self.from) * last / (self.to - self.from)).unwrap_or(0))
    }

    /// Midnights on the axis with their day in words, as many as have room for it beside each other.
    pub fn days(&self) -> Vec<(u16, String)> {
        // The year of another year takes its room too.
        let epoch = jiff::civil::date(1970, 1, 1);
        let date = |day: i64| epoch.checked_add(jiff::Span::new().try_days(day).ok()?).ok();
        let old = date(self.from.div_euclid(DAY)).is_some_and(super::say::other_year);
        let room: i64 = if old { 10 } else { 9 };
        let columns = (DAY * i64::from(self.wide) / (self.to - self.from)).max(1);
        let every = (room + columns - 1) / columns;
        let name = |day: i64| date(day).map(super::say::column_day);
        let first = self.from.div_euclid(DAY);
        (first..=self.to.div_euclid(DAY))
            .filter(|day| (day - first) % every.max(1) == 0)
            .filter_map(|day| Some((self.place((day * DAY).max(self.from), 1)?, name(day)?)))
            .collect()
    }
}

/// A field of dots, two by four in a cell, as braille has them.
#[derive(Clone, Debug)]
pub struct Dots {
    wide: u16,
    cells: Vec<u8>,
}

/// The bit of each dot in a braille cell, by row and column.
const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

impl Dots {
    /// An empty field of so many cells.
    pub fn new(wide: u16, high: u16) -> Self {
        Self { wide, cells: vec![0; usize::from(wide) * usize::from(high)] }
    }

    /// Sets one dot; outside of the field nothing happens.
    pub fn set(&mut self, x: u16, y: u16) {
        if x / 2 >= self.wide {
            return;
        }
        let bit = BITS.get(usize::from(y % 4)).and_then(|row| row.get(usize::from(x % 2))).copied().unwrap_or(0);
        if let Some(cell) = self.cells.get_mut(usize::from(y / 4) * usize::from(self.wide) + usize::from(x / 2)) {
            *cell |= bit;
        }
    }

    /// A straight line between two dots.
    pub fn line(&mut self, (x0, y0): (u16, u16), (x1, y1): (u16, u16)) {
        let steps = x0.abs_diff(x1).max(y0.abs_diff(y1)).max(1);
        let between = |a: u16, b: u16, step: u16| {
            let (a, b) = (i64::from(a), i64::from(b));
            u16::try_from(a + (b - a) * i64::from(step) / i64::from(steps)).unwrap_or(0)
        };
        for step in 0..=steps {
            self.set(between(x0, x1, step), between(y0, y1, step));
        }
    }

    /// What stands in a cell; `None` when no dot does.
    pub fn cell(&self, x: u16, y: u16, ascii: bool) -> Option<char> {
        let bits = *self.cells.get(usize::from(y) * usize::from(self.wide) + usize::from(x)).filter(|bits| **bits != 0)?;
        if ascii { Some('.') } else { char::from_u32(0x2800 + u32::from(bits)) }
    }
}

/// Numbers laid over dots from bottom to top.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    low: f64,
    high: f64,
    dots: u16,
}

impl Scale {
    /// From the smallest to the largest of some numbers; `None` without any.
    pub fn over(values: impl Iterator<Item = f64>, dots: u16) -> Option<Self> {
        let range = values
            .filter(|v| v.is_finite())
            .fold(None, |range: Option<(f64, f64)>, v| Some(range.map_or((v, v), |(low, high)| (low.min(v), high.max(v)))));
        let (low, high) = range?;
        // A flat line stands in the middle.
        let (low, high) = if high > low { (low, high) } else { (low - 1.0, high + 1.0) };
        (dots > 0).then_some(Self { low, high, dots })
    }

    /// The dot of a number, counted from the top.
    pub fn dot(&self, value: f64) -> u16 {
        let last = f64::from(self.dots - 1);
        let up = ((value - self.low) / (self.high - self.low) * last).round().clamp(0.0, last);
        self.dots - 1 - up as u16
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    #[test]
    fn an_axis_goes_from_edge_to_edge_and_names_its_days() {
        let ends = [at("2026-11-17T12:00:00-05:00"), at("2026-11-19T12:00:00-05:00")];
        let axis = Axis::over(ends.into_iter(), 49).unwrap();
        assert_eq!((axis.column(&ends[0]), axis.column(&ends[1])), (Some(0), Some(48)));
        assert_eq!(axis.column(&at("2026-11-18T12:00:00-05:00")), Some(24));
        assert_eq!(axis.column(&at("2026-11-20T12:00:00-05:00")), None);
        let days: Vec<(u16, String)> = axis.days();
        assert_eq!(days, [(0, "17 Nov".to_owned()), (12, "18 Nov".to_owned()), (36, "19 Nov".to_owned())]);
    }

    #[test]
    fn days_without_room_for_their_names_are_passed_over() {
        let axis = Axis::over([at("2026-11-01T00:00:00Z"), at("2026-11-30T00:00:00Z")].into_iter(), 40).unwrap();
        let columns: Vec<u16> = axis.days().into_iter().map(|(x, _)| x).collect();
        assert!(columns.windows(2).all(|w| w[1] - w[0] >= 8), "{columns:?}");
    }

    #[test]
    fn a_dot_in_each_corner_is_the_braille_of_that_corner() {
        for (x, y, shown) in [(0, 0, '\u{2801}'), (1, 0, '\u{2808}'), (0, 3, '\u{2840}'), (1, 3, '\u{2880}')] {
            let mut dots = Dots::new(1, 1);
            dots.set(x, y);
            assert_eq!(dots.cell(0, 0, false), Some(shown));
            assert_eq!(dots.cell(0, 0, true), Some('.'));
        }
        assert_eq!(Dots::new(1, 1).cell(0, 0, false), None);
    }

    proptest! {
        #[test]
        fn a_line_is_whole_and_no_dot_falls_outside(a in (0u16..60, 0u16..40), b in (0u16..60, 0u16..40)) {
            let mut dots = Dots::new(30, 10);
            dots.line(a, b);
            prop_assert!(dots.cell(a.0 / 2, a.1 / 4, true).is_some() && dots.cell(b.0 / 2, b.1 / 4, true).is_some());
            for x in a.0.min(b.0) / 2..=a.0.max(b.0) / 2 {
                prop_assert!((0..10).any(|y| dots.cell(x, y, true).is_some()), "a hole at {x}");
            }
        }

        #[test]
        fn higher_is_never_drawn_lower(values in proptest::collection::vec(-1e6f64..1e6, 2..20), dots in 1u16..80) {
            let scale = Scale::over(values.iter().copied(), dots).unwrap();
            for pair in values.windows(2) {
                prop_assert!(pair[0] < pair[1] || scale.dot(pair[0]) <= scale.dot(pair[1]));
                prop_assert!(scale.dot(pair[0]) < dots);
            }
        }
    }
}
