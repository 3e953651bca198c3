//! Every template, filled on every gap of every synthetic chart that it fits.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use lacuna::chart::Patient;
use lacuna::query::{Asking, LintSeverity, Policy, Templates, draft_from_gap, lint_text, render_text, templates};
use lacuna::work::model::WorklistView;
use lacuna::work::{Desk, demo};
use std::collections::BTreeSet;

/// Not only the template that is chosen for a gap: each one that fits it, alone. Judged with the whole chart at hand and as the text that
/// the provider reads; no rule blocks.
#[test]
fn every_template_that_fits_a_gap_of_a_chart_is_free_of_blocking_findings() {
    #[derive(serde::Serialize)]
    struct File<'a> {
        template: [&'a lacuna::query::Template; 1],
    }
    let alone: Vec<Templates> = templates()
        .all()
        .iter()
        .map(|t| Templates::parse(&[("one.toml", &toml::to_string(&File { template: [t] }).unwrap())]).unwrap())
        .collect();
    let desk = demo::desk(None).unwrap();
    let (now, policy) = (demo::now(), Policy::named("default").unwrap());
    let (mut charts, mut filled, mut used, mut wrong) = (0, 0, BTreeSet::new(), Vec::new());
    let mut encounters: BTreeSet<String> = BTreeSet::new();
    for view in [WorklistView::WithGaps, WorklistView::Active] {
        encounters.extend(desk.worklist(view).unwrap().rows.into_iter().map(|r| r.encounter));
    }
    for encounter in encounters {
        let view = desk.chart(&encounter).unwrap();
        charts += 1;
        for row in &view.gaps {
            for templates in alone.iter().filter(|t| t.for_gap(&row.gap).is_some()) {
                let asking = Asking { author: "Ana Ruiz, RN, CCDS", contact: "ext. 4411", now: &now, policy, templates };
                let mut draft = draft_from_gap(&row.gap, &view.chart, &view.readings, &asking);
                draft.patient_name = view.chart.patient.as_ref().map(Patient::identification).unwrap_or_default();
                let name = draft.template.clone().unwrap();
                let judged = [("draft", desk.lint(&draft).unwrap()), ("text", lint_text(&render_text(&draft, Some(1))))];
                for (form, report) in judged {
                    // That a stay ended too long ago to be asked about is the clock's doing, and no template's.
                    let blocks = report.diagnostics.iter().filter(|d| d.severity == LintSeverity::Block && d.rule != "QL105");
                    wrong.extend(blocks.map(|d| format!("{name} as {form} on {encounter} {}: {} {}", row.gap.item, d.rule, d.message)));
                }
                filled += 1;
                used.insert(name);
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {filled}\n{}", wrong.len(), wrong.join("\n"));
    assert!(charts >= 20 && filled >= 60 && used.len() >= 20, "{charts} charts, {filled} drafts, {} templates", used.len());
}
