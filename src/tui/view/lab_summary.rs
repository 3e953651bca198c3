//! Labs out of range under the list of documents: name, trend and newest value. A name is never cut: where it is long the trend gives way,
//! then the value goes under it.

use super::pen::Pen;
use super::queries::wrap;
use crate::tui::chart_data::Series;
use crate::tui::text;
use crate::tui::theme::Role;
use ratatui::layout::Rect;

/// Columns of the newest value with its sign, and of the trend.
const VALUE: u16 = 7;
const TREND: u16 = 6;

/// What is drawn, row by row.
#[derive(Default)]
pub struct Summary<'a> {
    rows: Vec<Row<'a>>,
    /// Labs for which there was no room.
    more: usize,
}

#[derive(Default)]
struct Row<'a> {
    name: String,
    trend: bool,
    /// The series whose value the row ends with.
    value: Option<(String, &'a Series)>,
}

impl<'a> Summary<'a> {
    /// For a width, and so many rows at most.
    pub fn of(all: &[&'a Series], width: u16, most: usize) -> Self {
        let mut out = Self::default();
        for (at, series) in all.iter().enumerate() {
            let rows = rows(series, width);
            if out.rows.len() + rows.len() > most {
                out.more = all.len() - at;
                break;
            }
            out.rows.extend(rows);
        }
        out
    }

    /// Rows that it takes, with the blank one before it and its title.
    pub fn height(&self) -> u16 {
        match u16::try_from(self.rows.len() + usize::from(self.more > 0)).unwrap_or(0) {
            0 => 0,
            rows => rows + 2,
        }
    }

    /// Draws it.
    pub fn draw(&self, pen: &mut Pen<'_>, area: Rect) {
        pen.put(area.x, area.y, area.width, "Labs out of range", Role::Dim);
        let mut y = area.y;
        for row in &self.rows {
            y += 1;
            pen.put(area.x, y, area.width, &row.name, Role::Text);
            let Some((value, series)) = &row.value else { continue };
            if row.trend {
                let spark = series.spark(usize::from(TREND), pen.ascii);
                pen.put(area.right().saturating_sub(VALUE + 1 + TREND), y, TREND, &spark, Role::Text);
            }
            pen.put_right(area.right().saturating_sub(VALUE), y, VALUE, value, Role::Text);
        }
        if self.more > 0 {
            let words = pen.say(&format!("{} more: {{pane-labs}} shows all labs", self.more));
            pen.put(area.x, y + 1, area.width, &words, Role::Dim);
        }
    }
}

fn rows(series: &Series, width: u16) -> Vec<Row<'_>> {
    let value = series.points.last().map(|p| format!("{} {}", p.text, p.flag)).unwrap_or_default();
    let name = text::label(&series.name);
    let wide = u16::try_from(text::width(&name)).unwrap_or(u16::MAX);
    let beside = width.saturating_sub(VALUE + 1);
    let value = Some((value, series));
    if wide <= beside {
        let trend = wide < beside.saturating_sub(TREND);
        return vec![Row { name, trend, value }];
    }
    let mut rows: Vec<Row> = wrap(&name, usize::from(width)).into_iter().map(|name| Row { name, ..Row::default() }).collect();
    rows.push(Row { name: String::new(), trend: true, value });
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Instant;
    use crate::tui::chart_data::Point;

    fn series(name: &str) -> Series {
        let point = |value: f64| Point { time: Instant::UNIX_EPOCH, value, text: value.to_string(), flag: "H" };
        let points = vec![point(11.0), point(13.5)];
        Series { name: name.to_owned(), unit: String::new(), vital: false, low: None, high: None, points, baseline: None }
    }

    #[test]
    fn the_names_of_labs_were_cut_in_the_list_of_documents() {
        let names = ["CO2", "White blood cells", "Troponin I, high sensitivity, in serum"];
        let all: Vec<Series> = names.into_iter().map(series).collect();
        let shown = Summary::of(&all.iter().collect::<Vec<_>>(), 26, 9);
        let rows: Vec<(&str, bool, bool)> = shown.rows.iter().map(|r| (r.name.as_str(), r.trend, r.value.is_some())).collect();
        assert_eq!(
            rows,
            [
                ("CO2", true, true),
                ("White blood cells", false, true),
                ("Troponin I, high", false, false),
                ("sensitivity, in serum", false, false),
                ("", true, true),
            ]
        );
        let few = Summary::of(&all.iter().collect::<Vec<_>>(), 26, 3);
        assert_eq!((few.rows.len(), few.more, few.height()), (2, 1, 5));
    }
}
