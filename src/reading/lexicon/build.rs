//! From the files to the machine.

use super::choices::{pick, settles};
use super::entry::{AttributeFile, ConceptFile, GuardEntry, MeasurementFile, TriggerEntry, TriggerFile};
use super::placeholders::expand;
use super::spelling::Spellings;
use super::{
    After, AttributeWord, Axis, Concept, Deed, Direction, Files, Form, Guard, Kin, Lexicon, Measure, Only, Owner, Owners, Trigger,
};
use crate::error::{Result, Trouble};
use crate::reading::bits::{Bits, beginning};
use crate::reading::folded::fold_name;
use crate::reading::machine::{End, Machine};
use crate::reading::measuring::Measuring;
use crate::reading::observations::Table;
use crate::reading::{observations, vocabulary};
use std::collections::BTreeMap;

/// How many words may stand between an attribute and its condition where the file does not say.
const BEFORE: usize = 4;
const AFTER: usize = 5;

#[derive(Default)]
struct Builder {
    /// Every pattern with what it stands for, as they come.
    patterns: Vec<(Box<str>, Owner)>,
    concepts: Vec<Concept>,
    ids: BTreeMap<String, usize>,
    forms: Vec<Form>,
    triggers: Vec<Trigger>,
    attributes: Vec<AttributeWord>,
    measures: Vec<Measure>,
    measuring: Measuring,
    sections: BTreeMap<String, Vec<Axis>>,
    standing_sections: Vec<String>,
    lead_words: Vec<String>,
    opening_words: Vec<String>,
    auxiliaries: Vec<String>,
    verdicts: Vec<String>,
    turning: Vec<String>,
    searches: Vec<String>,
    grounds: Vec<String>,
    item_leads: Vec<String>,
    aside_words: Vec<String>,
    aside_ends: Vec<String>,
    kin: Vec<Kin>,
    fillers: Vec<String>,
    habits: Vec<String>,
    not_next: Vec<String>,
    name_joints: Vec<String>,
    may_follow: Vec<String>,
    not_over: Vec<String>,
    place_words: Vec<String>,
    spellings: Spellings,
    /// Forms that stand for a further concept: file, form, the concept's id.
    also: Vec<(String, usize, String)>,
}

pub(super) fn build(files: &Files<'_>) -> Result<Lexicon> {
    let mut builder = Builder { spellings: Spellings::parse(files.spellings)?, ..Builder::default() };
    for (name, text) in &files.concepts {
        builder.concepts(name, text)?;
    }
    builder.genera()?;
    builder.triggers(files.triggers)?;
    builder.attributes(files.attributes)?;
    builder.observations(files.observations)?;
    builder.measurements(files.measurements)?;
    builder.finish()
}

impl Lexicon {
    /// A lexicon that knows nothing.
    pub(super) fn empty() -> Self {
        Self {
            concepts: Vec::new(),
            forms: Vec::new(),
            triggers: Vec::new(),
            attributes: Vec::new(),
            measures: Vec::new(),
            measuring: Measuring::default(),
            sections: BTreeMap::new(),
            standing_sections: Vec::new(),
            lead_words: Vec::new(),
            opening_words: Vec::new(),
            auxiliaries: Vec::new(),
            verdicts: Vec::new(),
            turning: Vec::new(),
            searches: Vec::new(),
            grounds: Vec::new(),
            item_leads: Vec::new(),
            aside_words: Vec::new(),
            aside_ends: Vec::new(),
            kin: Vec::new(),
            habits: Vec::new(),
            not_next: Vec::new(),
            name_joints: Vec::new(),
            may_follow: Vec::new(),
            not_over: Vec::new(),
            place_words: Vec::new(),
            patterns: Vec::new(),
            owners: Owners::default(),
            named: Vec::new(),
            machine: Machine::new(std::iter::empty(), false),
        }
    }
}

fn read<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<T> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| text.get(..span.start).map_or(1, |head| head.matches('\n').count() as u64 + 1));
        Trouble::input("a lexicon file cannot be read").at(name, line).why(error.message())
    })
}

impl Builder {
    fn add(&mut self, file: &str, name: &str, owner: Owner) -> Result<()> {
        let folded = fold_name(name);
        if folded.is_empty() || folded.contains('{') {
            return Err(Trouble::input(format!("the name \"{name}\" cannot be matched")).at(file, None).hint("check its placeholders"));
        }
        // What is measured has one spelling.
        let british = if matches!(owner, Owner::Measure(_)) { None } else { self.spellings.british(&folded) };
        self.patterns.extend([Some(folded), british].into_iter().flatten().map(|spelling| (spelling.into_boxed_str(), owner)));
        Ok(())
    }

