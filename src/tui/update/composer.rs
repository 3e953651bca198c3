//! The composer: fields, lists, live lint, autosave, sending.

use super::autosave::{changed, save_now};
use super::{nav, taking};
use crate::query::{Draft, Indicator, LintSeverity, OptionKind, QueryForm, QueryOption, Reason, Verbal, is_justified};
use crate::tui::compose::{Composer, Field, Then};
use crate::tui::edit::{self, Shape, Typed};
use crate::tui::keys::Key;
use crate::tui::layer::{Layer, Purpose, Yes};
use crate::tui::layout;
use crate::tui::model::{Model, Screen};
use crate::tui::msg::{Effect, Request, Slot};
use crate::tui::say;
use crate::work::model::QueryView;

/// A paste of more words is remarked on.
const LONG_PASTE: usize = 300;

/// A word of more letters is none: something else was in the clipboard.
const LONG_WORD: usize = 200;

/// Headings that indicators can stand under.
const GROUPS: [&str; 6] = ["documentation", "history", "exam", "labs", "imaging", "treatment"];

/// Opens a draft.
pub fn open(model: &mut Model, view: QueryView) -> Vec<Effect> {
    // The draft before may still wait for the store; its words go there before another takes its place.
    if model.composer.as_ref().is_some_and(|c| c.id != view.row.id && !c.clean() && c.sending.is_some()) {
        model.show(Screen::Composer);
        model.say("the draft before is still being saved; open the other one in a moment");
        return Vec::new();
    }
    let mut effects = save_now(model);
    let encounter = view.draft.encounter.clone();
    let mut composer = Composer::new(view);
    if let Some(place) = model.resume.take().filter(|place| place.id == composer.id) {
        composer.resume(place);
    }
    let draft = Box::new(composer.draft.clone());
    let (gap, amends) = (draft.gap.clone(), draft.amends);
    model.composer = Some(composer);
    model.show(Screen::Composer);
    effects.push(model.ask(Slot::Lint, Request::Lint(draft)));
    if let Some(stay) = encounter.filter(|_| amends.is_none()) {
        let taken = model.basket.take(&stay, gap.as_deref());
        if !taken.is_empty() {
            effects.extend(taking::take_in(model, taken));
            // They are in no basket any more: the draft holds them before the place says so.
            effects.extend(save_now(model));
        }
    }
    // Kept at once: whatever ends the program from here on, the next start comes back to this draft.
    effects.extend(super::place::keep(model));
    effects
}

/// Gives the draft to the person's own editor: kept first, so that nothing hangs on how the editor ends.
pub fn in_editor(model: &mut Model) -> Vec<Effect> {
    let mut effects = save_now(model);
    let Some(draft) = model.composer.as_ref().map(|c| Box::new(c.draft.clone())) else { return effects };
    effects.extend(super::open_editor(model, Request::Edit(draft)));
    effects
}

/// Takes in what the editor left; a draft that changed meanwhile is another one, and stays as it is.
pub fn edited(model: &mut Model, draft: Draft) -> Vec<Effect> {
    let Some(composer) = &mut model.composer else { return Vec::new() };
    if composer.draft == draft {
        model.say("back from the editor: nothing changed");
        return Vec::new();
    }
    composer.draft = draft;
    composer.focus(composer.field);
    model.say("back from the editor");
    changed(model)
}

/// A key: text goes into the field, the rest is looked up.
pub fn typed(model: &mut Model, key: Key) -> Option<Vec<Effect>> {
    let width = layout::field_width(model.size);
    let composer = model.composer.as_mut()?;
    if !composer.typing() {
        return None;
    }
    if composer.editing && matches!(key, Key::Enter | Key::Esc) {
        composer.editing = false;
        return Some(Vec::new());
    }
    let shape = Shape { width, multiline: composer.multiline() };
    let (text, cursor) = composer.text()?;
    match edit::key(text, cursor, key, shape) {
        Typed::Changed => Some(changed(model)),
        Typed::Moved => Some(Vec::new()),
        Typed::Ignored => match key {
            Key::Down | Key::Enter => {
                composer.go(1);
                composer.cursor = 0;
                Some(Vec::new())
            }
            Key::Up => {
                go_up(composer);
                Some(Vec::new())
            }
            _ => None,
        },
    }
}

fn go_up(composer: &mut Composer) {
    composer.go(-1);
    composer.item = composer.items().saturating_sub(1);
}

