//! The composer: one page of fields, the lint under it, the state of saving above it.

use super::list::Tops;
use super::pen::Pen;
use crate::chart::Instant;
use crate::query::{Diagnostic, Draft, LintSeverity, is_justified};
use crate::tui::compose::{Composer, Field, Saved};
use crate::tui::edit;
use crate::tui::layout;
use crate::tui::model::Model;
use crate::tui::say;
use crate::tui::text;
use crate::tui::theme::Role;
use ratatui::layout::{Position, Rect};

/// Columns of the labels at the left.
const LABEL: u16 = 13;

/// One row of the form.
#[derive(Default)]
struct Line {
    label: &'static str,
    /// The heading that an indicator stands under, where it is not that of the one above.
    group: &'static str,
    field: Field,
    item: Option<usize>,
    words: String,
    role: Role,
    right: String,
    /// Stretches of `words` that a finding is about.
    marks: Vec<(usize, usize)>,
    /// Where the cursor stands in `words`, in columns.
    cursor: Option<usize>,
}

/// Draws it.
pub fn draw(model: &Model, pen: &mut Pen<'_>, size: (u16, u16), tops: &mut Tops) -> Option<Position> {
    let composer = model.composer.as_ref()?;
    let stripes = layout::frame(size);
    header(model, composer, pen, &stripes);
    let blocks = finding_blocks(composer, usize::from(size.0.saturating_sub(2)));
    let (rows, shown) = that_fit(&blocks, check_room(size.1));
    let check = rows + 2;
    let body = stripes.body;
    let form = Rect { height: body.height.saturating_sub(check), ..body };
    let width = layout::field_width(size);
    let lines: Vec<Line> =
        Field::ALL.into_iter().filter(|f| f.is_of(composer.draft.form)).flat_map(|field| lines(model, composer, field, width)).collect();
    let here = |l: &Line| l.field == composer.field && (l.item.is_none() || l.item == Some(composer.item));
    let first = lines.iter().position(|l| l.cursor.is_some()).or(lines.iter().position(here)).unwrap_or(0);
    let last = if lines.iter().any(|l| l.cursor.is_some()) { first } else { lines.iter().rposition(here).unwrap_or(first) };
    let height = usize::from(form.height);
    let top = tops.keep("composer", first.min(last), last.min(first + height.saturating_sub(3)), lines.len(), height);
    let mut cursor = None;
    for (at, line) in lines.iter().enumerate().skip(top).take(height) {
        let y = form.y + u16::try_from(at - top).unwrap_or(0);
        let focused = line.field == composer.field;
        pen.put(form.x, y, LABEL - 1, line.label, if focused { Role::Accent } else { Role::Dim });
        pen.put(form.x + 1, y, LABEL - 2, line.group, Role::Dim);
        let right = u16::try_from(text::width(&line.right)).unwrap_or(0);
        let wide = form.width.saturating_sub(LABEL);
        let room = if line.field == Field::Indicators { wide } else { u16::try_from(width).unwrap_or(u16::MAX).min(wide) };
        let x = form.x + LABEL;
        pen.put(x, y, room.saturating_sub(right), &line.words, line.role);
        pen.put_right(x, y, form.width.saturating_sub(LABEL), &line.right, Role::Dim);
        for (start, end) in &line.marks {
            let before = text::width(line.words.get(..*start).unwrap_or_default());
            let long = text::width(line.words.get(*start..*end).unwrap_or_default());
            let x = x + u16::try_from(before).unwrap_or(0);
            pen.over(Rect { x, y, width: u16::try_from(long).unwrap_or(0), height: 1 }, Role::Hit);
        }
        if focused && !composer.typing() && here(line) {
            pen.select(Rect { x, y, width: form.width.saturating_sub(LABEL), height: 1 }, true);
            cursor = cursor.or(Some(Position::new(x, y)));
        }
        if let Some(column) = line.cursor {
            cursor = Some(Position::new((x + u16::try_from(column).unwrap_or(0)).min(form.right()), y));
        }
    }
    check_area(composer, (&blocks, shown), pen, Rect { y: form.bottom(), height: check, ..body });
    // On the rule, where it covers nothing.
    if lines.len() > top + height {
        pen.put_right(form.x, form.bottom(), form.width, " more below", Role::Dim);
    }
    cursor
}