    /// Gives the names of a kind to its genus, too: the same patterns, one more owner each.
    fn genera(&mut self) -> Result<()> {
        let mut added: BTreeMap<usize, Vec<Owner>> = BTreeMap::new();
        for (file, kind, genus) in std::mem::take(&mut self.also) {
            let Some(&concept) = self.ids.get(&genus) else {
                return Err(Trouble::input(format!("\"{genus}\" is no concept"))
                    .at(file, None)
                    .hint("the list `also` names concepts by id"));
            };
            let Some(form) = self.forms.get(kind).cloned() else { continue };
            self.forms.push(Form { concept, ..form });
            added.entry(kind).or_default().push(Owner::Form(self.forms.len() - 1));
        }
        let genera: Vec<(Box<str>, Owner)> = self
            .patterns
            .iter()
            .filter_map(|(pattern, owner)| if let Owner::Form(form) = owner { Some((pattern, added.get(form)?)) } else { None })
            .flat_map(|(pattern, genera)| genera.iter().map(|genus| (pattern.clone(), *genus)))
            .collect();
        self.patterns.extend(genera);
        Ok(())
    }

    fn concept(&mut self, entry: Concept) -> usize {
        if let Some(&at) = self.ids.get(&entry.id) {
            return at;
        }
        self.ids.insert(entry.id.clone(), self.concepts.len());
        self.concepts.push(entry);
        self.concepts.len() - 1
    }

    fn concepts(&mut self, file: &str, text: &str) -> Result<()> {
        let entries: ConceptFile = read(file, text)?;
        self.not_next.extend(entries.not_next.iter().map(|word| fold_name(word)));
        for entry in entries.concept {
            if entry.source.is_empty() {
                return Err(Trouble::input(format!("the concept {} names no source", entry.id)).at(file, None));
            }
            let stays = entry.stays.unwrap_or(false);
            let known = self.ids.contains_key(&entry.id);
            let concept = self.concept(Concept {
                id: entry.id.clone(),
                condition: !entry.id.contains('.'),
                stays,
                listed: entry.listed.unwrap_or(stays),
                mask: entry.mask,
            });
            if !known && !entry.id.contains('.') && vocabulary::conditions().iter().all(|c| c.name != entry.id) {
                return Err(Trouble::input(format!("\"{}\" is no condition of the vocabulary", entry.id)).at(file, None));
            }
            let first = self.forms.len();
            self.form(file, &entries.sets, Form { concept, nested: entry.nested, ..Form::default() }, &entry.names)?;
            for form in entry.form {
                let guard = guard(&form.guard, &form.names, &entries.sets);
                let axes = form.axes.iter().map(|axis| axis_named(file, axis)).collect::<Result<_>>()?;
                let sets = form.sets.into_iter().collect();
                let only = form.only.as_deref().map(|axis| axis_named(file, axis)).transpose()?;
                let form_entry = Form { concept, sets, axes, guard, nested: form.nested || entry.nested, only, stays: form.stays };
                self.form(file, &entries.sets, form_entry, &form.names)?;
            }
            for genus in &entry.also {
                self.also.extend((first..self.forms.len()).map(|form| (file.to_owned(), form, genus.clone())));
            }
        }
        Ok(())
    }

    fn form(&mut self, file: &str, sets: &BTreeMap<String, Vec<String>>, form: Form, names: &[String]) -> Result<()> {
        if names.is_empty() {
            return Ok(());
        }
        self.forms.push(form);
        let owner = Owner::Form(self.forms.len() - 1);
        names.iter().flat_map(|name| expand(name, sets)).try_for_each(|name| self.add(file, &name, owner))
    }

