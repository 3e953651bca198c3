//! Reads packs from TOML and reports every mistake with file, line, column, what is expected and the nearest right word.

mod checks;
mod clocks;
mod conflicts;
mod copied;
mod examples;
mod fields;
mod leaves;
mod nearest;
mod pairs;
#[cfg(test)]
mod tests;
mod titles;
mod units;

pub use fields::Diagnostic;
use fields::{Fields, Log, Word};

use super::item::{Authority, AuthorityKind, Item, Pack, Scope};
use super::names;
use super::{GapKind, Severity};
use crate::chart::{DocumentType, EncounterClass, Instant, Sex};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use toml::de::DeTable;

/// Named lists of sections that items refer to as `@name`.
pub(super) type Groups = BTreeMap<String, Vec<String>>;

const KINDS: [(&str, GapKind); 10] = [
    ("missing_document", GapKind::MissingDocument),
    ("overdue", GapKind::Overdue),
    ("missing_element", GapKind::MissingElement),
    ("unspecified", GapKind::Unspecified),
    ("undocumented", GapKind::Undocumented),
    ("unsupported", GapKind::Unsupported),
    ("conflicting", GapKind::Conflicting),
    ("poa_unclear", GapKind::PoaUnclear),
    ("copied", GapKind::Copied),
    ("unsigned", GapKind::Unsigned),
];
const SEVERITIES: [(&str, Severity); 3] = [("info", Severity::Info), ("warn", Severity::Warn), ("high", Severity::High)];
const AUTHORITIES: [(&str, AuthorityKind); 6] = [
    ("cop", AuthorityKind::Cop),
    ("tjc", AuthorityKind::Tjc),
    ("icd_guideline", AuthorityKind::IcdGuideline),
    ("clinical_criteria", AuthorityKind::ClinicalCriteria),
    ("policy", AuthorityKind::Policy),
    ("house", AuthorityKind::House),
];
const CLASSES: [(&str, Option<EncounterClass>); 7] = [
    ("inpatient", Some(EncounterClass::Inpatient)),
    ("observation", Some(EncounterClass::Observation)),
    ("emergency", Some(EncounterClass::Emergency)),
    ("ambulatory", Some(EncounterClass::Ambulatory)),
    ("other", Some(EncounterClass::Other)),
    ("not_given", Some(EncounterClass::NotGiven)),
    ("lone_note", None),
];

/// The name of a gap kind in packs.
pub(super) fn kind_name(kind: GapKind) -> &'static str {
    KINDS.iter().find(|(_, k)| *k == kind).map_or("", |(name, _)| name)
}

/// Parses packs; the mistakes of all files come together, in the order of the files and their lines.
pub(super) fn parse(sources: &[(String, String)]) -> Result<(Vec<Pack>, Groups), Vec<Diagnostic>> {
    let mut packs = Vec::new();
    let mut mistakes = Vec::new();
    let mut tables: Vec<(toml::Spanned<DeTable<'_>>, Log<'_>)> = Vec::new();
    let (mut groups, mut words) = (Groups::new(), Groups::new());
    for (name, text) in sources {
        let (table, errors) = DeTable::parse_recoverable(text);
        let log = Log::new(name, text);
        for error in &errors {
            let at = error.span().map_or(0, |span| span.start);
            let what = error.message().lines().next().unwrap_or("the file is not TOML").trim().trim_end_matches('.').to_owned();
            log.say(at, what, "TOML: `key = value`, texts in quotes, tables in brackets", None);
        }
        if errors.is_empty() {
            read_groups(table.get_ref(), &log, &mut groups, &mut words);
            tables.push((table, log));
        } else {
            mistakes.extend(log.into_diagnostics());
        }
    }
    let all: Vec<String> = tables.iter().flat_map(|(table, _)| item_ids(table.get_ref())).collect();
    let mut ids: BTreeMap<String, (String, u64)> = BTreeMap::new();
    for (table, log) in tables {
        let named = Named { groups: &groups, word_groups: &words, items: &all };
        let (pack, overridden) = read_pack(table.get_ref(), table.span(), &log, named, &mut ids);
        for earlier in &mut packs {
            let earlier: &mut Pack = earlier;
            earlier.items.retain(|item| !overridden.contains(&item.id));
        }
        packs.push(pack);
        let mut found = log.into_diagnostics();
        found.sort();
        found.dedup();
        mistakes.extend(found);
    }
    if mistakes.is_empty() {
        mistakes.extend(circles(&packs));
    }
    if mistakes.is_empty() { Ok((packs, words)) } else { Err(mistakes) }
}

