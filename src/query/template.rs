//! Query templates: `templates/*.toml`. Which one serves a gap, and which of its options the evidence supports.

use super::lint::concepts;
use super::lint::words::{Patterns, Token, tokens};
use super::{OptionKind, QueryForm, Reason};
use crate::chart::Evidence;
use crate::checklist::{Gap, GapKind};
use crate::error::{Result, Trouble};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::OnceLock;

const SHIPPED: [(&str, &str); 17] = [
    ("templates/blood.toml", include_str!("../../templates/blood.toml")),
    ("templates/blood_more.toml", include_str!("../../templates/blood_more.toml")),
    ("templates/body_more.toml", include_str!("../../templates/body_more.toml")),
    ("templates/cross_more.toml", include_str!("../../templates/cross_more.toml")),
    ("templates/heart_more.toml", include_str!("../../templates/heart_more.toml")),
    ("templates/infection_more.toml", include_str!("../../templates/infection_more.toml")),
    ("templates/lungs_more.toml", include_str!("../../templates/lungs_more.toml")),
    ("templates/metabolic_more.toml", include_str!("../../templates/metabolic_more.toml")),
    ("templates/neuro_more.toml", include_str!("../../templates/neuro_more.toml")),
    ("templates/cardiac.toml", include_str!("../../templates/cardiac.toml")),
    ("templates/generic.toml", include_str!("../../templates/generic.toml")),
    ("templates/infection.toml", include_str!("../../templates/infection.toml")),
    ("templates/metabolic.toml", include_str!("../../templates/metabolic.toml")),
    ("templates/neuro.toml", include_str!("../../templates/neuro.toml")),
    ("templates/nutrition_skin.toml", include_str!("../../templates/nutrition_skin.toml")),
    ("templates/renal.toml", include_str!("../../templates/renal.toml")),
    ("templates/respiratory.toml", include_str!("../../templates/respiratory.toml")),
];

/// One template.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Its name; a draft carries it.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// The checklist items it serves before any other template; empty: not bound to items.
    #[serde(default)]
    pub items: Vec<String>,
    /// The condition packs of the domain that it serves (`N01`): a gap whose item belongs to one is served even where its condition has
    /// another name.
    #[serde(default)]
    pub packs: Vec<String>,
    /// The gap kinds it serves.
    pub kinds: Vec<GapKind>,
    /// The conditions it serves; empty: any.
    #[serde(default)]
    pub conditions: Vec<String>,
    /// Neutral title.
    pub title: String,
    /// Form.
    pub form: QueryForm,
    /// Why such a query is justified.
    pub reason: Reason,
    /// The question.
    pub question: String,
    /// The question where no answers can be offered; the same where it is empty.
    #[serde(default)]
    pub open_question: String,
    /// The question where the condition is documented already and lacks detail: nobody asks for "the diagnosis, if any" of a documented
    /// one, and nobody offers that it means nothing.
    #[serde(default)]
    pub documented_question: String,
    /// Conditions of which the missing one is a kind.
    #[serde(default)]
    pub broader: Vec<String>,
    /// The question where one of those is documented: nobody asks for "the diagnosis, if any" of a lung whose pneumonia stands in the notes.
    #[serde(default)]
    pub broader_question: String,
    /// Where its content comes from.
    pub source: String,
    /// Whether "Not clinically significant" is offered.
    #[serde(default)]
    pub finding: bool,
    /// Whether it asks about a finding of imaging: that it belongs to what is documented already is offered then, whatever was given for it.
    #[serde(default)]
    pub integral: bool,
    /// Values with which "Not clinically significant" is no honest answer, and is not offered.
    #[serde(default)]
    pub significant: Vec<ValueRange>,
    /// Words of the evidence with which it is none either: a machine that breathes, a consult.
    #[serde(default)]
    pub significant_words: Vec<String>,
    /// Where those limits come from.
    #[serde(default)]
    pub significant_source: String,
    /// Who it goes to: `attending` or `author`; empty: by the kind of gap.
    #[serde(default)]
    pub to: String,
    /// Conditions that the question is also about: a provider's words that name them are quoted too.
    #[serde(default)]
    pub with: Vec<String>,
    /// Patterns of which the best sentence is quoted too, beside those that go with the condition (`templates/evidence.toml`).
    #[serde(default)]
    pub with_words: Vec<String>,
    /// Names of drugs, orders and procedures that are quoted too.
    #[serde(default)]
    pub with_treatment: Vec<String>,
    /// Values that the question is also about: the one farthest into each range is quoted too.
    #[serde(default)]
    pub with_values: Vec<ValueRange>,
    /// An answer for each organism that a quoted result says grew, `{organism}` its name; none where it is empty.
    #[serde(default)]
    pub organism: String,
    /// Diagnoses offered, in neutral order.
    #[serde(default)]
    pub option: Vec<TemplateOption>,
}

