//! Scrolling of lists: the top stays where it is as long as the cursor shows.

use std::collections::BTreeMap;

/// Tops of all lists, by name.
#[derive(Clone, Debug, Default)]
pub struct Tops(BTreeMap<&'static str, usize>);

impl Tops {
    /// The top of a list that shows `height` of `len` rows, with the rows from `first` to `last` in sight.
    pub fn keep(&mut self, name: &'static str, first: usize, last: usize, len: usize, height: usize) -> usize {
        let top = self.0.entry(name).or_insert(0);
        let margin = usize::from(height > 6);
        if last + margin + 1 > *top + height {
            *top = (last + margin + 1).saturating_sub(height);
        }
        if first < *top + margin {
            *top = first.saturating_sub(margin);
        }
        *top = (*top).min(len.saturating_sub(height));
        *top
    }
}