/// Items that cover one another in a circle: none of them would ever be asked.
fn circles(packs: &[Pack]) -> Vec<Diagnostic> {
    let items: BTreeMap<&str, &Item> = packs.iter().flat_map(|pack| &pack.items).map(|item| (item.id.as_str(), item)).collect();
    let mut out = Vec::new();
    for pack in packs {
        for item in &pack.items {
            let (mut reached, mut next) = (BTreeSet::new(), vec![item]);
            while let Some(here) = next.pop() {
                let fresh = here.covered_by.iter().filter(|id| reached.insert(id.as_str()));
                next.extend(fresh.filter_map(|id| items.get(id.as_str()).copied()));
            }
            if reached.contains(item.id.as_str()) {
                out.push(Diagnostic {
                    source: pack.source.clone(),
                    line: item.line,
                    column: 1,
                    what: format!("`{}` is covered by itself, by way of {}", item.id, item.covered_by.join(", ")),
                    expected: "`covered_by` that leads to an item which is asked".to_owned(),
                    hint: Some("take the item out of the `covered_by` of one of them".to_owned()),
                });
            }
        }
    }
    out
}

/// The ids of a file's items: one may name an item that comes later, or stands in another pack.
fn item_ids(table: &DeTable<'_>) -> Vec<String> {
    let list = table.get("item").and_then(|value| value.get_ref().as_array());
    let id =
        |entry: &toml::Spanned<toml::de::DeValue<'_>>| entry.get_ref().get("id").and_then(|id| id.get_ref().as_str().map(str::to_owned));
    list.into_iter().flatten().filter_map(id).collect()
}

/// What items of every pack may name.
#[derive(Clone, Copy)]
struct Named<'n> {
    groups: &'n Groups,
    word_groups: &'n Groups,
    items: &'n [String],
}

/// Groups come first, from all files: an item may name a group of another pack.
fn read_groups(table: &DeTable<'_>, log: &Log<'_>, sections: &mut Groups, words: &mut Groups) {
    let file = Fields::new(table, 0..0, log, "the file");
    for (key, into) in [("section_groups", sections), ("word_groups", words)] {
        let Some(list) = file.table(key) else { continue };
        for (name, value) in list.entries() {
            let one: DeTable<'_> = [(toml::Spanned::new(value.span(), "list".into()), value.clone())].into_iter().collect();
            let members = Fields::new(&one, value.span(), log, "the group").words("list");
            if key == "section_groups" {
                members.iter().for_each(|word| check_section(&file, word));
            }
            let members = members.into_iter().map(|word| word.text).collect();
            if into.insert(name.text.clone(), members).is_some() {
                file.say(name.at, format!("the group `{}` stands twice", name.text), "one list for each name", None);
            }
        }
    }
}

fn check_section(fields: &Fields<'_, '_, '_>, word: &Word) {
    if !names::sections().contains(&word.text) {
        fields.unknown(word, "the canonical name of a section", names::sections().iter().map(String::as_str));
    }
}

