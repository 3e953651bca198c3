//! Every template, filled on every gap of every synthetic chart that it fits.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use lacuna::chart::{Evidence, Patient};
use lacuna::checklist::Gap;
use lacuna::query::{
    Asking, Draft, LintSeverity, OptionKind, Policy, QueryForm, Reason, Report, Template, Templates, draft_from_gap, lint_text,
    render_text, templates, words_of,
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
        // What speaks against is shown beside the twelve.
        let counted = included.iter().filter(|i| !i.against).count();
        assert!(counted > 0 && counted <= 12 && included.len() <= 17, "{} {}: {counted}", f.encounter, f.template);
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

/// The draft that the program begins for a gap of this patient.
fn draft(patient: &str, item: &str) -> &'static Filled {
    let found = all().drafts.iter().find(|f| f.chosen && f.patient == patient && f.gap.item == item);
    found.unwrap_or_else(|| {
        let items: Vec<&str> = all().drafts.iter().filter(|f| f.chosen && f.patient == patient).map(|f| f.gap.item.as_str()).collect();
        panic!("{patient} has {items:?} and no {item}")
    })
}

impl Filled {
    /// What the provider reads of the chart, one piece a line.
    fn ticked(&self) -> String {
        self.draft.indicators.iter().filter(|i| i.included).map(|i| words_of(&i.evidence)).collect::<Vec<_>>().join("\n")
    }

    fn offered(&self) -> Vec<&str> {
        self.draft.options.iter().filter(|o| o.kind == OptionKind::Diagnosis).map(|o| o.text.as_str()).collect()
    }

    /// Everything of this stands among the indicators, and nothing of that.
    fn shows(&self, wanted: &[&str], unwanted: &[&str]) {
        let ticked = self.ticked();
        let missing: Vec<_> = wanted.iter().filter(|w| !ticked.contains(**w)).collect();
        let strange: Vec<_> = unwanted.iter().filter(|w| ticked.contains(**w)).collect();
        let what = format!("{} {}", self.patient, self.gap.item);
        assert!(missing.is_empty() && strange.is_empty(), "{what}: missing {missing:?}, strange {strange:?} in\n{ticked}");
    }

    fn goes_to(&self, name: &str) {
        assert!(
            self.draft.recipient.as_ref().is_some_and(|r| r.name.contains(name)),
            "{} {}: {:?}",
            self.patient,
            self.gap.item,
            self.draft.recipient
        );
    }
}

/// HADDAD: the marrow was offered for a lymphoma of the nodes, and other causes of the fever for a clean port and a later transfusion.
#[test]
fn low_counts_after_chemotherapy_offered_what_nothing_in_the_chart_supports() {
    let counts = draft("Haddad", "B03-undocumented");
    counts.shows(
        &["Hemoglobin 6.8", "Platelet count 14", "R-CHOP", "Packed red blood cells", "as expected at nadir"],
        &["aunt", "emphysema"],
    );
    assert_eq!(counts.offered(), ["Expected fall of the counts without pancytopenia", "Pancytopenia due to chemotherapy"]);
    let fever = draft("Haddad", "B04-fever");
    fever.shows(&["38.9", "0.1", "Cefepime", "R-CHOP"], &["aunt"]);
    assert_eq!((fever.draft.form, fever.offered()), (QueryForm::Open, Vec::new()), "one name alone is no choice");
    assert_eq!(fever.draft.alone, ["Neutropenic fever"], "what was left out for that is said");
    for f in [counts, fever] {
        f.goes_to("Hartley");
    }
}

