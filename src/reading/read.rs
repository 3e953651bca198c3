//! The reader: one text in, what it says out.

use super::acting;
use super::attribute::{self, Bearer};
use super::clauses::{clauses, is_known, item_at};
use super::document_type::{self, DocumentTypes};
use super::echo::{self, Antecedent, Meant};
use super::elements::{self, ElementRules};
use super::folded::{Folded, fold_name};
use super::item;
use super::judged::{Judged, set};
use super::lead::{self, Lead};
use super::lexicon::{Axis, Concept, Form, Lexicon, SAME};
use super::measurement;
use super::model::{Assertion, Axes, Cause, Experiencer, Mention, Reading, Section, Term};
use super::names::{Name, concept_of, form_of, names};
use super::scan::{Hit, Hits};
use super::scope::{self, Clause, Nature, Place, Scopes};
use super::section::{Headings, sections};
use super::sentence::sentences;
use super::signs;
use super::spoken::Spoken;
use super::story::Story;
use super::summary;
use super::twice;
use crate::chart::{DocumentType, Span};
use aho_corasick::AhoCorasick;
use std::collections::BTreeMap;

/// Reads a text with the shipped lexicon. `hint` is the type that the sender's code names; it wins over the judged one.
pub fn read(text: &str, hint: Option<DocumentType>) -> Reading {
    Page::new(Lexicon::shipped(), text).reading(hint)
}

/// What a search looks for in a text: sections, mentions and measurements, and nothing else of a reading.
pub fn read_marks(text: &str) -> Reading {
    let page = Page::new(Lexicon::shipped(), text);
    let mentions = page.mentions();
    let measurements = measurement::measurements(page.lexicon, page.text, &page.folded, &page.hits.measures);
    Reading { sections: page.sections, sentences: page.sentences, mentions, measurements, ..Reading::default() }
}

/// Each place of each asked term, with how it stands there. Terms match without regard to case and white space, at word boundaries.
pub fn read_terms(text: &str, terms: &[String]) -> Vec<Term> {
    Page::new(Lexicon::shipped(), text).terms(terms)
}

/// A text made ready: folded, scanned, cut into sections and sentences.
pub(super) struct Page<'a> {
    lexicon: &'a Lexicon,
    text: &'a str,
    folded: Folded,
    hits: Hits,
    sections: Vec<Section>,
    sentences: Vec<Span>,
    /// The sentences in the folded text; together they cover it.
    clauses: Vec<Place>,
}

/// What a place is.
#[derive(Clone, Copy)]
struct Meaning {
    /// "It" can speak of it in a later sentence.
    bears: bool,
    nature: Nature,
    /// Which concept it names, where it names one.
    kind: Option<usize>,
}

/// How a place was judged, sections included.
#[derive(Default)]
struct Verdict {
    judged: Judged,
    /// Historical only because of the section it stands in.
    by_section: bool,
}

impl<'a> Page<'a> {
    pub(super) fn new(lexicon: &'a Lexicon, text: &'a str) -> Self {
        let folded = Folded::new(text);
        let sections = sections(text, Headings::shipped());
        let sentences = sentences(text, &sections);
        let clauses = clauses(text, &folded, &sections, &sentences);
        let hits = Hits::find(lexicon, text, &folded, &clauses);
        Self { lexicon, text, folded, hits, sections, sentences, clauses }
    }

    /// Everything the text says.
    pub(super) fn reading(self, hint: Option<DocumentType>) -> Reading {
        let mentions = self.mentions();
        let measurements = measurement::measurements(self.lexicon, self.text, &self.folded, &self.hits.measures);
        let conditions = summary::conditions(&mentions, &measurements);
        let spoken = Spoken::find(self.text);
        let judged = || document_type::judge_by(self.text, &self.sections, None, DocumentTypes::shipped(), &spoken.types).document_type;
        let document_type = hint.unwrap_or_else(judged);
        let rules = ElementRules::shipped();
        let found = elements::found_by(self.text, &self.sections, &self.sentences, document_type, rules, &spoken.cues);
        let elements = elements::presences(found);
        Reading { document_type, sections: self.sections, sentences: self.sentences, mentions, measurements, elements, conditions }
    }

