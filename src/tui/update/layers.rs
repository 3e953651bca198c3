//! Keys of what lies over a screen.

use super::{chart, compare, composer, group, nav, taking, try_on, when};
use crate::chart::Instant;
use crate::query::QueryState;
use crate::tui::command::{self, Command};
use crate::tui::edit::{self, Shape, Typed};
use crate::tui::keys::Key;
use crate::tui::layer::{Layer, Purpose, Yes};
use crate::tui::layout;
use crate::tui::model::Model;
use crate::tui::msg::{Effect, Request, Slot};
use crate::tui::say;
use crate::work::Reply;
use crate::work::model::{DismissReason, QueryRow};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// Days until the next look, by digit.
pub const REVIEW_DAYS: [(char, u32, &str); 6] =
    [('0', 0, "no date"), ('1', 1, "tomorrow"), ('2', 2, "in 2 days"), ('3', 3, "in 3 days"), ('5', 5, "in 5 days"), ('7', 7, "in a week")];

/// A key goes to the top layer; it takes all of them.
pub fn press(model: &mut Model, key: Key) -> Vec<Effect> {
    let rows = isize::try_from(model.body_rows()).unwrap_or(10);
    let Some(layer) = model.layers.pop() else { return Vec::new() };
    match layer {
        Layer::Palette { words, cursor } => palette(model, key, words, cursor),
        Layer::Help { top } => scrolled(key, top, rows).map(|top| keep(model, Layer::Help { top })).unwrap_or_default(),
        Layer::Text { title, text, top } => {
            scrolled(key, top, rows).map(|top| keep(model, Layer::Text { title, text, top })).unwrap_or_default()
        }
        Layer::Explain { title, about, tree, top } => {
            let moved = scrolled(key, top, rows).filter(|_| key != Key::Char('e'));
            moved.map(|top| keep(model, Layer::Explain { title, about, tree, top })).unwrap_or_default()
        }
        Layer::Dismiss { key: gap, title } => dismiss(model, key, gap, title),
        Layer::Review { encounter, patient } => match REVIEW_DAYS.iter().find(|d| Key::Char(d.0) == key) {
            Some((_, days, _)) => vec![model.ask(Slot::Act, Request::NextReview(encounter, *days))],
            None if leaves(key) => Vec::new(),
            None => keep(model, Layer::Review { encounter, patient }),
        },
        Layer::Sending { question, text, top, seen } => sending(model, key, question, text, (top, seen)),
        Layer::Views => view_chosen(model, key),
        Layer::Sort => super::worklist::sort_chosen(model, key),
        Layer::Columns => columns_chosen(model, key),
        Layer::Group { by, words, cursor } => group::key(model, key, by, words, cursor),
        Layer::GoTo => chart::went_to(model, key),
        Layer::Kind => try_on::kind_chosen(model, key),
        Layer::CompareWith { cursor } => compare::chosen(model, key, cursor),
        Layer::Outline { words, cursor } => chart::outline_key(model, key, words, cursor),
        Layer::Confirm { question, yes } => match key {
            Key::Char('y' | 'Y') => confirmed(model, yes),
            Key::Esc | Key::Enter | Key::Char('n' | 'N' | 'q') => {
                model.say("nothing was done");
                Vec::new()
            }
            _ => keep(model, Layer::Confirm { question, yes }),
        },
        Layer::Words { prompt, text, cursor, purpose } => words(model, key, prompt, (text, cursor), purpose),
        Layer::File { text, cursor, offered } => try_on::path(model, key, text, cursor, offered),
        reply @ Layer::Reply { .. } => answer(model, key, reply),
        Layer::Take { words, cursor, all } => take(model, key, words, cursor, all),
        Layer::Redirect { id, all } => match all.iter().zip(outcome_keys()).find(|(_, k)| Key::Char(*k) == key) {
            Some((to, _)) => {
                let (prompt, purpose) =
                    (format!("Query {id} goes to {} instead. Why?", to.name), Purpose::RedirectWhy(id, to.name.clone()));
                keep(model, Layer::Words { prompt, text: String::new(), cursor: 0, purpose })
            }
            None if leaves(key) => Vec::new(),
            None => keep(model, Layer::Redirect { id, all }),
        },
        Layer::Outcome { id, title } => match say::OUTCOMES.iter().zip(outcome_keys()).find(|(_, k)| Key::Char(*k) == key) {
            Some((outcome, _)) => {
                let unwritten = |q: &QueryRow| {
                    q.id == id && matches!(q.state, QueryState::Answered | QueryState::AnsweredNotDocumented) && q.found.is_none()
                };
                let undocumented = when::query(model).is_some_and(unwritten);
                let warning = if undocumented { " No note carries its answer yet." } else { "" };
                let row = when::query(model).filter(|q| q.id == id);
                let early = row.and_then(|q| q.due).zip(model.now).is_some_and(|(due, now)| due > now);
                let objection = crate::work::close_objection(*outcome, row.and_then(|q| q.says), undocumented, early);
                if let Some(why) = objection {
                    let prompt = format!("Close query {id} as \u{201c}{}\u{201d}? But {why}. Why is it closed so?", say::outcome(*outcome));
                    let purpose = Purpose::CloseWhy(id, *outcome);
                    return keep(model, Layer::Words { prompt, text: String::new(), cursor: 0, purpose });
                }
                let question =
                    format!("Close query {id} as \u{201c}{}\u{201d}?{warning} Only a reason opens it again.", say::outcome(*outcome));
                keep(model, Layer::Confirm { question, yes: Yes::Close(id, *outcome) })
            }
            None if leaves(key) => Vec::new(),
            None => keep(model, Layer::Outcome { id, title }),
        },
    }
}

