//! A query from the first draft to its outcome, and what is refused on the way.

use crate::support::Home;

/// Gaps whose drafts can be sent as they come: tried first, since looking for one takes a second for each.
const LIKELY: [(&str, &str); 4] =
    [("88120", "C01-specificity"), ("88047", "CX-02-heart-failure"), ("88085", "CX-03-stroke"), ("88085", "N01-specificity")];

/// A draft that no rule blocks: for the first gap that has none yet and asks for no further words; with options to tick when asked.
pub fn sendable(home: &Home, options: bool) -> i64 {
    home.json(["me", "--name", "Ana Ruiz, RN, CCDS", "--contact", "ext. 4417"]);
    let likely = LIKELY.map(|(encounter, item)| (encounter.to_owned(), item.to_owned()));
    likely.into_iter().find_map(|(encounter, gap)| sendable_for(home, &encounter, &gap, options)).unwrap_or_else(|| {
        let gaps = home.json(["gaps", "--all"]);
        let mut all = gaps.as_array().unwrap().iter().map(|g| (g["encounter"].as_str().unwrap(), g["item"].as_str().unwrap()));
        all.find_map(|(encounter, item)| sendable_for(home, encounter, item, options)).expect("some gap gives a draft that can be sent")
    })
}

fn sendable_for(home: &Home, encounter: &str, gap: &str, options: bool) -> Option<i64> {
    let ran = home.run(["--json", "query", "new", encounter, "--gap", gap]).calm();
    let view = (ran.code == Some(0)).then(|| ran.json())?;
    let id = view["row"]["id"].as_i64().unwrap();
    let fit = view["row"]["state"] == "draft" && (!options || !view["draft"]["options"].as_array().unwrap().is_empty());
    (fit && home.run(["--json", "query", "lint", &id.to_string()]).calm().quiet().code == Some(0)).then_some(id)
}

#[test]
fn a_query_goes_from_new_to_closed_and_is_recorded_on_the_way() {
    let home = Home::with_charts();
    let id = sendable(&home, true).to_string();
    let lint = home.json(["query", "lint", &id]);
    assert_eq!(lint["can_send"], true);
    let before = home.json(["query", "show", &id]);
    assert_eq!((before["row"]["state"].as_str(), before["row"]["version"].as_u64()), (Some("draft"), Some(0)));
    let sent = home.json(["query", "send", &id]);
    assert_eq!((sent["row"]["state"].as_str(), sent["row"]["version"].as_u64()), (Some("sent"), Some(1)));
    let answered = home.json(["query", "answer", &id, "--option", "1", "--text", "As discussed."]);
    let option = before["draft"]["options"][0]["text"].as_str().unwrap();
    assert_eq!(answered["answer"].as_str(), Some(format!("{option}\nAs discussed.").as_str()));
    // No note carries it yet: closed as agreed all the same, it says why.
    home.run(["query", "close", &id, "--outcome", "agreed"]).ends(3);
    let closed = home.json(["query", "close", &id, "--outcome", "agreed", "--reason", "the addendum is dictated"]);
    assert_eq!((closed["row"]["state"].as_str(), closed["row"]["outcome"].as_str()), (Some("closed"), Some("agreed")));
    // Until it was sent, when it is due was only what the policy gives.
    assert_eq!(closed["draft"], sent["draft"], "what was asked never changed");
    let asked = |view: &serde_json::Value| {
        let mut draft = view["draft"].clone();
        draft["due"] = serde_json::Value::Null;
        draft
    };
    assert_eq!(asked(&sent), asked(&before), "sending changes nothing but when it is due");
    let states: Vec<&str> = closed["steps"].as_array().unwrap().iter().map(|s| s["to"].as_str().unwrap()).collect();
    assert_eq!((states.first(), states.last()), (Some(&"sent"), Some(&"closed")));
    let rows = home.json(["audit", "show"]);
    let acts: Vec<&str> =
        rows.as_array().unwrap().iter().filter(|r| r["object"] == id.as_str()).map(|r| r["action"].as_str().unwrap()).collect();
    for act in ["query.draft", "query.send", "query.move"] {
        assert!(acts.contains(&act), "{act} in {acts:?}");
    }
    assert_eq!(home.json(["audit", "verify"])["verdict"], "intact");
}

#[test]
fn a_sent_query_refuses_to_be_changed_or_sent_again() {
    let home = Home::with_charts();
    let id = sendable(&home, false).to_string();
    home.json(["query", "send", &id]);
    let before = home.json(["query", "show", &id]);
    for change in [vec!["query", "edit", &id, "--title", "Another title"], vec!["query", "send", &id]] {
        let failure = home.run(["--json"].into_iter().chain(change.iter().copied())).ends(3).failure();
        assert_eq!(failure["kind"], "refused", "{change:?}");
        assert!(failure["hint"].is_string() || failure["why"].is_string(), "{failure}");
    }
    assert_eq!(home.json(["query", "show", &id]), before);
    // A step that the life cycle does not know from here.
    home.json(["query", "withdraw", &id, "--reason", "answered on the ward"]);
    home.run(["query", "answer", &id, "--text", "Agreed."]).ends(3);
}

