//! `lacuna gaps`, `explain`, `dismiss`.

use super::args::{DismissArgs, GapsArgs, Global};
use super::out::Out;
use super::place;
use crate::chart::Evidence;
use crate::checklist::{Explanation, Gap, GapState, Outcome};
use crate::error::{Result, Trouble};
use crate::names::name_of;
use crate::text::one_line;
use crate::work::model::{DismissReason, GapMark};
use crate::work::{Desk, LocalDesk, evaluate};
use lacuna_index::Stop;

/// Evaluates and lists.
pub fn run(global: &Global, args: &GapsArgs, out: &Out) -> Result<u8> {
    let desk = place::desk(global)?;
    if args.history {
        return history(&desk, args, out);
    }
    let asked = place::instant(args.as_of.as_deref())?;
    if let Some(only) = &args.checklist {
        let known = desk.packs().packs().iter().any(|p| p.id == *only) || desk.packs().item(only).is_some();
        if !known {
            let near = desk.packs().nearest_id(only).map(|near| format!("did you mean {near}? ")).unwrap_or_default();
            let hint = format!("{near}`lacuna checklist list` shows them");
            return Err(Trouble::input("there is no such checklist or item").at(only, None).hint(hint));
        }
    }
    desk.store().allow(&desk.session().actor(), "gaps.list")?;
    let names = if args.all { desk.store().encounter_identifiers()? } else { args.encounters.clone() };
    let mut gaps = evaluate::gaps_of(desk.store(), desk.packs(), &names, args.all, asked, &desk.now(), &Stop::new())?;
    if let Some(only) = &args.checklist {
        gaps.retain(|g| g.checklist == *only || g.item == *only);
    }
    let actor = desk.session().actor();
    if args.all {
        let detail = format!("all {} encounters, {} gaps", names.len(), gaps.len());
        let stays = gaps.iter().map(|gap| gap.encounter.as_str()).collect();
        desk.store().record_shown(&actor, "gaps.list", crate::store::Shown::Encounters(&stays), &detail)?;
    }
    for name in args.encounters.iter() {
        let identifier = desk.load(name)?.encounter.identifier;
        desk.store().record_act(&actor, "gaps.list", None, Some(&identifier), None, "")?;
    }
    out.show(&gaps, || plain(&gaps))?;
    Ok(u8::from(gaps.is_empty()))
}

/// What became of gaps: every act and every change that was seen, oldest first.
fn history(desk: &LocalDesk, args: &GapsArgs, out: &Out) -> Result<u8> {
    let names: Vec<Option<String>> = if args.all {
        vec![None]
    } else {
        args.encounters.iter().map(|name| desk.load(name).map(|chart| Some(chart.encounter.identifier))).collect::<Result<_>>()?
    };
    let actor = desk.session().actor();
    let mut acts = Vec::new();
    for name in names {
        desk.store().record_act(&actor, "gaps.history", None, name.as_deref(), None, "")?;
        acts.extend(desk.store().gap_history(name.as_deref())?);
    }
    let value: Vec<_> = acts
        .iter()
        .map(
            |m| serde_json::json!({ "encounter": m.encounter, "gap": m.key, "state": m.state, "reason": m.reason, "by": m.by, "at": m.at }),
        )
        .collect();
    out.show(&value, || {
        let line = |m: &GapMark| {
            let state = name_of(&m.state);
            one_line(&format!("{}  {}  {}  {state}: {} ({})", m.at.display(), m.encounter, m.key, m.reason, m.by))
        };
        if acts.is_empty() {
            "Nothing was done about these gaps yet.".to_owned()
        } else {
            acts.iter().map(line).collect::<Vec<_>>().join("\n")
        }
    })?;
    Ok(u8::from(acts.is_empty()))
}