fn view_chosen(model: &mut Model, key: Key) -> Vec<Effect> {
    let chosen = super::worklist::view_keys(model).into_iter().find(|(k, ..)| Key::Char(*k) == key).map(|(_, choice, _)| choice);
    match chosen {
        Some(super::worklist::Choice::View(view)) => super::worklist::show_view(model, view),
        Some(super::worklist::Choice::Search(query)) => vec![model.ask(Slot::Stays, Request::Stays(query))],
        None if leaves(key) => Vec::new(),
        None => keep(model, Layer::Views),
    }
}

fn columns_chosen(model: &mut Model, key: Key) -> Vec<Effect> {
    match key {
        Key::Char(c) if c.is_ascii_digit() && c != '0' => {
            let at = c.to_digit(10).and_then(|d| usize::try_from(d - 1).ok()).unwrap_or(usize::MAX);
            model.worklist.columns.toggle(at);
            keep(model, Layer::Columns)
        }
        Key::Enter => Vec::new(),
        key if leaves(key) => Vec::new(),
        _ => keep(model, Layer::Columns),
    }
}

/// Yes sends only what was seen whole; the rest is scrolled into sight first.
fn sending(model: &mut Model, key: Key, question: String, text: String, (top, seen): (usize, usize)) -> Vec<Effect> {
    let (rows, room) = layout::sending(model.size, &question, &text);
    let seen = seen.max(top + room);
    let last = rows.saturating_sub(room);
    let page = isize::try_from(room.saturating_sub(1)).unwrap_or(1).max(1);
    match key {
        Key::Char('y' | 'Y') if seen >= rows => return composer::send_now(model),
        Key::Char('n' | 'N' | 'q') | Key::Esc => {
            model.say("nothing was sent");
            return Vec::new();
        }
        Key::Enter if seen >= rows => {
            model.say("nothing was sent");
            return Vec::new();
        }
        _ => {}
    }
    let top = scrolled(key, top, page).unwrap_or(top).min(last);
    keep(model, Layer::Sending { question, text, top, seen: seen.max(top + room) })
}

/// Places of those that hold every word that was typed.
pub fn fitting(all: &[(String, crate::query::Indicator)], words: &str) -> Vec<usize> {
    let wanted: Vec<String> = words.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let fits = |text: &str| wanted.iter().all(|w| text.to_lowercase().contains(w));
    all.iter().enumerate().filter(|(_, (text, _))| fits(text)).map(|(at, _)| at).collect()
}

fn take(model: &mut Model, key: Key, mut words: String, mut cursor: usize, all: Vec<(String, crate::query::Indicator)>) -> Vec<Effect> {
    let found = fitting(&all, &words);
    match key {
        Key::Esc => return Vec::new(),
        Key::Enter => {
            let Some((_, indicator)) = found.get(cursor).and_then(|at| all.get(*at)).cloned() else {
                return keep(model, Layer::Take { words, cursor, all });
            };
            let effects = taking::take_in(model, vec![indicator]);
            keep(model, Layer::Take { words, cursor, all });
            return effects;
        }
        _ => narrow(key, &mut words, &mut cursor, found.len()),
    }
    keep(model, Layer::Take { words, cursor, all })
}