#[test]
fn an_empty_draft_is_kept_and_not_sent() {
    let home = Home::with_charts();
    let id = home.json(["query", "new", "88047"])["row"]["id"].as_i64().unwrap().to_string();
    let report = home.run(["--json", "query", "lint", &id]).ends(3).quiet().json();
    assert_eq!(report["can_send"], false);
    let number = format!("#{}", home.json(["chart", "88047"])["encounter"]["id"]);
    for (name, there) in [("88047", 1), ("enc-88047", 1), (number.as_str(), 1), ("88085", 0)] {
        assert_eq!(home.json(["query", "list", "--encounter", name]).as_array().unwrap().len(), there, "{name}");
    }
    let failure = home.run(["--json", "query", "send", &id]).ends(3).failure();
    assert!(failure["why"].as_str().unwrap().contains("QL"), "names the rules: {failure}");
    assert_eq!(home.json(["query", "show", &id])["row"]["state"], "draft");
}

#[test]
fn leading_text_is_named_by_its_rules() {
    let home = Home::empty();
    let rules = |text: &str| {
        let report = home.feed(["--json", "query", "lint", "-"], text).ends(3).quiet().json();
        assert_eq!(report["can_send"], false);
        for d in report["diagnostics"].as_array().unwrap() {
            for field in ["rule", "severity", "where", "field", "message", "hint"] {
                assert!(d.get(field).is_some(), "{field}");
            }
            if let (Some(start), Some(end)) = (d["where"][0].as_u64(), d["where"][1].as_u64()) {
                assert!(text.get(start as usize..end as usize).is_some());
            }
        }
        report["diagnostics"].as_array().unwrap().iter().map(|d| d["rule"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let malnutrition = rules("Title: Nutrition\nPlease document severe malnutrition.\n");
    assert!(malnutrition.iter().any(|r| r == "QL060"), "{malnutrition:?}");
    let sepsis = rules("Title: Infection\nDo you agree this is sepsis? It would add an MCC.\n");
    assert!(sepsis.iter().any(|r| r == "QL061") && sepsis.iter().any(|r| r == "QL070"), "{sepsis:?}");
    let plain = home.feed(["query", "lint", "-"], "Title: Nutrition\nPlease document severe malnutrition.\n").ends(3).quiet();
    assert!(plain.out.contains("QL060") && plain.out.contains("cannot be sent"));
}

#[test]
fn an_export_with_json_is_json() {
    let home = Home::with_charts();
    let id = sendable(&home, false).to_string();
    // Until it is sent its due time is counted from now, to the minute: it differs in two exports, and with it the letter's words and hash.
    let export = |arguments: &[&str]| {
        let mut draft = home.json(["query", "export", &id].iter().chain(arguments));
        assert!(draft["due"].is_string() && draft["hash"].is_string());
        draft["due"] = serde_json::Value::Null;
        draft["hash"] = serde_json::Value::Null;
        let text = draft["text"].as_str().unwrap();
        let undated: Vec<&str> = text.lines().filter(|line| !line.starts_with("Due: ")).collect();
        assert_eq!(undated.len() + 1, text.lines().count());
        draft["text"] = undated.join("\n").into();
        draft
    };
    let draft = export(&[]);
    assert_eq!(draft, export(&["--form", "json"]));
    assert!(draft["title"].is_string() && draft.get("internal_note").is_none());
    for form in ["text", "markdown"] {
        let ran = home.run(["query", "export", &id, "--form", form]).ends(0).quiet();
        assert!(ran.out.contains(draft["title"].as_str().unwrap()), "{form}");
    }
}

#[test]
fn what_is_no_query_number_is_told() {
    let home = Home::with_charts();
    home.run(["query", "list", "--encounter", "nobody"]).ends(2);
    for command in ["show", "send", "lint", "export"] {
        let failure = home.run(["--json", "query", command, "99"]).ends(2).failure();
        assert_eq!(failure["source"], "query 99", "{command}");
    }
    let failure = home.run(["--json", "query", "lint", "no-such-file"]).ends(2).failure();
    assert_eq!(failure["source"], "no-such-file");
    let id = home.json(["query", "new", "88047"])["row"]["id"].to_string();
    home.run(["query", "answer", &id, "--option", "0"]).ends(2);
    home.run(["query", "close", &id, "--outcome", "won"]).ends(2);
}

/// The worklist told whoever had written an answer down that there was one to read.
#[test]
fn an_answer_that_one_wrote_down_oneself_is_none_to_read() {
    let home = Home::with_charts();
    let id = sendable(&home, true).to_string();
    let encounter = home.json(["query", "show", &id])["row"]["encounter"].as_str().unwrap().to_owned();
    home.json(["--as", "ana", "query", "send", &id]);
    home.json(["--as", "ana", "query", "answer", &id, "--option", "1"]);
    let reasons = |who: &str| {
        let list = home.json(["--as", who, "worklist"]);
        let rows = list["rows"].as_array().unwrap();
        rows.iter().find(|r| r["encounter"] == encounter.as_str()).unwrap()["reasons"].to_string()
    };
    assert!(reasons("ana").contains("answered, not in a note yet") && !reasons("ana").contains("to read"), "{}", reasons("ana"));
    assert!(reasons("ben").contains("answer to read"), "{}", reasons("ben"));
}

/// An empty draft named nobody whom it goes to.
#[test]
fn an_empty_draft_goes_to_whoever_answers_for_the_patient() {
    let home = Home::with_charts();
    let view = home.json(["query", "new", "88120"]);
    assert_eq!(view["draft"]["recipient"]["role"], "attending");
    assert!(view["draft"]["recipient"]["name"].as_str().is_some_and(|name| name.contains("Chen")), "{}", view["draft"]["recipient"]);
}
