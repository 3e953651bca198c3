//! What lies over a screen: at the bottom, the whole width, under a thin rule; the screen above stays readable.

use super::list::Tops;
use super::pen::Pen;
use super::queries::wrap;
use crate::checklist::{Explanation, Outcome};
use crate::tui::command::{self, Avail};
use crate::tui::layer::Layer;
use crate::tui::layout;
use crate::tui::model::{COLUMNS, Model, Sort};
use crate::tui::say;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::update::chart::targets;
use crate::tui::update::compare::candidates;
use crate::tui::update::try_on::kinds;
use crate::tui::update::worklist::view_keys;
use crate::tui::update::{fitting, matches, outcome_keys, review_days};
use crate::work::model::DismissReason;
use ratatui::layout::{Position, Rect};

pub(super) type Rows = Vec<Vec<(String, Role)>>;

/// Draws the top layer; gives where the cursor stands.
pub fn draw(model: &Model, layer: &Layer, pen: &mut Pen<'_>, size: (u16, u16), tops: &mut Tops) -> Option<Position> {
    let width = usize::from(size.0.saturating_sub(2));
    match layer {
        Layer::Palette { words, cursor } => palette(model, pen, size, (words, *cursor), tops),
        Layer::Help { top } => page(pen, size, "Keys of this screen", &help(model, width), *top),
        Layer::Text { title, text, top } => {
            let rows = wrap(text, width.min(100)).into_iter().map(|l| vec![(l, Role::Text)]).collect();
            page(pen, size, title, &rows, *top)
        }
        Layer::Explain { title, about, tree, top } => page(pen, size, title, &explain(about, tree.as_ref(), width), *top),
        Layer::Dismiss { title, .. } => {
            let reasons = DismissReason::ALL.iter().enumerate().map(|(at, r)| choice(&(at + 1).to_string(), r.label())).collect();
            sheet(pen, size, &format!("Set aside: {title}"), reasons, "a digit; Esc leaves it open")
        }
        Layer::Review { patient, .. } => {
            let days = review_days().iter().map(|(key, _, words)| choice(&key.to_string(), words)).collect();
            sheet(pen, size, &format!("When to look at {patient} again"), days, "a digit; Esc changes nothing")
        }
        Layer::Sending { question, text, top, seen } => sending(pen, size, question, text, (*top, *seen)),
        Layer::Views => {
            let rows = view_keys(model).into_iter().map(|(key, _, words)| choice(&key.to_string(), &words)).collect();
            let title = if model.worklist.counting.is_some() { "Which charts (still looking for gaps in some)" } else { "Which charts" };
            sheet(pen, size, title, rows, "one key; Esc keeps this view")
        }
        Layer::Sort => {
            let row = |(at, (sort, name)): (usize, &(Sort, &str))| {
                let mark = if *sort == model.worklist.sort { "(x) " } else { "( ) " };
                choice(&(at + 1).to_string(), &format!("{mark}{name}"))
            };
            sheet(pen, size, "In which order", Sort::ALL.iter().enumerate().map(row).collect(), "a digit; Esc keeps this order")
        }
        Layer::Columns => {
            let shown = |at: usize| model.worklist.columns.0.get(at).copied().unwrap_or(false);
            let words = |at: usize, name: &str| format!("[{}] {name}", if shown(at) { "x" } else { " " });
            let rows = COLUMNS.iter().enumerate().map(|(at, name)| choice(&(at + 1).to_string(), &words(at, name))).collect();
            sheet(pen, size, "Which columns show, where there is room for them", rows, "a digit shows or hides; Enter or Esc is done")
        }
        Layer::Group { by, words, cursor } => super::group::draw(model, pen, size, (*by, words, *cursor), tops),
        Layer::GoTo => {
            let targets = model.chart.as_ref().map(targets).unwrap_or_default();
            let mut rows: Rows = targets.into_iter().map(|(key, words, _)| choice(&key.to_string(), &words)).collect();
            rows.push(choice("g", "to the top"));
            sheet(pen, size, "Go to the newest", rows, "one key; Esc stays here")
        }
        Layer::Kind => {
            let mark = |kind| if model.try_on.kind == kind { "(x) " } else { "( ) " };
            let rows = kinds().map(|(key, name, kind)| choice(&key.to_string(), &format!("{}{name}", mark(kind)))).collect();
            sheet(pen, size, "Which kind of note is it?", rows, "one key; Esc changes nothing")
        }
        Layer::CompareWith { cursor } => compare_with(model, pen, size, *cursor, tops),
        Layer::Outline { words, cursor } => super::outline::draw(model, pen, size, (words, *cursor), tops),
        Layer::Confirm { question, .. } => {
            let rows = vec![vec![
                ("y".to_owned(), Role::Key),
                (" yes     ".to_owned(), Role::Text),
                ("Enter, n, Esc".to_owned(), Role::Key),
                (" no".to_owned(), Role::Text),
            ]];
            sheet(pen, size, question, rows, "")
        }
        Layer::Words { prompt, text, cursor, .. } => {
            let at = sheet(
                pen,
                size,
                prompt,
                vec![vec![("> ".to_owned(), Role::Accent), (tail(text, *cursor, width - 4).0, Role::Text)]],
                "Enter takes it, Esc does nothing",
            )?;
            let column = tail(text, *cursor, width - 4).1;
            Some(Position::new(at.x + 2 + u16::try_from(column).unwrap_or(0), at.y))
        }
        Layer::Reply { id, options, option, typing, text, cursor, who, naming, early } => {
            let mut rows: Rows = options
                .iter()
                .enumerate()
                .map(|(at, o)| {
                    vec![
                        (format!("{} ", at + 1), Role::Key),
                        (if *option == Some(at) { "(x) " } else { "( ) " }.to_owned(), Role::Text),
                        (o.clone(), if *option == Some(at) { Role::Title } else { Role::Text }),
                    ]
                })
                .collect();
            let (shown, column) = tail(text, *cursor, width.saturating_sub(28));
            if early.is_some() {
                rows.push(vec![("the options are being read".to_owned(), Role::Dim)]);
            }
            // An option with a room to fill is not answered by its tick alone.
            let blank = option.and_then(|at| options.get(at)).is_some_and(|o| o.contains("__"));
            let label = if blank { "what fills the blank  " } else { "provider's own words  " };
            rows.push(vec![(label.to_owned(), if *typing { Role::Accent } else { Role::Dim }), (shown, Role::Text)]);
            let words = u16::try_from(rows.len() - 1).unwrap_or(0);
            let (name, end) = tail(who, who.len(), width.saturating_sub(28));
            rows.push(vec![("who replied; when     ".to_owned(), if *naming { Role::Accent } else { Role::Dim }), (name, Role::Text)]);
            let (last, column) = if *naming { (words + 1, end) } else { (words, column) };
            let at = sheet(
                pen,
                size,
                &format!("The answer to query {id}"),
                rows,
                "digit chooses, Tab goes on, Enter records, Esc does nothing",
            )?;
            Some(Position::new(at.x + 22 + u16::try_from(column).unwrap_or(0), at.y + last))
        }
        Layer::File { text, cursor, offered } => {
            let (shown, column) = tail(text, *cursor, width - 4);
            let mut rows: Rows = vec![vec![("> ".to_owned(), Role::Accent), (shown, Role::Text)]];
            let height = usize::from(size.1).saturating_sub(10).clamp(3, 8);
            rows.extend(offered.iter().take(height).map(|name| vec![(format!("  {}", text::label(name)), Role::Dim)]));
            if offered.len() > height {
                rows.push(vec![(format!("  and {} more", offered.len() - height), Role::Dim)]);
            }
            let hint = "Tab completes, Enter tries it (nothing typed: the items in force), Esc";
            let at = sheet(pen, size, "Try the items of which checklist file?", rows, hint)?;
            Some(Position::new(at.x + 2 + u16::try_from(column).unwrap_or(0), at.y))
        }
        Layer::Take { words, cursor, all } => {
            let found = fitting(all, words);
            let height = usize::from(size.1).saturating_sub(10).clamp(3, 12);
            let top = tops.keep("take", *cursor, *cursor, found.len(), height);
            let taken = |i: &crate::query::Indicator| {
                model
                    .composer
                    .as_ref()
                    .is_some_and(|c| c.draft.indicators.iter().any(|there| there.hash == i.hash && there.evidence == i.evidence))
            };
            let mut rows: Rows = vec![vec![("> ".to_owned(), Role::Accent), (tail(words, words.len(), width - 4).0, Role::Text)]];
            for (at, place) in found.iter().enumerate().skip(top).take(height) {
                let Some((line, indicator)) = all.get(*place) else { continue };
                let sign = if taken(indicator) { "[x] " } else { "[ ] " };
                let role = if at == *cursor { Role::Accent } else { Role::Text };
                let mark = if at == *cursor { "\u{203a} " } else { "  " };
                let mark = if model.ascii && at == *cursor { "> " } else { mark };
                rows.push(vec![(mark.to_owned(), Role::Accent), (sign.to_owned(), Role::Dim), (text::label(line), role)]);
            }
            if found.is_empty() {
                rows.push(vec![("nothing of the chart holds these words".to_owned(), Role::Dim)]);
            }
            let at = sheet(
                pen,
                size,
                &format!("Take from the chart ({} of {})", found.len(), all.len()),
                rows,
                "type to find, Enter takes, Esc is done",
            )?;
            let column = tail(words, words.len(), width - 4).1;
            Some(Position::new(at.x + 2 + u16::try_from(column).unwrap_or(0), at.y))
        }
        Layer::Redirect { id, all } => {
            let mut rows: Rows =
                all.iter().zip(outcome_keys()).map(|(r, key)| choice(&key.to_string(), &format!("{}, {}", r.name, r.role))).collect();
            if rows.is_empty() {
                rows.push(vec![("looking\u{2026}".to_owned(), Role::Dim)]);
            }
            sheet(pen, size, &format!("Who gets query {id} instead?"), rows, "one key; Esc changes nothing")
        }
        Layer::Outcome { id, title } => {
            let rows = say::OUTCOMES.iter().zip(outcome_keys()).map(|(o, key)| choice(&key.to_string(), say::outcome(*o))).collect();
            sheet(pen, size, &format!("How did query {id} end?  {title}"), rows, "one key; Esc leaves it open")
        }
    }
}

