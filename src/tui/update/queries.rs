//! Tracker and single query: opening, answers, outcomes.

use super::{chart, composer, when};
use crate::query::Recipient;
use crate::tui::layer::{Layer, Purpose};
use crate::tui::model::{Model, QueryPage, Screen, Wish};
use crate::tui::msg::{Effect, Request, Slot};
use crate::work::model::{QueryRow, QueryView};

/// Shows the tracker.
pub fn show(model: &mut Model) -> Vec<Effect> {
    if model.screen() == Screen::Chart {
        chart::leave(model);
    }
    model.show(Screen::Tracker);
    vec![model.ask(Slot::Queries, Request::Queries)]
}

/// Takes the list in; the cursor stays on its query.
pub fn take(model: &mut Model, rows: Vec<QueryRow>) {
    let user = model.user.clone();
    let tracker = &mut model.tracker;
    tracker.all = rows;
    let rows = tracker.view.of(&tracker.all, &user);
    let before = tracker.rows.get(tracker.cursor).map(|r| r.id);
    tracker.cursor = before.and_then(|id| rows.iter().position(|r| r.id == id)).unwrap_or(tracker.cursor).min(rows.len().saturating_sub(1));
    tracker.rows = rows;
    tracker.loaded = true;
}

/// Opens the selected query; a draft opens for writing.
pub fn open(model: &mut Model) -> Vec<Effect> {
    let Some((id, state)) = when::query(model).map(|q| (q.id, q.state)) else { return Vec::new() };
    if state.is_draft() {
        return vec![model.ask(Slot::Draft, Request::DraftOf(id))];
    }
    vec![model.ask(Slot::Query, Request::Query(id))]
}

/// Takes one query in.
pub fn take_one(model: &mut Model, view: QueryView) -> Vec<Effect> {
    if view.row.state.is_draft() {
        return composer::open(model, view);
    }
    // A draft that was to be taken up again was sent meanwhile: there is nothing to write at.
    if model.resume.take().is_some_and(|place| place.id == view.row.id) {
        return Vec::new();
    }
    let request = Request::Provider(Box::new(view.draft.clone()), Some(view.row.id));
    let (top, text) = model.query.take().filter(|q| q.view.row.id == view.row.id).map_or((0, String::new()), |q| (q.top, q.text));
    model.query = Some(QueryPage { view, text, top });
    model.show(Screen::Query);
    vec![model.ask(Slot::Provider, request)]
}

/// Reads the query on show again.
pub fn reread(model: &mut Model) -> Vec<Effect> {
    let id = model.query.as_ref().map(|q| q.view.row.id);
    id.map(|id| model.ask(Slot::Query, Request::Query(id))).into_iter().collect()
}

fn selected(model: &Model) -> Option<(i64, String)> {
    when::query(model).map(|q| (q.id, q.title.clone()))
}

/// Asks for the answer; its options come with the query.
pub fn answer(model: &mut Model) -> Vec<Effect> {
    let Some((id, _)) = selected(model) else { return Vec::new() };
    let known = model.query.as_ref().filter(|q| q.view.row.id == id).map(|q| q.view.draft.options.iter().map(|o| o.text.clone()).collect());
    let here = model.screen() == Screen::Query;
    let options: Vec<String> = known.filter(|_| here).unwrap_or_default();
    let typing = here && options.is_empty();
    let early = (!here).then(Vec::new);
    let who = when::query(model).and_then(|q| q.to.clone()).unwrap_or_default();
    model.layers.push(Layer::Reply { id, options, option: None, typing, text: String::new(), cursor: 0, who, naming: false, early });
    if here { Vec::new() } else { vec![model.ask(Slot::Query, Request::Query(id))] }
}

/// Asks how it ended.
pub fn close(model: &mut Model) -> Vec<Effect> {
    if let Some((id, title)) = selected(model) {
        model.layers.push(Layer::Outcome { id, title });
    }
    Vec::new()
}

/// Asks whom it is handed to, and why: what the policy and the record say is written already.
pub fn escalate(model: &mut Model) -> Vec<Effect> {
    let Some(row) = when::query(model) else { return Vec::new() };
    let level = row.handed_to.clone();
    let since = row.sent.map(|at| format!("no answer since {}", crate::tui::say::long(&at))).unwrap_or_default();
    let known = level.map(|to| format!("{to}: {since}")).unwrap_or_default();
    let effects = words(model, "To whom, and why?", Purpose::EscalateTo);
    if let Some(Layer::Words { text, cursor, .. }) = model.layers.last_mut() {
        *cursor = known.len();
        *text = known;
    }
    effects
}

/// Asks why it is taken back.
pub fn withdraw(model: &mut Model) -> Vec<Effect> {
    words(model, "Why is it taken back?", Purpose::Withdraw)
}

