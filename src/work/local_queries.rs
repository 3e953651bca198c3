//! Queries at the desk of a store: how they are shown, answered, changed and compared.

use super::desk::Desk;
use super::local::LocalDesk;
use super::model::{AnswerTime, QueryRow, QueryStep, QueryView, TemplateUse};
use super::queries;
use super::query_found::{Found, found_for};
use super::query_life::{self, Reply};
use super::query_notes;
use super::site::Site;
use super::worklist::overdue;
use crate::chart::Instant;
use crate::error::{Result, Trouble};
use crate::query::{DiffLine, Draft, Event, Outcome, Policy, Recipient, Report, diff, recipients};
use crate::store::{NewQuery, StoredQuery};
use std::collections::HashMap;

impl LocalDesk {
    /// The lines of queries. What they share (names, contacts, policies, charts) is read once for all of them.
    pub(super) fn rows(&self, queries: &[StoredQuery], site: Option<&Site>) -> Result<Vec<QueryRow>> {
        let (now, contacts, redirects) = (self.now(), self.store().last_contacts()?, self.store().last_redirects()?);
        let (mut found, answers) = (found_for(self.store(), queries)?, self.store().last_answers()?);
        let mut names: HashMap<&str, Option<String>> = HashMap::new();
        let mut out = Vec::with_capacity(queries.len());
        for query in queries {
            let encounter = query.draft.encounter.as_deref().unwrap_or_default();
            let patient = match names.get(encounter) {
                Some(name) => name.clone(),
                None => {
                    let name = if encounter.is_empty() { None } else { self.store().patient_name(encounter)? };
                    names.entry(encounter).or_insert(name).clone()
                }
            };
            // The one who has it now was not asked before it was redirected; asking again afterwards starts the clock once more.
            let redirected = redirects.get(&query.id).copied().filter(|(at, _)| query.sent.is_none_or(|sent| *at > sent));
            let clock = redirected.or(query.sent.map(|sent| (sent, query.level)));
            let about = (policy_for(site, query), contacts.get(&query.id).copied(), clock);
            let read = answers.get(&query.id).filter(|_| query.answer.is_some());
            let imported = read.and_then(|(note, answer, by)| query_notes::imported_from(note, answer, by.as_deref()));
            out.push(QueryRow { imported, ..row_of(query, patient, &now, about, found.remove(&query.id)) });
        }
        Ok(out)
    }

    /// Records an answer with all that is known of it.
    pub fn reply(&self, id: i64, reply: &Reply) -> Result<QueryView> {
        query_life::answer(self.store(), self.session(), id, reply)?;
        self.view(id)
    }

    /// Confirms that a document carries the answer; `words` say why, where it does not name it or is older than the question.
    pub fn documented_although(&self, id: i64, document: &str, outcome: Option<Outcome>, words: &str) -> Result<QueryView> {
        query_life::documented(self.store(), self.session(), id, Some(document), (outcome, words))?;
        self.view(id)
    }

    /// Gives a query to somebody else, with reasons for the rules that speak against it.
    pub fn redirect_justified(
        &self,
        id: i64,
        to: &str,
        words: &str,
        justified: &std::collections::BTreeMap<String, String>,
    ) -> Result<QueryView> {
        let recipient = self.recipient(id, to)?;
        query_life::redirect(self.store(), self.session(), id, &recipient, (words, justified))?;
        self.view(id)
    }

    /// A draft of other words for a query that was sent: it is written and saved like any draft, and sending it makes the next version.
    pub(super) fn amendment_of(&self, id: i64, why: &str) -> Result<QueryView> {
        let stored = self.store().query(id)?.ok_or_else(|| queries::missing(id))?;
        queries::allowed(&stored, &Event::Amend { reason: why.to_owned() })?;
        let draft = Draft { amends: Some(id), gap: None, ..stored.draft };
        let draft = self.store().new_query(&self.session().actor(), &NewQuery { draft: &draft, internal_note: why })?;
        self.view(draft)
    }

