//! Reads packs from TOML and reports every mistake with file, line, column, what is expected and the nearest right word.

mod checks;
mod clocks;
mod conflicts;
mod copied;
mod covering;
mod examples;
mod fields;
mod leaves;
mod nearest;
mod pairs;
mod plain;
mod scopes;
mod spelling;
#[cfg(test)]
mod tests;
mod titles;
mod units;

pub use fields::Diagnostic;
use fields::{Fields, Log, Word};
use scopes::{CLASSES, read_scope};

use super::check::Check;
use super::item::{Authority, AuthorityKind, Item, Pack, Scope};

use super::names;
use super::{GapKind, Severity};
use crate::chart::{DocumentType, Instant};
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

/// The closest of `names` to a word, when it is close enough to be meant.
pub(super) fn nearest<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    nearest::of(word, names)
}

/// The name of a gap kind in packs.
pub(super) fn kind_name(kind: GapKind) -> &'static str {
    KINDS.iter().find(|(_, k)| *k == kind).map_or("", |(name, _)| name)
}

/// What files of packs hold.
pub(super) struct Loaded {
    pub(super) packs: Vec<Pack>,
    pub(super) words: Groups,
    /// No mistakes, but better known.
    pub(super) remarks: Vec<Diagnostic>,
}

/// Parses packs; the mistakes of all files come together, in the order of the files and their lines. The first `shipped` of them come
/// with the program: a later file adds to them, and what it does to them is its own mistake.
pub(super) fn parse(sources: &[(String, String)], shipped: usize) -> Result<Loaded, Vec<Diagnostic>> {
    let mut packs = Vec::new();
    let (mut mistakes, mut remarks) = (Vec::new(), Vec::new());
    let mut site_groups: BTreeSet<String> = BTreeSet::new();
    let mut tables: Vec<(toml::Spanned<DeTable<'_>>, Log<'_>, &String)> = Vec::new();
    let (mut groups, mut words) = (Groups::new(), Groups::new());
    for (index, (name, text)) in sources.iter().enumerate() {
        let (table, errors) = DeTable::parse_recoverable(text);
        let log = Log::new(name, text);
        // One slip makes many: only the first is where the hand slipped.
        if let Some(error) = errors.first() {
            let at = error.span().map_or(0, |span| span.start);
            let (what, expected) = plain::toml(error.message());
            log.say(at, what, expected, None);
        }
        if errors.is_empty() {
            let added = (index >= shipped && shipped > 0).then_some(&mut site_groups);
            read_groups(table.get_ref(), &log, &mut groups, &mut words, added);
            tables.push((table, log, text));
        } else {
            mistakes.extend(log.into_diagnostics().0);
        }
    }
    let all: Vec<String> = tables.iter().flat_map(|(table, ..)| item_ids(table.get_ref())).collect();
    let mut ids: BTreeMap<String, (String, u64)> = BTreeMap::new();
    let ours: Vec<&str> = sources.iter().take(shipped).map(|(name, _)| name.as_str()).collect();
    let mut pack_ids: BTreeMap<String, String> = BTreeMap::new();
    for (table, log, text) in tables {
        let own = !ours.contains(&log.source());
        let id = pack_id(table.get_ref());
        let extends = if own {
            let same_file = ours.iter().copied().find(|source| file_name(source) == file_name(log.source()));
            same_file.map(str::to_owned).or_else(|| id.as_ref().and_then(|id| pack_ids.get(id).cloned()))
        } else {
            pack_ids.extend(id.map(|id| (id, log.source().to_owned())));
            None
        };
        // A shipped file by itself, to be looked at, changes nothing.
        let copied = own && sources.iter().take(shipped).any(|(_, ours)| ours == text);
        let named = Named { groups: &groups, word_groups: &words, items: &all, shipped: &ours, extends: extends.as_deref(), own, copied };
        let (pack, overridden) = read_pack(table.get_ref(), table.span(), &log, named, &mut ids);
        for earlier in &mut packs {
            let earlier: &mut Pack = earlier;
            earlier.items.retain(|item| !overridden.contains(&item.id));
        }
        packs.push(pack);
        let (found, noted) = log.into_diagnostics();
        mistakes.extend(found);
        remarks.extend(noted);
    }
    if mistakes.is_empty() {
        mistakes.extend(covering::mistakes(&packs, &ours));
    }
    // A shipped file has none by itself (a test proves it): what is wrong in one comes from a file that was brought.
    if let Some((brought, _)) = sources.get(shipped).filter(|_| shipped > 0) {
        if mistakes.iter().any(|mistake| !ours.contains(&mistake.source.as_str())) {
            mistakes.retain(|mistake| !ours.contains(&mistake.source.as_str()));
        }
        for mistake in mistakes.iter_mut().filter(|mistake| ours.contains(&mistake.source.as_str())) {
            mistake.what = format!("the shipped {} does not work with this file: {}", mistake.source, mistake.what);
            (mistake.source, mistake.line, mistake.column) = (brought.clone(), 1, 1);
        }
    }
    if mistakes.is_empty() { Ok(Loaded { packs, words, remarks }) } else { Err(mistakes) }
}