impl Template {
    /// Whether a question is the one about the detail of a documented condition, whatever stands in its blanks.
    pub(crate) fn asks_detail(&self, question: &str) -> bool {
        let asked = self.documented_question.as_str();
        let pieces: Vec<&str> = asked.split('{').map(|piece| piece.split_once('}').map_or(piece, |(_, rest)| rest)).collect();
        let mut rest = question;
        let there = |piece: &&str| match rest.find(*piece) {
            Some(at) => {
                rest = rest.get(at + piece.len()..).unwrap_or_default();
                true
            }
            None => false,
        };
        !asked.is_empty() && pieces.iter().all(there)
    }
}

/// One diagnosis that a template can offer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateOption {
    /// The words.
    pub text: String,
    /// What it stands for.
    #[serde(default)]
    pub kind: OptionKind,
    /// The concepts it names.
    #[serde(default)]
    pub concepts: Vec<String>,
    /// Words of which one must stand in the evidence; empty: the concepts decide.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Words of which one must stand in the evidence as well ("home oxygen" for what is chronic).
    #[serde(default)]
    pub needs_also: Vec<String>,
    /// Conditions of which one, documented in the stay, is enough where no word of `needs` is quoted.
    #[serde(default)]
    pub documented: Vec<String>,
    /// A value that speaks for it or against it.
    #[serde(default)]
    pub value: Option<ValueRange>,
    /// Whether that value must be known: a stage is not offered where nothing says which.
    #[serde(default)]
    pub stated: bool,
    /// Further values, judged the same way.
    #[serde(default)]
    pub also: Vec<ValueRange>,
    /// Values of which one must lie in its range, where any of them is known.
    #[serde(default)]
    pub any: Vec<ValueRange>,
    /// Left out where a quoted result names the organism.
    #[serde(default)]
    pub unless_grown: bool,
    /// Values that together speak for something graver; when all are quoted, the option is left out.
    #[serde(default)]
    pub unless: Vec<ValueRange>,
    /// Conditions with which the option does not go: left out when one is documented in the stay.
    #[serde(default)]
    pub unless_documented: Vec<String>,
    /// Words in the evidence with which it does not go.
    #[serde(default)]
    pub unless_words: Vec<String>,
}

/// A range of a named value.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueRange {
    /// The value's names.
    pub names: Vec<String>,
    /// At least.
    #[serde(default)]
    pub from: Option<f64>,
    /// Less than.
    #[serde(default)]
    pub below: Option<f64>,
    /// A result in words that holds one of these.
    #[serde(default)]
    pub says: Vec<String>,
    /// Where values are quoted: the first and the newest of the stay too.
    #[serde(default)]
    pub course: bool,
    /// Where values are quoted: the newest of an earlier stay too.
    #[serde(default)]
    pub baseline: bool,
}

/// All templates, in the order of their ids.
#[derive(Clone, Debug, Default)]
pub struct Templates {
    all: Vec<Template>,
    /// The site's own: they serve before the shipped ones.
    own: BTreeSet<String>,
}

#[derive(Deserialize)]
struct File {
    template: Vec<Template>,
}

