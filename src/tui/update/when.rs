//! Whether a command can be given now; when not, the reason in words.

use crate::checklist::GapState;
use crate::query::LintSeverity;
use crate::tui::command::Avail;
use crate::tui::compose::Field;
use crate::tui::model::{Model, Pane, Screen};
use crate::tui::msg::Slot;
use crate::work::model::QueryRow;

fn yes_if(holds: bool, reason: &'static str) -> Avail {
    if holds { Avail::Yes } else { Avail::No(reason) }
}

/// Why there is no list yet.
fn no_list(model: &Model) -> Option<&'static str> {
    match (model.worklist.loaded, model.jobs.waits(Slot::Worklist)) {
        (true, _) => None,
        (false, true) => Some(READING),
        (false, false) => Some("the charts could not be read; {reload} reads them again"),
    }
}

/// A row of the worklist is selected.
pub fn row(model: &Model) -> Avail {
    if let Some(reason) = no_list(model) {
        return Avail::No(reason);
    }
    yes_if(model.worklist.selected().is_some(), "no chart in this view")
}

/// The view has charts, whatever of it shows.
pub fn listed(model: &Model) -> Avail {
    if let Some(reason) = no_list(model) {
        return Avail::No(reason);
    }
    yes_if(!model.worklist.list.rows.is_empty(), "no chart in this view")
}

/// Some chart has something new.
pub fn any_new(model: &Model) -> Avail {
    if let Some(reason) = no_list(model) {
        return Avail::No(reason);
    }
    yes_if(model.worklist.rows().any(|r| r.unseen > 0), "nothing new in this view")
}

/// A chart is open.
pub fn chart(model: &Model) -> Avail {
    yes_if(model.chart.is_some(), "no chart is open")
}

/// There is an encounter to speak of.
pub fn encounter(model: &Model) -> Avail {
    if model.screen() == Screen::Chart { chart(model) } else { row(model) }
}

/// Enter means something in this pane.
pub fn chart_enter(model: &Model) -> Avail {
    if hidden(model) && model.chart.as_ref().is_some_and(|c| c.pane == Pane::Gaps) {
        return HIDDEN;
    }
    yes_if(
        model.chart.as_ref().is_some_and(|c| c.pane != Pane::Reader && (c.pane != Pane::Labs || !c.data.series.is_empty())),
        "Enter goes to words from a gap or a document",
    )
}

/// The note on show has sections.
pub fn sections(model: &Model) -> Avail {
    yes_if(model.chart.as_ref().is_some_and(|c| !c.outline().is_empty()), "the reader found no section in this note")
}

/// There is something to compare the note on show with.
pub fn comparable(model: &Model) -> Avail {
    let other = |c: &crate::tui::model::ChartPage| c.data.notes.len() > 1 || c.data.document(c.doc).is_some_and(|d| d.version > 1);
    yes_if(model.chart.as_ref().is_some_and(other), "this is the only note of the stay, in its first version")
}

/// The two notes differ.
pub fn changes(model: &Model) -> Avail {
    yes_if(model.compare.as_ref().is_some_and(|c| !c.all.changes.is_empty()), "word for word the same")
}

/// There is a lab or a vital sign to draw.
pub fn lab(model: &Model) -> Avail {
    yes_if(model.chart.as_ref().is_some_and(|c| !c.data.series.is_empty()), "no lab or vital sign with a number in this stay")
}

/// The answer under the cursor is hidden while somebody presents.
const HIDDEN: Avail = Avail::No("the answer is hidden while you present; {reveal-answer} shows it");

fn hidden(model: &Model) -> bool {
    model.screen() == Screen::Chart && model.chart.as_ref().is_some_and(super::presenter::hidden)
}

/// Somebody presents a chart.
pub fn presenting(model: &Model) -> Avail {
    yes_if(model.presenter.is_some(), "only while you present; {presenter} begins it")
}

/// Somebody presents a chart that has gaps.
pub fn answers(model: &Model) -> Avail {
    match presenting(model) {
        Avail::Yes => yes_if(model.chart.as_ref().is_some_and(|c| !c.data.view.gaps.is_empty()), "this chart has no gap"),
        no => no,
    }
}