/// A paste is one edit of the text that is typed.
pub fn paste(model: &mut Model, words: &str, unseen: usize) -> Vec<Effect> {
    let Some(composer) = model.composer.as_mut() else { return Vec::new() };
    let words = if composer.multiline() { words.to_owned() } else { words.replace('\n', " ") };
    let clean: String = words.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let count = clean.split_whitespace().count();
    let longest = clean.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
    match composer.text() {
        Some((text, cursor)) => {
            edit::insert(text, cursor, &clean);
            let effects = changed(model);
            if unseen > 0 {
                model.say(format!("{} left out of what was pasted", say::count(unseen, "unseen character", "unseen characters")));
            } else if longest > LONG_WORD {
                model.say(format!("{longest} letters without a blank pasted: no provider reads that; all of it is kept"));
            } else if count > LONG_PASTE {
                model.say(format!("{count} words pasted: nobody reads so long a query; all of it is kept"));
            }
            effects
        }
        None => {
            model.say("nothing takes a paste here; Tab goes to a text");
            Vec::new()
        }
    }
}

/// Esc goes one step back: past a message, which may say why something was not done, else out of the draft. It is kept.
pub fn escape(model: &mut Model, told: bool) -> Vec<Effect> {
    match &mut model.composer {
        Some(composer) if !composer.leaving && told => {
            composer.leaving = true;
            model.say("{go-back} again leaves; the draft is kept");
            Vec::new()
        }
        _ => close(model),
    }
}

/// Keeps the draft and closes.
pub fn close(model: &mut Model) -> Vec<Effect> {
    let mut effects = save_now(model);
    if let Some(composer) = &mut model.composer {
        if composer.clean() {
            model.composer = None;
        }
        model.say("the draft is kept; {query-gap} on its gap opens it again, {tracker} shows all queries");
    }
    model.screens.retain(|s| *s != Screen::Composer);
    effects.extend(nav::refresh(model));
    effects
}

/// Moves among items, and from the first or last of them to the next field.
pub fn step(model: &mut Model, by: isize) {
    let Some(composer) = &mut model.composer else { return };
    let items = composer.items();
    match (by, composer.item) {
        (1, at) if at + 1 < items => composer.item += 1,
        (-1, at) if at > 0 && items > 0 => composer.item -= 1,
        (1, _) => {
            composer.go(1);
            composer.cursor = 0;
        }
        (-1, _) => go_up(composer),
        _ => {}
    }
}

/// The next field.
pub fn next_field(model: &mut Model) -> Vec<Effect> {
    if let Some(composer) = &mut model.composer {
        composer.go(1);
    }
    Vec::new()
}

/// The field before.
pub fn previous_field(model: &mut Model) -> Vec<Effect> {
    if let Some(composer) = &mut model.composer {
        composer.go(-1);
    }
    Vec::new()
}

/// Ticks or unticks an indicator.
pub fn toggle(model: &mut Model) -> Vec<Effect> {
    let Some(composer) = &mut model.composer else { return Vec::new() };
    if composer.item >= composer.draft.indicators.len() {
        return Vec::new();
    }
    composer.remember();
    if let Some(indicator) = composer.draft.indicators.get_mut(composer.item) {
        indicator.included = !indicator.included;
    }
    taking::retell(model);
    changed(model)
}

/// Edits an option's words or an earlier value's relevance; on a choice, takes the next one.
pub fn edit_item(model: &mut Model) -> Vec<Effect> {
    let Some(composer) = &mut model.composer else { return Vec::new() };
    match composer.field {
        Field::Options => {
            if let Some(length) = composer.draft.options.get(composer.item).map(|o| o.text.len()) {
                composer.remember();
                composer.cursor = length;
                composer.editing = true;
            }
            Vec::new()
        }
        Field::Indicators => {
            if let Some(indicator) = composer.draft.indicators.get(composer.item).filter(|i| i.prior) {
                composer.cursor = indicator.relevance.len();
                composer.editing = true;
                return Vec::new();
            }
            toggle(model)
        }
        _ => next_choice(model),
    }
}

/// Another type, reason, recipient, day or heading.
pub fn next_choice(model: &mut Model) -> Vec<Effect> {
    choose(model, 1)
}

/// The same, backwards.
pub fn previous_choice(model: &mut Model) -> Vec<Effect> {
    choose(model, -1)
}

fn turned(at: Option<usize>, len: usize, by: isize) -> usize {
    at.map_or(0, |at| usize::try_from((at as isize + by).rem_euclid(len.max(1) as isize)).unwrap_or(0))
}