    /// The places of asked terms.
    pub(super) fn terms(&self, terms: &[String]) -> Vec<Term> {
        if terms.is_empty() {
            return Vec::new();
        }
        let folded: Vec<String> = terms.iter().map(|term| fold_name(term)).collect();
        let asked: Vec<(&String, &String)> = terms.iter().zip(&folded).filter(|(_, plain)| !plain.is_empty()).collect();
        let Ok(machine) = AhoCorasick::new(asked.iter().map(|(_, plain)| plain.as_bytes())) else { return Vec::new() };
        let mut places: Vec<(Place, &String)> = machine
            .find_overlapping_iter(self.folded.text())
            .filter(|found| self.folded.is_word(found.start(), found.end()))
            .filter_map(|found| {
                asked.get(found.pattern().as_usize()).map(|(term, _)| (Place { start: found.start(), end: found.end() }, *term))
            })
            .collect();
        places.sort_by_key(|(place, _)| (place.start, place.end));
        let only: Vec<Place> = places.iter().map(|(place, _)| *place).collect();
        let known = names(self.lexicon, &self.folded, &self.hits);
        let verdicts = self.judge(&only, &|_| Meaning { bears: true, nature: Nature::ANY, kind: None });
        let mut out: Vec<Term> = Vec::new();
        for ((place, term), verdict) in places.into_iter().zip(verdicts) {
            let span = self.folded.back(place.start, place.end);
            let at = known.partition_point(|name| name.start < place.start);
            let concept =
                known.get(at).filter(|name| (name.start, name.end) == (place.start, place.end)).and_then(|name| self.concept(name.form));
            let stays = concept.is_some_and(|concept| concept.stays);
            let Judged { mut axes, standing, over, certain, .. } = verdict.judged.settled();
            axes.possible &= !certain;
            let assertion = if (stays && !over) || standing { without_history(axes) } else { axes.assertion() };
            axes.historical |= concept.is_some_and(|concept| self.is_background(concept, place));
            out.push(Term { term: term.clone(), start: span.start, end: span.end, assertion, axes });
        }
        out
    }