/// Asks who gets it instead.
pub fn redirect(model: &mut Model) -> Vec<Effect> {
    let Some((id, _)) = selected(model) else { return Vec::new() };
    let known = model.query.as_ref().filter(|q| q.view.row.id == id && model.screen() == Screen::Query).map(|q| others(&q.view));
    let asks = known.is_none();
    model.layers.push(Layer::Redirect { id, all: known.unwrap_or_default() });
    if asks { vec![model.ask(Slot::Query, Request::Query(id))] } else { Vec::new() }
}

/// Who a query can go to, but for the one who has it.
pub fn others(view: &QueryView) -> Vec<Recipient> {
    let has = view.row.to.as_deref();
    view.recipients.iter().filter(|r| Some(r.name.as_str()) != has).cloned().collect()
}

/// Asks why other words are to go out; then they are written like a draft.
pub fn amend(model: &mut Model) -> Vec<Effect> {
    words(model, "Why are other words to go out?", Purpose::Amend)
}

/// Marks a draft as ready to be sent.
pub fn ready(model: &mut Model) -> Vec<Effect> {
    let id = when::query(model).map(|q| q.id);
    id.map(|id| model.ask(Slot::Act, Request::Ready(id))).into_iter().collect()
}

/// Asks why it is asked again.
pub fn reopen(model: &mut Model) -> Vec<Effect> {
    words(model, "Why is it asked again?", Purpose::Reopen)
}

/// Asks how one spoke about it.
pub fn contact(model: &mut Model) -> Vec<Effect> {
    words(model, "How, and what was said? As in  telephone: will look at it tonight", Purpose::Contact)
}

/// It reached its recipient.
pub fn deliver(model: &mut Model) -> Vec<Effect> {
    let id = when::query(model).map(|q| q.id);
    id.map(|id| model.ask(Slot::Act, Request::Deliver(id))).into_iter().collect()
}

/// Asks whether the document that was found carries the answer.
pub fn documented(model: &mut Model) -> Vec<Effect> {
    let Some((id, found)) = when::query(model).and_then(|q| Some((q.id, q.found.clone()?))) else { return Vec::new() };
    let by = found.author.map(|a| format!(", {a}")).unwrap_or_default();
    let date = found.date.map(|d| format!(" {}", crate::tui::say::long(&d))).unwrap_or_default();
    let question = format!(
        "{}{date}{by}: \u{201c}{}\u{201d}. Does it carry the answer to query {id}? Yes closes it.",
        found.document_type,
        found.quote.trim()
    );
    model.layers.push(Layer::Confirm { question, yes: crate::tui::layer::Yes::Documented(id) });
    Vec::new()
}

/// Shows what changed between the last two versions, or the answer beside what was offered.
pub fn compare(model: &mut Model) -> Vec<Effect> {
    let Some(page) = &model.query else { return Vec::new() };
    let lines = |old: &str, new: &str| {
        let line = |l: crate::query::DiffLine| match l {
            crate::query::DiffLine::Same(t) => format!("  {t}"),
            crate::query::DiffLine::Removed(t) => format!("- {t}"),
            crate::query::DiffLine::Added(t) => format!("+ {t}"),
        };
        crate::query::diff(old, new).into_iter().map(line).collect::<Vec<_>>().join("\n")
    };
    let mut text = String::new();
    if let [.., old, new] = page.view.versions.as_slice() {
        text.push_str(&format!("Version {} and version {}\n{}\n\n", old.version, new.version, lines(&old.text, &new.text)));
    }
    if let Some(answer) = &page.view.answer {
        let offered = page.view.draft.options.iter().map(|o| o.text.clone()).collect::<Vec<_>>().join("\n");
        text.push_str(&format!("What was offered, and what was answered\n{}", lines(&offered, answer)));
    }
    if text.is_empty() {
        text = "One version was sent and no answer is there: nothing to compare yet.".to_owned();
    }
    model.layers.push(Layer::Text { title: "Compared".to_owned(), text, top: 0 });
    Vec::new()
}

/// Another view of the tracker: all, mine, overdue, answered and not documented, by provider.
pub fn next_view(model: &mut Model) -> Vec<Effect> {
    let tracker = &mut model.tracker;
    tracker.view = tracker.view.next();
    let all = std::mem::take(&mut tracker.all);
    take(model, all);
    Vec::new()
}

fn words(model: &mut Model, prompt: &str, purpose: fn(i64) -> Purpose) -> Vec<Effect> {
    if let Some((id, title)) = selected(model) {
        let prompt = format!("Query {id}, {title}. {prompt}");
        model.layers.push(Layer::Words { prompt, text: String::new(), cursor: 0, purpose: purpose(id) });
    }
    Vec::new()
}

/// Opens the chart that the query is about.
pub fn chart(model: &mut Model) -> Vec<Effect> {
    let row = when::query(model).and_then(|q| Some((q.id, q.encounter.clone()?, q.patient.clone().unwrap_or_default())));
    let Some((id, encounter, patient)) = row else { return Vec::new() };
    model.say(format!("opening {patient}"));
    chart::open(model, Wish { encounter, query: Some(id), ..Wish::default() })
}
