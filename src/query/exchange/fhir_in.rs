//! Answers out of FHIR R4, as this program and other systems write them: a QuestionnaireResponse by itself, in a list, one a line, in a
//! bundle, or contained in a Task.

use super::fhir::{HASH, SYSTEM};
use super::replies::{PatientId, Replies, Reply};
use crate::chart::{Authority, Instant};
use crate::error::Trouble;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashMap;

/// How deep resources can lie in one another.
const DEPTH: usize = 4;

/// Reads the answers. What is no answer of ours is passed over; what should be one and is not is told.
pub fn replies_from_fhir(source: &str, text: &str) -> Replies {
    let mut out = Replies::default();
    let mut whole = Vec::new();
    for value in serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}')).into_iter::<Value>() {
        match value {
            Ok(Value::Array(list)) => whole.extend(list),
            Ok(value) => whole.push(value),
            Err(error) => {
                let hint = "a FHIR QuestionnaireResponse, or a bundle of them; nothing of this file was taken";
                out.refused.push(Trouble::input("the answers are no JSON").at(source, Some(error.line() as u64)).hint(hint));
                return out;
            }
        }
    }
    let mut all = Resources::default();
    whole.iter().for_each(|value| gather(value, "", 0, &mut all));
    let responses = all.list.iter().filter(|value| word(value, "resourceType") == "QuestionnaireResponse");
    for (n, response) in responses.enumerate() {
        match reply(response, &all) {
            Ok(reply) => out.taken.push(reply),
            Err(what) => out.refused.push(Trouble::input(what).at(format!("{source}: QuestionnaireResponse {}", n + 1), None)),
        }
    }
    if out.taken.is_empty() && out.refused.is_empty() {
        out.refused.push(Trouble::input("no answer is in it").at(source, None).hint("a FHIR QuestionnaireResponse, or a bundle of them"));
    }
    out
}

/// The resources of a file, and where each name that others refer to one by leads.
#[derive(Default)]
struct Resources<'v> {
    list: Vec<&'v Value>,
    named: HashMap<Cow<'v, str>, usize>,
}

impl<'v> Resources<'v> {
    /// Takes one in by its names: the whole one, its own address, `Type/id`, and `#id` of what is contained. Of two with one name, the
    /// first is meant.
    fn add(&mut self, value: &'v Value, full_url: &'v str) {
        let at = self.list.len();
        self.list.push(value);
        let id = word(value, "id");
        let by_id = (!id.is_empty()).then(|| [format!("{}/{id}", word(value, "resourceType")), format!("#{id}")]);
        let plain = [full_url, word(value, "url")].into_iter().filter(|name| !name.is_empty()).map(Cow::Borrowed);
        for name in plain.chain(by_id.into_iter().flatten().map(Cow::Owned)) {
            self.named.entry(name).or_insert(at);
        }
    }

    /// The one that a reference means: the whole name, or the type and id that an address ends with.
    fn meant(&self, reference: &str) -> Option<&'v Value> {
        let reference = reference.split('|').next().unwrap_or_default();
        let relative = reference.rmatch_indices('/').nth(1).and_then(|(at, _)| reference.get(at + 1..));
        let found = [Some(reference), relative].into_iter().flatten().filter_map(|name| self.named.get(name)).min();
        found.and_then(|at| self.list.get(*at)).copied()
    }
}

/// Every resource: itself, the entries of a bundle, and what is contained.
fn gather<'v>(value: &'v Value, full_url: &'v str, depth: usize, out: &mut Resources<'v>) {
    if depth > DEPTH {
        return;
    }
    out.add(value, full_url);
    for entry in list(value, "entry") {
        if let Some(resource) = entry.get("resource") {
            gather(resource, word(entry, "fullUrl"), depth + 1, out);
        }
    }
    list(value, "contained").iter().for_each(|inner| gather(inner, "", depth + 1, out));
}

fn word<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).map(str::trim).unwrap_or_default()
}

/// A list; one thing by itself is one, too.
fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    match value.get(key) {
        Some(Value::Array(list)) => list,
        Some(one) if one.is_object() => std::slice::from_ref(one),
        _ => &[],
    }
}

