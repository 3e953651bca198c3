//! One text against every item at once: which fire, with what proof, and which almost did. For those who write items, and for those
//! who want to know what a note would be asked.

use super::check::Check;
use super::eval::{self, describe};
use super::example::{Sketch, SketchDocument};
use super::facts::Subject;
use super::item::Item;
use super::{Explanation, Gap, GapKind, Outcome, Packs, sketch};
use crate::chart::{DocumentType, EncounterClass};
use crate::reading::Reading;

/// What all items make of one text.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// What the text was taken for.
    pub document_type: DocumentType,
    /// How many items were asked.
    pub asked: usize,
    /// Gaps, the gravest first.
    pub fired: Vec<Fired>,
    /// Items of which something holds, the nearest first; of a file that is tried, every silent one.
    pub almost: Vec<Almost>,
    /// Items of a file that is tried which were not asked, since one text cannot answer them (clocks, signatures, what was there on
    /// admission, a service) or they are not in force.
    pub unasked: Vec<String>,
}

/// A gap with its reasons.
#[derive(Clone, Debug)]
pub struct Fired {
    /// The gap.
    pub gap: Gap,
    /// Why.
    pub tree: Explanation,
}

/// An item that stayed silent though something of it holds.
#[derive(Clone, Debug)]
pub struct Almost {
    /// The item.
    pub item: String,
    /// What it is about.
    pub about: String,
    /// What holds.
    pub holds: Vec<String>,
    /// What is missing, or what stopped it.
    pub but: Vec<String>,
    /// Why not.
    pub tree: Explanation,
}

/// So many near ones are told: more is no help.
const NEAREST: usize = 30;

/// What needs more than one text: other documents, times, signatures.
fn needs_a_chart(item: &Item) -> bool {
    matches!(item.check, Check::Clock(_) | Check::Signature(_))
        || matches!(item.kind, GapKind::MissingDocument | GapKind::Overdue | GapKind::Unsigned | GapKind::PoaUnclear)
}

/// A note alone where the item takes one; else the first kind of stay that it is for.
fn class_of(item: &Item) -> Option<EncounterClass> {
    item.scope.classes.first().copied().filter(|_| !item.scope.lone_note)
}

/// Asks every item that can be judged by one text.
pub fn survey(packs: &Packs, text: &str, document_type: Option<DocumentType>) -> Survey {
    let mut out = ask(packs, text, document_type, |_| true);
    out.almost.retain(|near| !near.holds.is_empty() && !near.but.is_empty());
    out.almost.truncate(NEAREST);
    out
}

/// Asks the items of one file: whoever writes it wants to know of each why it fires or what keeps it silent.
pub fn survey_of(packs: &Packs, source: &str, text: &str, document_type: Option<DocumentType>) -> Survey {
    let own: Vec<&Item> = packs.items().filter(|(pack, _)| pack.source == source).map(|(_, item)| item).collect();
    let mut out = ask(packs, text, document_type, |item| own.iter().any(|own| own.id == item.id));
    for near in out.almost.iter_mut().filter(|near| near.but.is_empty()) {
        near.but.extend(near.tree.parts.get(1).map(line));
    }
    let asked = |id: &str| out.fired.iter().any(|fired| fired.gap.item == id) || out.almost.iter().any(|near| near.item == id);
    out.unasked = own.iter().filter(|item| !asked(&item.id)).map(|item| item.id.clone()).collect();
    out
}

fn ask(packs: &Packs, text: &str, document_type: Option<DocumentType>, keep: impl Fn(&Item) -> bool) -> Survey {
    let mut out = Survey::default();
    let Some(as_of) = sketch::at(72.0) else { return out };
    let keep = |item: &Item| !needs_a_chart(item) && keep(item);
    let mut classes: Vec<Option<EncounterClass>> = Vec::new();
    for (_, item) in packs.items().filter(|(_, item)| keep(item)) {
        if !classes.contains(&class_of(item)) {
            classes.push(class_of(item));
        }
    }
    let reading = crate::reading::read(text, document_type);
    out.document_type = reading.document_type;
    for class in classes {
        let drawn = SketchDocument { document_type, pasted: true, text: text.to_owned(), ..SketchDocument::default() };
        let chart = sketch::chart(&Sketch { class, as_of: 72.0, documents: vec![drawn], ..Sketch::default() });
        let readings: Vec<Reading> = chart.documents.iter().map(|_| reading.clone()).collect();
        let subject = Subject { chart: &chart, readings: &readings };
        for (item, gaps, tree) in eval::all(packs, &subject, &as_of, |item| class_of(item) == class && keep(item)) {
            out.asked += 1;
            if gaps.is_empty() {
                out.almost.push(almost(item, &tree));
            }
            out.fired.extend(gaps.into_iter().map(|gap| Fired { gap, tree: tree.clone() }));
        }
    }
    out.fired.sort_by_cached_key(|fired| eval::order(&fired.gap));
    out.almost.sort_by_cached_key(|near| (near.but.len(), std::cmp::Reverse(near.holds.len()), near.item.clone()));
    out
}