fn header(model: &Model, composer: &Composer, pen: &mut Pen<'_>, stripes: &layout::Frame) {
    let head = stripes.header;
    let room = head.width.saturating_sub(super::banner_width(model));
    let words = format!("Query {}", composer.id);
    let encounter = format!("stay {}", composer.draft.encounter_name());
    let draft = composer.draft.amends.map_or_else(|| " draft   ".to_owned(), |of| format!(" amends query {of}   "));
    pen.line(
        head.x,
        head.y,
        room,
        &[(&words, Role::Accent), (&draft, Role::Text), (&composer.patient, Role::Title), ("   ", Role::Text), (&encounter, Role::Dim)],
    );
    let (words, role) = match (&composer.status, composer.sending.is_some(), composer.clean()) {
        (Saved::Failed(why), ..) => (format!("NOT SAVED: {why}"), Role::Alert),
        (_, true, _) | (_, _, false) => ("saving\u{2026}".to_owned(), Role::Dim),
        (Saved::At(at), ..) => (format!("saved {}", say::second(&by_clock(composer, at))), Role::Ok),
        (Saved::Untouched, ..) => (untouched(composer, model), Role::Dim),
    };
    pen.put(head.x, stripes.sub.y, head.width, &words, role);
    let note = "nothing about payment belongs in a query";
    if head.width > 90 {
        pen.put_right(head.x, stripes.sub.y, head.width, note, Role::Dim);
    }
}

fn lines(model: &Model, composer: &Composer, field: Field, width: usize) -> Vec<Line> {
    let single = |words: String, right: &str| vec![Line { label: field.label(), field, words, right: right.to_owned(), ..Line::default() }];
    let focused = composer.field == field;
    let change = if focused { model.keys.fill("{previous-choice} {next-choice} change") } else { String::new() };
    let change = change.as_str();
    let mut out = match field {
        Field::Title | Field::Words | Field::Question | Field::How | Field::Asked | Field::Reply | Field::Note => {
            text_lines(composer, field, width)
        }
        Field::Form => single(say::form(composer.draft.form).to_owned(), change),
        Field::Why => single(format!("{:?}, {}", composer.draft.reason, composer.draft.reason.label()), change),
        Field::To => {
            let to = composer.draft.recipient.as_ref().map_or_else(|| "nobody yet".to_owned(), |r| format!("{}, {}", r.name, r.role));
            single(to, change)
        }
        Field::Due => due_lines(composer, change, width),
        Field::Indicators => indicator_lines(model, composer, usize::from(model.size.0.saturating_sub(2 + LABEL)).max(8)),
        Field::Options => option_lines(model, composer, width),
    };
    if model.size.1 >= 30 && matches!(field, Field::Due | Field::Indicators | Field::Words | Field::Question | Field::Options) {
        out.push(Line { field, item: Some(usize::MAX), ..Line::default() });
    }
    out
}

/// When an answer is asked for, whether the policy or a person says so, and which hours the policy does not count.
fn due_lines(composer: &Composer, change: &str, width: usize) -> Vec<Line> {
    let field = Field::Due;
    let at = composer.due().map(|d| say::long(&by_clock(composer, &d)));
    let policy = composer.answer_time.filter(|_| !composer.draft.due_by_hand);
    let words = match (policy, at) {
        (_, None) => "not set".to_owned(),
        (Some(policy), Some(at)) => format!("{} h after sending; sent now: {at}", policy.hours),
        (None, Some(at)) if composer.draft.due_by_hand => format!("{at}, set by hand"),
        (None, Some(at)) => at,
    };
    let rule = policy.map(|policy| policy.left_out()).unwrap_or_default();
    let line = |words: String, right: &str, item| Line { field, words, right: right.to_owned(), item, ..Line::default() };
    let whole = if rule.is_empty() { words.clone() } else { format!("{words}   {rule}") };
    if text::width(&whole) + text::width(change) + 2 <= width {
        return vec![Line { label: field.label(), ..line(whole, change, None) }];
    }
    let room = width.saturating_sub(text::width(change) + 2);
    let mut out: Vec<Line> = super::queries::wrap(&words, room).into_iter().map(|words| line(words, "", None)).collect();
    if let Some(first) = out.first_mut() {
        (first.label, first.right) = (field.label(), change.to_owned());
    }
    // An item of its own that no cursor reaches.
    out.extend((!rule.is_empty()).then(|| Line { role: Role::Dim, ..line(rule, "", Some(usize::MAX)) }));
    out
}