fn reply(value: &Value, all: &Resources<'_>) -> Result<Reply, &'static str> {
    if !matches!(word(value, "status"), "completed" | "amended") {
        return Err("the response is not completed");
    }
    let (query, version) = query(value, all).ok_or("the response does not name a query of ours")?;
    let mut items = Vec::new();
    answered(list(value, "item"), 0, &mut items);
    let linked = |link: &str| items.iter().filter(|i| word(i, "linkId") == link).copied().collect::<Vec<_>>();
    let mut question = linked("question");
    if question.is_empty() {
        // Another system's form can name its items otherwise: the only item that is answered is the question.
        let others: Vec<&Value> = items.iter().filter(|i| word(i, "linkId") != "comment").copied().collect();
        if others.len() > 1 {
            return Err("the response has several answered items, and none is called \"question\"");
        }
        question = others;
    }
    let given: Vec<&Value> = question.iter().flat_map(|i| list(i, "answer")).collect();
    let (coded, plain): (Vec<&Value>, Vec<&Value>) = given.into_iter().partition(|a| a.get("valueCoding").is_some());
    if coded.len() > 1 {
        return Err("more than one option is ticked");
    }
    if coded.is_empty() && plain.len() > 1 {
        return Err("more than one answer is given to one question");
    }
    let mut words: Vec<String> = plain.iter().map(|a| words_of(a)).filter(|w| !w.is_empty()).collect();
    let coding = coded.first().and_then(|a| a.get("valueCoding"));
    let option = match coding {
        Some(coding) => word(coding, "display").to_owned(),
        None if words.is_empty() => String::new(),
        None => words.remove(0),
    };
    words.extend(linked("comment").iter().flat_map(|i| list(i, "answer")).map(words_of).filter(|w| !w.is_empty()));
    let code = coding.map(|c| word(c, "code").to_owned()).unwrap_or_default();
    if option.is_empty() && code.is_empty() && words.is_empty() {
        return Err("nothing is answered in it");
    }
    let identifier = list(value, "identifier").iter().find(|i| word(i, "system") == HASH);
    let authored = word(value, "authored");
    let at = Instant::parse(authored);
    if at.is_none() && !authored.is_empty() {
        return Err("its time (authored) is no time");
    }
    Ok(Reply {
        query,
        version,
        hash: identifier.map(|i| word(i, "value").to_owned()),
        free: coding.is_none(),
        code,
        option,
        words: words.join("\n"),
        by: value.get("author").map(|author| name_of(author, all)).unwrap_or_default(),
        at,
        line: None,
        patient: patient(value, all),
        person: value.get("subject").map(|subject| name_of(subject, all)).unwrap_or_default(),
    })
}

/// Items that hold an answer, wherever a group puts them.
fn answered<'v>(items: &'v [Value], depth: usize, out: &mut Vec<&'v Value>) {
    for item in items.iter().filter(|_| depth <= DEPTH) {
        if !list(item, "answer").is_empty() {
            out.push(item);
        }
        answered(list(item, "item"), depth + 1, out);
        list(item, "answer").iter().for_each(|a| answered(list(a, "item"), depth + 1, out));
    }
}

/// An answer in words, whatever its type.
fn words_of(answer: &Value) -> String {
    match (answer.get("valueBoolean").and_then(Value::as_bool), answer.get("valueInteger").and_then(Value::as_i64)) {
        (Some(yes), _) => if yes { "Yes" } else { "No" }.to_owned(),
        (_, Some(number)) => number.to_string(),
        _ => word(answer, "valueString").to_owned(),
    }
}

/// The query and its version: by our name of the questionnaire, or by ours of the one that the reference leads to, or by the number of
/// the task that it is based on.
fn query(response: &Value, all: &Resources<'_>) -> Option<(i64, Option<u32>)> {
    let canonical = |words: &str| {
        let (url, version) = words.split_once('|').unwrap_or((words, ""));
        let number = url.strip_prefix(SYSTEM)?.strip_prefix(':')?.parse().ok()?;
        Some((number, version.parse().ok()))
    };
    let numbered = |value: &Value| {
        let number = list(value, "identifier").iter().find(|i| word(i, "system") == SYSTEM)?;
        Some((word(number, "value").parse().ok()?, word(value, "version").parse().ok()))
    };
    let questionnaire = word(response, "questionnaire");
    canonical(questionnaire).or_else(|| all.meant(questionnaire).and_then(|r| canonical(word(r, "url")).or_else(|| numbered(r)))).or_else(
        || {
            list(response, "basedOn")
                .iter()
                .find_map(|based| numbered(based).or_else(|| all.meant(word(based, "reference")).and_then(numbered)))
        },
    )
}

/// Who replied: as it is shown, else the name of the one that the reference leads to.
fn name_of(author: &Value, all: &Resources<'_>) -> String {
    let shown = word(author, "display");
    if !shown.is_empty() {
        return shown.to_owned();
    }
    let person = all.meant(word(author, "reference"));
    let Some(name) = person.and_then(|p| list(p, "name").first()) else { return String::new() };
    if !word(name, "text").is_empty() {
        return word(name, "text").to_owned();
    }
    let given = list(name, "given").iter().filter_map(Value::as_str);
    given.chain([word(name, "family")]).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The record numbers of the patient it is about: of the subject, or of the patient that it leads to.
fn patient(response: &Value, all: &Resources<'_>) -> Vec<PatientId> {
    let Some(subject) = response.get("subject") else { return Vec::new() };
    let there = all.meant(word(subject, "reference")).map(|r| list(r, "identifier"));
    let is_record_number = |i: &&Value| {
        let codes: Vec<&str> = i.get("type").map(|t| list(t, "coding").iter().map(|c| word(c, "code")).collect()).unwrap_or_default();
        codes.is_empty() || codes.contains(&"MR")
    };
    let id = |i: &Value| {
        let assigner = i.get("assigner").map(|a| word(a, "display").to_owned());
        PatientId { value: word(i, "value").to_owned(), from: Authority::of(assigner, Some(word(i, "system").to_owned())) }
    };
    let all = list(subject, "identifier").iter().chain(there.into_iter().flatten());
    all.filter(is_record_number).map(id).filter(|i| !i.value.is_empty()).collect()
}
