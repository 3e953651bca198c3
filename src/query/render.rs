//! What the provider sees. An internal note or an impact cannot appear here: a draft has no such field.

use super::evidence::sha256_hex;
use super::lint::is_hidden;
use super::{Draft, Indicator, OptionKind, QueryForm, Verbal};
use crate::chart::{Evidence, Instant, Precision};

/// The headings under which indicators stand, in the order shown.
const GROUPS: [(&str, &str); 6] = [
    ("documentation", "Documentation at issue"),
    ("history", "History and risk"),
    ("exam", "Examination and vital signs"),
    ("labs", "Laboratory"),
    ("imaging", "Imaging"),
    ("treatment", "Treatment and monitoring"),
];

/// The place of a heading among the headings; what has none of them stands last.
pub(super) fn place_of(group: &str) -> usize {
    GROUPS.iter().position(|(name, _)| *name == group).unwrap_or(GROUPS.len())
}

/// The query as text that pastes cleanly: plain ASCII punctuation, no line that depends on a width.
pub fn render_text(draft: &Draft, id: Option<i64>) -> String {
    ascii(&compose(draft, (id, None), &PLAIN))
}

/// The query as it goes out: the text with the day that it is asked on.
pub fn render_sent(draft: &Draft, id: i64, at: &Instant) -> String {
    ascii(&compose(draft, (Some(id), Some(at)), &PLAIN))
}

/// What the head of a later version says: which one it replaces.
fn replaces(version: u32, sent: Option<&Instant>) -> String {
    let when = sent.map(|sent| format!(", sent {}", with_zone(sent))).unwrap_or_default();
    format!("Version: {}, in place of version {version}{when}", version + 1)
}

/// The next version as it goes out: it says in its head which one it replaces, so that nobody answers the earlier one.
pub fn render_version(draft: &Draft, id: i64, at: &Instant, (before, sent): (u32, Option<&Instant>)) -> String {
    let text = render_sent(draft, id, at);
    let says = replaces(before, sent);
    match text.split_once('\n') {
        Some((title, rest)) => format!("{title}\n{says}\n{rest}"),
        None => text,
    }
}

/// The query as Markdown. `before`: the version that it replaces, and when that one was sent.
pub fn render_markdown(draft: &Draft, id: Option<i64>, sent: Option<&Instant>, before: Option<(u32, Option<&Instant>)>) -> String {
    let style = Style { title: "# ", heading: "## ", item: "- ", option: "- [ ] ", units: true };
    let mut text = compose(draft, (id, sent), &style);
    if let (Some((version, sent)), Some(end)) = (before, text.find('\n')) {
        text.insert_str(end, &format!("\n{}{}", style.item, replaces(version, sent)));
    }
    // What a note holds is words there, and no tag or link.
    ascii(&text.replace('<', "\\<").replace("](", "]\\("))
}

/// SHA-256 of everything that the provider sees but number and day of sending, before punctuation is made plain: two texts that differ have different hashes.
pub fn body_hash(draft: &Draft) -> String {
    sha256_hex(&compose(draft, (None, None), &Style { units: false, ..PLAIN }))
}

const PLAIN: Style = Style { title: "Title: ", heading: "", item: "- ", option: "( ) ", units: true };

struct Style {
    title: &'static str,
    heading: &'static str,
    item: &'static str,
    option: &'static str,
    /// Whether units stand as people write them; the hash is over what was sent.
    units: bool,
}

fn compose(draft: &Draft, (id, sent): (Option<i64>, Option<&Instant>), style: &Style) -> String {
    let mut out = vec![format!("{}{}", style.title, line(&draft.title))];
    let mut header = |label: &str, value: &str| {
        if !value.trim().is_empty() {
            let item = if style.heading.is_empty() { "" } else { style.item };
            out.push(format!("{item}{label}: {}", line(value)));
        }
    };
    header("Query", &id.map(|id| id.to_string()).unwrap_or_default());
    header("Sent", &sent.map(with_zone).unwrap_or_default());
    header("Patient", draft.patient_name());
    header("Encounter", draft.encounter_name());
    header("Admitted", &draft.admitted.map(|at| at.display()).unwrap_or_default());
    header(
        "To",
        &draft
            .recipient
            .as_ref()
            .map(|r| if r.role.is_empty() { r.name.clone() } else { format!("{}, {}", r.name, r.role) })
            .unwrap_or_default(),
    );
    header(
        "From",
        &[draft.author.as_str(), draft.contact.as_str()].iter().filter(|p| !p.trim().is_empty()).copied().collect::<Vec<_>>().join(", "),
    );
    header("Due", &draft.due.map(|d| with_zone(&d)).unwrap_or_default());
    indicators(draft, style, &mut out);
    if !draft.body.trim().is_empty() {
        section(&mut out, style, "Note");
        out.push(draft.body.trim().to_owned());
    }
    if let Some(documented) = cited(draft) {
        section(&mut out, style, ASKED_ABOUT);
        out.push(format!("{}{}", style.item, quote(documented, style.units)));
    }
    section(&mut out, style, "Question");
    out.push(draft.question.trim().to_owned());
    if draft.form != QueryForm::Open && !draft.options.is_empty() {
        section(&mut out, style, "Options");
        out.extend(draft.options.iter().map(|option| {
            let room = option.kind == OptionKind::Other && !option.text.contains("__");
            let text = line(&option.text);
            format!("{}{}", style.option, if room { format!("{}: ____________", text.trim_end_matches([':', ' '])) } else { text })
        }));
    }
    if let Some(verbal) = &draft.verbal {
        section(&mut out, style, CONVERSATION);
        out.extend(conversation(verbal).map(|line| format!("{}{line}", style.item)));
    }
    out.push(String::new());
    out.push(WHERE_TO_ANSWER.to_owned());
    out.push(String::new());
    out.join("\n")
}