/// KAPLAN: a conflict was shown without what decides it, and a stage was asked for without the earlier values that make it chronic.
#[test]
fn a_conflict_about_an_infarction_shows_both_sides_the_course_and_the_echocardiogram() {
    let conflict = draft("Kaplan", "CX-01");
    conflict
        .shows(&["NSTEMI", "This is not an NSTEMI", "Demand ischemia", "96", "wall motion", "ST depression"], &["father MI", "nosebleed"]);
    conflict.goes_to("Bauer");
    assert_eq!(conflict.offered(), Vec::<&str>::new());
    let stage = draft("Kaplan", "N03-specificity");
    stage.shows(&["28", "30"], &[]);
    assert!(stage.draft.indicators.iter().any(|i| i.included && i.prior), "an earlier value says that it is chronic");
    assert_eq!(stage.offered(), ["Stage 3b", "Stage 4"]);
}

/// IKEDA: a sister's dementia, a contaminated urine and usual labs were no support; the attending is asked which side.
#[test]
fn a_confused_patient_after_hip_surgery_is_asked_about_with_what_her_own_chart_says() {
    let mind = draft("Ikeda", "P02-undocumented");
    mind.shows(&["positive", "Haloperidol", "oriented x4", "Confused", "improving"], &["Sister"]);
    assert!(mind.offered().contains(&"Delirium due to a known condition: ____"), "{:?}", mind.offered());
    assert!(!mind.offered().iter().any(|o| o.contains("ementia")), "{:?}", mind.offered());
    let bone = draft("Ikeda", "M01-pathologic");
    bone.shows(&["standing", "T score", "osteopenia"], &["Mother"]);
    assert_eq!(bone.offered(), ["Pathologic fracture due to osteoporosis", "Traumatic fracture"]);
    let side = draft("Ikeda", "CX-03-hip");
    side.shows(&["right hip", "left"], &[]);
    side.goes_to("Tolland");
}

/// ADLER: type 1 was offered to whoever got insulin in hospital; here antibodies are pending and ketones were found.
#[test]
fn a_new_diabetes_a_potassium_and_a_creatinine_are_asked_about_with_course_and_treatment() {
    let kind = draft("Adler", "N11-specificity");
    kind.shows(&["12.9", "antibodies"], &["Maternal grandfather"]);
    assert_eq!(kind.offered(), ["Type 1 diabetes", "Type 2 diabetes"]);
    draft("Adler", "N07-potassium-low").shows(&["K 2.8 overnight: 40 mEq IV", "Potassium chloride", "cramped"], &["crampy"]);
    draft("Adler", "N07-phosphate").shows(&["1.4", "Potassium phosphate", "cramped"], &["crampy"]);
    let kidney = draft("Adler", "N01-undocumented");
    kidney.shows(&["1.4 mg/dL", "0.8 mg/dL", "Lactated Ringer", "Volume depletion"], &["dialysis"]);
    assert!(!kidney.offered().iter().any(|o| o.starts_with("Chronic")), "{:?}", kidney.offered());
}

/// BIRCH: a compensated gas of a man with oxygen at home was asked about as if it were acute.
#[test]
fn a_steady_gas_offers_no_acute_failure_and_a_new_air_leak_names_the_line() {
    let lung = draft("Birch", "R02-undocumented");
    lung.shows(&["62", "7.38", "home"], &["father", "brother"]);
    assert_eq!(
        lung.offered(),
        [
            "Chronic respiratory failure with hypercapnia",
            "Chronic respiratory failure with hypoxia",
            "Chronic respiratory failure with hypoxia and hypercapnia",
            "Hypoxemia without respiratory failure"
        ]
    );
    let air = draft("Birch", "R10-pneumothorax");
    air.shows(&["New left", "subclavian", "No pneumothorax", "Chest tube"], &["hernia", "CAD, stable"]);
    assert_eq!(air.offered(), ["Pneumothorax due to a procedure: ____", "Spontaneous pneumothorax due to lung disease"]);
    air.goes_to("Okoye");
}