/// A pack, and the ids of earlier items that its own stand in for.
fn read_pack(
    table: &DeTable<'_>,
    span: Range<usize>,
    log: &Log<'_>,
    named: Named<'_>,
    ids: &mut BTreeMap<String, (String, u64)>,
) -> (Pack, Vec<String>) {
    let file = Fields::new(table, span, log, "the file");
    let mut pack = Pack {
        id: String::new(),
        title: String::new(),
        version: 1,
        effective_from: None,
        effective_to: None,
        summary: String::new(),
        source: log.source().to_owned(),
        items: Vec::new(),
    };
    let mut scope = None;
    if let Some(header) = file.table("pack") {
        pack.id = header.need_word("id", "a short name in lower case").text;
        pack.title = header.need_word("title", "what it is called on a screen").text;
        pack.version = version(&header);
        pack.summary = header.text("summary").unwrap_or_default();
        pack.effective_from = day(&header, "effective_from");
        pack.effective_to = day(&header, "effective_to");
        scope = Some(read_scope(&header, None));
        header.finish();
    } else {
        log.say(0, "the file has no `[pack]`", "a header: `[pack]` with `id`, `title` and `version`", None);
    }
    let context =
        Context { pack: &pack.id, scope: scope.as_ref(), groups: named.groups, word_groups: named.word_groups, items: named.items };
    let (mut items, mut overridden): (Vec<Item>, Vec<String>) = (Vec::new(), Vec::new());
    for fields in file.tables("item", "the item") {
        let overrides = fields.flag("overrides", false);
        let item = read_item(fields, &context);
        if item.id.is_empty() {
            continue;
        }
        let here = (log.source().to_owned(), item.line);
        let before = ids.insert(item.id.clone(), here);
        let elsewhere = before.as_ref().is_some_and(|(source, _)| source != log.source());
        if overrides && elsewhere {
            overridden.push(item.id.clone());
        } else if overrides && before.is_none() {
            let near = nearest::of(&item.id, ids.keys().map(String::as_str).filter(|id| *id != item.id));
            let hint = near.map(|near| format!("did you mean `{near}`?"));
            let what = format!("no item `{}` stands in another pack, so there is nothing to override", item.id);
            log.say(item_at(table, items.len()), what, "the id of a shipped item, or no `overrides`", hint);
        } else if let Some((source, line)) = before {
            let what = format!("the item `{}` stands already in {source}, line {line}", item.id);
            log.say(item_at(table, items.len()), what, "an id of its own for each item", None);
        }
        items.push(item);
    }
    let _ = (file.raw("section_groups"), file.raw("word_groups"));
    file.finish();
    pack.items = items;
    (pack, overridden)
}

fn item_at(table: &DeTable<'_>, index: usize) -> usize {
    let list = table.get("item").and_then(|value| value.get_ref().as_array());
    list.and_then(|list| list.get(index)).map_or(0, |entry| entry.span().start)
}

/// What an item inherits.
pub(super) struct Context<'c> {
    pack: &'c str,
    scope: Option<&'c Scope>,
    groups: &'c Groups,
    word_groups: &'c Groups,
    items: &'c [String],
}

impl Context<'_> {
    /// Words under a key in lower case, with `@groups` of words opened.
    fn listed(&self, fields: &Fields<'_, '_, '_>, key: &'static str) -> Vec<String> {
        let mut out = Vec::new();
        for word in fields.words(key) {
            match word.text.strip_prefix('@') {
                Some(group) if word.text != leaves::EACH => match self.word_groups.get(group) {
                    Some(words) => out.extend(words.iter().map(|w| w.to_lowercase())),
                    None => {
                        let bare = Word { text: group.to_owned(), at: word.at };
                        fields.unknown(&bare, "a group of words", self.word_groups.keys().map(String::as_str));
                    }
                },
                _ => out.push(word.text.to_lowercase()),
            }
        }
        out
    }

    /// Section names under a key, with `@groups` opened.
    fn sections(&self, fields: &Fields<'_, '_, '_>, key: &'static str) -> Vec<String> {
        let mut out = Vec::new();
        for word in fields.words(key) {
            match word.text.strip_prefix('@') {
                Some(group) => match self.groups.get(group) {
                    Some(sections) => out.extend(sections.iter().cloned()),
                    None => {
                        let bare = Word { text: group.to_owned(), at: word.at };
                        fields.unknown(&bare, "a group of sections", self.groups.keys().map(String::as_str));
                    }
                },
                None => {
                    check_section(fields, &word);
                    out.push(word.text);
                }
            }
        }
        out
    }
}

