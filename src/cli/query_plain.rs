//! Queries as plain text.

use crate::names::spoken;
use crate::query::{DiffLine, LintSeverity, Report, Rule, Template};
use crate::work::model::{QueryRow, QueryView};

/// One query in a line.
pub fn row(q: &QueryRow) -> String {
    let overdue = if q.overdue { "  OVERDUE" } else { "" };
    let outcome = q.outcome.map(|o| format!(" ({})", spoken(&o))).unwrap_or_default();
    format!(
        "{:>4}  {}{outcome}{overdue}  {}  to {}  {}  due {}{}{}{}",
        q.id,
        spoken(&q.state),
        if q.title.is_empty() { "no title" } else { &q.title },
        q.to.as_deref().unwrap_or("nobody yet"),
        q.patient.as_deref().unwrap_or("patient not given"),
        due(q),
        q.imported.as_ref().map(|from| format!("  answer imported from {from}")).unwrap_or_default(),
        q.next_step.as_ref().map(|s| format!("  next: {s}")).unwrap_or_default(),
        q.found
            .as_ref()
            .map(|f| format!("  found in {} {}: confirm with `query documented {}`", f.document_type, f.document, q.id))
            .unwrap_or_default()
    )
}

/// When an answer is due; of a draft, that the policy counts from the sending unless a person set it.
fn due(q: &QueryRow) -> String {
    match q.due {
        Some(due) => due.display(),
        None if q.state.is_draft() => "counted from sending".to_owned(),
        None => "not set".to_owned(),
    }
}

/// One query, whole.
pub fn view(v: &QueryView, provider_sees: &str) -> String {
    let mut text = format!("{}\n\n{provider_sees}\n\nTimeline", row(&v.row));
    if v.steps.is_empty() {
        text.push_str("\n  not sent yet");
    }
    for s in &v.steps {
        text.push_str(&format!(
            "\n  {}  {}: {} to {}  {}",
            s.at.display(),
            s.by,
            spoken(&s.from),
            spoken(&s.to),
            s.note.replace('\n', " / ")
        ));
    }
    for c in &v.contacts {
        text.push_str(&format!("\n  {}  {}: {} with {}  {}", c.at, c.by, c.channel, c.person, c.note.replace('\n', " / ")));
    }
    if let Some(answer) = &v.answer {
        let by = v.answered_by.as_deref().unwrap_or("not known who");
        let at = v.responded.map(|at| format!(", {}", at.display())).unwrap_or_default();
        text.push_str(&format!("\n\nAnswer by {by}{at}\n  {}", answer.replace('\n', "\n  ")));
    }
    for note in &v.notes {
        text.push_str(&format!("\n\nnote: {note}"));
    }
    if !v.internal_note.is_empty() {
        text.push_str(&format!("\n\nFor ourselves (the provider does not see it)\n  {}", v.internal_note.replace('\n', "\n  ")));
    }
    text
}

/// A comparison, line by line.
pub fn diff(lines: &[DiffLine]) -> String {
    let line = |l: &DiffLine| match l {
        DiffLine::Same(text) => format!("  {text}"),
        DiffLine::Removed(text) => format!("- {text}"),
        DiffLine::Added(text) => format!("+ {text}"),
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A template in a line, or whole.
pub fn template(t: &Template, history: &[(String, String, String)], whole: bool) -> String {
    let mut text = format!("{}  version {}  {}  {}", t.id, t.version, spoken(&t.form), t.title);
    if whole {
        text.push_str(&format!("\n  {}\n  source: {}", t.question, t.source));
        t.option.iter().for_each(|o| text.push_str(&format!("\n  ( ) {}", o.text)));
        history
            .iter()
            .for_each(|(hash, at, by)| text.push_str(&format!("\n  used since {at} by {by}: {}", hash.get(..12).unwrap_or(hash))));
    }
    text
}

/// What the lint says.
pub fn report(r: &Report) -> String {
    if r.diagnostics.is_empty() {
        return "Nothing to mend. It can be sent.".to_owned();
    }
    let mut text = String::new();
    for d in &r.diagnostics {
        let severity = match d.severity {
            LintSeverity::Block => "blocks",
            LintSeverity::Justify => "needs a reason",
            LintSeverity::Advice => "advice",
        };
        let place = d.r#where.map(|(s, e)| format!(" {s}-{e}")).unwrap_or_default();
        text.push_str(&format!("{}  {severity}  {}{place}: {}\n    hint: {}\n", d.rule, d.field, d.message, d.hint));
    }
    text.push_str(if r.can_send { "It can be sent." } else { "It cannot be sent." });
    text
}

/// The rules with their examples.
pub fn rules(list: &[Rule]) -> String {
    let mut text = String::new();
    for r in list {
        text.push_str(&format!("{}  {}  {}\n    {}\n    source: {}\n", r.id, spoken(&r.severity), r.title, r.why, r.source));
        r.good.iter().for_each(|e| text.push_str(&format!("    fine:  {e}\n")));
        r.bad.iter().for_each(|e| text.push_str(&format!("    not:   {e}\n")));
    }
    text.trim_end().to_owned()
}