fn choice(key: &str, words: &str) -> Vec<(String, Role)> {
    vec![(format!("{key}  "), Role::Key), (words.to_owned(), Role::Text)]
}

/// What the note on show can be compared with.
fn compare_with(model: &Model, pen: &mut Pen<'_>, size: (u16, u16), cursor: usize, tops: &mut Tops) -> Option<Position> {
    let chart = model.chart.as_ref()?;
    let all = candidates(chart);
    let height = usize::from(size.1).saturating_sub(9).clamp(3, 14);
    let top = tops.keep("compare-with", cursor, cursor, all.len(), height);
    let row = |(at, (words, ..)): (usize, &(String, usize, u32))| {
        let (bar, role) = if at == cursor { (if pen.ascii { "> " } else { "\u{203a} " }, Role::Accent) } else { ("  ", Role::Text) };
        vec![(bar.to_owned(), Role::Accent), (words.clone(), role)]
    };
    let rows = all.iter().enumerate().skip(top).take(height).map(row).collect();
    let note = chart.note()?;
    let time = chart.data.document(chart.doc).and_then(|d| d.time).map(|t| format!(" of {}", say::short(&t))).unwrap_or_default();
    let title = format!("Compare the {}{time}, {}, with", note.label, note.author);
    let at = sheet(pen, size, &title, rows, "j k choose, Enter compares, Esc changes nothing")?;
    Some(Position::new(at.x, at.y + u16::try_from(cursor.saturating_sub(top)).unwrap_or(0)))
}

