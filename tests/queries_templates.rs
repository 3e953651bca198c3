//! Every template, filled on every gap of every synthetic chart that it fits.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use lacuna::chart::{Evidence, Patient};
use lacuna::checklist::Gap;
use lacuna::query::{
    Asking, Draft, LintSeverity, Policy, Report, Template, Templates, draft_from_gap, lint_text, render_text, templates, words_of,
};
use lacuna::work::model::WorklistView;
use lacuna::work::{Desk, demo};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::OnceLock;

/// One template filled on one gap.
struct Filled {
    patient: String,
    encounter: String,
    gap: Gap,
    template: String,
    /// Whether it is the one that serves this gap.
    chosen: bool,
    draft: Draft,
    /// What the provider reads.
    text: String,
    report: Report,
}

struct All {
    charts: usize,
    drafts: Vec<Filled>,
}

/// Not only the template that is chosen for a gap: each one that fits it, alone. They are also written to `target/tmp/drafts.txt`, to be
/// read from end to end as a compliance officer reads them.
fn all() -> &'static All {
    static ONCE: OnceLock<All> = OnceLock::new();
    ONCE.get_or_init(|| {
        let all = fill();
        let written: String = all.drafts.iter().map(shown).collect();
        std::fs::write(std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("drafts.txt"), written).unwrap();
        all
    })
}

fn fill() -> All {
    #[derive(serde::Serialize)]
    struct File<'a> {
        template: [&'a Template; 1],
    }
    let alone = |t: &Template| Templates::parse(&[("one.toml", &toml::to_string(&File { template: [t] }).unwrap())]).unwrap();
    let alone: Vec<Templates> = templates().all().iter().map(alone).collect();
    let desk = demo::desk(None).unwrap();
    let (now, policy) = (demo::now(), Policy::named("default").unwrap());
    let mut encounters: BTreeSet<String> = BTreeSet::new();
    for view in [WorklistView::WithGaps, WorklistView::Active] {
        encounters.extend(desk.worklist(view).unwrap().rows.into_iter().map(|r| r.encounter));
    }
    let mut drafts = Vec::new();
    for encounter in &encounters {
        let view = desk.chart(encounter).unwrap();
        let name = view.chart.patient.as_ref().and_then(|p| p.family.clone()).unwrap_or_default();
        for row in &view.gaps {
            for templates in alone.iter().filter(|t| t.for_gap(&row.gap).is_some()) {
                let asking = Asking { author: "Ana Ruiz, RN, CCDS", contact: "ext. 4411", now: &now, policy, templates };
                let mut draft = draft_from_gap(&row.gap, &view.chart, &view.readings, &asking);
                draft.patient_name = view.chart.patient.as_ref().map(Patient::identification).unwrap_or_default();
                let template = draft.template.clone().unwrap();
                drafts.push(Filled {
                    patient: name.clone(),
                    encounter: encounter.clone(),
                    chosen: lacuna::query::templates().for_gap(&row.gap).is_some_and(|t| t.id == template),
                    gap: row.gap.clone(),
                    text: render_text(&draft, Some(1)),
                    report: desk.lint(&draft).unwrap(),
                    template,
                    draft,
                });
            }
        }
    }
    All { charts: encounters.len(), drafts }
}

/// A draft with everything that was decided in it.
fn shown(filled: &Filled) -> String {
    let Filled { patient, encounter, gap, template, chosen, draft, text, report } = filled;
    let condition = gap.condition.as_deref().unwrap_or_default();
    let serves = if *chosen { " | CHOSEN" } else { "" };
    let mut out = format!("=== {encounter} {patient} | {} | {:?} | {condition} | {template}{serves}\n", gap.item, gap.kind);
    writeln!(out, "gap: {}: {} missing {:?}", gap.title, gap.why, gap.missing).unwrap();
    for d in &report.diagnostics {
        writeln!(out, "  {:?} {} [{}] {}", d.severity, d.rule, d.field, d.message).unwrap();
    }
    writeln!(out, "{text}").unwrap();
    for i in &draft.indicators {
        let words = words_of(&i.evidence);
        match (i.included, i.against) {
            (false, _) => {
                writeln!(out, "  [ ] {} | {} {words}", i.group, i.evidence.date().map(|d| d.display()).unwrap_or_default()).unwrap()
            }
            (true, true) => writeln!(out, "  AGAINST {words}").unwrap(),
            (true, false) => {}
        }
    }
    let to = draft.recipient.as_ref().map(|r| format!("{} ({})", r.name, r.role)).unwrap_or_default();
    let cited = draft.documented_at.as_ref().map(words_of).unwrap_or_default();
    writeln!(out, "  removed: {:?}\n  reason {:?} to {to}; cites {cited:?}\n", draft.removed, draft.reason).unwrap();
    out
}

/// Judged with the whole chart at hand and as the text that the provider reads.
#[test]
fn every_template_that_fits_a_gap_of_a_chart_is_free_of_blocking_findings() {
    let all = all();
    let mut wrong = Vec::new();
    for f in &all.drafts {
        for (form, report) in [("draft", &f.report), ("text", &lint_text(&f.text))] {
            wrong.extend(findings(f, report, LintSeverity::Block).map(|d| format!("as {form}: {d}")));
        }
    }
    let (filled, used) = (all.drafts.len(), all.drafts.iter().map(|f| &f.template).collect::<BTreeSet<_>>().len());
    assert!(wrong.is_empty(), "{} of {filled}\n{}", wrong.len(), wrong.join("\n"));
    assert!(all.charts >= 20 && filled >= 60 && used >= 20, "{} charts, {filled} drafts, {used} templates", all.charts);
}

/// A person who asks for a draft has done nothing yet that wants an excuse.
#[test]
fn a_draft_of_ours_wanted_a_reason_before_anybody_had_touched_it() {
    let wrong: Vec<String> = all().drafts.iter().flat_map(|f| findings(f, &f.report, LintSeverity::Justify)).collect();
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// That a stay ended too long ago to be asked about is the clock's doing, and no template's.
fn findings<'f>(f: &'f Filled, report: &'f Report, severity: LintSeverity) -> impl Iterator<Item = String> + use<'f> {
    let of = report.diagnostics.iter().filter(move |d| d.severity == severity && d.rule != "QL105");
    of.map(|d| format!("{} on {} {} {}: {} [{}] {}", f.template, f.encounter, f.patient, f.gap.item, d.rule, d.field, d.message))
}

#[test]
fn an_indicator_had_no_date_or_no_source() {
    for f in &all().drafts {
        let included: Vec<_> = f.draft.indicators.iter().filter(|i| i.included).collect();
        assert!(!included.is_empty() && included.len() <= 12, "{} {}: {}", f.encounter, f.template, included.len());
        for i in included {
            assert!(i.evidence.date().is_some() && !i.evidence.source().is_empty(), "{} {}", f.encounter, words_of(&i.evidence));
            // A value that came with a range shows it.
            if let Evidence::Value(value) = &i.evidence
                && let Some(range) = &value.reference
            {
                assert!(f.text.contains(range.as_str()), "{}: {}", f.encounter, words_of(&i.evidence));
            }
        }
    }
}