    /// Sends other words in place of the ones before.
    pub fn amend(&self, id: i64, draft: &Draft, words: &str) -> Result<QueryView> {
        query_life::amend(self.store(), self.session(), id, draft, words, None)?;
        self.view(id)
    }

    /// Lints a query as it is stored.
    pub fn lint_stored(&self, id: i64) -> Result<Report> {
        self.store().allow(&self.session().actor(), "query.open")?;
        queries::lint_stored(self.store(), id, &self.now())
    }

    /// The templates in force, the site's own with every wording that was used (hash, when, by whom).
    pub fn templates(&self) -> Result<Vec<TemplateUse>> {
        let site = Site::of(self.store())?;
        let all = site.templates().all().iter();
        all.map(|t| Ok((t.clone(), if site.own(&t.id).is_some() { self.store().site_template_history(&t.id)? } else { Vec::new() })))
            .collect()
    }

    /// What changed between two versions of a query, line by line.
    pub fn version_diff(&self, id: i64, from: Option<u32>, to: Option<u32>) -> Result<Vec<DiffLine>> {
        let versions = self.store().query_versions(id)?;
        let text = |n: u32| versions.iter().find(|v| v.version == n).map(|v| v.text.as_str());
        let last = versions.last().map_or(0, |v| v.version);
        let to = to.unwrap_or(last);
        let from = from.unwrap_or(to.saturating_sub(1));
        match (text(from), text(to)) {
            (Some(old), Some(new)) => Ok(diff(old, new)),
            _ => Err(Trouble::input("there is no such version")
                .at(format!("query {id}"), None)
                .hint(format!("it has {last}; one version has nothing to be compared with"))),
        }
    }

    /// The answer beside the question: what was offered and asked, what was said.
    pub fn answer_diff(&self, id: i64) -> Result<Vec<DiffLine>> {
        let view = self.view(id)?;
        let answer = view.answer.ok_or_else(|| Trouble::refused("no answer is recorded").at(format!("query {id}"), None))?;
        let offered = view.draft.options.iter().map(|o| o.text.clone()).collect::<Vec<_>>().join("\n");
        Ok(diff(&offered, &answer))
    }

    /// The provider of a query's encounter with this name or identifier, or a declared pool.
    pub fn recipient(&self, id: i64, name: &str) -> Result<Recipient> {
        let query = self.store().query(id)?.ok_or_else(|| queries::missing(id))?;
        let site = Site::of(self.store())?;
        let wanted = name.trim();
        if site.policy().pools.iter().any(|p| p.eq_ignore_ascii_case(wanted)) {
            return Ok(Recipient { name: wanted.to_owned(), identifier: None, role: "pool".to_owned() });
        }
        let chart = match query.draft.encounter.as_deref() {
            Some(encounter) => self.store().chart(encounter)?,
            None => None,
        };
        let all = chart.as_ref().map(recipients).unwrap_or_default();
        let named = |r: &&Recipient| r.identifier.as_deref() == Some(wanted) || r.name.eq_ignore_ascii_case(wanted);
        let part = |r: &&Recipient| !wanted.is_empty() && r.name.to_lowercase().contains(&wanted.to_lowercase());
        all.iter().find(named).or_else(|| all.iter().find(part)).cloned().ok_or_else(|| {
            let names: Vec<&str> = all.iter().map(|r| r.name.as_str()).collect();
            Trouble::refused("that is neither a provider of this encounter nor a declared pool")
                .at(format!("query {id}"), None)
                .hint(format!("on this encounter: {}", names.join("; ")))
        })
    }