/// The end of a text that is typed, with the column of its cursor.
pub(super) fn tail(words: &str, cursor: usize, width: usize) -> (String, usize) {
    let column = text::width(&text::label(words.get(..cursor).unwrap_or(words)));
    let skip = column.saturating_sub(width);
    (text::label(words).chars().skip(skip).collect(), column - skip)
}

/// What is about to be sent, whole: yes is offered once all of it was on the screen.
fn sending(pen: &mut Pen<'_>, size: (u16, u16), question: &str, text: &str, (top, seen): (usize, usize)) -> Option<Position> {
    let (count, room) = layout::sending(size, question, text);
    let (width, height) = size;
    let titles = wrap(question, usize::from(width.saturating_sub(2)));
    let shown = u16::try_from(count.min(room)).unwrap_or(height);
    let tall = (shown + u16::try_from(titles.len()).unwrap_or(0) + 4).min(height);
    let mut y = height - tall;
    pen.clear(Rect { x: 0, y, width, height: tall });
    pen.rule(0, y, width);
    for words in &titles {
        y += 1;
        pen.put(1, y, width - 2, words, Role::Title);
    }
    y += 2;
    let first = y;
    for words in wrap(text, usize::from(width.saturating_sub(2))).iter().skip(top).take(usize::from(height.saturating_sub(y + 2))) {
        pen.put(1, y, width - 2, words, Role::Text);
        y += 1;
    }
    let keys: &[(&str, Role)] = if seen.max(top + room) >= count {
        &[("y", Role::Key), (" send it     ", Role::Text), ("Enter, n, Esc", Role::Key), (" not now", Role::Text)]
    } else {
        &[("Space", Role::Key), (" the rest of it     ", Role::Text), ("n, Esc", Role::Key), (" not now", Role::Text)]
    };
    pen.line(1, height - 1, width - 2, keys);
    Some(Position::new(1, first))
}