    fn triggers(&mut self, (file, text): (&str, &str)) -> Result<()> {
        let entries: TriggerFile = read(file, text)?;
        for (section, axes) in &entries.sections {
            let axes = axes.iter().map(|axis| axis_named(file, axis)).collect::<Result<_>>()?;
            self.sections.insert(section.clone(), axes);
        }
        self.standing_sections.clone_from(&entries.standing_sections);
        self.lead_words.clone_from(&entries.lead_words);
        self.opening_words.clone_from(&entries.opening_words);
        self.habits.clone_from(&entries.habits);
        self.auxiliaries.clone_from(&entries.auxiliaries);
        self.verdicts.clone_from(&entries.verdicts);
        self.turning.clone_from(&entries.turning);
        self.searches.clone_from(&entries.searches);
        self.grounds.clone_from(&entries.grounds);
        self.item_leads.clone_from(&entries.item_leads);
        self.name_joints.clone_from(&entries.name_joints);
        self.aside_words.clone_from(&entries.aside_words);
        self.aside_ends.clone_from(&entries.aside_ends);
        self.kin.extend(entries.kin.into_iter().map(|kin| Kin {
            says: kin.says,
            owns: kin.owns,
            family: kin.family,
            other: kin.other,
            patient: kin.patient,
        }));
        // These come first: now ends the others, and of those who are gone is told in the past.
        let mut scenes = vec!["now", "gone", "living", "same"];
        for entry in entries.trigger.iter().filter(|entry| entry.axis == "scene") {
            if !scenes.contains(&entry.scene.as_str()) {
                scenes.push(&entry.scene);
            }
        }
        self.fillers = entries.fillers.iter().flat_map(|word| expand(word, &entries.sets)).map(|word| fold_name(&word)).collect();
        for entry in &entries.trigger {
            let deed = deed(file, entry, &scenes)?;
            let over_commas = entry.over_commas.unwrap_or(matches!(deed, Deed::Sets(_, Direction::Forward)) && !entry.nearest);
            let words: Vec<String> = entry.words.iter().flat_map(|word| expand(word, &entries.sets)).collect();
            let only = only(file, entry)?;
            self.triggers.push(Trigger {
                deed,
                reach: entry.reach.or(if over_commas { None } else { Some(12) }),
                over_commas,
                over_and: entry.over_and.unwrap_or(true),
                over_or: entry.over_or,
                trailing: entry.trailing,
                leading: entry.leading,
                nearest: entry.nearest,
                over_stops: entry.over_stops,
                standing: entry.standing,
                over: entry.over,
                concedes: entry.concedes,
                echoes: entry.echoes,
                answers: entry.answers,
                after: entry.after.iter().map(|name| after(file, name, &scenes)).collect::<Result<_>>()?,
                asked: entry.asked.iter().flat_map(|word| expand(word, &entries.sets)).map(|word| fold_name(&word)).collect(),
                absence: entry.absence,
                heads: entry.heads || entry.fragments,
                fragments: entry.fragments,
                picks: pick(file, entry)?,
                settles: settles(file, entry)?,
                lifts: entry.lifts,
                again: entry.again,
                corrected: entry.corrected,
                from_comma: entry.from_comma,
                boxes: entry.boxes,
                only,
                guard: guard(&entry.guard, &words, &entries.sets),
            });
            let owner = Owner::Trigger(self.triggers.len() - 1);
            words.iter().try_for_each(|word| self.add(file, word, owner))?;
        }
        Ok(())
    }

    fn attributes(&mut self, (file, text): (&str, &str)) -> Result<()> {
        let entries: AttributeFile = read(file, text)?;
        self.may_follow.clone_from(&entries.may_follow);
        self.not_over.clone_from(&entries.not_over);
        self.place_words.clone_from(&entries.place_words);
        for entry in &entries.attribute {
            let mut states = Vec::new();
            for condition in &entry.conditions {
                let values = vocabulary::attributes(condition)
                    .and_then(|attributes| attributes.iter().find(|(name, _)| *name == entry.attribute))
                    .map(|(_, values)| values);
                let (Some(values), Some(&concept)) = (values, self.ids.get(condition)) else {
                    return Err(Trouble::input(format!("{condition} has no attribute {}", entry.attribute)).at(file, None));
                };
                if !values.contains(&entry.value) {
                    let allowed = values.join(", ");
                    return Err(Trouble::input(format!("{} of {condition} cannot be {}", entry.attribute, entry.value))
                        .at(file, None)
                        .hint(format!("one of {allowed}")));
                }
                states.push((concept, entry.attribute.clone(), entry.value.clone()));
            }
            self.attributes.push(AttributeWord {
                states,
                before: entry.before.unwrap_or(BEFORE),
                after: entry.after.unwrap_or(AFTER),
                adjective: entries.adjectives.contains(&entry.attribute),
                place: matches!(entry.attribute.as_str(), "site" | "side"),
                guard: guard(&entry.guard, &entry.words, &entries.sets),
            });
            let owner = Owner::Attribute(self.attributes.len() - 1);
            entry.words.iter().flat_map(|word| expand(word, &entries.sets)).try_for_each(|word| self.add(file, &word, owner))?;
        }
        Ok(())
    }