impl Templates {
    /// Reads template files (name and text); a mistake says in which file and line.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self> {
        let mut all: Vec<Template> = Vec::new();
        for (name, text) in files {
            let file: File = toml::from_str(text).map_err(|e| {
                let line = e.span().and_then(|s| text.get(..s.start)).map(|before| before.matches('\n').count() as u64 + 1);
                Trouble::input("the template cannot be read").at(*name, line).why(e.message()).hint("compare it with templates/renal.toml")
            })?;
            all.extend(file.template);
        }
        all.sort_by(|a, b| a.id.cmp(&b.id));
        if let Some(twice) = all.windows(2).find_map(|w| matches!(w, [a, b] if a.id == b.id).then(|| w.first()).flatten()) {
            return Err(Trouble::input(format!("two templates are called {}", twice.id)).hint("give one of them another id"));
        }
        Ok(Self { all, own: BTreeSet::new() })
    }

    /// These first, the others behind them; of the same id, these stay.
    pub fn before(mut self, others: &Self) -> Self {
        let own: BTreeSet<String> = self.all.iter().map(|t| t.id.clone()).collect();
        self.own.clone_from(&own);
        self.all.extend(others.all.iter().filter(|t| !own.contains(&t.id)).cloned());
        self.all.sort_by(|a, b| a.id.cmp(&b.id));
        self
    }

    /// Every template.
    pub fn all(&self) -> &[Template] {
        &self.all
    }

    /// The template of this name.
    pub fn get(&self, id: &str) -> Option<&Template> {
        self.all.iter().find(|t| t.id == id)
    }

    /// The template that serves a gap: the one that its item names, else one bound to its item, else to its condition, else to its kind.
    pub fn for_gap(&self, gap: &Gap) -> Option<&Template> {
        if let Some(named) = gap.query_template.as_deref().and_then(|id| self.get(id)) {
            return Some(named);
        }
        let condition = gap.condition.as_deref().unwrap_or_default();
        let fit = |t: &Template| -> Option<u8> {
            let item = t.items.contains(&gap.item);
            let named = t.conditions.iter().any(|c| c == condition);
            let pack = gap.item.split('-').next().is_some_and(|p| t.packs.iter().any(|own| own == p));
            let bound = (t.conditions.is_empty() && t.packs.is_empty()) || named || pack;
            let fits = item || (t.items.is_empty() && t.kinds.contains(&gap.kind) && bound);
            fits.then_some(16 * u8::from(self.own.contains(&t.id)) + 8 * u8::from(item) + 4 * u8::from(named) + u8::from(pack))
        };
        self.all
            .iter()
            .filter_map(|t| fit(t).map(|f| (f, t)))
            .max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.id.cmp(&a.1.id)))
            .map(|(_, t)| t)
    }
}

/// The templates that ship. They are compiled in and a test parses them, so the empty fallback is never seen.
pub fn templates() -> &'static Templates {
    static ONCE: OnceLock<Templates> = OnceLock::new();
    ONCE.get_or_init(|| Templates::parse(&SHIPPED).unwrap_or_default())
}

impl TemplateOption {
    /// Whether a quoted value lies outside the range that the option asks for.
    pub(crate) fn is_contradicted(&self, evidence: &[&Evidence], words: &[Token]) -> bool {
        let none = |judged: Vec<bool>| !judged.is_empty() && !judged.contains(&true);
        self.value.iter().chain(&self.also).any(|range| range.judge(evidence, words) == Some(false))
            || none(self.any.iter().filter_map(|range| range.judge(evidence, words)).collect())
    }

    /// Whether a value of the stay lies outside the range that the option asks for, or the one that it stands on is not known.
    /// `numbers` gives those of a measure in the whole chart; what is quoted goes before them.
    pub(super) fn is_ruled_out(&self, evidence: &[&Evidence], words: &[Token], numbers: &dyn Fn(&Patterns) -> Vec<f64>) -> bool {
        let judged = |range: &ValueRange| {
            range.judge(evidence, words).or_else(|| {
                let all = numbers(&Patterns::new(&range.names));
                (!all.is_empty()).then(|| all.into_iter().any(|n| range.holds(n)))
            })
        };
        let any: Vec<bool> = self.any.iter().filter_map(judged).collect();
        self.value.iter().chain(&self.also).any(|range| judged(range) == Some(false))
            || (self.stated && self.value.as_ref().is_some_and(|range| judged(range).is_none()))
            || (!any.is_empty() && !any.contains(&true))
    }