/// A few rows at the bottom of the screen. Gives the first cell of the rows.
pub(super) fn sheet(pen: &mut Pen<'_>, (width, height): (u16, u16), title: &str, rows: Rows, hint: &str) -> Option<Position> {
    let titles = wrap(title, usize::from(width.saturating_sub(2)));
    let count = u16::try_from(rows.len() + titles.len()).unwrap_or(height);
    let tall = (count + 4).min(height);
    let top = height - tall;
    pen.clear(Rect { x: 0, y: top, width, height: tall });
    pen.rule(0, top, width);
    let mut y = top + 1;
    for words in &titles {
        pen.put(1, y, width - 2, words, Role::Title);
        y += 1;
    }
    y += 1;
    let first = y;
    for row in rows.iter().take(usize::from(height.saturating_sub(y + 1))) {
        let parts: Vec<(&str, Role)> = row.iter().map(|(words, role)| (words.as_str(), *role)).collect();
        pen.line(1, y, width - 2, &parts);
        y += 1;
    }
    pen.put(1, height - 1, width - 2, hint, Role::Dim);
    Some(Position::new(1, first))
}

/// A text over the whole screen but its header.
fn page(pen: &mut Pen<'_>, (width, height): (u16, u16), title: &str, rows: &Rows, top: usize) -> Option<Position> {
    let area = Rect { x: 0, y: 2, width, height: height.saturating_sub(2) };
    pen.clear(area);
    pen.rule(0, 2, width);
    pen.put(1, 3, width - 2, title, Role::Accent);
    let room = usize::from(height.saturating_sub(7));
    let top = top.min(rows.len().saturating_sub(room));
    for (at, row) in rows.iter().skip(top).take(room).enumerate() {
        let parts: Vec<(&str, Role)> = row.iter().map(|(words, role)| (words.as_str(), *role)).collect();
        pen.line(1, 5 + u16::try_from(at).unwrap_or(0), width - 2, &parts);
    }
    let more = if rows.len() > top + room { "j k scroll   Esc closes   more below" } else { "j k scroll   Esc closes" };
    pen.put(1, height - 1, width - 2, more, Role::Dim);
    Some(Position::new(1, 3))
}

/// Every command of the place, whole: what it does stands beside it where there is room, else under it.
fn help(model: &Model, width: usize) -> Rows {
    let mut rows: Rows = Vec::new();
    let beside = width >= 110;
    let indent = if beside { 60 } else { 18 };
    let here = command::scope(model);
    for command in command::commands(here) {
        let keys = model.keys.names(here, command.id).join(" ");
        let mut does = wrap(&says(model, command), width.saturating_sub(indent).max(20)).into_iter();
        let mut row = vec![(format!("{keys:<17} "), Role::Key), (format!("{:<41} ", command.title), Role::Text)];
        if beside {
            row.extend(does.next().map(|words| (words, Role::Dim)));
        }
        rows.push(row);
        rows.extend(does.map(|words| vec![(format!("{}{words}", " ".repeat(indent)), Role::Dim)]));
    }
    rows.push(Vec::new());
    let mut legend = vec!["! needs an answer   ? worth a look   . worth knowing   * not read yet"];
    if here == command::Scopes::WORKLIST {
        legend.extend([
            "Day/GMLOS: day of the stay, and the geometric mean length of stay of its working DRG in days; dc: discharged on that day",
            "Gaps: how many are open, with the sign of the most pressing; \u{2026} not looked at yet   Query: the most pressing kind of those of the chart",
        ]);
    }
    for line in legend {
        rows.extend(wrap(line, width).into_iter().map(|words| vec![(words, Role::Dim)]));
    }
    rows
}

