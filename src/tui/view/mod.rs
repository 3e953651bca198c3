//! From the model to cells. Nothing here changes the model; what only drawing needs to remember is in [`ViewCache`].

mod chart;
mod compare;
mod composer;
mod gaps;
mod group;
mod lab_summary;
mod labs;
mod layers;
mod list;
mod outline;
mod pen;
mod queries;
mod reader;
mod search;
mod strip;
mod timeline;
mod trend;
mod try_on;
mod worklist;

use super::chrome::Chrome;
use super::command;
use super::keys::Key;
use super::layout;
use super::model::{Model, SMALLEST, Screen};
use super::theme::{Role, Theme};
use crate::chart::Instant;
use list::Tops;
use pen::Pen;
use queries::wrap;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// What drawing remembers from one frame to the next: where lists are scrolled to.
#[derive(Clone, Debug, Default)]
pub struct ViewCache {
    tops: Tops,
}

/// Draws one frame.
pub fn view(model: &Model, theme: Theme, frame: &mut Frame<'_>, cache: &mut ViewCache) {
    let area = frame.area();
    if area.width == 0 || area.height == 0 {
        return;
    }
    super::say::read_in(model.now.as_ref());
    let chrome = Chrome::of((area.width, area.height), model.strip_of(area.width), model.presenter.is_some());
    if chrome.strip > 0 {
        return framed(model, theme, frame, cache, chrome);
    }
    let mut pen = Pen::new(frame.buffer_mut(), theme, &model.keys, model.ascii);
    let cursor = if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        let words = format!("Lacuna needs {}x{}; this is {}x{}", SMALLEST.0, SMALLEST.1, area.width, area.height);
        pen.put(0, 0, area.width, &words, Role::Text);
        None
    } else {
        screen(model, &mut pen, (area.width, area.height), cache)
    };
    if let Some(at) = cursor.filter(|at| area.contains(*at)) {
        frame.set_cursor_position(at);
    }
}

/// A frame with something around the screen: that is drawn by itself and its rows are put where they belong.
fn framed(model: &Model, theme: Theme, frame: &mut Frame<'_>, cache: &mut ViewCache, chrome: Chrome) {
    let area = frame.area();
    let mut inner = Buffer::empty(Rect::new(0, 0, chrome.inner.0, chrome.inner.1));
    let mut pen = Pen::new(&mut inner, theme, &model.keys, model.ascii);
    let small = chrome.inner.0 < SMALLEST.0 || chrome.inner.1 < SMALLEST.1;
    let cursor = if small {
        pen.put(
            0,
            0,
            area.width,
            &format!("Lacuna needs {}x{}; this is {}x{}", SMALLEST.0, SMALLEST.1, area.width, area.height),
            Role::Text,
        );
        None
    } else {
        screen(model, &mut pen, chrome.inner, cache)
    };
    let row = |y: u16| if chrome.spaced { y * 2 } else { y };
    let buffer = frame.buffer_mut();
    for y in (0..chrome.inner.1).filter(|y| row(*y) < area.height) {
        for x in 0..chrome.inner.0 {
            if let Some((to, from)) = buffer.cell_mut((x, row(y))).zip(inner.cell((x, y))) {
                to.clone_from(from);
            }
        }
    }
    let strip = Rect { y: area.bottom().saturating_sub(chrome.strip), height: chrome.strip, ..area };
    let mut pen = Pen::new(buffer, theme, &model.keys, model.ascii);
    if !small {
        strip::draw(model, &mut pen, strip);
    }
    let cursor = cursor.map(|at| Position::new(at.x, row(at.y))).filter(|at| area.contains(*at) && !strip.contains(*at));
    if let Some(at) = cursor {
        frame.set_cursor_position(at);
    }
}

fn screen(model: &Model, pen: &mut Pen<'_>, size: (u16, u16), cache: &mut ViewCache) -> Option<Position> {
    let stripes = layout::frame(size);
    let tops = &mut cache.tops;
    let cursor = match model.screen() {
        Screen::Worklist => worklist::draw(model, pen, &stripes, tops),
        Screen::Chart => chart::draw(model, pen, size, tops),
        Screen::Compare => compare::draw(model, pen, size),
        Screen::Composer => composer::draw(model, pen, size, tops),
        Screen::Tracker => queries::draw(model, pen, &stripes, tops),
        Screen::Query => queries::draw_one(model, pen, &stripes),
        Screen::Search => search::draw(model, pen, &stripes, tops),
        Screen::TryOn => try_on::draw(model, pen, &stripes, tops),
    };
    banner(model, pen, stripes.header);
    message(model, pen, stripes.line);
    footer(model, pen, stripes.footer);
    match model.layers.last() {
        Some(layer) => layers::draw(model, layer, pen, size, tops),
        None => cursor,
    }
}

/// Columns at the right of the header that banner and clock take.
pub(super) fn banner_width(model: &Model) -> u16 {
    let wide = super::text::width(&banner_words(model)) + 2;
    u16::try_from(wide).unwrap_or(40)
}