/// A time by the clock of the place of the stay.
fn by_clock(composer: &Composer, at: &Instant) -> Instant {
    composer.draft.admitted.map_or(*at, |place| at.seen_from(&place))
}

fn text_lines(composer: &Composer, field: Field, width: usize) -> Vec<Line> {
    let value = composer.value(field);
    let focused = composer.field == field;
    let mut rows = rows(value, width, focused.then_some(composer.cursor));
    for diagnostic in composer.findings_on(field, None) {
        if let Some((from, to)) = diagnostic.r#where {
            mark(&mut rows, from, to);
        }
    }
    if value.is_empty() && !focused {
        let words = if field == Field::Note { "the provider never sees this" } else { "empty" };
        return vec![Line { label: field.label(), field, words: words.to_owned(), role: Role::Dim, ..Line::default() }];
    }
    rows.into_iter()
        .enumerate()
        .map(|(at, row)| Line {
            label: if at == 0 { field.label() } else { "" },
            field,
            words: row.words,
            marks: row.marks,
            cursor: row.cursor,
            ..Line::default()
        })
        .collect()
}

struct TextRow {
    start: usize,
    words: String,
    marks: Vec<(usize, usize)>,
    cursor: Option<usize>,
}

fn rows(value: &str, width: usize, cursor: Option<usize>) -> Vec<TextRow> {
    let at = cursor.map(|c| edit::position(value, c, width));
    text::wrap_text(value, width)
        .into_iter()
        .enumerate()
        .map(|(row, (start, end))| TextRow {
            start,
            words: value.get(start..end).unwrap_or_default().trim_end().to_owned(),
            marks: Vec::new(),
            cursor: at.filter(|(r, _)| *r == row).map(|(_, column)| column),
        })
        .collect()
}

fn mark(rows: &mut [TextRow], from: usize, to: usize) {
    for row in rows {
        let end = row.start + row.words.len();
        let (a, b) = (from.max(row.start), to.min(end));
        if a < b {
            row.marks.push((a - row.start, b - row.start));
        }
    }
}

fn indicator_lines(model: &Model, composer: &Composer, width: usize) -> Vec<Line> {
    let field = Field::Indicators;
    let mut out = Vec::new();
    let all = composer.draft.indicators.len();
    if all > 0 {
        let ticked = composer.draft.indicators.iter().filter(|i| i.included).count();
        let words = model.keys.fill(&format!("{ticked} of {all} ticked; {{toggle}} ticks; only ticked ones are sent"));
        // An item of its own that no cursor reaches.
        out.push(Line { label: field.label(), field, item: Some(usize::MAX), words, role: Role::Dim, ..Line::default() });
    }
    for (at, indicator) in composer.draft.indicators.iter().enumerate() {
        let sign = if indicator.included { "[x] " } else { "[ ] " };
        let right = say::source(&indicator.evidence);
        let above = at.checked_sub(1).and_then(|i| composer.draft.indicators.get(i)).map(|i| i.group.as_str());
        let group = if above == Some(indicator.group.as_str()) { "" } else { say::group(&indicator.group) };
        let role = if indicator.included { Role::Text } else { Role::Dim };
        // Whoever writes sees which side a finding is on; the provider reads no such mark.
        let against = if indicator.against { "against: " } else { "" };
        let words = quoted(&format!("{against}{}", say::proof(&indicator.evidence)), text::width(&right), width.saturating_sub(sign.len()));
        let last = words.len().saturating_sub(1);
        for (row, words) in words.into_iter().enumerate() {
            let (group, sign) = if row == 0 { (group, sign) } else { ("", "    ") };
            let right = if row == last { right.clone() } else { String::new() };
            out.push(Line { group, field, item: Some(at), words: format!("{sign}{words}"), role, right, ..Line::default() });
        }
        let editing = composer.field == field && composer.editing && composer.item == at;
        if indicator.prior && (editing || indicator.included || !indicator.relevance.is_empty()) {
            let prefix = "    relevant because ";
            let cursor = editing.then(|| text::width(prefix) + text::width(indicator.relevance.get(..composer.cursor).unwrap_or_default()));
            let words = if indicator.relevance.is_empty() && !editing {
                format!("{prefix}... (Enter writes it)")
            } else {
                format!("{prefix}{}", indicator.relevance)
            };
            out.push(Line { field, item: Some(at), words, role: Role::Dim, cursor, ..Line::default() });
        }
        // What goes out beside the value stands here too.
        let own = if indicator.prior { "" } else { indicator.relevance.as_str() };
        for beside in [own, indicator.others.as_str()].into_iter().filter(|words| indicator.included && !words.is_empty()) {
            let words = format!("    {beside}");
            out.push(Line { field, item: Some(usize::MAX), words, role: Role::Dim, ..Line::default() });
        }
    }
    if out.is_empty() {
        out.push(Line {
            label: field.label(),
            field,
            words: "none; a query needs its clinical indicators".to_owned(),
            role: Role::Dim,
            ..Line::default()
        });
    }
    out
}