fn explain(about: &[String], tree: Option<&Explanation>, width: usize) -> Rows {
    let mut rows: Rows = about.iter().flat_map(|line| wrap(line, width).into_iter().map(|l| vec![(l, Role::Text)])).collect();
    rows.push(Vec::new());
    rows.push(vec![("How it was decided".to_owned(), Role::Title)]);
    match tree {
        None => rows.push(vec![("looking\u{2026}".to_owned(), Role::Dim)]),
        Some(tree) => branch(tree, 0, width, &mut rows),
    }
    rows
}

fn branch(node: &Explanation, depth: usize, width: usize, rows: &mut Rows) {
    let (word, role) = match node.outcome {
        Outcome::Yes => ("yes          ", Role::Ok),
        Outcome::No => ("no           ", Role::Dim),
        Outcome::CannotTell => ("cannot tell  ", Role::Warn),
    };
    let indent = "  ".repeat(depth.min(12));
    for (at, label) in wrap(&node.label, width.saturating_sub(13 + indent.len())).into_iter().enumerate() {
        let word = if at == 0 { word } else { "             " };
        rows.push(vec![(word.to_owned(), role), (indent.clone(), Role::Text), (label, Role::Text)]);
    }
    let detail = wrap(&node.detail, width.saturating_sub(15 + indent.len()));
    rows.extend(detail.into_iter().filter(|l| !l.is_empty()).map(|l| vec![(format!("               {indent}{l}"), Role::Dim)]));
    for part in &node.parts {
        branch(part, depth + 1, width, rows);
    }
}

fn palette(
    model: &Model,
    pen: &mut Pen<'_>,
    (width, height): (u16, u16),
    (words, cursor): (&str, usize),
    tops: &mut Tops,
) -> Option<Position> {
    let here = command::scope(model);
    let found = matches(model, words);
    let tall = (height * 2 / 3).max(10).min(height);
    let top = height - tall;
    pen.clear(Rect { x: 0, y: top, width, height: tall });
    pen.rule(0, top, width);
    let used = pen.line(1, top + 1, width - 2, &[("> ", Role::Accent), (words, Role::Title)]);
    pen.put_right(1, top + 1, width - 2, &say::count(found.len(), "command", "commands"), Role::Dim);
    // What the selected command does stands whole under the list.
    let does = found.get(cursor).map(|c| says(model, c)).unwrap_or_default();
    let does = wrap(&does, usize::from(width.saturating_sub(2)));
    let foot = u16::try_from(does.len()).unwrap_or(1) + 1;
    let room = usize::from(tall.saturating_sub(3 + foot));
    let first = tops.keep("palette", cursor, cursor, found.len(), room);
    let remark = width.saturating_sub(9).min(60);
    for (at, command) in found.iter().enumerate().skip(first).take(room) {
        let y = top + 3 + u16::try_from(at - first).unwrap_or(0);
        let elsewhere = !command.scope.meets(here);
        let off = elsewhere || (command.when)(model) != Avail::Yes;
        let keys = model.keys.names(here, command.id).into_iter().take(2).collect::<Vec<_>>().join(" ");
        pen.put(1, y, 16, &keys, Role::Key);
        pen.put(18, y, remark.saturating_sub(19), command.title, if off { Role::Dim } else { Role::Text });
        let why = match (elsewhere, off) {
            (true, _) => "elsewhere",
            (false, true) => "not now",
            _ => "",
        };
        pen.put(remark, y, width.saturating_sub(remark + 1), why, Role::Dim);
        if at == cursor {
            pen.select(Rect { x: 1, y, width: width - 2, height: 1 }, true);
        }
    }
    for (at, words) in does.iter().enumerate() {
        pen.put(1, height - foot + 1 + u16::try_from(at).unwrap_or(0), width - 2, words, Role::Dim);
    }
    Some(Position::new(1 + used, top + 1))
}

/// What a command does, and why it cannot be given now.
fn says(model: &Model, command: &command::Command) -> String {
    if !command.scope.meets(command::scope(model)) {
        return model.keys.fill(&format!("{} {}.", command.help, command::only_in(command)));
    }
    match (command.when)(model) {
        Avail::Yes => model.keys.fill(command.help),
        Avail::No(reason) => model.keys.fill(&format!("{} Not now: {reason}.", command.help)),
    }
}
