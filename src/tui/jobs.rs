//! Questions to the desk, answered on threads of their own: readings, searches and writings each keep their order; in a slot
//! whose older answers are worthless only the newest question waiting is put.

use super::chart_data::ChartData;
use super::compare::{Comparison, Side};
use super::msg::{Answer, CompareAsk, Done, Msg, Request, SearchAsk, Slot};
use crate::error::{Result, Trouble};
use crate::work::model::Counted;
use crate::work::{Desk, SearchRequest};
use crossbeam_channel::{Receiver, Sender};
use lacuna_index::Stop;
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// A question with its number.
struct Job {
    slot: Slot,
    generation: u64,
    request: Request,
    stop: Stop,
}

/// The threads that speak with the desk.
pub struct Workers {
    reads: Lane,
    searches: Lane,
    writes: Lane,
    counts: Lane,
    searching: Stop,
    counting: Stop,
}

/// One of them: its questions, until it is to end, and the thread.
struct Lane(Option<Sender<Job>>, JoinHandle<()>);

/// How long the end of a thread is waited for: a question that takes longer than this must not keep a person in the program.
const LAST_ANSWER: Duration = Duration::from_secs(20);

/// A look through all charts would go on without anybody who waits for it, and hold on to the store. The threads are waited for: the
/// last of them closes the desk, which writes the session's end, and a process that ends under it takes the cipher away from it.
impl Drop for Workers {
    fn drop(&mut self) {
        self.searching.stop();
        self.counting.stop();
        let lanes = [&mut self.reads, &mut self.searches, &mut self.writes, &mut self.counts];
        let lanes = lanes.map(|lane| {
            lane.0 = None;
            &lane.1
        });
        crate::work::wait_for(LAST_ANSWER, || lanes.iter().all(|thread| thread.is_finished()));
    }
}

impl Workers {
    /// Starts them; answers go to `answers`.
    pub fn start(desk: &Arc<dyn Desk>, answers: &Sender<Msg>) -> std::io::Result<Self> {
        let thread = |name: &str| -> std::io::Result<Lane> {
            let (sender, jobs) = crossbeam_channel::unbounded();
            let (desk, answers) = (Arc::clone(desk), answers.clone());
            let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || work(desk.as_ref(), &jobs, &answers))?;
            Ok(Lane(Some(sender), thread))
        };
        Ok(Self {
            reads: thread("reads")?,
            searches: thread("searches")?,
            writes: thread("writes")?,
            counts: thread("counts")?,
            searching: Stop::new(),
            counting: Stop::new(),
        })
    }

    /// Puts a question. A new search stops the one that runs.
    pub fn put(&mut self, slot: Slot, generation: u64, request: Request) {
        let mut stop = Stop::new();
        if slot == Slot::Search {
            self.searching.stop();
            self.searching = Stop::new();
            stop = self.searching.clone();
        }
        if slot == Slot::Count {
            self.counting.stop();
            self.counting = Stop::new();
            stop = self.counting.clone();
        }
        let lane = match slot {
            Slot::Search => &self.searches,
            Slot::Count => &self.counts,
            slot if slot.writes() => &self.writes,
            _ => &self.reads,
        };
        // A lane is gone only when its thread died with the desk; the interface then shows what it has.
        let _gone = lane.0.as_ref().map(|jobs| jobs.send(Job { slot, generation, request, stop }));
    }
}

fn work(desk: &dyn Desk, jobs: &Receiver<Job>, answers: &Sender<Msg>) {
    let mut waiting: VecDeque<Job> = VecDeque::new();
    loop {
        if waiting.is_empty() {
            match jobs.recv() {
                Ok(job) => waiting.push_back(job),
                Err(_) => return,
            }
        }
        waiting.extend(jobs.try_iter());
        let Some(job) = waiting.pop_front() else { continue };
        let overtaken = job.slot.newest_only() && !job.slot.writes() && waiting.iter().any(|later| later.slot == job.slot);
        if overtaken {
            continue;
        }
        let tell = |found| {
            // Nobody is there any more: the look itself is stopped by who put the question.
            let _gone = answers.send(Msg::Counting { generation: job.generation, found });
        };
        let answer = Box::new(whatever_happens(desk, job.request, &job.stop, tell));
        let msg = Msg::Answer { slot: job.slot, generation: job.generation, now: desk.now(), answer };
        if answers.send(msg).is_err() {
            return;
        }
    }
}