/// Gaps as a person reads them.
pub fn plain(gaps: &[Gap]) -> String {
    if gaps.is_empty() {
        return "No gap found.".to_owned();
    }
    let mut text = String::new();
    let mut encounter = "";
    for gap in gaps {
        if gap.encounter != encounter {
            encounter = &gap.encounter;
            text.push_str(&format!("\nEncounter {}\n", one_line(encounter)));
        }
        let state = match gap.state {
            GapState::Open => "",
            GapState::Dismissed => "  (dismissed)",
            GapState::Queried => "  (queried)",
            GapState::Resolved => "  (resolved)",
        };
        text.push_str(&format!("  {} {}{state}   [{}]\n", gap.severity.sign(), one_line(&gap.title), gap.item));
        for proof in &gap.evidence {
            text.push_str(&format!("      {}\n", one_line(&proof_line(proof))));
        }
        for proof in &gap.counter_evidence {
            text.push_str(&format!("      against: {}\n", one_line(&proof_line(proof))));
        }
        if !gap.also.is_empty() {
            text.push_str(&format!("      the same question as {}, asked once\n", gap.also.join(", ")));
        }
        for searched in &gap.searched {
            text.push_str(&format!("      looked for, not found: {} ({})\n", searched.what, searched.r#where));
        }
    }
    text.trim().to_owned()
}

/// One piece of proof in a line.
pub fn proof_line(proof: &Evidence) -> String {
    let date = proof.date().map(|d| d.display()).unwrap_or_else(|| "no date".to_owned());
    match proof {
        Evidence::Text(t) => {
            let words: Vec<&str> = t.quote.split_whitespace().collect();
            format!("\"{}\"  {} {date}, {}", words.join(" "), t.document_type.label(), t.author.as_deref().unwrap_or("author not given"))
        }
        Evidence::Value(v) => {
            let unit = v.unit.as_deref().map(|u| format!(" {u}")).unwrap_or_default();
            let reference = v.reference.as_deref().map(|r| format!(" (ref {r})")).unwrap_or_default();
            let prior = if v.prior { "  prior encounter" } else { "" };
            let remark = v.remark().map(|note| format!(", {note}")).unwrap_or_default();
            format!("{} {}{unit}{remark}{reference}  {date}{prior}", v.name, v.value)
        }
    }
}

/// Why an item fired, or why not.
pub fn explain_item(global: &Global, encounter: &str, item: &str, as_of: Option<&str>, out: &Out) -> Result<u8> {
    let desk = place::desk(global)?;
    let at = place::instant(as_of)?.unwrap_or_else(|| desk.now());
    let tree = desk.explain_at(encounter, item, &at)?;
    out.show(&tree, || tree_text(&tree))?;
    Ok(0)
}

/// A tree of questions and answers, a line each.
pub fn tree_text(tree: &Explanation) -> String {
    fn walk(node: &Explanation, depth: usize, out: &mut String) {
        let sign = match node.outcome {
            Outcome::Yes => "yes ",
            Outcome::No => "no  ",
            Outcome::CannotTell => "?   ",
        };
        out.push_str(&format!("{}{sign} {}", "  ".repeat(depth), node.label));
        if !node.detail.is_empty() {
            out.push_str(&format!(": {}", node.detail));
        }
        out.push('\n');
        // Trees come from item files of bounded depth; the loader refuses deeper ones.
        node.parts.iter().for_each(|part| walk(part, depth + 1, out));
    }
    let mut out = String::new();
    walk(tree, 0, &mut out);
    out.trim_end().to_owned()
}

/// Sets a gap aside, or takes that back.
pub fn dismiss(global: &Global, args: &DismissArgs, out: &Out) -> Result<u8> {
    let desk = place::desk(global)?;
    let view = desk.chart(&args.encounter)?;
    let found: Vec<_> = view.gaps.iter().filter(|g| g.key == args.gap || g.gap.item == args.gap).collect();
    let row = match found.as_slice() {
        [one] => *one,
        [] => {
            return Err(Trouble::input("that gap is not in this encounter").at(&args.gap, None).hint("`lacuna gaps ENCOUNTER` lists them"));
        }
        _ => {
            return Err(Trouble::input("several gaps of this encounter are meant")
                .at(&args.gap, None)
                .hint("give the gap's key: `lacuna chart ENCOUNTER --json`"));
        }
    };
    let name = view.chart.encounter.identifier.as_str();
    let reason = args.reason.unwrap_or(DismissReason::Other);
    if args.undo && row.gap.state != GapState::Dismissed {
        let done = serde_json::json!({ "gap": row.key, "state": row.gap.state });
        out.show(&done, || format!("The gap is {}: there is no dismissal to take back.", name_of(&row.gap.state)))?;
        return Ok(1);
    }
    if !args.undo && reason == DismissReason::Other && args.words.trim().is_empty() {
        return Err(Trouble::input("another reason has no words").at("--words", None).hint("say which: --words \"...\""));
    }
    if args.undo {
        desk.reopen_gap(name, &row.key)?;
    } else {
        desk.dismiss_gap(name, &row.key, reason, &args.words)?;
    }
    let done = serde_json::json!({ "gap": row.key, "state": if args.undo { "open" } else { "dismissed" } });
    out.show(&done, || if args.undo { "The gap is open again.".to_owned() } else { "The gap is set aside.".to_owned() })?;
    Ok(0)
}