/// Somebody takes the tour.
pub fn touring(model: &Model) -> Avail {
    yes_if(model.tour.is_some(), "no tour is being taken; {tour} begins it")
}

/// A gap is selected.
pub fn gap(model: &Model) -> Avail {
    if hidden(model) {
        return HIDDEN;
    }
    yes_if(model.chart.as_ref().is_some_and(|c| c.data.view.gaps.get(c.gap).is_some()), "this chart has no gap")
}

fn gap_state(model: &Model) -> Option<GapState> {
    let chart = model.chart.as_ref()?;
    chart.data.view.gaps.get(chart.gap).map(|g| g.gap.state)
}

/// The selected gap is open.
pub fn gap_open(model: &Model) -> Avail {
    if hidden(model) {
        return HIDDEN;
    }
    yes_if(gap_state(model) == Some(GapState::Open), "only an open gap can be set aside")
}

/// The selected gap was set aside.
pub fn gap_dismissed(model: &Model) -> Avail {
    if hidden(model) {
        return HIDDEN;
    }
    yes_if(super::chart::set_aside(model).is_some(), "this gap was not set aside")
}

/// Items made something of the text that they are tried on.
pub fn tried(model: &Model) -> Avail {
    yes_if(model.try_on.len() > 0, "no item has anything to say of this text yet")
}

/// A checklist file is being tried.
pub fn checklist_file(model: &Model) -> Avail {
    yes_if(model.try_on.file.is_some(), "the items in force are tried; {checklist-file} takes a file of yours")
}

/// A note was not read yet, or a lab came since the last look.
pub fn unseen(model: &Model) -> Avail {
    let news = model.chart.as_ref().is_some_and(|c| c.data.order().any(|d| c.data.unseen(d)) || c.data.new_labs() > 0);
    yes_if(news, "nothing new: every document of this chart was read")
}

/// A query that was sent asks about the selected gap.
pub fn gap_queried(model: &Model) -> Avail {
    yes_if(super::chart::query_of_gap(model).is_some(), "no query that was sent asks about this gap")
}

/// A find has matches.
pub fn hits(model: &Model) -> Avail {
    yes_if(model.chart.as_ref().is_some_and(|c| !c.find.hits.is_empty()), "nothing was looked for; {find} finds")
}

/// There is a place to come back to.
pub fn back(model: &Model) -> Avail {
    yes_if(model.chart.as_ref().is_some_and(|c| !c.back.is_empty()), "no jump to come back from; {go-back} leaves the chart")
}

/// What is said before the first look at a draft is done; it goes by itself.
pub const NOT_CHECKED: &str = "not checked yet; a moment";

/// What is said before the first list is there; it goes by itself.
pub const READING: &str = "still reading the charts; a moment";

/// Nothing blocks the draft.
pub fn sendable(model: &Model) -> Avail {
    let Some(composer) = &model.composer else { return Avail::No("no draft is open") };
    match &composer.report {
        None => Avail::No(NOT_CHECKED),
        Some(report) if report.can_send => Avail::Yes,
        // What was mended a moment ago is not held against the sender: the store lints once more before anything is sent.
        Some(_) if composer.checked < composer.edits => Avail::Yes,
        Some(_) if composer.findings().0 > 0 => Avail::No("not sent: a finding under Check blocks it"),
        Some(_) => Avail::No("not sent: a finding under Check needs your words ({justify})"),
    }
}

/// The lint found something.
pub fn findings(model: &Model) -> Avail {
    yes_if(model.composer.as_ref().is_some_and(|c| c.diagnostics().next().is_some()), "nothing found to look at")
}

/// A finding waits for words.
pub fn justifiable(model: &Model) -> Avail {
    let waits = model
        .composer
        .as_ref()
        .is_some_and(|c| c.diagnostics().any(|d| d.severity == LintSeverity::Justify && !crate::query::is_justified(&c.draft, d.rule)));
    yes_if(waits, "no finding asks for words")
}

fn field(model: &Model) -> Option<Field> {
    model.composer.as_ref().map(|c| c.field)
}

/// The keys are on the indicators.
pub fn on_indicators(model: &Model) -> Avail {
    yes_if(field(model) == Some(Field::Indicators), "only indicators can be ticked")
}