fn banner_words(model: &Model) -> String {
    let clock = model.now.filter(|_| model.size.0 >= 100).map(|now| super::say::long(&by_clock_of(model, &now))).unwrap_or_default();
    let who = if model.size.0 >= 100 { model.user.as_str() } else { "" };
    [model.banner.as_str(), who, clock.as_str()].iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join("   ")
}

/// The time as the clock of the stay on the screen shows it: beside times of its notes another one would mislead.
pub(super) fn by_clock_of(model: &Model, at: &Instant) -> Instant {
    match (model.screen(), &model.chart, &model.composer, &model.query) {
        (Screen::Chart | Screen::Compare, Some(chart), ..) => chart.data.here(at),
        (Screen::Composer, _, Some(composer), _) => composer.draft.admitted.map_or(*at, |place| at.seen_from(&place)),
        (Screen::Query, _, _, Some(query)) => query.view.draft.admitted.map_or(*at, |place| at.seen_from(&place)),
        _ => *at,
    }
}

/// Always on the screen: whether these are real people.
fn banner(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let words = banner_words(model);
    let wide = u16::try_from(super::text::width(&words)).unwrap_or(area.width).min(area.width);
    let x = area.right().saturating_sub(wide);
    let used = pen.put(x, area.y, wide, &model.banner, Role::Warn);
    let rest = words.get(model.banner.len()..).unwrap_or_default();
    pen.put(x + used, area.y, wide.saturating_sub(used), rest, Role::Dim);
}

/// Rows that a message may take: a long one goes on above its line, over what stands there, until the next key.
const MESSAGE: usize = 4;

/// What just happened. An input of the screen has the line before it.
fn message(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let Some(notice) = &model.notice else { return };
    let sign = if notice.bad { "! " } else { "" };
    let indent = u16::try_from(sign.len()).unwrap_or(0);
    let wide = area.width.saturating_sub(indent);
    let rows: Vec<String> = wrap(&pen.say(&notice.text), usize::from(wide)).into_iter().filter(|row| !row.is_empty()).collect();
    let shown = rows.len().min(MESSAGE);
    let top = area.y.saturating_sub(u16::try_from(shown.saturating_sub(1)).unwrap_or(0));
    for (at, words) in rows.iter().take(shown).enumerate() {
        let y = top + u16::try_from(at).unwrap_or(0);
        pen.clear(Rect { y, height: 1, ..area });
        let cut = at + 1 == shown && rows.len() > shown;
        let words = if cut { format!("{words}\u{2026}") } else { words.clone() };
        pen.put(area.x, y, indent, if at == 0 { sign } else { "" }, Role::Alert);
        pen.put(area.x + indent, y, wide, &words, Role::Text);
    }
}

/// Keys of what is typed or chosen beside the screen's own commands.
fn typed(model: &Model) -> Option<&'static [(&'static str, &'static str)]> {
    match model.screen() {
        Screen::Worklist if model.worklist.typing => Some(&[("Enter", "keeps the filter"), ("Esc", "clears it"), ("Up Down", "choose")]),
        Screen::Chart if model.chart.as_ref().is_some_and(|c| c.find.typing) => {
            Some(&[("Enter", "to the match"), ("Esc", "back to where it began")])
        }
        Screen::Search if model.search.facet.is_some() => {
            Some(&[("Enter", "narrows to it"), ("Up Down", "choose"), ("Esc", "back to the query")])
        }
        _ => None,
    }
}

/// At most seven keys.
fn footer(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let mut x = area.x;
    if let Some(keys) = typed(model) {
        for (key, words) in keys {
            let left = area.right().saturating_sub(x);
            x += pen.line(x, area.y, left, &[(key, Role::Key), (" ", Role::Text), (words, Role::Dim)]) + 3;
        }
        return;
    }
    let mut hints = command::footer(model);
    let typing = model.screen() == Screen::Search
        || model.screen() == Screen::TryOn && !model.try_on.on_list
        || model.composer.as_ref().is_some_and(|c| model.screen() == Screen::Composer && c.typing());
    let here = command::scope(model);
    let hint = |(command, words): (&command::Command, &'static str)| {
        let keys = model.keys.keys(here, command.id);
        // The shortest way to help where letters are keys.
        let key = keys.iter().find(|k| !typing && command.id == "help" && matches!(k, Key::Char(_))).or(keys.first());
        (key.map(ToString::to_string).unwrap_or_default(), words)
    };
    let wide = |all: &[(&command::Command, &'static str)]| -> usize {
        all.iter().map(|c| hint(*c)).map(|(key, words)| key.len() + words.len() + 4).sum()
    };
    while hints.len() > 2 && wide(&hints) > usize::from(area.width) + 3 {
        hints.remove(hints.len() - 2);
    }
    for one in hints {
        let (key, words) = hint(one);
        let left = area.right().saturating_sub(x);
        x += pen.line(x, area.y, left, &[(&key, Role::Key), (" ", Role::Text), (words, Role::Dim)]) + 3;
    }
}
