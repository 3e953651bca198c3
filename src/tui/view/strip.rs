//! The rows at the bottom: a step of the tour, the keys of a presenter.

use super::pen::Pen;
use super::queries::wrap;
use crate::tui::command::{self, Scopes};
use crate::tui::model::{Model, Screen};
use crate::tui::theme::Role;
use crate::tui::tour::STEPS;
use ratatui::layout::Rect;

/// Draws them.
pub fn draw(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let mut left = area;
    if let Some(at) = model.tour {
        let keys = u16::from(model.presenter.is_some());
        tour(model, at, pen, Rect { height: area.height.saturating_sub(keys), ..area });
        left = Rect { y: area.bottom().saturating_sub(keys), height: keys, ..area };
    }
    if model.presenter.is_some() && left.height > 0 {
        keys(model, pen, left);
    }
}

/// A rule with where one is, what the step says in two rows, how to go on.
fn tour(model: &Model, at: usize, pen: &mut Pen<'_>, area: Rect) {
    let Some(step) = STEPS.get(at) else { return };
    pen.clear(area);
    let head = format!(" Tour {} of {}: {} ", at + 1, STEPS.len(), step.title);
    pen.rule(area.x, area.y, area.width);
    pen.put(area.x + 1, area.y, area.width.saturating_sub(2), &head, Role::Accent);
    let keys = pen.say(" {tour-next} next   {tour-back} back   {tour} ends ");
    let wide = u16::try_from(keys.len()).unwrap_or(0);
    // Where the row is short the title goes before.
    if area.width > wide + u16::try_from(head.len()).unwrap_or(0) + 4 {
        pen.put_right(area.x + 1, area.y, area.width.saturating_sub(2), &keys, Role::Dim);
    }
    // What a step names is done where it says: elsewhere it says first how to get there.
    let way = match step.place.meets(command::scope(model)) {
        true => String::new(),
        false if step.place == Scopes::WORKLIST => "Back in the worklist ({go-back}): ".to_owned(),
        false if model.screen() == Screen::Worklist => "In a chart ({open-chart}): ".to_owned(),
        false => "Back in the chart ({go-back}): ".to_owned(),
    };
    let words = wrap(&pen.say(&format!("{way}{}", step.says)), usize::from(area.width.saturating_sub(2)));
    for (y, words) in (area.y + 1..area.bottom()).zip(words) {
        pen.put(area.x + 1, y, area.width.saturating_sub(2), &words, Role::Text);
    }
}

/// The newest key first, with what it did.
fn keys(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let Some(presenter) = &model.presenter else { return };
    pen.clear(area);
    let chart = model.chart.as_ref().filter(|_| model.screens.contains(&crate::tui::model::Screen::Chart));
    let answers = chart.map(|c| (0..c.data.view.gaps.len()).filter(|at| c.hides(*at)).count()).filter(|n| *n > 0);
    let answers = answers.map(|n| format!("{n} hidden")).unwrap_or_default();
    let day = presenter.steps.as_ref().filter(|s| chart.is_some_and(|c| c.data.encounter() == s.encounter));
    let day = day.map(|s| format!("day {} of {}", s.at + 1, s.days.len())).unwrap_or_default();
    let right = [answers, day, "presenting".to_owned()].into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join("   ");
    let room = u16::try_from(right.len()).unwrap_or(0).min(area.width.saturating_sub(2));
    pen.put_right(area.x + 1, area.y, area.width.saturating_sub(2), &right, Role::Dim);
    let (mut x, end) = (area.x + 1, area.right().saturating_sub(room + 4));
    for (at, (key, does)) in presenter.keys.iter().rev().enumerate() {
        let does = if does.is_empty() { String::new() } else { format!(" {does}") };
        let wide = u16::try_from(crate::tui::text::width(key) + crate::tui::text::width(&does)).unwrap_or(u16::MAX);
        if x.saturating_add(wide) > end {
            break;
        }
        let (mark, words) = if at == 0 { (Role::Current, Role::Title) } else { (Role::Key, Role::Dim) };
        x += pen.line(x, area.y, wide, &[(key, mark), (&does, words)]) + 3;
    }
}