fn file_name(source: &str) -> &str {
    source.rsplit('/').next().unwrap_or(source)
}

fn pack_id(table: &DeTable<'_>) -> Option<String> {
    Some(table.get("pack")?.get_ref().get("id")?.get_ref().as_str()?.to_owned())
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
    /// The files that come with the program.
    shipped: &'n [&'n str],
    /// The shipped file that this one adds to, by its name or the id of its pack.
    extends: Option<&'n str>,
    /// It is a shipped file, word for word.
    copied: bool,
    /// Whether somebody brought it.
    own: bool,
}

/// Groups come first, from all files: an item may name a group of another pack.
/// In a file that was brought, a shipped name adds its words to the shipped ones; `added` holds the names that such files gave.
fn read_groups(table: &DeTable<'_>, log: &Log<'_>, sections: &mut Groups, words: &mut Groups, mut added: Option<&mut BTreeSet<String>>) {
    let file = Fields::new(table, 0..0, log, "the file");
    for (key, into) in [("section_groups", sections), ("word_groups", words)] {
        let Some(list) = file.table(key) else { continue };
        for (name, value) in list.entries() {
            let one: DeTable<'_> = [(toml::Spanned::new(value.span(), "list".into()), value.clone())].into_iter().collect();
            let members = Fields::new(&one, value.span(), log, "the group").words("list");
            if key == "section_groups" {
                members.iter().for_each(|word| check_section(&file, word));
            }
            let members: Vec<String> = members.into_iter().map(|word| word.text).collect();
            let fresh = added.as_mut().map(|added| added.insert(format!("{key} {}", name.text)));
            if let (Some(true), Some(shipped)) = (fresh, into.get_mut(&name.text)) {
                let what = format!("the group `{}` ships with the program", name.text);
                file.remark(name.at, what, "its words are added to the shipped ones; a name of its own keeps them apart");
                shipped.extend(members);
            } else if into.insert(name.text.clone(), members).is_some() {
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
        let id = header.need_word("id", "a short name in lower case");
        plain_id(&header, &id);
        pack.id = id.text;
        pack.title = header.need_word("title", "what it is called on a screen").text;
        pack.version = version(&header);
        pack.summary = header.text("summary").unwrap_or_default();
        (pack.effective_from, pack.effective_to) = in_force(&header, (None, None));
        scope = Some(read_scope(&header, None));
        header.finish();
    } else {
        log.say(0, "the file has no `[pack]`", "a header: `[pack]` with `id`, `title` and `version`", None);
    }
    let context = Context {
        pack: &pack.id,
        scope: scope.as_ref(),
        in_force: (pack.effective_from, pack.effective_to),
        groups: named.groups,
        word_groups: named.word_groups,
        items: named.items,
        own: named.own,
    };
    if let Some(shipped) = named.extends.filter(|_| !named.copied) {
        let what = format!("the file name or the pack id is that of the shipped {shipped}");
        log.remark(0, what, "its items are added to the shipped ones; an item with the id of a shipped one stands in for it");
    }
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
        let ships = before.as_ref().is_some_and(|(source, _)| named.shipped.contains(&source.as_str()));
        // An edited copy of a shipped file stands in for what it holds without saying so at each item.
        let overrides = overrides || ships && named.extends.is_some();
        if overrides && elsewhere && (ships || named.shipped.is_empty()) {
            overridden.push(item.id.clone());
        } else if let (true, true, Some((source, line))) = (overrides, elsewhere, &before) {
            let what = format!("the item `{}` is overridden already in {source}, line {line}", item.id);
            log.say(item_at(table, items.len()), what, "one file that stands in for it", Some("take it out of one of the two".to_owned()));
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
    if items.is_empty() && !file.has("section_groups") && !file.has("word_groups") {
        log.remark(0, "the file has no `[[item]]`", "at least one item, or groups of words: it changes nothing as it is");
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
    /// First and last day of the pack.
    in_force: (Option<Instant>, Option<Instant>),
    groups: &'c Groups,
    word_groups: &'c Groups,
    items: &'c [String],
    /// Whether somebody brought the file: names that only examples hold are looked up then, which costs more than all the rest.
    own: bool,
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
    let version = fields.count("version", 1);
    if version == 0 {
        fields.say(fields.at(), "`version` is 0", "a whole number from 1, counted up with every change", None);
    }
    u32::try_from(version).unwrap_or(1)
}

fn day(fields: &Fields<'_, '_, '_>, key: &'static str) -> Option<Instant> {
    let word = fields.word(key)?;
    let day = Instant::parse(&word.text);
    if day.is_none() {
        fields.say(word.at, format!("`{}` is no day", word.text), "a day as 2026-01-31, in quotes", None);
    }
    day
}

/// First and last day; what a table does not say it inherits.
fn in_force(fields: &Fields<'_, '_, '_>, inherited: (Option<Instant>, Option<Instant>)) -> (Option<Instant>, Option<Instant>) {
    let (from, to) = (day(fields, "effective_from").or(inherited.0), day(fields, "effective_to").or(inherited.1));
    let own = fields.has("effective_from") || fields.has("effective_to");
    if let (Some(first), Some(last), true) = (from, to, own)
        && last.utc_seconds() < first.utc_seconds()
    {
        let key = if fields.has("effective_to") { "effective_to" } else { "effective_from" };
        let at = fields.raw(key).map_or(fields.at(), |value| value.span().start);
        let what = format!("`effective_to` {} lies before `effective_from` {}", last.local_date(), first.local_date());
        fields.say(at, format!("{what}: it would never be in force"), "the earlier day in `effective_from`", None);
    }
    (from, to)
}

/// Ids are typed in commands and stand in tables.
fn plain_id(fields: &Fields<'_, '_, '_>, id: &Word) {
    if !id.text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '.') {
        fields.say(id.at, format!("the id `{}` holds other signs", id.text), "letters, digits, hyphens", None);
    }
}

/// So many examples show that an item finds what it must, and leaves alone what it must not.
const EXAMPLES: (usize, usize) = (3, 5);

fn read_item(mut fields: Fields<'_, '_, '_>, context: &Context<'_>) -> Item {
    let line = fields.log().line(fields.at());
    let id = fields.need_word("id", "a short name such as \"N01-undocumented\"");
    if !id.text.is_empty() {
        fields.rename(format!("item `{}`", id.text));
        plain_id(&fields, &id);
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
    // A file says what its author wrote; who approved it, and of which wording, is what the store recorded.
    if let Some(name) = fields.text("approved_by").filter(|name| !name.trim().is_empty()) {
        let at = fields.raw("approved_by").map_or(fields.at(), |value| value.span().start);
        let what = format!("`approved_by` names {}, but a file is no approval: it is shown as a draft", name.trim());
        fields.remark(at, what, format!("`lacuna checklist approve {} --by NAME`, which records it", id.text));
    }
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
    let (effective_from, effective_to) = in_force(&fields, context.in_force);
    let item_version = version(&fields);
    let indicators = leaves::indicators(&fields, "indicator", context);
    let satisfied_by = leaves::indicators(&fields, "satisfied_by", context);
    let only_if = leaves::indicators(&fields, "only_if", context);
    let suppress_if = leaves::indicators(&fields, "suppress_if", context);
    let counter = leaves::indicators(&fields, "counter", context);
    let clinical = leaves::indicators(&fields, "clinical", context);
    let check = checks::read(&fields, kind, condition.as_deref(), indicators, context);
    let examples = examples::read(&fields, context.own);
    let fire = examples.iter().filter(|example| example.fires).count();
    if fire < EXAMPLES.0 || examples.len() - fire < EXAMPLES.1 {
        let what = format!("item `{}` has {fire} examples that fire and {} that do not", id.text, examples.len() - fire);
        let expected = format!("at least {} and {}: denied, of the family, a normal value, another unit", EXAMPLES.0, EXAMPLES.1);
        fields.remark(fields.at(), what, expected);
    }
    for title in &titles {
        if title.text.contains(char::is_control) {
            fields.say(title.at, "a title runs over its line", "one line", None);
        }
        // Without a kind and its table nothing was read that a title could name.
        if kind.is_some() && !matches!(&check, Check::Signature(signature) if signature.after_hours.is_infinite()) {
            titles::place_holders(&fields, title, &check);
        }
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
            approved_by: String::new(),
            approved_on: String::new(),
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