fn version(fields: &Fields<'_, '_, '_>) -> u32 {
    if !fields.has("version") {
        fields.need_word("version", "a whole number, counted up with every change");
    }
    u32::try_from(fields.count("version", 1)).unwrap_or(1)
}

fn day(fields: &Fields<'_, '_, '_>, key: &'static str) -> Option<Instant> {
    let word = fields.word(key)?;
    let day = Instant::parse(&word.text);
    if day.is_none() {
        fields.say(word.at, format!("`{}` is no day", word.text), "a day as 2026-01-31, in quotes", None);
    }
    day
}

fn read_item(mut fields: Fields<'_, '_, '_>, context: &Context<'_>) -> Item {
    let line = fields.log().line(fields.at());
    let id = fields.need_word("id", "a short name such as \"N01-undocumented\"");
    if !id.text.is_empty() {
        fields.rename(format!("item `{}`", id.text));
        if !id.text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '.') {
            fields.say(id.at, format!("the id `{}` holds other signs", id.text), "letters, digits, hyphens", None);
        }
    }
    let kind_word = fields.need_word("kind", "one of the ten kinds of gap");
    let kind = if kind_word.text.is_empty() { None } else { fields.pick(&kind_word, &KINDS, "a kind of gap") };
    let condition = fields.word("condition").filter(|word| known_condition(&fields, word)).map(|word| word.text);
    let titles = fields.need_words("title", "one line a colleague would say");
    let why = fields.need_word("why", "a sentence or two on why it matters").text;
    let severity_word = fields.need_word("severity", "info, warn or high");
    let severity = if severity_word.text.is_empty() { None } else { fields.pick(&severity_word, &SEVERITIES, "a severity") };
    let authority_word = fields.need_word("authority", "who stands behind it");
    let authority = if authority_word.text.is_empty() { None } else { fields.pick(&authority_word, &AUTHORITIES, "an authority") };
    let citation = fields.need_word("citation", "chapter and verse of the source").text;
    let approved_by = fields.text("approved_by").map(|name| name.trim().to_owned()).unwrap_or_default();
    let approved_on = fields.text("approved_on").filter(|day| !day.trim().is_empty());
    if let Some(day) = approved_on.as_ref().filter(|day| Instant::parse(day).is_none()) {
        fields.say(fields.at(), format!("`{day}` is no day"), "`approved_on`: a day as 2026-01-31, in quotes", None);
    }
    let query_template = fields.word("query_template").map(|word| word.text);
    let covered_by = fields.words("covered_by");
    for word in covered_by.iter().filter(|word| !context.items.contains(&word.text)) {
        fields.unknown(word, "the id of another item", context.items.iter().map(String::as_str));
    }
    let answers = fields.words("answers").into_iter().map(|word| word.text).collect();
    let scope = read_scope(&fields, context.scope);
    let _ = fields.raw("overrides");
    let (effective_from, effective_to) = (day(&fields, "effective_from"), day(&fields, "effective_to"));
    let item_version = version(&fields);
    let indicators = leaves::indicators(&fields, "indicator", context);
    let satisfied_by = leaves::indicators(&fields, "satisfied_by", context);
    let only_if = leaves::indicators(&fields, "only_if", context);
    let suppress_if = leaves::indicators(&fields, "suppress_if", context);
    let counter = leaves::indicators(&fields, "counter", context);
    let clinical = leaves::indicators(&fields, "clinical", context);
    let check = checks::read(&fields, kind, condition.as_deref(), indicators, context);
    let examples = examples::read(&fields);
    for title in &titles {
        titles::place_holders(&fields, title, &check);
    }
    fields.finish();
    Item {
        id: id.text,
        pack: context.pack.to_owned(),
        version: item_version,
        kind: kind.unwrap_or(GapKind::Undocumented),
        condition,
        title: titles.first().map(|word| word.text.clone()).unwrap_or_default(),
        titles: titles.into_iter().map(|word| word.text).collect(),
        why,
        severity: severity.unwrap_or(Severity::Info),
        authority: Authority {
            kind: authority.unwrap_or(AuthorityKind::House),
            cite: citation,
            approved_by,
            approved_on: approved_on.unwrap_or_default(),
        },
        query_template,
        covered_by: covered_by.into_iter().map(|word| word.text).collect(),
        answers,
        scope,
        effective_from,
        effective_to,
        check,
        satisfied_by,
        only_if,
        suppress_if,
        counter,
        clinical,
        examples,
        line,
    }
}

