//! Who pays: the payers section (LOINC 48768-6) as data. Its narrative is in the document's text like every other.

use super::xml::{all, at, attribute, attribute_at, has_template, words};
use roxmltree::Node;

/// Policy activity, and the performer of one who pays (C-CDA R2.1).
const POLICY: &str = "2.16.840.1.113883.10.20.22.4.61";
const PAYER: &str = "2.16.840.1.113883.10.20.22.4.87";

/// The payer of the first policy: by the number of its sequence, else in the document's order.
pub(super) fn payer(root: Node<'_, '_>) -> Option<String> {
    let body = at(root, &["component", "structuredBody"])?;
    let sections = all(body, "component").filter_map(|c| at(c, &["section"]));
    let payers = sections.filter(|section| attribute_at(*section, &["code"], "code").as_deref() == Some("48768-6"));
    let policies = payers.flat_map(|section| section.descendants()).filter(|n| n.tag_name().name() == "act" && has_template(*n, &[POLICY]));
    let named = policies.filter_map(|policy| {
        let relation = policy.parent().and_then(|relation| at(relation, &["sequenceNumber"]));
        let order = relation.and_then(|number| attribute(number, "value")?.parse::<u32>().ok());
        let pays = all(policy, "performer").find(|performer| has_template(*performer, &[PAYER]))?;
        let entity = at(pays, &["assignedEntity"])?;
        let name = at(entity, &["representedOrganization", "name"]).and_then(words);
        Some((order.unwrap_or(u32::MAX), name.or_else(|| attribute_at(entity, &["id"], "extension"))?))
    });
    named.min_by_key(|(order, _)| *order).map(|(_, name)| name)
}
