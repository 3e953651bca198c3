//! Queries out, and answers in.

use super::import::Reject;
use super::local::LocalDesk;
use super::queries;
use super::query_life::{self, Reply};
use super::query_notes::{answered_by, earlier_answers, notes};
use super::site::Site;
use crate::chart::{EncounterClass, Instant, Patient};
use crate::error::{Result, Trouble};
use crate::query::{IncomingReply, Recipient, Replaced, Sheet, SheetAnswer, body_hash, read_replies, recipients, render_text};
use crate::store::{Store, StoredQuery};
use serde::Serialize;
use std::collections::BTreeMap;

/// What reading answers did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct AnswersReport {
    /// Queries that are answered now.
    pub answered: Vec<i64>,
    /// Queries that had the same answer already.
    pub unchanged: Vec<i64>,
    /// Answers that ticked no option and stand in the provider's own words: somebody reads them before they are closed.
    pub in_words: Vec<i64>,
    /// Answers by somebody who was not asked: the query, and what is to be said of it.
    pub notes: Vec<(i64, String)>,
    /// What was refused.
    pub rejects: Vec<Reject>,
}

impl AnswersReport {
    /// Adds what another file did.
    pub fn extend(&mut self, other: Self) {
        self.answered.extend(other.answered);
        self.unchanged.extend(other.unchanged);
        self.in_words.extend(other.in_words);
        self.notes.extend(other.notes);
        self.rejects.extend(other.rejects);
    }
}

/// How an answer was taken in.
enum Taken {
    New { in_words: bool, notes: Vec<String> },
    Known,
}

/// What a query's stay says of it.
#[derive(Clone, Default)]
struct Stay {
    patient: Option<Patient>,
    class: EncounterClass,
    providers: Vec<Recipient>,
}

/// The stays that queries are about, each read once.
#[derive(Default)]
struct Stays(BTreeMap<String, Stay>);

impl Stays {
    fn of(&mut self, store: &Store, encounter: Option<&str>) -> Result<&Stay> {
        let name = encounter.unwrap_or_default();
        if !self.0.contains_key(name) {
            let chart = encounter.map(|e| store.chart(e)).transpose()?.flatten();
            let stay = chart.map(|c| Stay { providers: recipients(&c), patient: c.patient, class: c.encounter.class });
            self.0.insert(name.to_owned(), stay.unwrap_or_default());
        }
        Ok(self.0.entry(name.to_owned()).or_default())
    }
}

impl LocalDesk {
    /// Queries as they may leave the house: these, or every one that was sent. Each leaving is recorded.
    pub fn sheets(&self, ids: Option<&[i64]>, form: &str) -> Result<Vec<Sheet>> {
        self.store().allow(&self.session().actor(), "query.export")?;
        let stored: Vec<StoredQuery> = match ids {
            Some(ids) => ids.iter().map(|id| queries::load(self.store(), *id)).collect::<Result<_>>()?,
            None => {
                let mut all = self.store().queries(None)?;
                all.retain(|q| q.state.is_sent() && q.version > 0);
                all.sort_by_key(|q| q.id);
                all
            }
        };
        let site = Site::of(self.store())?;
        let authority = site.policy().authority.clone();
        let mut stays = Stays::default();
        let mut out = Vec::new();
        for query in stored {
            let timed = query.state.is_draft().then(|| site.timed_draft(&query.draft, &self.session().now()));
            let draft = timed.as_ref().unwrap_or(&query.draft);
            let (patient, encounter) = (draft.patient.as_deref(), draft.encounter.as_deref());
            self.store().record_act(&self.session().actor(), "query.export", patient, encounter, Some(&query.id.to_string()), form)?;
            let mut versions = self.store().query_versions(query.id)?;
            let last = versions.pop();
            // When the words that are written out were sent: those of the last version, not of the first.
            let sent = last.as_ref().and_then(|v| Instant::parse(&v.sent)).or(query.sent);
            let (text, hash) = last.map_or_else(|| (render_text(draft, Some(query.id)), body_hash(draft)), |v| (v.text, v.body_hash));
            let mut sheet = Sheet::of(query.id, (query.version, query.state), draft, text, hash);
            sheet.sent = sent;
            sheet.replaces = versions.pop().map(|v| Replaced { version: v.version, sent: Instant::parse(&v.sent) });
            sheet.authority.clone_from(&authority);
            let stay = stays.of(self.store(), encounter)?;
            (sheet.person, sheet.class) = (stay.patient.clone(), stay.class);
            let steps = self.store().steps(query.id)?;
            let by = answered_by(&query, &steps).unwrap_or_default();
            sheet.earlier_answers = earlier_answers(&query, &steps);
            sheet.answer = query.answer.as_deref().map(|answer| SheetAnswer::of(answer, draft, &by, query.responded));
            out.push(sheet);
        }
        Ok(out)
    }