/// A change of a list or a choice can be taken back.
pub fn undoable(model: &Model) -> Avail {
    yes_if(model.composer.as_ref().is_some_and(|c| !c.before.is_empty()), "nothing to take back yet")
}

/// The interface can lock itself.
pub fn lockable(model: &Model) -> Avail {
    yes_if(model.lockable, "this store has no passphrase: nothing could open the lock")
}

/// Words may go to the terminal's clipboard.
pub fn clipboard(model: &Model) -> Avail {
    yes_if(model.clipboard, "copying is off, so that patients' words stay here; clipboard = true in settings.toml allows it")
}

/// The keys are on the options.
pub fn on_options(model: &Model) -> Avail {
    yes_if(field(model) == Some(Field::Options), "{next-field} goes to the options")
}

/// The keys are on something that has an order.
pub fn on_list(model: &Model) -> Avail {
    yes_if(matches!(field(model), Some(Field::Options | Field::Indicators)), "only indicators and options have an order")
}

/// The query that a command of tracker or query screen is about.
pub fn query(model: &Model) -> Option<&QueryRow> {
    match model.screen() {
        Screen::Query => model.query.as_ref().map(|q| &q.view.row),
        _ => model.tracker.rows.get(model.tracker.cursor),
    }
}

/// A query is selected.
pub fn query_row(model: &Model) -> Avail {
    yes_if(query(model).is_some(), "no query yet; {query-gap} in a chart writes one")
}

/// It waits for an answer.
pub fn answerable(model: &Model) -> Avail {
    yes_if(query(model).is_some_and(|q| q.state.is_waiting()), "only a query that was sent can be answered")
}

/// It is a draft that nobody marked as ready.
pub fn unready(model: &Model) -> Avail {
    yes_if(query(model).is_some_and(|q| q.state == crate::query::QueryState::Draft), "only a draft is marked as ready")
}

/// It can be closed.
pub fn closable(model: &Model) -> Avail {
    let open = |q: &QueryRow| !q.state.is_draft() && !q.state.is_over();
    yes_if(query(model).is_some_and(open), "only a query that was sent can be closed")
}

/// It was sent and is not answered.
pub fn pending(model: &Model) -> Avail {
    yes_if(query(model).is_some_and(|q| q.state.is_waiting()), "only a query that waits for an answer")
}

/// It was sent and did not arrive yet, as far as known.
pub fn deliverable(model: &Model) -> Avail {
    use crate::query::QueryState as S;
    let waits = |q: &QueryRow| matches!(q.state, S::Sent | S::Redirected | S::Reopened);
    yes_if(query(model).is_some_and(waits), "only a query that was sent and has not arrived")
}

/// A later note was found to carry its answer.
pub fn found_in_note(model: &Model) -> Avail {
    yes_if(query(model).is_some_and(|q| q.found.is_some()), "no later note that carries the answer was found")
}

/// It can be asked again.
pub fn reopenable(model: &Model) -> Avail {
    let can = |q: &QueryRow| q.state.is_answered() || q.state == crate::query::QueryState::Closed;
    yes_if(query(model).is_some_and(can), "only a query that was answered or closed can be asked again")
}

/// It was sent.
pub fn was_sent(model: &Model) -> Avail {
    yes_if(query(model).is_some_and(|q| q.state.is_sent()), "only a query that was sent")
}

/// It names a chart.
pub fn query_chart(model: &Model) -> Avail {
    yes_if(query(model).is_some_and(|q| q.encounter.is_some()), "it names no chart")
}

/// A hit is selected, or an earlier search.
pub fn search_row(model: &Model) -> Avail {
    let search = &model.search;
    let any = if search.query.trim().is_empty() { search.earlier().next().is_some() } else { search.selected().is_some() };
    yes_if(any, "nothing found yet")
}

/// Something is searched for.
pub fn found(model: &Model) -> Avail {
    yes_if(!model.search.query.trim().is_empty(), "type what to look for first")
}

/// There are values to narrow by.
pub fn facets(model: &Model) -> Avail {
    yes_if(model.search.facets().next().is_some(), "nothing to narrow by yet")
}

/// An earlier search is selected.
pub fn earlier(model: &Model) -> Avail {
    yes_if(
        model.search.query.trim().is_empty() && model.search.earlier().next().is_some(),
        "empty the query first: then your searches show",
    )
}