fn choose(model: &mut Model, by: isize) -> Vec<Effect> {
    let now = model.now;
    let Some(composer) = &mut model.composer else { return Vec::new() };
    let can = match composer.field {
        Field::Form | Field::Why | Field::Due => true,
        Field::To => !composer.recipients.is_empty(),
        Field::Indicators => composer.item < composer.draft.indicators.len(),
        _ => false,
    };
    if !can {
        if composer.field == Field::To {
            model.say("the chart names no provider");
        }
        return Vec::new();
    }
    composer.remember();
    match composer.field {
        Field::Form => {
            let at = say::FORMS.iter().position(|f| *f == composer.draft.form);
            composer.draft.form = say::FORMS.get(turned(at, say::FORMS.len(), by)).copied().unwrap_or_default();
            // A conversation has a time and a record; other forms have none.
            composer.draft.verbal = match (composer.draft.form, composer.draft.verbal.take()) {
                (QueryForm::Verbal, verbal) => {
                    Some(Verbal { at: verbal.as_ref().and_then(|v| v.at).or(now), ..verbal.unwrap_or_default() })
                }
                _ => None,
            };
        }
        Field::Why => {
            let at = Reason::ALL.iter().position(|r| *r == composer.draft.reason);
            composer.draft.reason = Reason::ALL.get(turned(at, Reason::ALL.len(), by)).copied().unwrap_or_default();
        }
        Field::To => {
            let at = composer.recipients.iter().position(|r| Some(&r.name) == composer.draft.recipient.as_ref().map(|d| &d.name));
            let to = turned(at, composer.recipients.len(), by);
            composer.draft.recipient = composer.recipients.get(to).cloned();
        }
        Field::Due => composer.move_due(by as i64, now),
        Field::Indicators => {
            if let Some(indicator) = composer.draft.indicators.get_mut(composer.item) {
                let at = GROUPS.iter().position(|g| *g == indicator.group);
                indicator.group = GROUPS.get(turned(at, GROUPS.len(), by)).copied().unwrap_or_default().to_owned();
            }
        }
        _ => {}
    }
    changed(model)
}

/// Adds an option below this one and takes keys into it.
pub fn add_option(model: &mut Model) -> Vec<Effect> {
    let Some(composer) = &mut model.composer else { return Vec::new() };
    composer.remember();
    let diagnoses = composer.draft.options.iter().take_while(|o| o.kind == OptionKind::Diagnosis).count();
    let at = (composer.item + 1).min(diagnoses);
    composer.draft.options.insert(at, QueryOption::default());
    composer.item = at;
    composer.cursor = 0;
    composer.editing = true;
    changed(model)
}

/// Removes this option.
pub fn remove_option(model: &mut Model) -> Vec<Effect> {
    let Some(composer) = &mut model.composer else { return Vec::new() };
    if composer.item >= composer.draft.options.len() {
        return Vec::new();
    }
    composer.remember();
    let gone = composer.draft.options.remove(composer.item);
    composer.item = composer.item.min(composer.draft.options.len().saturating_sub(1));
    let effects = changed(model);
    model.say(format!("removed: {}; {{undo}} takes it back", gone.text));
    effects
}

/// Takes the last change of a list or a choice back.
pub fn undo(model: &mut Model) -> Vec<Effect> {
    let Some(composer) = &mut model.composer else { return Vec::new() };
    let Some((before, item)) = composer.before.pop() else { return Vec::new() };
    // Words that were typed since stay: only lists and choices go back.
    let now = std::mem::take(&mut composer.draft);
    let typed = |i: &Indicator| now.indicators.iter().find(|n| n.hash == i.hash && n.evidence == i.evidence);
    let kept = |i: &Indicator| Indicator { relevance: typed(i).unwrap_or(i).relevance.clone(), ..i.clone() };
    composer.draft = Draft {
        indicators: before.indicators.iter().map(kept).collect(),
        options: before.options,
        form: before.form,
        reason: before.reason,
        recipient: before.recipient,
        due: before.due,
        due_by_hand: before.due_by_hand,
        // A conversation begins and ends with its form; what was typed of it stays.
        verbal: before.verbal.map(|verbal| now.verbal.clone().unwrap_or(verbal)),
        ..now
    };
    composer.item = item.min(composer.items().saturating_sub(1));
    taking::retell(model);
    let effects = changed(model);
    model.say("taken back");
    effects
}

/// Moves an item down.
pub fn move_down(model: &mut Model) -> Vec<Effect> {
    shift(model, 1)
}

/// Moves an item up.
pub fn move_up(model: &mut Model) -> Vec<Effect> {
    shift(model, -1)
}

fn shift(model: &mut Model, by: isize) -> Vec<Effect> {
    let Some(composer) = &mut model.composer else { return Vec::new() };
    let (at, items) = (composer.item, composer.items());
    let Some(to) = at.checked_add_signed(by).filter(|to| *to < items) else { return Vec::new() };
    if !matches!(composer.field, Field::Indicators | Field::Options) {
        return Vec::new();
    }
    composer.remember();
    match composer.field {
        Field::Indicators => composer.draft.indicators.swap(at, to),
        _ => composer.draft.options.swap(at, to),
    }
    composer.item = to;
    changed(model)
}