    /// Whether the evidence supports offering it: no quoted value lies outside its range, one of its words is there, and something
    /// speaks for its concept.
    ///
    /// Ranges are judged by `all` words of the evidence, support by those that tell something (`words`).
    pub(crate) fn is_supported(&self, evidence: &[&Evidence], (all, words): (&[Token], &[Token]), documented: &BTreeSet<String>) -> bool {
        if self.kind != OptionKind::Diagnosis {
            return true;
        }
        let judged = |range: &ValueRange| range.judge(evidence, all);
        let against = self.is_contradicted(evidence, all);
        let graver = !self.unless.is_empty() && self.unless.iter().all(|range| judged(range) == Some(true));
        if against || graver {
            return false;
        }
        let negation = super::lint::vocabularies().get("negation");
        let said_against = Patterns::new(&self.unless_words).find(words).iter().any(|found| !is_denied(words, found.first));
        if said_against || self.unless_documented.iter().any(|c| documented.contains(c)) {
            return false;
        }
        if super::kinds::unsupported(&self.text, evidence, words, documented).is_some() {
            return false;
        }
        let stated = self.documented.iter().any(|c| documented.contains(c));
        let needed = stated
            || (self.needs.is_empty() || stands(&self.needs, words)) && (self.needs_also.is_empty() || stands(&self.needs_also, words));
        // What the option's own words name counts where the template declares nothing: the lint will judge it so too.
        let said = tokens(&self.text);
        let named: Vec<String> = match self.concepts.as_slice() {
            [] => concepts().find(&said).into_iter().map(|n| n.concept).collect(),
            declared => declared.to_vec(),
        };
        let denies = self.concepts.is_empty() && negation.any(&said);
        let speaks = |c: &String| concepts().supports(c, words).or_else(|| concepts().hinted(c, words));
        let known: Vec<bool> = named.iter().filter_map(|c| speaks(c).map(|s| s || documented.contains(c))).collect();
        needed && (denies || known.is_empty() || known.contains(&true))
    }
}

impl TemplateOption {
    /// Whether what its template asks for stands in the evidence: the template knows more words that relate to an option than its own.
    pub(crate) fn is_related(&self, words: &[Token]) -> bool {
        stands(&self.needs, words)
    }
}

/// Whether one of the words stands, undenied: "no gallstones" and "not on home oxygen" are no support for what gallstones and home oxygen
/// support.
pub(super) fn stands(list: &[String], words: &[Token]) -> bool {
    Patterns::new(list).find(words).iter().any(|found| !is_denied(words, found.first))
}

/// Words before a finding in which a denial of it stands ("no necrosis or infection").
const DENIES: usize = 4;

/// Whether words of the same clause before a place deny what stands there.
pub(super) fn is_denied(words: &[Token], first: usize) -> bool {
    let before = words.get(first.saturating_sub(DENIES)..first).unwrap_or_default();
    let clause = before.iter().rposition(|t| matches!(t.text.as_str(), "." | ";" | ":" | "?" | "!" | "but")).map_or(0, |at| at + 1);
    let listed = before.get(clause..).unwrap_or_default();
    // A comma ends what "no" denies, unless the list goes on with "or" or "nor".
    let after_comma = listed.iter().rposition(|t| t.text == ",").map_or(0, |at| at + 1);
    let near =
        if listed.iter().any(|t| matches!(t.text.as_str(), "or" | "nor")) { listed } else { listed.get(after_comma..).unwrap_or_default() };
    super::lint::vocabularies().get("negation").any(near)
}

impl ValueRange {
    /// Whether any value quoted lies in the range; `None` when none is quoted.
    pub(super) fn judge(&self, evidence: &[&Evidence], words: &[Token]) -> Option<bool> {
        let names = Patterns::new(&self.names);
        let mut numbers: Vec<f64> = Vec::new();
        for item in evidence {
            if let Evidence::Value(value) = item
                && names.any(&tokens(&value.name))
            {
                numbers.extend(value.value.trim().parse::<f64>().ok());
            }
        }
        for found in names.find(words) {
            let after = words.iter().skip(found.past).take(4);
            numbers.extend(after.filter_map(|t| t.text.parse::<f64>().ok()).take(1));
        }
        (!numbers.is_empty()).then(|| numbers.into_iter().any(|n| self.holds(n)))
    }

    fn holds(&self, n: f64) -> bool {
        self.from.is_none_or(|from| n >= from) && self.below.is_none_or(|below| n < below)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_templates_parse() {
        let all = Templates::parse(&SHIPPED).unwrap();
        assert!(all.all().len() >= 40);
    }

    #[test]
    fn a_mistake_is_reported_with_its_line() {
        let trouble = Templates::parse(&[("site.toml", "[[template]]\nid = \"x\"\nversion = \"one\"\n")]).unwrap_err();
        assert!(trouble.to_string().starts_with("site.toml:3: "), "{trouble}");
    }
}