    fn observations(&mut self, (file, text): (&str, &str)) -> Result<()> {
        for entry in Table::parse(file, text)?.rows() {
            let measure = Measure { orders: vec![vec![entry.name.clone()]], ascending: false, guard: None, unit_too: false };
            self.measure(file, measure, &entry.text)?;
        }
        Ok(())
    }

    fn measurements(&mut self, (file, text): (&str, &str)) -> Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let entries: MeasurementFile = read(file, text)?;
        let known = |name: &String| observations::find(name).is_some();
        let named =
            entries.panel.iter().flat_map(|panel| panel.orders.iter().flatten()).chain(entries.name.iter().map(|name| &name.measure));
        if let Some(strange) = named.into_iter().find(|name| !known(name)) {
            return Err(Trouble::input(format!("\"{strange}\" is not measured")).at(file, None).hint("name a row of observations.toml"));
        }
        let sets = BTreeMap::new();
        for name in &entries.name {
            let guard = guard(&name.guard, &name.words, &sets);
            let measure = Measure { orders: vec![vec![name.measure.clone()]], ascending: false, guard, unit_too: name.unit_too };
            self.measure(file, measure, &name.words)?;
        }
        for panel in &entries.panel {
            let measure = Measure { orders: panel.orders.clone(), ascending: panel.ascending, guard: None, unit_too: false };
            self.measure(file, measure, &panel.words)?;
        }
        self.measuring = Measuring::new(entries.how);
        Ok(())
    }

    fn measure(&mut self, file: &str, measure: Measure, names: &[String]) -> Result<()> {
        self.measures.push(measure);
        let owner = Owner::Measure(self.measures.len() - 1);
        names.iter().try_for_each(|name| self.add(file, name, owner))
    }

    fn finish(mut self) -> Result<Lexicon> {
        // It stays in memory as long as the program runs: what a list grew beyond its end is given back.
        self.triggers.shrink_to_fit();
        let (patterns, owners) = owned(self.patterns);
        let named = named(&owners, &self.forms, self.concepts.len());
        let machine = Machine::new(patterns.iter().map(|pattern| (pattern.as_ref(), End::Word)), false)
            .over(self.fillers.iter().map(String::as_str))
            .past(self.aside_words.iter().map(String::as_str));
        Ok(Lexicon {
            concepts: self.concepts,
            forms: self.forms,
            triggers: self.triggers,
            attributes: self.attributes,
            measures: self.measures,
            measuring: self.measuring,
            sections: self.sections,
            standing_sections: self.standing_sections,
            lead_words: self.lead_words,
            opening_words: self.opening_words,
            auxiliaries: self.auxiliaries,
            verdicts: self.verdicts,
            turning: self.turning,
            searches: self.searches,
            grounds: self.grounds,
            item_leads: self.item_leads,
            aside_words: self.aside_words,
            aside_ends: self.aside_ends,
            kin: self.kin,
            habits: self.habits,
            not_next: self.not_next,
            name_joints: self.name_joints,
            may_follow: self.may_follow,
            not_over: self.not_over,
            place_words: self.place_words,
            patterns,
            owners,
            named,
            machine,
        })
    }
}

/// The patterns in order, each once, and what each stands for, in the order in which it was told.
fn owned(mut told: Vec<(Box<str>, Owner)>) -> (Vec<Box<str>>, Owners) {
    told.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut patterns: Vec<Box<str>> = Vec::with_capacity(told.len());
    let mut owners = Owners::default();
    for (pattern, owner) in told {
        if patterns.last() != Some(&pattern) {
            patterns.push(pattern);
            owners.begin();
        }
        owners.add(owner);
    }
    patterns.shrink_to_fit();
    (patterns, owners)
}