/// The answer, also where the work on it breaks down: the thread goes on with the next question, and who asked is told.
fn whatever_happens(desk: &dyn Desk, request: Request, stop: &Stop, mut tell: impl FnMut(Counted)) -> Answer {
    let saving = if let Request::Save(id, ..) = &request { Some(*id) } else { None };
    std::panic::catch_unwind(AssertUnwindSafe(|| answer(desk, request, stop, &mut tell))).unwrap_or_else(|_| {
        let place = super::term::broken_at().unwrap_or_default();
        let trouble = Trouble::system("this could not be done: the program broke on it")
            .at(place, None)
            .hint("the rest goes on, and what was saved is kept; please report this place");
        match saving {
            Some(id) => Answer::Saved(id, Err(trouble)),
            None => Answer::Act(Err(trouble)),
        }
    })
}

/// Looks first whether another process imported something; then what else is on show is old too.
fn fresh<T>(desk: &dyn Desk, ask: impl FnOnce() -> Result<T>, wrap: fn(Result<T>) -> Answer) -> Answer {
    match desk.refresh() {
        Ok(true) => Answer::Changed(Box::new(wrap(ask()))),
        Ok(false) => wrap(ask()),
        Err(trouble) => wrap(Err(trouble)),
    }
}

/// Compares two notes; the text of an earlier version is read from the store first.
fn compared(desk: &dyn Desk, ask: CompareAsk) -> Result<(String, Comparison)> {
    let text = |(side, text): (Side, Option<String>)| -> Result<(Side, String)> {
        let text = match text {
            Some(text) => text,
            None => desk.version(&ask.encounter, &side.document, side.version)?,
        };
        Ok((side, text))
    };
    let (older, newer) = (text(ask.older)?, text(ask.newer)?);
    Ok((ask.encounter, Comparison::new((older.0, &older.1), (newer.0, &newer.1))))
}