/// Rows of a quote, whole as far as `MOST_ROWS` go; where it stands is put behind the last of them, or in a row of its own.
fn quoted(words: &str, source: usize, width: usize) -> Vec<String> {
    let clean = text::label(words);
    let all = text::wrap_text(&clean, width.max(8));
    let cut = all.len() > MOST_ROWS;
    let mut rows: Vec<String> =
        all.into_iter().take(MOST_ROWS).map(|(a, b)| clean.get(a..b).unwrap_or_default().trim_end().to_owned()).collect();
    if let Some(last) = rows.last_mut().filter(|_| cut) {
        *last = format!("{}\u{2026}", text::fit(last, width.saturating_sub(1), false));
    }
    if source > 0 && rows.last().is_none_or(|last| text::width(last) + 2 + source > width) {
        rows.push(String::new());
    }
    rows
}

/// Rows that a quote takes at most; the note has the rest.
const MOST_ROWS: usize = 4;

fn option_lines(model: &Model, composer: &Composer, width: usize) -> Vec<Line> {
    let field = Field::Options;
    let mut out = Vec::new();
    for (at, option) in composer.draft.options.iter().enumerate() {
        let label = if at == 0 { field.label() } else { "" };
        let editing = composer.field == field && composer.editing && composer.item == at;
        let prefix = if option.selected { "(x) " } else { "( ) " };
        let mut rows = rows(&option.text, width.saturating_sub(4), editing.then_some(composer.cursor));
        for diagnostic in composer.findings_on(field, Some(at)) {
            match diagnostic.r#where {
                Some((from, to)) => mark(&mut rows, from, to),
                None => mark(&mut rows, 0, option.text.len()),
            }
        }
        for (n, row) in rows.into_iter().enumerate() {
            out.push(Line {
                label: if n == 0 { label } else { "" },
                field,
                item: Some(at),
                words: format!("{}{}", if n == 0 { prefix } else { "    " }, row.words),
                marks: row.marks.into_iter().map(|(a, b)| (a + 4, b + 4)).collect(),
                cursor: row.cursor.map(|c| c + 4),
                ..Line::default()
            });
        }
    }
    if out.is_empty() {
        let words = model.keys.fill("none; {add-option} adds one");
        out.push(Line { label: field.label(), field, words, role: Role::Dim, ..Line::default() });
    }
    let Draft { alone, removed, .. } = &composer.draft;
    let left_out =
        [("left out, by itself it would be no choice: ", alone), ("left out, nothing among the indicators supports it: ", removed)];
    for (why, options) in left_out.iter().filter(|(_, options)| !options.is_empty()) {
        let words = format!("{why}{}", options.join("; "));
        let item = Some(usize::MAX); // no cursor reaches it
        let rows = super::queries::wrap(&words, width.saturating_sub(4)).into_iter().filter(|l| !l.is_empty());
        out.extend(rows.map(|l| Line { field, item, words: format!("    {l}"), role: Role::Dim, ..Line::default() }));
    }
    out
}

/// A draft as it was opened: a fresh one says so, an older one says from when it is.
fn untouched(composer: &Composer, model: &Model) -> String {
    match (&composer.created, &model.now) {
        (Some(created), Some(now)) if composer.revision > 1 || now.hours_since(created) > FRESH_HOURS => {
            format!("draft of {}, saved", say::long(&by_clock(composer, created)))
        }
        _ => "new draft, saved".to_owned(),
    }
}

/// A draft that nobody changed is called new for this long.
const FRESH_HOURS: f64 = 0.1;

/// Rows for findings under the form; the form needs the greater part.
fn check_room(height: u16) -> u16 {
    match height {
        0..=19 => 3,
        20..=29 => 6,
        _ => 11,
    }
}

/// One finding, wrapped: its rows, the first with sign and rule.
struct Block {
    sign: &'static str,
    role: Role,
    rule: &'static str,
    rows: Vec<(String, Role)>,
}