fn section(out: &mut Vec<String>, style: &Style, heading: &str) {
    out.push(String::new());
    out.push(format!("{}{heading}", style.heading));
}

fn indicators(draft: &Draft, style: &Style, out: &mut Vec<String>) {
    let mut last = "";
    for (heading, indicator) in under_headings(draft) {
        if heading != last {
            section(out, style, heading);
            last = heading;
        }
        out.push(format!(
            "{}{}",
            style.item,
            marked((&indicator.evidence, indicator.prior), [&indicator.relevance, &indicator.others], style.units)
        ));
    }
}

/// What stands over the statement that a yes/no or validation query asks about.
pub(super) const ASKED_ABOUT: &str = "Diagnosis asked about";
/// What stands over what was said aloud.
pub(super) const CONVERSATION: &str = "Record of the conversation";
/// The last line, in every form.
pub(super) const WHERE_TO_ANSWER: &str = "Your answer belongs in a progress note or an addendum, in your own words.";

/// The provider's statement that a yes/no or validation query asks about.
pub(super) fn cited(draft: &Draft) -> Option<&Evidence> {
    draft.documented_at.as_ref().filter(|e| matches!(e, Evidence::Text(_)))
}

/// What is shown of the proof, each piece under its heading, in the order shown.
pub(super) fn under_headings(draft: &Draft) -> Vec<(&'static str, &Indicator)> {
    let heading = |i: &Indicator| GROUPS.get(place_of(&i.group)).map_or("Other indicators", |(_, heading)| *heading);
    let mut out: Vec<(&'static str, &Indicator)> = draft.indicators.iter().filter(|i| i.included).map(|i| (heading(i), i)).collect();
    out.sort_by_key(|(_, i)| place_of(&i.group));
    out
}

/// What was said aloud, line by line.
pub(super) fn conversation(verbal: &Verbal) -> impl Iterator<Item = String> {
    let said = [
        ("At", verbal.at.map(|t| with_zone(&t)).unwrap_or_default()),
        ("Channel", verbal.channel.clone()),
        ("Asked", verbal.wording.clone()),
        ("Reply", verbal.reply.clone()),
    ];
    said.into_iter().map(|(label, value)| format!("{label}: {}", line(&value)))
}

/// The same with the mark of an earlier encounter, why it matters now, and what is told of other values.
pub(super) fn quote_marked(evidence: &Evidence, prior: bool, beside: [&str; 2]) -> String {
    ascii(&marked((evidence, prior), beside, true))
}

fn marked((evidence, prior): (&Evidence, bool), beside: [&str; 2], units: bool) -> String {
    let prior = if prior { "Prior encounter: " } else { "" };
    let beside: String = beside.into_iter().filter(|words| !words.trim().is_empty()).map(|words| format!(" - {}", line(words))).collect();
    format!("{prior}{}{beside}", quote(evidence, units))
}

/// The words with where they stand: quoted in quotation marks, values as they were sent.
fn quote(evidence: &Evidence, units: bool) -> String {
    match evidence {
        Evidence::Text(text) => {
            let parts = [Some(text.document_type.label().to_owned()), text.date.map(|d| d.display()), text.author.clone()];
            format!("\"{}\" ({})", line(&text.quote), parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
        }
        Evidence::Value(value) => {
            let unit = if units { value.unit_label() } else { value.unit.clone().unwrap_or_default() };
            let words = [value.name.as_str(), value.value.as_str(), unit.as_str()];
            let words: Vec<&str> = words.into_iter().filter(|w| !w.is_empty()).collect();
            let remark = value.remark().map(str::to_owned);
            let parts = [value.date.map(|d| d.display()), remark, value.reference.as_ref().map(|r| format!("reference {r}"))];
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            if parts.is_empty() { line(&words.join(" ")) } else { format!("{} ({})", line(&words.join(" ")), line(&parts.join(", "))) }
        }
    }
}

/// A time with the zone that it is given in: a deadline is read in another place than it was written in.
pub(super) fn with_zone(at: &Instant) -> String {
    match (at.precision(), at.offset_seconds()) {
        (Precision::Minute | Precision::Second, Some(0)) => format!("{} UTC", at.display()),
        (Precision::Minute | Precision::Second, Some(offset)) => {
            let minutes = offset.abs() / 60;
            format!("{} UTC{}{:02}:{:02}", at.display(), if offset < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
        }
        _ => at.display(),
    }
}

/// One line: whitespace becomes single blanks.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text whose hidden characters are spelled, so that nothing of it is lost and nothing of it acts: `<U+0007>`. Line ends stay, tabs
/// become blanks.
pub(super) fn spelled(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' => out.push('\n'),
            '\t' => out.push(' '),
            c if is_hidden(c) => out.push_str(&format!("<U+{:04X}>", c as u32)),
            c => out.push(c),
        }
    }
    out
}

/// Typographic punctuation becomes plain, so that the text survives any in-basket. Letters stay as they are; hidden characters are
/// spelled.
fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in spelled(text).chars() {
        match c {
            '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{2032}' => out.push('\''),
            '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2033}' => out.push('"'),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => out.push('-'),
            '\u{2026}' => out.push_str("..."),
            '\u{2022}' | '\u{25cf}' | '\u{25aa}' => out.push('*'),
            '\u{2192}' => out.push_str("->"),
            '\u{2264}' => out.push_str("<="),
            '\u{2265}' => out.push_str(">="),
            '\u{00d7}' => out.push('x'),
            '\u{00a0}' | '\u{202f}' | '\u{2009}' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