/// KOWALSKI: chronic failure was offered to a man "not on home O2".
#[test]
fn a_first_failure_of_the_lungs_offers_no_chronic_form() {
    let lung = draft("Kowalski", "R01-undocumented");
    lung.shows(&["7.26", "70", "82", "BiPAP", "respiratory distress"], &["father"]);
    assert!(!lung.offered().iter().any(|o| o.contains("hronic")), "{:?}", lung.offered());
    assert!(lung.offered().contains(&"Acute respiratory failure with hypoxia and hypercapnia"), "{:?}", lung.offered());
    let germ = draft("Kowalski", "R05-specificity");
    germ.shows(&["opacity", "green sputum", "no sputum"], &[]);
    assert!(!germ.offered().iter().any(|o| o.contains("MRSA") || o.contains("Viral")), "{:?}", germ.offered());
}

/// JANKOVIC: the question about the catheter, the organs and the skin each show what decides them.
#[test]
fn a_catheter_an_organ_and_a_wound_are_asked_about_with_what_decides_them() {
    let urine = draft("Jankovic", "I05-catheter");
    urine.shows(&["catheter", "Proteus"], &["brother"]);
    assert_eq!(urine.offered(), ["Urinary tract infection due to the catheter", "Urinary tract infection not due to a catheter"]);
    let organs = draft("Jankovic", "I02-link");
    organs.shows(&["AKI, prerenal", "2.8", "61"], &["septic shock and death"]);
    assert_eq!(organs.draft.form, QueryForm::Open, "one tick would answer for every organ");
    let skin = draft("Jankovic", "POA-09");
    skin.shows(&["STAGE 2", "Admission", "refused turn", "maybe at the home"], &[]);
    skin.goes_to("Solberg");
}

/// Degrees of malnutrition that nobody had assessed were offered, kinds of heart failure without an echocardiogram, and two causes of a low
/// sodium in one answer; a wound was asked about without its place, and twelve values left no room for the drug that answered them.
#[test]
fn what_nobody_had_found_was_offered_and_what_was_done_stood_out_of_sight() {
    assert_eq!(draft("Abbott", "N14-specificity").draft.form, QueryForm::Open);
    assert_eq!(
        draft("Nguyen", "N14-undocumented").offered(),
        ["Malnutrition, other degree: ____", "Malnutrition, severe", "No malnutrition"]
    );
    assert_eq!(draft("Lindqvist", "C01-specificity").draft.form, QueryForm::Open);
    assert_eq!(draft("McAllister", "N04-undocumented").offered(), ["Hyponatremia", "Hyponatremia due to cirrhosis"]);
    draft("Rivera", "S01-undocumented").shows(&["sacrum"], &[]);
    draft("Okafor", "I01-undocumented")
        .shows(&["Norepinephrine", "Mean blood pressure 56", "Systolic blood pressure 84", "Lactate 4.2"], &["pressure 86"]);
    assert!(draft("Rivera", "C01-specificity").offered().contains(&"Acute diastolic heart failure"));
}

/// A question about presence on admission names the order to admit, cites a provider's words, and can be answered with neither yes nor no.
#[test]
fn a_question_about_admission_shows_the_order_to_admit_and_cites_a_provider() {
    let asked: Vec<&Filled> = all().drafts.iter().filter(|f| f.chosen && f.draft.reason == Reason::R6).collect();
    assert!(!asked.is_empty());
    for f in asked {
        f.shows(&["Admission"], &[]);
        let labels: Vec<&str> = f.draft.options.iter().map(|o| o.text.as_str()).collect();
        match f.draft.form {
            QueryForm::YesNo => {
                let cited = f.draft.documented_at.as_ref();
                assert!(matches!(cited, Some(Evidence::Text(t)) if t.author.is_some() && t.date.is_some()), "{} {}", f.patient, f.gap.item);
                assert!(f.text.contains(&words_of(cited.unwrap())), "{} {}: the cited words are not shown", f.patient, f.gap.item);
                assert_eq!(labels.len(), 4, "{labels:?}");
            }
            form => assert_eq!((form, labels.len()), (QueryForm::Open, 0), "{} {}", f.patient, f.gap.item),
        }
    }
}
