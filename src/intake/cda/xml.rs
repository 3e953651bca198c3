//! Reading XML that may hold anything: parsing within bounds, and the ways to ask for what is inside.

use crate::chart::{Coding, Instant};
use crate::error::Trouble;
use crate::hl7::stamp;
use roxmltree::{Document, Error, Node, ParsingOptions};

/// No clinical document nests deeper (747 samples: 21 levels); what walks it may rely on that.
const DEEPEST: usize = 200;
/// Nodes of one document, at most.
const NODES: u32 = 20_000_000;

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Parses; the trouble says where and what kind, never with words of the input.
pub(super) fn parse(text: &str) -> Result<Document<'_>, Trouble> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| {
        let trouble = match error {
            Error::DtdDetected => Trouble::input("the XML holds a document type definition (DTD)")
                .why("a DTD can name files and multiply text without end; no clinical document needs one")
                .hint("have the sender leave it out"),
            Error::NodesLimitReached => {
                Trouble::input("the XML is too large").why("it has more than 20 million elements").hint("send one document a file")
            }
            Error::UnknownNamespace(..) => Trouble::input("the XML is a fragment of a document")
                .why("it uses a namespace prefix that it does not declare")
                .hint("send the whole ClinicalDocument"),
            Error::UnclosedRootNode | Error::UnexpectedEndOfStream => {
                Trouble::input("it is not valid XML").why("it ends too early").hint("the file is cut off; get it again from its sender")
            }
            _ => Trouble::input("it is not valid XML").why("its syntax is broken there").hint("check the program that wrote it"),
        };
        trouble.at("", Some(u64::from(error.pos().row)))
    })?;
    if let Some(line) = too_deep(&document) {
        return Err(Trouble::input("the XML nests too deep")
            .at("", Some(line))
            .why("it has more than 200 levels")
            .hint("this is no clinical document; leave it out"));
    }
    Ok(document)
}

/// The line where it nests too deep.
fn too_deep(document: &Document<'_>) -> Option<u64> {
    let mut open: Vec<Node<'_, '_>> = Vec::new();
    for node in document.descendants() {
        while open.last().is_some_and(|last| node.parent() != Some(*last)) {
            open.pop();
        }
        open.push(node);
        if open.len() > DEEPEST {
            return Some(line(&node));
        }
    }
    None
}

/// The line of a node.
pub(super) fn line(node: &Node<'_, '_>) -> u64 {
    u64::from(node.document().text_pos_at(node.range().start).row)
}

/// The children of this name.
pub(super) fn all<'n, 'd: 'n>(node: Node<'n, 'd>, name: &'n str) -> impl Iterator<Item = Node<'n, 'd>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// The first descendant on a way of names.
pub(super) fn at<'n, 'd>(node: Node<'n, 'd>, way: &[&str]) -> Option<Node<'n, 'd>> {
    way.iter().try_fold(node, |node, name| node.children().find(|child| child.is_element() && child.tag_name().name() == *name))
}

/// An attribute's words; `None` when it holds nothing.
pub(super) fn attribute(node: Node<'_, '_>, name: &str) -> Option<String> {
    node.attribute(name).map(str::trim).filter(|words| !words.is_empty()).map(str::to_owned)
}

/// The attribute of the first descendant on a way.
pub(super) fn attribute_at(node: Node<'_, '_>, way: &[&str], name: &str) -> Option<String> {
    attribute(at(node, way)?, name)
}

/// The `xsi:type` of a value, without its prefix.
pub(super) fn type_of<'n>(node: Node<'n, '_>) -> Option<&'n str> {
    let written = node.attribute((XSI, "type"))?;
    Some(written.rsplit(':').next().unwrap_or(written))
}

/// All words inside a node, runs of white space as one blank.
pub(super) fn words(node: Node<'_, '_>) -> Option<String> {
    let all: Vec<&str> = node.descendants().filter(Node::is_text).filter_map(|n| n.text()).flat_map(str::split_whitespace).collect();
    Some(all.join(" ")).filter(|words| !words.is_empty())
}