    fn form(&self, form: usize) -> Option<&'a Form> {
        form_of(self.lexicon, form)
    }

    fn concept(&self, form: usize) -> Option<&'a Concept> {
        concept_of(self.lexicon, form)
    }

    fn mentions(&self) -> Vec<Mention> {
        let names = names(self.lexicon, &self.folded, &self.hits);
        let places: Vec<Place> = names.iter().map(|name| Place { start: name.start, end: name.end }).collect();
        let meaning = |at: usize| {
            let kind = names.get(at).and_then(|name| self.form(name.form)).map(|form| form.concept);
            let concept = names.get(at).and_then(|name| self.concept(name.form));
            let lasts = concept.is_some_and(|concept| concept.stays);
            let habit = concept.is_some_and(|concept| self.lexicon.habits.contains(&concept.id));
            let finding = concept.is_some_and(|concept| concept.id.starts_with("finding."));
            let illness = concept.is_some_and(Concept::is_illness);
            Meaning { bears: illness, nature: Nature { habit, lasts, finding, illness, any: false }, kind }
        };
        let verdicts = self.judge(&places, &meaning);
        let attributes = self.attributes(&names);
        let mut out = Vec::with_capacity(names.len());
        for ((name, verdict), found) in names.iter().zip(verdicts).zip(attributes) {
            let (Some(form), Some(concept)) = (self.form(name.form), self.concept(name.form)) else { continue };
            if concept.mask {
                continue;
            }
            let span = self.folded.back(name.start, name.end);
            let mut judged = verdict.judged;
            // "It is not true that he never smoked": what takes a denial back takes that of a name back, too.
            // "Not a nonsmoker": two denials.
            let by_name = form.axes.contains(&Axis::Negated);
            let twice = by_name && judged.axes.negated && self.touched(&judged, span.start);
            judged.axes.negated = (judged.axes.negated || by_name) && !twice;
            let Judged { mut axes, mut causes, current, certain, standing, over, .. } = judged.settled();
            if form.only.is_some_and(|axis| axis == Axis::Negated && !axes.negated) {
                continue;
            }
            for axis in &form.axes {
                if *axis != Axis::Negated {
                    set(&mut axes, *axis);
                }
                causes.push(Cause { axis: axis.name().to_owned(), by: "the name itself".to_owned(), at: Some(span) });
            }
            let stays = form.stays.unwrap_or(if verdict.by_section { concept.listed } else { concept.stays });
            let keeps = standing || (stays && !over);
            if axes.historical && current {
                axes.historical = false;
                causes.retain(|cause| cause.axis != Axis::Historical.name());
            }
            if axes.possible && certain {
                axes.possible = false;
                causes.retain(|cause| cause.axis != Axis::Possible.name());
            }
            causes.retain(|cause| cause.axis != Axis::Current.name() && cause.axis != Axis::Certain.name());
            let assertion = if keeps && form.axes.is_empty() { without_history(axes) } else { axes.assertion() };
            if !axes.historical && self.is_background(concept, Place { start: name.start, end: name.end }) {
                axes.historical = true;
                causes.push(Cause { axis: Axis::Historical.name().to_owned(), by: "known before".to_owned(), at: None });
            }
            let mut attributes = found;
            attributes.extend(form.sets.iter().cloned());
            out.push(Mention {
                concept: concept.id.clone(),
                text: span.of(self.text).to_owned(),
                start: span.start,
                end: span.end,
                section: self.section_at(span.start).map(|section| section.section.clone()).unwrap_or_default(),
                assertion,
                axes,
                attributes,
                causes,
            });
        }
        out.sort_by(|a, b| (a.start, b.end, &a.concept).cmp(&(b.start, a.end, &b.concept)));
        out
    }

    /// Whether a denial stands right before a place, with no more than an article between them.
    fn touched(&self, judged: &Judged, start: usize) -> bool {
        let ends = judged
            .causes
            .iter()
            .filter(|cause| cause.axis == Axis::Negated.name() && cause.by.ends_with("not"))
            .filter_map(|cause| cause.at);
        ends.map(|at| at.end).any(|end| self.text.get(end..start).is_some_and(|between| matches!(between.trim(), "" | "a" | "an")))
    }

    fn section_at(&self, at: usize) -> Option<&Section> {
        let next = self.sections.partition_point(|section| section.start <= at);
        next.checked_sub(1).and_then(|last| self.sections.get(last))
    }

    /// Whether the heading of a known section begins at a byte: what it says of its body is the section's matter.
    fn is_heading(&self, at: usize) -> bool {
        self.section_at(at).is_some_and(|section| section.start == at && section.body > at) && is_known(&self.sections, at)
    }

    /// Whether a name tells of what was there before this encounter and none the less stays: a habit, or a lasting condition that is
    /// all that its line says, under no heading, as in a list of problems.
    fn is_background(&self, concept: &Concept, place: Place) -> bool {
        self.lexicon.habits.contains(&concept.id) || ((concept.stays || concept.listed) && self.listed_alone(place))
    }

    fn listed_alone(&self, place: Place) -> bool {
        let clause = self.clauses.get(self.clauses.partition_point(|clause| clause.end <= place.start));
        let alone = clause.is_some_and(|clause| {
            let text = self.folded.text();
            let around = [text.get(clause.start..place.start), text.get(place.end..clause.end)];
            around.into_iter().flatten().all(|side| side.len() < 12 && !side.contains(char::is_alphabetic))
        });
        alone && self.section_at(self.folded.back(place.start, place.end).start).is_some_and(|section| section.heading.is_empty())
    }

    /// How each place stands; places are in order of start. `meaning` says what each of them is.
    fn judge(&self, places: &[Place], meaning: &dyn Fn(usize) -> Meaning) -> Vec<Verdict> {
        let bears = |at: usize| meaning(at).bears;
        let acting = acting::acting(self.lexicon, &self.hits.triggers, places);
        let mut out: Vec<Verdict> = Vec::with_capacity(places.len());
        let mut triggers = acting.as_slice();
        let mut rest = places;
        // A cue before a list, and whether an item of the list has come.
        let mut lead: Option<Lead> = None;
        let mut before = Antecedent::default();
        let mut paragraph = 0;
        for (number, place) in self.clauses.iter().enumerate() {
            let mine = take(&mut triggers, |hit: &Hit| hit.start < place.end);
            let here = take(&mut rest, |at: &Place| at.start < place.end);
            let words = self.folded.text().get(place.start..place.end).unwrap_or_default();
            let begin = words.trim_start().len();
            // A blank line stands between sentences, or before the heading with which one begins.
            if words.get(..words.len() - begin).is_some_and(|blank| blank.contains('\n')) {
                lead = None;
                before = Antecedent::default();
                paragraph = place.start;
            }
            if begin == 0 {
                continue;
            }
            let at = self.folded.back(place.start, place.end).start;
            let item = item_at(self.text, at);
            lead = lead.filter(|lead| lead.holds(item, &|| lead::is_bare(self.lexicon, &self.folded, *place, here)));
            if item || self.is_heading(at) {
                paragraph = place.start;
            }
            let goes_on = |hit: &Hit| scope::trigger(self.lexicon, hit).is_some_and(|by| !by.after.is_empty());
            let told;
            let mine = if mine.iter().any(goes_on) {
                let before = self.clauses.get(..number).unwrap_or_default();
                let story = Story { lexicon: self.lexicon, folded: &self.folded, before, here: *place, from: paragraph, acting: &acting };
                let ill = |of: Place| {
                    let first = places.partition_point(|place| place.start < of.start);
                    let others = out.get(first..).unwrap_or_default().iter().zip(places.iter().skip(first));
                    others
                        .take_while(|(_, place)| place.start < of.end)
                        .any(|(verdict, _)| verdict.judged.axes.experiencer != Experiencer::Patient)
                };
                told = mine.iter().filter(|hit| story.allows(hit, &ill)).copied().collect::<Vec<Hit>>();
                told.as_slice()
            } else {
                mine
            };
            let mut clause = Clause { place: *place, triggers: mine, places: here, lead: None };
            let above = lead::line_above(self.text, &self.folded, &clause);
            lead = lead.filter(|_| above.is_none());
            clause.lead = lead.map(|lead| lead.hit);
            // A known heading is no cue for its section, but one that doubts is ("Differential diagnosis: ...").
            let body = self.section_at(at).map_or(0, |section| section.body);
            let in_body = |hit: &Hit| self.folded.back(hit.start, hit.end).start >= body;
            let cue = |lead: &Lead| lead::doubts(self.lexicon, &lead.hit) || !self.is_heading(at) || in_body(&lead.hit);
            let own = lead::leads_on(self.lexicon, &self.folded, &clause).filter(cue);
            let heads = || {
                let heads = above.and_then(|line| lead::heads(self.lexicon, &clause).map(|lead| (line, lead)));
                heads.filter(|(line, lead)| lead::decides(self.lexicon, &lead.hit) || !self.is_heading(*line)).map(|(_, lead)| lead)
            };
            lead = heads().or(own).or_else(|| lead::names_follow(self.lexicon, &clause)).or(lead.map(Lead::begun));
            if item || self.is_heading(at) {
                before = Antecedent::default();
            }
            let first = out.len();
            let own = here.iter().enumerate().find(|(index, _)| bears(first + index)).map(|(_, place)| place);
            let meant = |name: usize| out.get(name).filter(|_| bears(name)).map_or(Meant::Never, |verdict| verdict.judged.meant());
            // What settles a doubt can do so behind a sign, and not behind another illness.
            let firm = here.iter().enumerate().find(|(index, _)| bears(first + index) && !meaning(first + index).nature.finding);
            let own = (own, firm.map(|(_, place)| place));
            for (name, later) in before.hear((self.lexicon, &self.folded), &clause, own, places, meant) {
                if let Some(Verdict { judged, .. }) = out.get_mut(name) {
                    judged.hear(later);
                }
            }
            let same = before.last().filter(|name| bears(*name));
            let earlier = before.clone();
            before.pass(if own.0.is_some() { first..first + here.len() } else { 0..0 });
            if here.is_empty() {
                continue;
            }
            let scopes = Scopes::new(self.lexicon, &self.folded, &clause);
            for (place, judged) in here.iter().zip(scopes.judge(here, &|at| meaning(first + at).nature)) {
                let mut verdict = Verdict { judged, by_section: false };
                self.by_section(*place, &mut verdict);
                out.push(verdict);
            }
            // "So is cellulitis": it stands as the one before it.
            if let Some((hit, name)) = clause.triggers.iter().find(|hit| scope::sets_scene(self.lexicon, hit, SAME)).zip(same)
                && let Some(Judged { axes, .. }) = out.get(name).map(|verdict| verdict.judged.clone().settled())
            {
                let later = Judged::the_same(self.lexicon, &self.folded, axes, hit);
                out.iter_mut().skip(first).for_each(|verdict| verdict.judged.hear(later.clone()));
            }
            for (name, sign) in signs::denied(&self.folded, here) {
                if let Some(Verdict { judged, .. }) = out.get_mut(first + name) {
                    judged.axes.negated = true;
                    let at = Some(self.folded.back(sign.start, sign.end));
                    let sign_text = self.folded.text().get(sign.start..sign.end).unwrap_or_default().to_owned();
                    judged.causes.push(Cause { axis: Axis::Negated.name().to_owned(), by: sign_text, at });
                }
            }
            // What was told of a sign ends with the next one.
            let lasting = earlier.last().is_some_and(|name| bears(name) && !meaning(name).nature.finding);
            let kind = |name: usize| {
                let Meaning { nature, kind, .. } = meaning(name);
                kind.filter(|_| !nature.finding && !nature.habit)
            };
            let judged = |name: usize| out.get(name).filter(|_| bears(name)).map(|verdict| &verdict.judged);
            for (name, later) in echo::denied_by_name(&earlier, first..out.len(), kind, judged) {
                if let Some(Verdict { judged, .. }) = out.get_mut(name) {
                    judged.hear(later);
                }
            }
            let meant = |name: usize| out.get(name).filter(|_| bears(name)).map_or(Meant::Never, |verdict| verdict.judged.meant());
            if own.0.is_some() && lasting && (first..out.len()).all(|name| matches!(meant(name), Meant::Denied | Meant::Never)) {
                before.reach_back(earlier);
            }
            for (name, later) in echo::settled_within(self.lexicon, &self.folded, &clause, first..out.len(), places, meant) {
                if let Some(Verdict { judged, .. }) = out.get_mut(name) {
                    judged.hear(later);
                }
            }
            if let Some((named, later)) = echo::denied_after(self.lexicon, &self.folded, &clause) {
                out.iter_mut().skip(first).take(named).for_each(|verdict| verdict.judged.hear(later.clone()));
            }
            let named: Vec<(usize, Span, &Judged)> = (out.iter().skip(first).zip(here).enumerate())
                .filter_map(|(name, (verdict, place))| {
                    let kind = meaning(first + name).kind?;
                    Some((kind, self.folded.back(place.start, place.end), &verdict.judged))
                })
                .collect();
            let answers = if named.len() == here.len() { twice::answered(self.lexicon, &named) } else { Vec::new() };
            for (name, denial) in answers {
                if let Some(verdict) = out.get_mut(first + name) {
                    verdict.judged.answer(denial);
                }
            }
            if let Some((named, later)) = echo::told_again(self.lexicon, &self.folded, &clause)
                && let Some(last) = (first..first + named).rev().find(|name| bears(*name)).and_then(|name| places.get(name))
            {
                // Two names of one place are one illness.
                let meant = |name: usize| bears(name) && places.get(name).is_some_and(|place| place.end > last.start);
                out.iter_mut()
                    .enumerate()
                    .skip(first)
                    .take(named)
                    .filter(|(name, _)| meant(*name))
                    .for_each(|(_, verdict)| verdict.judged.hear(later.clone()));
            }
        }
        // Places after the last sentence cannot be: the sentences cover the text. Should they, they stand as they are.
        out.resize_with(places.len(), Verdict::default);
        let illness = |at: usize| meaning(at).kind.filter(|_| bears(at));
        let judged = |at: usize| out.get(at).map(|verdict| &verdict.judged);
        for (head, last) in item::overruled((self.lexicon, self.text, &self.folded), places, &illness, &judged) {
            if let Some(later) = out.get(last).map(|verdict| verdict.judged.clone())
                && let Some(verdict) = out.get_mut(head)
            {
                verdict.judged.hear(later);
            }
        }
        out
    }

    fn by_section(&self, place: Place, verdict: &mut Verdict) {
        let at = self.folded.back(place.start, place.end).start;
        let Some(section) = self.section_at(at).filter(|section| section.body <= at) else { return };
        let names = [Some(&section.section), section.within.as_ref()];
        let judged = &mut verdict.judged;
        for name in names.into_iter().flatten() {
            if !judged.axes.historical && self.lexicon.standing_sections.contains(name) {
                judged.axes.historical = true;
                judged.standing = true;
                judged.causes.push(Cause { axis: Axis::Historical.name().to_owned(), by: format!("section: {name}"), at: None });
            }
            for axis in self.lexicon.sections.get(name).into_iter().flatten() {
                if *axis == Axis::Historical && !judged.axes.historical {
                    verdict.by_section = true;
                }
                set(&mut judged.axes, *axis);
                let axis = if matches!(axis, Axis::Family | Axis::Other) { "experiencer" } else { axis.name() };
                if !judged.causes.iter().any(|cause| cause.axis == axis) {
                    judged.causes.push(Cause { axis: axis.to_owned(), by: format!("section: {name}"), at: None });
                }
            }
        }
    }

    /// What is said of each name, sentence by sentence.
    fn attributes(&self, names: &[Name]) -> Vec<BTreeMap<String, String>> {
        let mut out = Vec::with_capacity(names.len());
        let mut words = self.hits.attributes.as_slice();
        let mut rest = names;
        // The name with which the sentence before ended.
        let mut last: Option<Bearer> = None;
        for clause in &self.clauses {
            let mine = take(&mut words, |hit: &Hit| hit.start < clause.end);
            let here = take(&mut rest, |name: &Name| name.start < clause.end);
            if here.is_empty() {
                let blank = self.folded.text().get(clause.start..clause.end).is_none_or(|text| text.trim().is_empty());
                if !blank && let Some(bearer) = last.take() {
                    let apart = self.folded.back(bearer.end, clause.end).of(self.text).trim_end().contains('\n');
                    let found = attribute::place_alone(self.lexicon, &self.folded, &bearer, clause.end, mine);
                    for (name, value) in found.into_iter().filter(|_| !apart) {
                        out.last_mut().map(|known: &mut BTreeMap<String, String>| known.entry(name).or_insert(value));
                    }
                }
                continue;
            }
            let bearers: Vec<Bearer> = here
                .iter()
                .filter(|name| self.concept(name.form).is_some_and(|concept| concept.mask || concept.condition))
                .filter_map(|name| self.form(name.form).map(|form| Bearer { start: name.start, end: name.end, concept: form.concept }))
                .collect();
            let ends = |bearer: &&Bearer| {
                let behind = self.folded.text().get(bearer.end..clause.end).unwrap_or_default();
                here.last().is_some_and(|name| name.end == bearer.end) && !behind.contains(char::is_alphanumeric)
            };
            last = bearers.last().filter(ends).copied();
            let mut found = attribute::attach(self.lexicon, &self.folded, &bearers, mine).into_iter();
            for name in here {
                let bears = self.concept(name.form).is_some_and(|concept| concept.mask || concept.condition);
                out.push(if bears { found.next().unwrap_or_default() } else { BTreeMap::new() });
            }
        }
        out.resize_with(names.len(), BTreeMap::new);
        out
    }
}

/// Cuts the leading part of a slice for which a test holds.
fn take<'s, T>(slice: &mut &'s [T], test: impl Fn(&T) -> bool) -> &'s [T] {
    let (head, tail) = slice.split_at(slice.partition_point(test));
    *slice = tail;
    head
}

/// How a condition that "history of" does not end stands.
fn without_history(axes: Axes) -> Assertion {
    Axes { historical: false, ..axes }.assertion()
}