/// What a key does in a list that is found by letters: it moves, or it changes the letters, and then the first one is selected.
pub(super) fn narrow(key: Key, words: &mut String, cursor: &mut usize, found: usize) {
    match key {
        Key::Down | Key::Ctrl('n') => nav::moved(cursor, found, 1),
        Key::Up | Key::Ctrl('p') => nav::moved(cursor, found, -1),
        Key::PageDown => nav::moved(cursor, found, 8),
        Key::PageUp => nav::moved(cursor, found, -8),
        _ => {
            let mut at = words.len();
            if edit::key(words, &mut at, key, Shape { width: usize::MAX, multiline: false }) == Typed::Changed {
                *cursor = 0;
            }
        }
    }
}

/// The key of each outcome.
pub fn outcome_keys() -> impl Iterator<Item = char> {
    ('1'..='9').chain('a'..='b')
}

fn keep(model: &mut Model, layer: Layer) -> Vec<Effect> {
    model.layers.push(layer);
    Vec::new()
}

pub(super) fn leaves(key: Key) -> bool {
    matches!(key, Key::Esc | Key::Char('q'))
}

/// Where a text scrolls to; `None` closes it.
fn scrolled(key: Key, top: usize, rows: isize) -> Option<usize> {
    let by = match key {
        Key::Down | Key::Char('j') => 1,
        Key::Up | Key::Char('k') => -1,
        Key::PageDown | Key::Char(' ') => rows,
        Key::PageUp | Key::Char('b') => -rows,
        Key::Home | Key::Char('g') => return Some(0),
        Key::Ctrl('r') | Key::F(1) | Key::Char('?') | Key::Enter => return None,
        key if leaves(key) => return None,
        _ => 0,
    };
    Some(top.saturating_add_signed(by).min(5_000))
}

/// A paste goes into the words that are typed.
pub fn paste(model: &mut Model, pasted: &str) -> Vec<Effect> {
    let pasted = pasted.replace('\n', " ");
    match model.layers.last_mut() {
        Some(Layer::Words { text, cursor, .. }) => {
            edit::insert(text, cursor, &pasted);
        }
        Some(Layer::Reply { who, naming: true, .. }) => who.push_str(&pasted),
        Some(Layer::Reply { text, cursor, typing: true, .. }) => {
            edit::insert(text, cursor, &pasted);
        }
        Some(Layer::File { text, cursor, .. }) => {
            edit::insert(text, cursor, pasted.trim());
            return try_on::names(model);
        }
        Some(
            Layer::Palette { words, cursor }
            | Layer::Take { words, cursor, .. }
            | Layer::Outline { words, cursor }
            | Layer::Group { words, cursor, .. },
        ) => {
            words.push_str(&pasted);
            *cursor = 0;
        }
        _ => {}
    }
    Vec::new()
}

fn palette(model: &mut Model, key: Key, mut words: String, mut cursor: usize) -> Vec<Effect> {
    let found = matches(model, &words);
    match key {
        Key::Esc => return Vec::new(),
        Key::Enter => {
            return match found.get(cursor) {
                Some(command) if !command.scope.meets(command::scope(model)) => {
                    model.say(format!("{}: not here. {}", command.title, command::only_in(command)));
                    Vec::new()
                }
                Some(command) => super::run(model, command),
                None => keep(model, Layer::Palette { words, cursor }),
            };
        }
        _ => narrow(key, &mut words, &mut cursor, found.len()),
    }
    keep(model, Layer::Palette { words, cursor })
}

/// Commands of this place that fit some letters, the best first; then those of other places that are called so: somebody who looks for one
/// learns where it is.
pub fn matches(model: &Model, words: &str) -> Vec<&'static Command> {
    let here = command::scope(model);
    let mut all: Vec<&Command> = command::all().filter(|c| c.id != "palette-colon").collect();
    if words.trim().is_empty() {
        all.retain(|c| c.scope.meets(here));
        return all;
    }
    let pattern = Pattern::parse(words, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut ranked: Vec<(u8, u32, usize, &Command)> = Vec::new();
    for (at, command) in all.drain(..).enumerate() {
        let called = called(command, words);
        if !command.scope.meets(here) {
            let called = called.or_else(|| said(&format!("{} {}", command.title, command.id), words).then_some(1));
            ranked.extend(called.map(|score| (1, score, at, command)));
            continue;
        }
        let title = pattern.score(Utf32Str::new(&format!("{} {}", command.title, command.id), &mut buffer), &mut matcher);
        let help = pattern.score(Utf32Str::new(command.help, &mut buffer), &mut matcher).filter(|_| said(command.help, words));
        if let Some(score) = title.map(|s| s * 2).max(help).max(called) {
            // Letters that only happen to stand in a title come after what is really called so, wherever that works.
            ranked.push((if called.is_some() || said(command.title, words) { 0 } else { 2 }, score, at, command));
        }
    }
    ranked.sort_by_key(|(tier, score, at, _)| (*tier, std::cmp::Reverse(*score), *at));
    ranked.into_iter().map(|(.., command)| command).collect()
}