/// A condition of the vocabulary, or any other concept that the reader finds.
fn known_condition(fields: &Fields<'_, '_, '_>, word: &Word) -> bool {
    let known = names::is_concept(&word.text) || word.text == leaves::EACH;
    if !known {
        let nearest = nearest::of(&word.text, names::conditions());
        let all: Vec<&str> = match nearest {
            Some(_) => names::conditions().collect(),
            None => names::concepts().iter().map(String::as_str).collect(),
        };
        let called = names::concept_called(&word.text);
        let expected = "a condition of the vocabulary, or a concept of the lexicon";
        fields.unknown_called(word, expected, all.into_iter(), called.as_deref());
    }
    known
}

/// Document types under a key.
fn document_types(fields: &Fields<'_, '_, '_>, key: &'static str) -> Vec<DocumentType> {
    let known: Vec<(&str, DocumentType)> = DocumentType::ALL.iter().map(|t| (t.name(), *t)).collect();
    fields.words(key).iter().filter_map(|word| fields.pick(word, &known, "a document type")).collect()
}

/// The scope of a pack, or of an item, which inherits what it does not say from its pack.
fn read_scope(fields: &Fields<'_, '_, '_>, pack: Option<&Scope>) -> Scope {
    let words = fields.words("class");
    let picked: Vec<Option<EncounterClass>> = words.iter().filter_map(|word| fields.pick(word, &CLASSES, "a kind of encounter")).collect();
    let inherits = |key: &str| pack.filter(|_| !fields.has(key));
    let mut classes: Vec<EncounterClass> = picked.iter().flatten().copied().collect();
    let mut lone_note = picked.contains(&None);
    if let Some(pack) = inherits("class") {
        (classes, lone_note) = (pack.classes.clone(), pack.lone_note);
        if classes.is_empty() && !lone_note {
            fields.say(
                fields.at(),
                "nothing says which encounters it is for",
                "`class = [\"inpatient\"]` in the item or in `[pack]`",
                None,
            );
        }
    }
    let age = |key: &'static str| fields.has(key).then(|| u16::try_from(fields.count(key, 0)).unwrap_or(u16::MAX));
    let (age_min, age_max) = (age("age_min"), age("age_max"));
    if let (Some(least), Some(most)) = (age_min, age_max)
        && least > most
    {
        fields.say(fields.at(), format!("`age_min` {least} is more than `age_max` {most}"), "the smaller number in `age_min`", None);
    }
    let sex = fields.one_of("sex", &[("female", Sex::Female), ("male", Sex::Male)], "female or male");
    let services: Vec<String> = fields.words("services").into_iter().map(|word| word.text.to_lowercase()).collect();
    Scope {
        classes,
        lone_note,
        document_types: document_types(fields, "document_types"),
        services: inherits("services").map_or(services, |pack| pack.services.clone()),
        stay_at_least: fields.number("stay_at_least"),
        stay_below: fields.number("stay_below"),
        discharged_at_least: fields.number("discharged_at_least"),
        discharged_below: fields.number("discharged_below"),
        age_min: inherits("age_min").map_or(age_min, |pack| pack.age_min),
        age_max: inherits("age_max").map_or(age_max, |pack| pack.age_max),
        sex: inherits("sex").map_or(sex, |pack| pack.sex),
    }
}