    /// Takes in the answers of a file. The same file again changes nothing.
    pub fn import_answers(&self, source: &str, text: &str) -> Result<AnswersReport> {
        let replies = read_replies(source, text);
        let file = std::path::Path::new(source).file_name().map_or_else(|| source.to_owned(), |n| n.to_string_lossy().into_owned());
        let from = crate::text::label(&format!("{} {file}", replies.form));
        let mut report = AnswersReport { rejects: replies.refused.into_iter().map(Reject::from).collect(), ..AnswersReport::default() };
        let mut stays = Stays::default();
        for reply in replies.taken {
            match self.take_reply(&reply, &from, &mut stays) {
                Ok(Taken::New { in_words, notes }) => {
                    report.answered.push(reply.query);
                    report.in_words.extend(in_words.then_some(reply.query));
                    report.notes.extend(notes.into_iter().map(|note| (reply.query, note)));
                }
                Ok(Taken::Known) => report.unchanged.push(reply.query),
                // Bad use and refusals are about this answer; the rest goes in.
                Err(trouble) if matches!(trouble.exit_code(), 2 | 3) => {
                    let what = if trouble.source.is_some() {
                        format!("{}: {}", trouble.source.clone().unwrap_or_default(), trouble.what)
                    } else {
                        trouble.what.clone()
                    };
                    let line = reply.line;
                    report.rejects.push(Reject { source: Some(source.to_owned()), line, what, why: trouble.why, hint: trouble.hint });
                }
                Err(trouble) => return Err(trouble),
            }
        }
        Ok(report)
    }

    fn take_reply(&self, reply: &IncomingReply, from: &str, stays: &mut Stays) -> Result<Taken> {
        let id = reply.query;
        let query = self.store().query(id)?.ok_or_else(|| queries::missing(id))?;
        if query.state.is_draft() {
            return Err(Trouble::refused("the query was not sent").hint("a draft has no answer"));
        }
        let version = self.store().query_versions(id)?.pop();
        if let (Some(hash), Some(version)) = (reply.hash.as_deref(), &version)
            && hash != version.body_hash
        {
            return Err(Trouble::refused("it answers other words than those that were sent last")
                .why(format!("version {} has another hash", version.version))
                .hint("it belongs to another version or to another store; record it by hand if it fits"));
        }
        if let (Some(answered), Some(version)) = (reply.version, &version)
            && answered != version.version
        {
            return Err(Trouble::refused("it answers another version than the one that was sent last")
                .why(format!("it answers version {answered}; version {} was sent last", version.version))
                .hint("record it by hand if it fits"));
        }
        let stay = stays.of(self.store(), query.draft.encounter.as_deref())?;
        if stay.patient.as_ref().is_some_and(|p| !reply.is_about(p)) {
            return Err(Trouble::refused("it is about another patient than the query")
                .why("its record number is not that of the query's patient, or somebody else gave it")
                .hint("the sender may have mixed up two answers; record it by hand if it fits"));
        }
        let (option, words) = reply.on(&query.draft).map_err(|what| Trouble::input(what).hint("give its number, from 1, or its words"))?;
        let ticked = option.and_then(|i| query.draft.options.get(i)).map(|o| o.text.as_str()).unwrap_or_default();
        let said = [ticked, words.trim()].iter().filter(|s| !s.is_empty()).copied().collect::<Vec<_>>().join("\n");
        if query.answer.as_deref() == Some(said.as_str()) {
            return Ok(Taken::Known);
        }
        let in_words = option.is_none() && !query.draft.options.is_empty();
        let reply = Reply { words, option, by: reply.by.clone(), at: reply.at, from: from.to_owned() };
        query_life::answer(self.store(), self.session(), id, &reply)?;
        let answered = self.store().query(id)?.ok_or_else(|| queries::missing(id))?;
        Ok(Taken::New { in_words, notes: notes(&answered, &self.store().steps(id)?, &stay.providers) })
    }
}