/// Asks whether to send, and shows what: the question and the options, whole.
pub fn send(model: &mut Model) -> Vec<Effect> {
    let Some(composer) = &model.composer else { return Vec::new() };
    let to = composer.draft.recipient.as_ref().map_or("nobody", |r| r.name.as_str());
    let question = format!("Send query {} about {} to {to}? It is recorded and can no longer be changed.", composer.id, composer.patient);
    let text = crate::tui::compose::asked(composer);
    model.layers.push(Layer::Sending { question, text, top: 0, seen: 0 });
    Vec::new()
}

/// Sends, after everything is saved.
pub fn send_now(model: &mut Model) -> Vec<Effect> {
    let Some(composer) = &mut model.composer else { return Vec::new() };
    if composer.clean() && composer.sending.is_none() {
        let (id, revision) = (composer.id, composer.revision);
        return vec![model.ask(Slot::Act, Request::Send(id, revision))];
    }
    composer.then = Then::Send;
    save_now(model)
}

/// Asks whether to throw the draft away.
pub fn discard(model: &mut Model) -> Vec<Effect> {
    let Some(composer) = &model.composer else { return Vec::new() };
    let question = format!("Throw draft {} about {} away?", composer.id, composer.patient);
    model.layers.push(Layer::Confirm { question, yes: Yes::Discard(composer.id) });
    Vec::new()
}

/// Title of the text that the provider gets.
pub const PROVIDER: &str = "As the provider sees it";

/// Opens every finding under Check, whole, with its remedy.
pub fn findings(model: &mut Model) -> Vec<Effect> {
    let Some(composer) = &model.composer else { return Vec::new() };
    let one = |d: &crate::query::Diagnostic| {
        let kind = match d.severity {
            LintSeverity::Block => "blocks sending",
            LintSeverity::Justify if is_justified(&composer.draft, d.rule) => "justified",
            LintSeverity::Justify => "needs your words",
            LintSeverity::Advice => "advice",
        };
        format!("{}  {kind}\n{}\n{}\n", d.rule, d.message, d.hint)
    };
    let text = composer.findings_in_order().into_iter().map(one).collect::<Vec<_>>().join("\n");
    model.layers.push(Layer::Text { title: "Check".to_owned(), text, top: 0 });
    Vec::new()
}

/// Shows exactly what the provider gets.
pub fn provider_view(model: &mut Model) -> Vec<Effect> {
    let (draft, id) = match (model.screen(), &model.composer, &model.query) {
        (Screen::Composer, Some(composer), _) => (composer.draft.clone(), composer.id),
        (Screen::Query, _, Some(query)) => (query.view.draft.clone(), query.view.row.id),
        _ => return Vec::new(),
    };
    model.layers.push(Layer::Text { title: PROVIDER.to_owned(), text: String::new(), top: 0 });
    vec![model.ask(Slot::Provider, Request::Provider(Box::new(draft), Some(id)))]
}

/// Asks how one signs and is reached; what the draft says already is there to be changed.
pub fn sign_as(model: &mut Model) -> Vec<Effect> {
    if let Some(composer) = &model.composer {
        let text = format!("{}; {}", composer.draft.author, composer.draft.contact);
        let prompt = "How you sign; how you are reached. As in  Ana Ruiz, RN, CCDS; ext. 4411".to_owned();
        model.layers.push(Layer::Words { prompt, cursor: text.len(), text, purpose: Purpose::SignAs });
    }
    Vec::new()
}

/// Puts that on the draft.
pub fn signed(model: &mut Model, name: String, contact: String) -> Vec<Effect> {
    let Some(composer) = &mut model.composer else { return Vec::new() };
    (composer.draft.author, composer.draft.contact) = (name, contact);
    model.say("kept: drafts that you begin are signed like this");
    changed(model)
}

/// Asks for the words that a finding needs.
pub fn justify(model: &mut Model) -> Vec<Effect> {
    let Some(composer) = &model.composer else { return Vec::new() };
    let waits = composer.diagnostics().find(|d| d.severity == LintSeverity::Justify && !is_justified(&composer.draft, d.rule));
    if let Some(finding) = waits {
        let prompt = format!("{}: {}. Why is it in order here?", finding.rule, finding.message.trim_end_matches('.'));
        let purpose = Purpose::Justify(finding.rule.to_owned());
        model.layers.push(Layer::Words { prompt, text: String::new(), cursor: 0, purpose });
    }
    Vec::new()
}

/// Takes those words.
pub fn justified(model: &mut Model, rule: String, words: String) -> Vec<Effect> {
    if let Some(composer) = &mut model.composer {
        composer.draft.justifications.insert(rule, words);
    }
    changed(model)
}
