//! Drafts out of a file, forged one part at a time: each is refused, or a rule keeps it from being sent.

use crate::support::Home;
use lacuna::query::LintSeverity;
use lacuna::work::{Desk, demo};
use serde_json::{Value, json};

/// What is changed in the draft, and what says so: the words of the refusal, or the rule that blocks.
type Forgery = (&'static str, fn(&mut Value), &'static str);

fn words(draft: &mut Value) -> &mut Value {
    let all = draft["indicators"].as_array_mut().unwrap();
    all.iter_mut().find(|i| i["evidence"]["quote"].is_string()).unwrap()
}

fn number(draft: &mut Value) -> &mut Value {
    let all = draft["indicators"].as_array_mut().unwrap();
    let found = all.iter_mut().find(|i| i["evidence"]["reference"].is_string() && i["prior"] == false).unwrap();
    found["included"] = true.into();
    found
}

const FORGERIES: &[Forgery] = &[
    ("words that are not there", |d| words(d)["evidence"]["quote"] = "Acute kidney injury....".into(), "QL022"),
    ("another place", |d| words(d)["evidence"]["start"] = 1.into(), "QL022"),
    ("no place", |d| words(d)["evidence"]["end"] = 4_000_000_000_u32.into(), "QL022"),
    ("another document", |d| words(d)["evidence"]["document"] = "abbott-hp".into(), "QL021"),
    ("another author", |d| words(d)["evidence"]["author"] = "Ann Other, MD".into(), "QL021"),
    ("no author", |d| words(d)["evidence"]["author"] = Value::Null, "QL021"),
    ("another date", |d| words(d)["evidence"]["date"] = "2026-11-20T07:15:00-05:00".into(), "QL021"),
    ("another type", |d| words(d)["evidence"]["type"] = "discharge_summary".into(), "QL021"),
    ("a version to come", |d| words(d)["version"] = 9.into(), "QL021"),
    ("a version before the first", |d| words(d)["version"] = 0.into(), "QL021"),
    ("another hash", |d| words(d)["hash"] = "0".repeat(64).into(), "QL022"),
    ("an earlier stay", |d| words(d)["prior"] = true.into(), "QL080"),
    ("another value", |d| number(d)["evidence"]["value"] = "9.9".into(), "QL022"),
    ("another unit", |d| number(d)["evidence"]["unit"] = "g/dL".into(), "QL022"),
    ("another range", |d| number(d)["evidence"]["reference"] = "0.1-0.2".into(), "QL021"),
    ("another time", |d| number(d)["evidence"]["date"] = "2026-11-18T01:00:00-05:00".into(), "QL021"),
    ("another name", |d| number(d)["evidence"]["name"] = "Troponin".into(), "QL022"),
    ("no such value", |d| number(d)["evidence"]["observation"] = "none".into(), "QL021"),
    ("a stranger", |d| d["recipient"] = json!({"name": "Ann Other, MD", "identifier": "zz", "role": "attending"}), "QL002"),
    ("another's identifier", |d| d["recipient"]["name"] = "Ann Other, MD".into(), "QL002"),
    ("another role", |d| d["recipient"]["role"] = "consultant".into(), "QL002"),
    ("a pool of nobody", |d| d["recipient"] = json!({"name": "Night desk", "identifier": null, "role": "pool"}), "QL002"),
    ("no policy of this name", |d| d["escalation"] = "lenient".into(), "QL005"),
    (
        "a due time gone by",
        |d| {
            // Without a hand's mark it would be counted anew from the sending.
            d["due_by_hand"] = true.into();
            d["due"] = "2020-01-01T00:00:00-05:00".into();
        },
        "QL005",
    ),
    (
        "a talk to come",
        |d| {
            d["form"] = "verbal".into();
            d["verbal"] = json!({"at": "2099-01-01T00:00:00-05:00", "channel": "phone", "wording": "w", "reply": "r"});
        },
        "QL053",
    ),
    ("an option from nowhere", |d| d["options"][0] = json!({"text": "Septic shock", "kind": "not_significant"}), "QL032"),
    ("a ticked option", |d| d["options"][0]["selected"] = true.into(), "QL039"),
    ("a sign nobody sees", |d| d["title"] = "Clinical clarification:\u{1b}[31m renal function".into(), "QL110"),
    ("a sign in the contact", |d| d["contact"] = "ext. 4417\u{202e}".into(), "QL110"),
    ("another patient", |d| d["patient"] = "pat-abbott-lenora".into(), "another patient"),
    ("another patient's name", |d| d["patient_name"] = "ABBOTT Lenora".into(), "another patient"),
    ("another encounter", |d| d["encounter"] = "enc-88034".into(), "another encounter"),
    ("another asker", |d| d["author"] = "Wei Chen, MD".into(), "another author"),
    ("another gap", |d| d["gap"] = "N01-undocumented/zz".into(), "another gap"),
    ("another subject", |d| d["concept"] = "sepsis".into(), "another subject"),
    ("no such template", |d| d["template"] = "none".into(), "another template"),
    ("the next version of another query", |d| d["amends"] = 999.into(), "another earlier version"),
    ("sent already", |d| d["state"] = "sent".into(), "no field draft.state"),
    ("a revision", |d| d["revision"] = 99.into(), "no field draft.revision"),
    ("worth", |d| d["options"][0]["weight"] = 1.3.into(), "no field draft.options[0].weight"),
    ("worth beside the proof", |d| words(d)["evidence"]["drg"] = "683".into(), "no field draft.indicators[0].evidence.drg"),
];