/// What holds of a silent item and what keeps it silent.
fn almost(item: &Item, tree: &Explanation) -> Almost {
    let about = item.condition.as_deref().map_or_else(|| item.id.clone(), describe::title);
    let (holds, but) = reasons(item, tree);
    Almost { item: item.id.clone(), about, holds, but, tree: tree.clone() }
}

fn reasons(item: &Item, tree: &Explanation) -> (Vec<String>, Vec<String>) {
    let (mut holds, mut but) = (Vec::new(), Vec::new());
    // The tree of an item: whether it applies, its question, then what satisfies or stops it.
    let Some(question) = tree.parts.get(1) else { return (holds, but) };
    let rest = tree.parts.get(2..).unwrap_or_default();
    if question.outcome == Outcome::Yes {
        holds.push(line(question));
        for list in rest {
            match list.label.as_str() {
                eval::ONLY_WHEN if list.outcome != Outcome::Yes => but.extend(list.parts.iter().map(line)),
                eval::ONLY_WHEN => {}
                _ => but.extend(list.parts.iter().filter(|part| part.outcome == Outcome::Yes).map(line)),
            }
        }
    } else {
        match (&item.check, question.parts.as_slice()) {
            (Check::Indicators(_), [indicators, named]) => {
                split(indicators, &mut holds, &mut but);
                if named.outcome == Outcome::Yes {
                    // With the diagnosis on the page, only what would have fired without it is near.
                    if indicators.outcome != Outcome::Yes {
                        holds.clear();
                    }
                    but = vec![line(named)];
                }
            }
            (Check::Attributes(check), [named, stated @ ..]) => {
                holds.push(line(named));
                let told =
                    |(attribute, node): (&String, &Explanation)| format!("its {} is stated: {}", describe::name(attribute), node.detail);
                but.extend(check.attributes.iter().zip(stated).map(told));
            }
            _ => split(question, &mut holds, &mut but),
        }
    }
    (holds, but)
}

/// Parts that hold, and the highest ones that do not.
fn split(node: &Explanation, holds: &mut Vec<String>, but: &mut Vec<String>) {
    for part in &node.parts {
        if part.outcome == Outcome::Yes {
            holds.push(line(part));
        } else if some_hold(part) {
            split(part, holds, but);
        } else {
            but.push(line(part));
        }
    }
}

fn some_hold(node: &Explanation) -> bool {
    node.parts.iter().any(|part| part.outcome == Outcome::Yes || some_hold(part))
}

fn line(node: &Explanation) -> String {
    if node.detail.is_empty() { node.label.clone() } else { format!("{}: {}", node.label, node.detail) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn of(text: &str) -> Survey {
        survey(Packs::shipped(), text, None)
    }

    #[test]
    fn what_fires_comes_with_its_words_and_reasons() {
        let found = of("ASSESSMENT AND PLAN:\n1. Congestive heart failure. Continue furosemide.\n");
        let fired = found.fired.iter().find(|f| f.gap.item == "C01-specificity").unwrap();
        assert!(fired.gap.evidence.iter().any(|e| serde_json::to_string(e).unwrap().contains("Congestive heart failure")));
        assert_eq!(fired.tree.outcome, Outcome::Yes);
        assert!(found.asked > 200, "{}", found.asked);
    }

    #[test]
    fn what_is_stated_is_told_as_near() {
        let found = of("ASSESSMENT AND PLAN:\n1. Acute on chronic diastolic heart failure. Continue furosemide.\n");
        assert!(found.fired.iter().all(|f| f.gap.item != "C01-specificity"));
        let near = found.almost.iter().find(|a| a.item == "C01-specificity").unwrap();
        assert!(near.but.iter().any(|b| b.contains("diastolic")), "{:?}", near.but);
    }

    #[test]
    fn a_text_alone_is_asked_for_no_document_clock_or_signature() {
        let found = of("ASSESSMENT AND PLAN:\n1. Sepsis due to pneumonia.\n");
        let of_a_chart = |kind| matches!(kind, GapKind::MissingDocument | GapKind::Overdue | GapKind::Unsigned);
        assert!(found.fired.iter().all(|f| !of_a_chart(f.gap.kind)));
    }

    #[test]
    fn every_item_of_a_file_is_accounted_for() {
        let source = "checklists/heart_failure.toml";
        let found = survey_of(Packs::shipped(), source, "PLAN: Ankle sprain. Ice and rest.", None);
        let own: Vec<&str> = Packs::shipped().items().filter(|(pack, _)| pack.source == source).map(|(_, i)| i.id.as_str()).collect();
        assert!(!own.is_empty() && found.fired.is_empty());
        for id in own {
            assert!(found.almost.iter().any(|a| a.item == id && !a.but.is_empty()) || found.unasked.iter().any(|u| u == id), "{id}");
        }
        let clocks = survey_of(Packs::shipped(), "checklists/documents.toml", "", None);
        assert!(clocks.unasked.contains(&"DOC-001".to_owned()) && clocks.asked == 0, "{:?}", clocks.unasked);
    }

    #[test]
    fn an_empty_text_says_nothing() {
        let found = of("");
        assert!(found.fired.is_empty() && found.almost.is_empty());
    }
}
