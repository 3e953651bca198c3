//! Stand-in until section.rs and sentence.rs land.
use super::model::Section;
use crate::chart::Span;

pub(super) fn sections(text: &str) -> Vec<Section> {
    let mut out: Vec<Section> = vec![Section { section: "unheaded".into(), heading: String::new(), start: 0, end: text.len(), body: 0, within: None }];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let lead = line.len() - line.trim_start().len();
        if let Some(colon) = line.find(':') {
            let h = line[..colon].trim();
            if h.len() > 2 && h.len() < 60 && h.chars().all(|c| !c.is_lowercase()) && h.chars().any(|c| c.is_alphabetic()) {
                let name = h.to_lowercase().replace([' ', '/'], "_");
                let name = match name.as_str() { "family_medical_history" => "family_history".to_string(), "past_history"|"medical_history"|"past_medical_history_and_surgical_history" => "past_medical_history".to_string(), _ => name };
                if let Some(l) = out.last_mut() { l.end = at + lead; }
                out.push(Section { section: name, heading: h.to_owned(), start: at + lead, end: text.len(), body: at + colon + 1, within: None });
            }
        }
        at += line.len();
    }
    out
}
pub(super) fn sentences(text: &str, sections: &[Section]) -> Vec<Span> {
    let mut out = Vec::new();
    for s in sections {
        let mut start = s.body;
        let b = text.as_bytes();
        let mut i = s.body;
        while i < s.end {
            let c = b[i];
            let next_space = b.get(i + 1).is_none_or(|c| c.is_ascii_whitespace());
            let prev = i.checked_sub(1).map_or(b' ', |j| b[j]);
            let end = (c == b'.' && next_space && prev.is_ascii_alphanumeric() && (prev.is_ascii_digit() && i > start + 3 || !(i>=2 && (b[i-2]==b'.' || b[i-2]==b' ')) ) ) || (c == b'?' && next_space) || (c == b'\n');
            if end { out.push(Span::new(start, i + 1)); start = i + 1; }
            i += 1;
        }
        if start < s.end { out.push(Span::new(start, s.end)); }
    }
    out
}