/// The patterns that name each concept, in order, each once.
fn named(owners: &Owners, forms: &[Form], concepts: usize) -> Vec<Vec<u32>> {
    let mut named: Vec<Vec<u32>> = vec![Vec::new(); concepts];
    for (pattern, owners) in (0..).zip(owners.iter()) {
        for owner in owners {
            let Owner::Form(form) = owner else { continue };
            let concept = forms.get(*form).and_then(|form| named.get_mut(form.concept));
            if let Some(patterns) = concept
                && patterns.last() != Some(&pattern)
            {
                patterns.push(pattern);
            }
        }
    }
    named
}

fn guard(entry: &GuardEntry, names: &[String], sets: &BTreeMap<String, Vec<String>>) -> Option<Box<Guard>> {
    let words = |list: &[String]| list.iter().flat_map(|word| expand(word, sets)).map(|word| fold_name(&word)).collect::<Vec<String>>();
    let lists = [&entry.near, &entry.not_near, &entry.next, &entry.not_next, &entry.before, &entry.not_before];
    let bound = entry.exact || entry.at_start.is_some() || entry.at_end.is_some();
    if !bound && lists.into_iter().all(|list| list.is_empty()) {
        return None;
    }
    let (near, not_near) = (words(&entry.near), words(&entry.not_near));
    let (next, not_next) = (words(&entry.next), words(&entry.not_next));
    let (before, not_before) = (words(&entry.before), words(&entry.not_before));
    Some(Box::new(Guard {
        exact: entry.exact,
        around: entry.around,
        at_start: entry.at_start,
        at_end: entry.at_end,
        spelling: if entry.exact { names.to_vec() } else { Vec::new() },
        near_begin: Bits::of(near.iter().chain(&not_near).map(|word| beginning(word.as_bytes()))),
        next_first: Bits::of(next.iter().chain(&not_next).map(|word| word.bytes().next())),
        before_last: Bits::of(before.iter().chain(&not_before).map(|word| word.bytes().next_back())),
        near,
        not_near,
        next,
        not_next,
        before,
        not_before,
    }))
}

fn axis_named(file: &str, name: &str) -> Result<Axis> {
    Axis::ALL
        .into_iter()
        .find(|axis| axis.name() == name)
        .ok_or_else(|| Trouble::input(format!("\"{name}\" is no axis")).at(file, None).hint(Axis::ALL.map(Axis::name).join(", ")))
}

fn only(file: &str, entry: &TriggerEntry) -> Result<Only> {
    match entry.only.as_deref() {
        None => Ok(Only::All),
        Some("habits") => Ok(Only::Habits),
        Some("passing") => Ok(Only::Passing),
        Some("conditions") => Ok(Only::Conditions),
        Some("remedies") => Ok(Only::Remedies),
        Some(other) => Err(Trouble::input(format!("a trigger cannot hold for \"{other}\" only"))
            .at(file, None)
            .hint("habits, passing, conditions, remedies")),
    }
}

fn scene(file: &str, name: &str, scenes: &[&str]) -> Result<usize> {
    let known = scenes.iter().position(|known| *known == name && !name.is_empty());
    known.ok_or_else(|| Trouble::input(format!("nothing sets the scene \"{name}\"")).at(file, None).hint("an entry with axis = \"scene\""))
}

fn after(file: &str, name: &str, scenes: &[&str]) -> Result<After> {
    match name {
        "kin" => Ok(After::Kin),
        "told_kin" => Ok(After::ToldKin),
        "gone_kin" => Ok(After::GoneKin),
        "subject_kin" => Ok(After::SubjectKin),
        _ => scene(file, name, scenes).map(After::Scene),
    }
}

fn deed(file: &str, entry: &TriggerEntry, scenes: &[&str]) -> Result<Deed> {
    Ok(match entry.axis.as_str() {
        "nothing" => Deed::Nothing,
        "it" => Deed::Means,
        "scene" => Deed::Scene(scene(file, &entry.scene, scenes)?),
        "stop" if entry.ends.is_empty() => Deed::Stops(Axis::ALL.to_vec()),
        "stop" => Deed::Stops(entry.ends.iter().map(|axis| axis_named(file, axis)).collect::<Result<_>>()?),
        axis => {
            let looks = match entry.looks.as_deref() {
                None | Some("forward") => Direction::Forward,
                Some("backward") => Direction::Backward,
                Some("both") => Direction::Both,
                Some(other) => {
                    return Err(Trouble::input(format!("\"{other}\" is no direction")).at(file, None).hint("forward, backward, both"));
                }
            };
            Deed::Sets(axis_named(file, axis)?, looks)
        }
    })
}