/// Puts one question to the desk; a long look tells what it finds meanwhile.
pub fn answer(desk: &dyn Desk, request: Request, stop: &Stop, tell: &mut dyn FnMut(Counted)) -> Answer {
    let act = |result: Result<()>, done: Done| Answer::Act(result.map(|()| done));
    match request {
        Request::Worklist(view) => fresh(desk, || desk.worklist_now(view), Answer::Worklist),
        Request::Count(view, first) => Answer::Counted(desk.count(view, &first, stop, tell)),
        Request::Chart(encounter, until) => {
            let view = || until.map_or_else(|| desk.chart(&encounter), |until| desk.chart_on(&encounter, &until));
            fresh(desk, || view().map(|view| Arc::new(ChartData::new(view))), Answer::Chart)
        }
        Request::Search(SearchAsk { query, limit, by_date }) => {
            let request = SearchRequest { text: &query, limit, by_date, at_once: true, ..SearchRequest::default() };
            Answer::Search(desk.search(&request, stop))
        }
        Request::Complete(query, at) => Answer::Completions(desk.complete(&query, at)),
        Request::Searches => Answer::Searches(desk.searches()),
        Request::KeepSearch(name, query) => {
            let words = if query.is_empty() { format!("{name} is forgotten") } else { format!("kept as {name}") };
            act(desk.keep_search(&name, &query), Done::Search(words))
        }
        Request::UsedSearch(query) => act(desk.used_search(&query), Done::Quiet),
        Request::Stays(query) => Answer::Stays(desk.encounters_with(&query, stop).map(|stays| (query, stays))),
        Request::Explain(encounter, item, until) => Answer::Explain(desk.explain(&encounter, &item, until.as_ref())),
        Request::Dismiss(encounter, key, reason, words) => act(
            desk.dismiss_gap(&encounter, &key, reason, &words),
            Done::Gap(format!("set aside: {}; {{reopen-gap}} takes it back", reason.label())),
        ),
        Request::Reopen(encounter, key) => act(desk.reopen_gap(&encounter, &key), Done::Gap("open again".to_owned())),
        Request::Seen(encounter, document, version) => {
            let result = desk.mark_seen(&encounter, &document, version);
            act(result, Done::Seen(encounter, document))
        }
        Request::SignAs(name, contact) => act(desk.sign_as(&name, &contact), Done::Signed(name, contact)),
        Request::Note(encounter, words) => act(desk.note_to_self(&encounter, &words), Done::Review("noted, for you alone".to_owned())),
        Request::Claim(encounter, take) => {
            let words = if take { "taken on: others see that you have it" } else { "given back" };
            act(desk.claim(&encounter, take), Done::Review(words.to_owned()))
        }
        Request::NextReview(encounter, days) => {
            let words = if days == 0 {
                "no date to look again".to_owned()
            } else {
                format!("to look at again in {}", super::say::count(days as usize, "day", "days"))
            };
            act(desk.set_next_review(&encounter, days), Done::Review(words))
        }
        Request::DraftForGap(encounter, key) => Answer::Draft(desk.draft_for_gap(&encounter, &key).map(Box::new)),
        Request::DraftBlank(encounter) => Answer::Draft(desk.draft_blank(&encounter).map(Box::new)),
        Request::DraftOf(id) => Answer::Draft(desk.query(id).map(Box::new)),
        Request::Lint(draft) => Answer::Lint(desk.lint(&draft)),
        Request::Save(id, revision, draft, note) => Answer::Saved(id, desk.save_draft(id, revision, &draft, &note)),
        Request::Discard(id) => act(desk.discard_draft(id), Done::Discarded(id)),
        Request::Send(id, revision) => Answer::Act(desk.send(id, revision).map(|v| Done::Sent(v.row.id))),
        Request::Reply(id, reply) => {
            Answer::Act(desk.answer_by(id, &reply).map(|_| Done::Query(id, format!("the answer to query {id} is recorded"))))
        }
        Request::Close(id, outcome, words) => Answer::Act(
            desk.close(id, outcome, &words).map(|_| Done::Query(id, format!("query {id} is closed: {}", super::say::outcome(outcome)))),
        ),
        Request::Escalate(id, to, words) => {
            Answer::Act(desk.escalate(id, &to, &words).map(|_| Done::Query(id, format!("query {id} is handed to {to}"))))
        }
        Request::Withdraw(id, words) => {
            Answer::Act(desk.withdraw(id, &words).map(|_| Done::Query(id, format!("query {id} is taken back"))))
        }
        Request::Deliver(id) => Answer::Act(desk.deliver(id).map(|_| Done::Query(id, format!("query {id} reached its recipient")))),
        Request::Redirect(id, to, words) => Answer::Act(
            desk.redirect(id, &to, &words).map(|v| Done::Query(id, format!("query {id} goes to {}", v.row.to.unwrap_or_default()))),
        ),
        Request::Amendment(id, why) => Answer::Draft(desk.amendment(id, &why).map(Box::new)),
        Request::Ready(id) => Answer::Act(desk.ready(id).map(|_| Done::Query(id, format!("query {id} is ready to be sent")))),
        Request::Reask(id, words) => Answer::Act(desk.reopen(id, &words).map(|_| Done::Query(id, format!("query {id} is asked again")))),
        Request::Documented(id) => Answer::Act(
            desk.documented(id, None, None).map(|_| Done::Query(id, format!("query {id} is closed: a note carries the answer"))),
        ),
        Request::Contact(id, channel, words) => Answer::Act(
            desk.contact(id, "", &channel, &words).map(|_| Done::Query(id, format!("the contact about query {id} is recorded"))),
        ),
        Request::Queries => Answer::Queries(desk.queries()),
        Request::Query(id) => Answer::Query(desk.query(id).map(Box::new)),
        Request::Provider(draft, id) => Answer::Provider(desk.provider_view(&draft, id)),
        Request::SavePlace(place) => act(desk.save_place(&place), Done::Quiet),
        Request::Place => Answer::Place(desk.place()),
        Request::Edit(draft) => Answer::Edited(desk.in_editor(&draft).map(Box::new)),
        Request::Compare(ask) => Answer::Compared(compared(desk, *ask).map(Box::new)),
        Request::TryOn(text, file, kind) => Answer::Tried(desk.try_on(&text, file.as_deref(), kind).map(Box::new)),
        Request::ChecklistNames(typed) => Answer::ChecklistNames(desk.checklist_names(&typed)),
        Request::EditChecklist(file) => Answer::ChecklistEdited(desk.edit_checklist(&file)),
    }
}