/// Whether every word that was typed stands in a text.
fn said(text: &str, words: &str) -> bool {
    let text = text.to_lowercase();
    words.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

/// How well a command fits by what else people call it: every word typed must begin one of those, or one of its title. It weighs as much as
/// the same letters in the title would.
fn called(command: &Command, words: &str) -> Option<u32> {
    const LETTER: u32 = 56;
    let words = words.to_lowercase();
    let begins = |all: &str, word: &str| all.split(|c: char| !c.is_alphanumeric()).any(|w| w.to_lowercase().starts_with(word));
    let named = words.split_whitespace().filter(|w| w.chars().count() > 1);
    let fits = named.clone().all(|w| begins(command.also, w) || begins(command.title, w));
    let letters: usize = named.clone().filter(|w| begins(command.also, w)).map(|w| w.chars().count()).sum();
    (fits && letters > 0).then(|| LETTER * u32::try_from(letters).unwrap_or(u32::MAX / LETTER))
}

fn dismiss(model: &mut Model, key: Key, gap: String, title: String) -> Vec<Effect> {
    let reason = match key {
        Key::Char(c) => c.to_digit(10).and_then(|d| usize::try_from(d).ok()).and_then(|d| DismissReason::ALL.get(d.checked_sub(1)?)),
        _ => None,
    };
    match reason {
        Some(DismissReason::Other) => {
            let prompt = format!("Set aside: {title}. For what reason?");
            keep(model, Layer::Words { prompt, text: String::new(), cursor: 0, purpose: Purpose::DismissOther(gap) })
        }
        Some(reason) => set_aside(model, gap, *reason, String::new()),
        None if leaves(key) => Vec::new(),
        None => keep(model, Layer::Dismiss { key: gap, title }),
    }
}

fn set_aside(model: &mut Model, gap: String, reason: DismissReason, words: String) -> Vec<Effect> {
    let Some(encounter) = model.chart.as_ref().map(|c| c.data.encounter().to_owned()) else { return Vec::new() };
    chart::move_on(model, &gap);
    if let Some(chart) = &mut model.chart {
        chart.aside = Some(gap.clone());
    }
    vec![model.ask(Slot::Act, Request::Dismiss(encounter, gap, reason, words))]
}

fn confirmed(model: &mut Model, yes: Yes) -> Vec<Effect> {
    match yes {
        Yes::Query(gap) => chart::query_about(model, &gap),
        Yes::Discard(id) => vec![model.ask(Slot::Act, Request::Discard(id))],
        Yes::Close(id, outcome) => vec![model.ask(Slot::Act, Request::Close(id, outcome, String::new()))],
        Yes::Documented(id) => vec![model.ask(Slot::Act, Request::Documented(id))],
    }
}

fn words(model: &mut Model, key: Key, prompt: String, (mut text, mut cursor): (String, usize), purpose: Purpose) -> Vec<Effect> {
    match key {
        Key::Esc => {
            model.say("nothing was done");
            return Vec::new();
        }
        Key::Enter if text.trim().is_empty() => model.say("a word or two, or Esc"),
        // What is too short here would hold the draft later, and nobody would know why.
        Key::Enter if matches!(purpose, Purpose::Justify(_) | Purpose::CloseWhy(..)) && !crate::query::is_reason(&text) => {
            let more = " A few words more, please.";
            let prompt = format!("{}{more}", prompt.strip_suffix(more).unwrap_or(&prompt));
            return keep(model, Layer::Words { prompt, text, cursor, purpose });
        }
        Key::Enter => return given(model, purpose, text.trim().to_owned()),
        _ => {
            edit::key(&mut text, &mut cursor, key, Shape { width: usize::MAX, multiline: false });
        }
    }
    keep(model, Layer::Words { prompt, text, cursor, purpose })
}

fn given(model: &mut Model, purpose: Purpose, text: String) -> Vec<Effect> {
    match purpose {
        Purpose::DismissOther(gap) => set_aside(model, gap, DismissReason::Other, text),
        Purpose::EscalateTo(id) => match text.split_once(':').map(|(to, why)| (to.trim(), why.trim())) {
            Some((to, why)) if !to.is_empty() && !why.is_empty() => {
                vec![model.ask(Slot::Act, Request::Escalate(id, to.to_owned(), why.to_owned()))]
            }
            _ => {
                let to = text.trim_end_matches(':').trim().to_owned();
                let prompt = format!("Query {id} goes to {to}. Why?");
                keep(model, Layer::Words { prompt, text: String::new(), cursor: 0, purpose: Purpose::EscalateWhy(id, to) })
            }
        },
        Purpose::CloseWhy(id, outcome) => vec![model.ask(Slot::Act, Request::Close(id, outcome, text))],
        Purpose::EscalateWhy(id, to) => vec![model.ask(Slot::Act, Request::Escalate(id, to, text))],
        Purpose::RedirectWhy(id, to) => vec![model.ask(Slot::Act, Request::Redirect(id, to, text))],
        Purpose::Amend(id) => vec![model.ask(Slot::Draft, Request::Amendment(id, text))],
        Purpose::Reopen(id) => vec![model.ask(Slot::Act, Request::Reask(id, text))],
        Purpose::Contact(id) => {
            let (channel, words) = text.split_once(':').unwrap_or((text.as_str(), ""));
            vec![model.ask(Slot::Act, Request::Contact(id, channel.trim().to_owned(), words.trim().to_owned()))]
        }
        Purpose::Withdraw(id) => vec![model.ask(Slot::Act, Request::Withdraw(id, text))],
        Purpose::SignAs => {
            let (name, contact) = text.split_once(';').unwrap_or((text.as_str(), ""));
            vec![model.ask(Slot::Act, Request::SignAs(name.trim().to_owned(), contact.trim().to_owned()))]
        }
        Purpose::Note(encounter) => vec![model.ask(Slot::Act, Request::Note(encounter, text))],
        Purpose::Justify(rule) => composer::justified(model, rule, text),
        Purpose::KeepSearch(query) => vec![model.ask(Slot::Act, Request::KeepSearch(text, query))],
    }
}

fn answer(model: &mut Model, key: Key, layer: Layer) -> Vec<Effect> {
    let Layer::Reply { id, options, mut option, mut typing, mut text, mut cursor, mut who, mut naming, mut early } = layer else {
        return Vec::new();
    };
    match key {
        Key::Esc => {
            model.say("nothing was recorded");
            return Vec::new();
        }
        key if early.is_some() => early.iter_mut().for_each(|keys| keys.push(key)),
        Key::Enter if option.is_some() || !text.trim().is_empty() => {
            let (by, when) = who.split_once(';').map_or((who.as_str(), ""), |(by, when)| (by, when.trim()));
            let at = Instant::parse(when);
            if at.is_some() || when.is_empty() {
                let reply = Reply { words: text.trim().to_owned(), option, by: by.trim().to_owned(), at, from: String::new() };
                return vec![model.ask(Slot::Act, Request::Reply(id, Box::new(reply)))];
            }
            model.say("that is no time; as in  Lin Chen, MD; 2026-11-20T08:50-05:00");
        }
        Key::Enter => model.say("choose by digit, or type the provider's words"),
        // From the options to the words, to who replied, and round again.
        Key::Tab | Key::BackTab => {
            (typing, naming) = match (typing, naming) {
                (_, true) => (options.is_empty(), false),
                (true, false) => (false, true),
                (false, false) => (true, false),
            };
        }
        _ if naming => {
            let mut end = who.len();
            edit::key(&mut who, &mut end, key, Shape { width: usize::MAX, multiline: false });
        }
        Key::Char(c) if !typing && c.is_ascii_digit() => {
            let chosen = c.to_digit(10).and_then(|d| usize::try_from(d).ok()?.checked_sub(1)).filter(|at| *at < options.len());
            if chosen.is_some() {
                option = chosen;
                typing = true;
            }
        }
        _ => {
            typing = typing || matches!(key, Key::Char(_));
            if typing {
                edit::key(&mut text, &mut cursor, key, Shape { width: usize::MAX, multiline: false });
            }
        }
    }
    keep(model, Layer::Reply { id, options, option, typing, text, cursor, who, naming, early })
}
