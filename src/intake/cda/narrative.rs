//! The narrative of a section into plain text: paragraphs and lines stay lines, list items get a dash or a number, the cells of a table
//! stay apart, a footnote stands in brackets where it belongs.

use super::xml::{all, at, words};
use roxmltree::Node;

/// The words of a section with its title, and of the sections inside it.
pub(super) fn section(section: Node<'_, '_>, out: &mut String) {
    let mut text = String::new();
    if let Some(narrative) = at(section, &["text"]).filter(|text| !is_struck(text)) {
        let mut writer = Writer::default();
        writer.children(narrative);
        text = writer.done();
    }
    let title = at(section, &["title"]).and_then(words).or_else(|| at(section, &["code"]).and_then(super::xml::called));
    let inner: Vec<Node<'_, '_>> = all(section, "component").filter_map(|c| at(c, &["section"])).collect();
    if text.is_empty() && inner.is_empty() {
        return; // a section that says nothing (its narrative was left out)
    }
    if let Some(title) = title {
        out.push_str(title.trim_end_matches(':'));
        out.push_str(":\n");
    }
    if !text.is_empty() {
        out.push_str(&text);
        out.push_str("\n\n");
    }
    for part in inner {
        self::section(part, out);
    }
}

/// The words of one narrative block.
pub(super) fn block(node: Node<'_, '_>) -> String {
    let mut writer = Writer::default();
    writer.children(node);
    writer.done()
}

/// Whether its author struck it out: it stands in the document only to be seen as deleted.
fn is_struck(node: &Node<'_, '_>) -> bool {
    node.attribute("revised").is_some_and(|revised| revised.trim().eq_ignore_ascii_case("delete"))
}

#[derive(Default)]
struct Writer {
    out: String,
    /// A blank is due before the next word.
    blank: bool,
    /// How many lists stand around what is written.
    depth: usize,
    /// How long the text was behind the last mark of an item: what begins there needs no new line.
    marked: usize,
}

/// Cells that one cell may reach down, at most.
const DOWN: usize = 1000;

impl Writer {
    /// The parser bounds how deep this goes.
    fn children(&mut self, node: Node<'_, '_>) {
        for child in node.children() {
            if let Some(text) = child.text().filter(|_| child.is_text()) {
                self.words(text);
            } else if child.is_element() {
                self.element(child);
            }
        }
    }

    fn element(&mut self, node: Node<'_, '_>) {
        if is_struck(&node) {
            return;
        }
        match node.tag_name().name() {
            "br" => self.end(),
            "paragraph" | "caption" | "p" | "div" => self.lines(node),
            "list" => self.list(node),
            "table" => self.table(node),
            "footnote" => {
                self.words(" [");
                self.blank = false;
                self.children(node);
                self.blank = false;
                self.out.push(']');
            }
            "footnoteRef" | "renderMultiMedia" | "col" | "colgroup" => {}
            _ => self.children(node),
        }
    }

    fn lines(&mut self, node: Node<'_, '_>) {
        if self.out.len() != self.marked {
            self.line();
        }
        self.children(node);
        self.line();
    }

    fn list(&mut self, node: Node<'_, '_>) {
        self.line();
        let ordered = node.attribute("listType") == Some("ordered");
        let mut number = 0;
        self.depth += 1;
        let indent = "  ".repeat(self.depth - 1);
        for child in node.children().filter(|child| child.is_element() && !is_struck(child)) {
            if child.tag_name().name() == "item" {
                number += 1;
                self.line();
                if ordered {
                    self.mark(&format!("{indent}{number}. "))
                } else {
                    self.mark(&format!("{indent}- "))
                }
                self.children(child);
                self.line();
            } else {
                self.element(child);
            }
        }
        self.depth -= 1;
    }

    fn table(&mut self, node: Node<'_, '_>) {
        self.line();
        let mut down = Vec::new();
        for child in node.children().filter(|child| child.is_element() && !is_struck(child)) {
            match child.tag_name().name() {
                "thead" | "tbody" | "tfoot" => {
                    let mut down = Vec::new();
                    all(child, "tr").for_each(|row| self.row(row, &mut down));
                }
                "tr" => self.row(child, &mut down),
                _ => self.element(child),
            }
        }
        self.line();
    }

    /// A row is a line; a cell that has lines of its own keeps them as parts of it. `down` says for each column how many rows a cell above
    /// still reaches into: there the row has no cell, and those behind it stay in their columns.
    fn row(&mut self, row: Node<'_, '_>, down: &mut Vec<usize>) {
        if is_struck(&row) {
            return;
        }
        self.line();
        let (mut column, mut tabs) = (0, 0);
        for cell in row.children().filter(Node::is_element) {
            while let Some(rows) = down.get_mut(column).filter(|rows| **rows > 0) {
                *rows -= 1;
                column += 1;
            }
            while tabs < column {
                self.blank = false;
                self.out.push('\t');
                tabs += 1;
            }
            let reach = cell.attribute("rowspan").and_then(|rows| rows.trim().parse::<usize>().ok()).unwrap_or(1).min(DOWN);
            down.resize(down.len().max(column + 1), 0);
            if let Some(rows) = down.get_mut(column) {
                *rows = reach.saturating_sub(1);
            }
            column += 1;
            let words = if is_struck(&cell) { String::new() } else { block(cell) };
            self.out.push_str(&words.lines().map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("; "));
        }
        down.iter_mut().skip(column).for_each(|rows| *rows = rows.saturating_sub(1));
        self.line();
    }

    fn mark(&mut self, mark: &str) {
        self.out.push_str(mark);
        self.marked = self.out.len();
        self.blank = false;
    }

    fn words(&mut self, text: &str) {
        for (index, word) in text.split_whitespace().enumerate() {
            if index > 0 || self.blank || text.starts_with(char::is_whitespace) {
                self.gap();
            }
            self.out.extend(word.chars().filter(|c| *c != '\0'));
            self.blank = false;
        }
        if text.ends_with(char::is_whitespace) && !text.is_empty() {
            self.blank = true;
        }
    }

    fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with([' ', '\n', '\t', '[']) {
            self.out.push(' ');
        }
    }

    /// The end of a line, even of an empty one.
    fn end(&mut self) {
        let kept = self.out.trim_end_matches(' ').len();
        self.out.truncate(kept);
        self.out.push('\n');
        self.blank = false;
    }

    /// The next word begins a line.
    fn line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.end();
        }
        self.blank = false;
    }

    fn done(self) -> String {
        self.out.trim().to_owned()
    }
}