/// A template and a policy that do not exist, a role, a version before the first, a talk in the future and a hidden sign in the contact came
/// in from a file, and no rule said so.
#[test]
fn a_forged_draft_is_kept_from_being_sent_by_the_rule_that_it_breaks() {
    let desk = demo::desk(None).unwrap();
    let gap = desk.chart("88120").unwrap().gaps.iter().find(|g| g.gap.item == "N01-undocumented").unwrap().key.clone();
    let view = desk.draft_for_gap("enc-88120", &gap).unwrap();
    assert!(desk.lint(&view.draft).unwrap().can_send, "unforged, it can be sent");
    let draft = serde_json::to_value(&view.draft).unwrap();
    for (what, forge, rule) in FORGERIES.iter().filter(|f| f.2.starts_with("QL")) {
        let mut forged = draft.clone();
        forge(&mut forged);
        assert_ne!(forged, draft, "{what}");
        let report = desk.lint(&serde_json::from_value(forged).unwrap()).unwrap();
        assert!(report.diagnostics.iter().any(|d| d.rule == *rule && d.severity == LintSeverity::Block), "{what}: {report:?}");
    }
}

/// The state "sent", a revision and another query's next version came in from a file, and nothing said that they counted for nothing.
#[test]
fn a_forged_draft_that_says_what_is_not_its_own_is_refused_with_the_reason() {
    let home = Home::with_charts();
    home.json(["me", "--name", "Ana Ruiz, RN, CCDS", "--contact", "ext. 4417"]);
    let view = home.json(["query", "new", "88120", "--gap", "N01-undocumented"]);
    let (id, draft) = (view["row"]["id"].to_string(), &view["draft"]);
    let edit = |draft: &Value| {
        let file = home.write("draft.json", draft.to_string()).display().to_string();
        home.run(["--json", "query", "edit", &id, "--from", &file]).calm()
    };
    for (what, forge, expected) in FORGERIES.iter().filter(|f| !f.2.starts_with("QL")) {
        let mut forged = draft.clone();
        forge(&mut forged);
        assert_ne!(forged, *draft, "{what}");
        let ran = edit(&forged);
        assert_eq!(ran.code, Some(2), "{what}");
        let told = ran.failure();
        assert!(told["what"].as_str().unwrap().contains(expected) && told["hint"].is_string(), "{what}: {told}");
    }
    assert_eq!(home.json(["query", "show", &id])["draft"], *draft, "nothing was changed");
    assert_eq!(edit(draft).code, Some(0), "unforged, it is taken");
    let mut forged = draft.clone();
    FORGERIES[0].1(&mut forged);
    assert_eq!(edit(&forged).code, Some(0));
    assert_eq!(home.run(["--json", "query", "send", &id]).code, Some(3), "what a rule blocks is not sent");
}