    pub(super) fn view(&self, id: i64) -> Result<QueryView> {
        let stored = queries::load(self.store(), id)?;
        let steps = self.store().steps(id)?;
        let versions = self.store().query_versions(id)?;
        let sent_text = versions.last().map(|v| v.text.clone());
        let chart = match stored.draft.encounter.as_deref() {
            Some(encounter) => self.store().chart(encounter)?,
            None => None,
        };
        let site = Site::of(self.store())?;
        let providers = chart.as_ref().map(recipients).unwrap_or_default();
        let notes = query_notes::notes(&stored, &steps, &providers);
        let pools = site.policy().pools.iter().map(|name| Recipient { name: name.clone(), identifier: None, role: "pool".to_owned() });
        let row = self.rows(std::slice::from_ref(&stored), Some(&site))?.pop().ok_or_else(|| queries::missing(id))?;
        Ok(QueryView {
            contacts: self.store().contacts(id)?,
            versions,
            notes,
            answer_time: stored.state.is_draft().then(|| AnswerTime::of(&site, &stored.draft, &self.now())),
            recipients: providers.into_iter().chain(pools).collect(),
            responded: stored.responded,
            answered_by: query_notes::answered_by(&stored, &steps),
            documented_in: stored.documented_in.clone(),
            row,
            sent_text,
            steps: steps
                .into_iter()
                .map(|s| QueryStep {
                    at: Instant::parse(&s.at).unwrap_or(Instant::UNIX_EPOCH),
                    by: s.by,
                    from: s.from,
                    to: s.to,
                    event: s.event,
                    note: s.note,
                    body_hash: s.body_hash,
                })
                .collect(),
            draft: stored.draft,
            internal_note: stored.internal_note,
            revision: stored.revision,
            created: stored.created,
            answer: stored.answer,
        })
    }
}

impl AnswerTime {
    /// Of a draft, as if it went out now.
    fn of(site: &Site, draft: &Draft, now: &Instant) -> Self {
        // What the policy gives, whatever a person set.
        let free = Draft { due_by_hand: false, ..draft.clone() };
        let policy = site.policy_for(draft);
        Self {
            hours: policy.due_hours,
            at: site.timed_draft(&free, now).due,
            no_weekends: policy.skip_weekends,
            no_holidays: !policy.holidays.is_empty(),
            hours_of_day: Some((policy.from_hour, policy.to_hour)).filter(|hours| !matches!(hours, (0, 0 | 24))),
        }
    }
}

/// The policy that a query follows; a site whose files cannot be read has the shipped ones.
pub(super) fn policy_for<'s>(site: Option<&'s Site>, query: &StoredQuery) -> Option<&'s Policy> {
    let name = &query.draft.escalation;
    site.map_or_else(|| Policy::named(name), |site| site.policy_of(name))
}

pub(super) fn row_of(
    query: &StoredQuery,
    patient: Option<String>,
    now: &Instant,
    (policy, last_contact, clock): (Option<&Policy>, Option<Instant>, Option<(Instant, u32)>),
    found: Option<Found>,
) -> QueryRow {
    let step = policy.zip(clock).filter(|_| query.state.is_waiting());
    let next_step = step.map(|(policy, (since, level))| match policy.step_due(&since, level, now) {
        Some(step) => format!("{} to {}", step.action, step.to),
        None if policy.is_at_its_end(level) => "the policy is at its end: close as no response".to_owned(),
        None => String::new(),
    });
    QueryRow {
        author: query.created_by.clone(),
        last_contact,
        next_step: next_step.filter(|s| !s.is_empty()),
        handed_to: policy.and_then(|p| p.step.iter().find(|s| s.to != "recipient")).map(|s| s.to.clone()),
        found,
        id: query.id,
        state: query.state,
        title: query.draft.title.clone(),
        encounter: query.draft.encounter.clone(),
        patient,
        to: query.draft.recipient.as_ref().map(|r| r.name.clone()),
        version: query.version,
        sent: query.sent,
        // Of a draft, only what a person set: the policy's clock starts with the sending.
        due: query.due.filter(|_| !query.state.is_draft() || query.draft.due_by_hand),
        overdue: overdue(query, now),
        outcome: query.outcome,
        answer: query.answer.as_ref().and_then(|a| a.lines().next().map(str::to_owned)),
        imported: None,
        says: query_life::outcome_of(query),
    }
}
