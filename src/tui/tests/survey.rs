//! What the stand-in desk makes of a text: invented, and the same whatever the packs say today.

use crate::chart::{DocumentType, Evidence, TextEvidence};
use crate::checklist::{Almost, Diagnostic, Explanation, Fired, Gap, GapKind, GapState, Outcome, Severity, Survey};

fn leaf(label: &str, outcome: Outcome, detail: &str) -> Explanation {
    Explanation { label: label.to_owned(), outcome, detail: detail.to_owned(), parts: Vec::new() }
}

/// One gap where heart failure stands bare, and a near one where anemia does.
pub fn of(text: &str) -> Survey {
    let mut found = Survey { document_type: DocumentType::ProgressNote, asked: 212, ..Survey::default() };
    if let Some(start) = text.find("Heart failure") {
        let end = text[start..].find('.').map_or(text.len(), |at| start + at);
        let quote = TextEvidence {
            document: "document-01".to_owned(),
            start,
            end,
            quote: text[start..end].to_owned(),
            date: None,
            author: None,
            document_type: DocumentType::ProgressNote,
            opening: false,
        };
        let named = leaf("heart failure is documented as present by a provider", Outcome::Yes, "\"Heart failure\" in Progress note");
        let lacks = leaf("its acuity is not stated anywhere in the stay", Outcome::Yes, "not stated");
        let tree = Explanation { parts: vec![named, lacks], ..leaf("TEST-HF", Outcome::Yes, "") };
        let gap = Gap {
            item: "TEST-HF".to_owned(),
            checklist: "test".to_owned(),
            version: 1,
            kind: GapKind::Unspecified,
            condition: Some("heart_failure".to_owned()),
            element: None,
            document_type: None,
            missing: vec!["acuity".to_owned(), "type".to_owned()],
            severity: Severity::Warn,
            title: "Heart failure: acuity and type not stated".to_owned(),
            why: "The code depends on both.".to_owned(),
            encounter: "example".to_owned(),
            evidence: vec![Evidence::Text(quote)],
            counter_evidence: Vec::new(),
            searched: Vec::new(),
            also: Vec::new(),
            query_template: None,
            due: None,
            run: None,
            state: GapState::Open,
        };
        found.fired.push(Fired { gap, tree });
    }
    if text.contains("nemia") {
        let but = leaf("its type is stated", Outcome::No, "iron deficiency in Progress note");
        found.almost.push(Almost {
            item: "TEST-ANEMIA".to_owned(),
            about: "Anemia".to_owned(),
            holds: vec!["anemia is documented as present by a provider: \"anemia\" in Progress note".to_owned()],
            but: vec![format!("{}: {}", but.label, but.detail)],
            tree: Explanation { parts: vec![but], ..leaf("TEST-ANEMIA", Outcome::No, "") },
        });
    }
    found
}

/// What the items of a file make of it: one that fires where heart failure stands bare, one that is silent, one that needs a chart.
pub fn of_site(text: &str) -> Survey {
    let mut found = Survey { asked: 2, almost: Vec::new(), ..of(text) };
    found.fired.iter_mut().for_each(|fired| fired.gap.item = "SITE-HF".to_owned());
    let but = leaf("the text names sodium", Outcome::No, "not found");
    found.almost.push(Almost {
        item: "SITE-NA".to_owned(),
        about: "Hyponatremia".to_owned(),
        holds: Vec::new(),
        but: vec![but.label.clone()],
        tree: Explanation { parts: vec![but], ..leaf("SITE-NA", Outcome::No, "") },
    });
    found.unasked.push("SITE-CLOCK".to_owned());
    found
}

/// The mistakes of a file.
pub fn mistakes() -> Vec<Diagnostic> {
    let one = |line, column, what: &str, expected: &str, hint: Option<&str>| Diagnostic {
        source: "mistaken.toml".to_owned(),
        line,
        column,
        what: what.to_owned(),
        expected: expected.to_owned(),
        hint: hint.map(str::to_owned),
    };
    vec![
        one(12, 8, "`sodum` is not known here", "the canonical name of an observation", Some("did you mean `sodium`?")),
        one(30, 1, "an item without a citation", "`citation`, with the rule that it stands on", None),
    ]
}