/// Whether it carries one of these templates.
pub(super) fn has_template(node: Node<'_, '_>, roots: &[&str]) -> bool {
    all(node, "templateId").any(|template| template.attribute("root").is_some_and(|root| roots.contains(&root)))
}

/// An II as `root|extension`, or its root alone.
pub(super) fn identifier(id: Node<'_, '_>) -> Option<String> {
    let root = attribute(id, "root");
    match (root, attribute(id, "extension")) {
        (Some(root), Some(extension)) => Some(format!("{root}|{extension}")),
        (Some(root), None) => Some(root),
        (None, extension) => extension,
    }
}

/// The first id that names something.
pub(super) fn identifier_of(node: Node<'_, '_>) -> Option<String> {
    all(node, "id").find_map(identifier)
}

/// A coded element: its code, or the first translation that has one.
pub(super) fn coding(node: Node<'_, '_>) -> Option<Coding> {
    let own = |node: Node<'_, '_>| {
        let system = attribute(node, "codeSystem").map(|oid| system(&oid).map_or(format!("urn:oid:{oid}"), str::to_owned));
        Some(Coding { code: attribute(node, "code")?, system, display: attribute(node, "displayName") })
    };
    own(node).or_else(|| all(node, "translation").find_map(own))
}

/// Code systems that have an address in FHIR are called by it, so that a code is the same from wherever it comes.
fn system(oid: &str) -> Option<&'static str> {
    Some(match oid {
        "2.16.840.1.113883.6.1" => "http://loinc.org",
        "2.16.840.1.113883.6.96" => "http://snomed.info/sct",
        "2.16.840.1.113883.6.90" => "http://hl7.org/fhir/sid/icd-10-cm",
        "2.16.840.1.113883.6.103" => "http://hl7.org/fhir/sid/icd-9-cm",
        "2.16.840.1.113883.6.4" => "http://www.cms.gov/Medicare/Coding/ICD10",
        "2.16.840.1.113883.6.88" => "http://www.nlm.nih.gov/research/umls/rxnorm",
        "2.16.840.1.113883.6.12" => "http://www.ama-assn.org/go/cpt",
        "2.16.840.1.113883.12.292" => "http://hl7.org/fhir/sid/cvx",
        _ => return None,
    })
}

/// What a coded element is called: its original text, its display name, else its code. A reference into the narrative is followed.
pub(super) fn called(node: Node<'_, '_>) -> Option<String> {
    let original = at(node, &["originalText"]);
    original
        .and_then(words)
        .or_else(|| attribute(node, "displayName"))
        .or_else(|| original.and_then(referred))
        .or_else(|| all(node, "translation").find_map(|t| attribute(t, "displayName")))
        .or_else(|| attribute(node, "code"))
}

/// The words in the narrative that a `reference value="#id"` inside this node points to.
pub(super) fn referred(node: Node<'_, '_>) -> Option<String> {
    let wanted = attribute_at(node, &["reference"], "value")?;
    let wanted = wanted.strip_prefix('#')?;
    let section = node.ancestors().find(|a| a.tag_name().name() == "section")?;
    let narrative = at(section, &["text"])?;
    narrative.descendants().find(|n| n.attribute("ID") == Some(wanted)).and_then(words)
}

/// The time in an attribute; one that cannot be is told.
pub(super) fn instant(node: Option<Node<'_, '_>>, field: &str, notices: &mut Vec<Trouble>) -> Option<Instant> {
    let node = node?;
    let before = notices.len();
    let instant = stamp::told(node.attribute("value")?, field, notices);
    for notice in notices.iter_mut().skip(before) {
        notice.line = Some(line(&node));
    }
    instant
}

/// The beginning of a time that may be a point or an interval.
pub(super) fn start(node: Option<Node<'_, '_>>, field: &str, notices: &mut Vec<Trouble>) -> Option<Instant> {
    let node = node?;
    instant(at(node, &["low"]), field, notices).or_else(|| instant(Some(node), field, notices))
}