/// Columns before the words of a finding.
const HINT: u16 = 10;

/// Every finding with its remedy, whole: what blocks comes first, then what needs words, then advice.
fn finding_blocks(composer: &Composer, width: usize) -> Vec<Block> {
    let findings = composer.findings_in_order();
    let justified = |f: &Diagnostic| is_justified(&composer.draft, f.rule);
    let room = width.saturating_sub(usize::from(HINT)).max(8);
    let block = |finding: &Diagnostic| {
        let (sign, role) = match finding.severity {
            LintSeverity::Block => ("! ", Role::Alert),
            LintSeverity::Justify if !justified(finding) => ("? ", Role::Warn),
            LintSeverity::Justify => ("ok", Role::Ok),
            LintSeverity::Advice => (". ", Role::Dim),
        };
        let wrapped =
            |words: &str, role: Role| super::queries::wrap(words, room).into_iter().filter(|l| !l.is_empty()).map(move |l| (l, role));
        let rows = wrapped(&finding.message, Role::Text).chain(wrapped(&finding.hint, Role::Dim)).collect();
        Block { sign, role, rule: finding.rule, rows }
    };
    findings.into_iter().map(block).collect()
}

/// Rows and number of the findings that fit whole; the first shows as far as it can.
fn that_fit(blocks: &[Block], room: u16) -> (u16, usize) {
    let mut rows: u16 = 0;
    for (at, block) in blocks.iter().enumerate() {
        let more = u16::try_from(block.rows.len()).unwrap_or(room);
        if rows + more > room {
            return if at == 0 { (room, 1) } else { (rows, at) };
        }
        rows += more;
    }
    (rows, blocks.len())
}

fn check_area(composer: &Composer, (blocks, shown): (&[Block], usize), pen: &mut Pen<'_>, area: Rect) {
    pen.rule(area.x, area.y, area.width);
    let (block, justify, advice) = composer.findings();
    let (words, role) = match (&composer.report, block, justify, advice) {
        (None, ..) => ("looking\u{2026}".to_owned(), Role::Dim),
        (_, 0, 0, 0) => ("nothing to look at; ready to send".to_owned(), Role::Ok),
        (_, 0, 0, n) => (format!("{}, none blocks", say::count(n, "thing to look at", "things to look at")), Role::Text),
        (_, 0, n, _) => (format!("{} your words ({{justify}})", say::count(n, "finding needs", "findings need")), Role::Warn),
        (_, n, ..) => (format!("{} sending", say::count(n, "finding blocks", "findings block")), Role::Alert),
    };
    let words = pen.say(&words);
    let used = pen.line(area.x, area.y + 1, area.width, &[("Check        ", Role::Title), (&words, role)]);
    let left = area.width.saturating_sub(used + 2);
    let cut = blocks.first().is_some_and(|b| b.rows.len() + 2 > usize::from(area.height));
    if shown < blocks.len() || cut {
        let words = pen.say(&format!("{shown} of {}; {{findings}} reads all", blocks.len()));
        pen.put_right(area.x + used + 2, area.y + 1, left, &words, Role::Key);
    }
    let mut y = area.y + 2;
    for block in blocks.iter().take(shown) {
        for (at, (words, role)) in block.rows.iter().enumerate() {
            if y >= area.bottom() {
                return;
            }
            if at == 0 {
                pen.line(area.x, y, HINT, &[(block.sign, block.role), (" ", Role::Text), (block.rule, Role::Dim)]);
            }
            pen.put(area.x + HINT, y, area.width.saturating_sub(HINT), words, *role);
            y += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_were_cut_beside_free_room() {
        let long = "Creatinine rose again overnight and the urine output fell to 0.4 mL/kg/h over eight hours; lisinopril is held.";
        let rows = quoted(long, 8, 60);
        assert_eq!(rows.join(" ").trim(), long, "nothing is cut");
        assert_eq!(rows.len(), 2, "{rows:?}");
        for (words, source, rows) in [("short", 10, 1), ("a quote that fills its row up to the end", 22, 2)] {
            assert_eq!(quoted(words, source, 44).len(), rows, "{words}");
        }
        let endless = quoted(&long.repeat(9), 10, 40);
        assert!(endless.len() <= MOST_ROWS + 1 && endless.iter().any(|row| row.ends_with('\u{2026}')), "{endless:?}");
    }
}
