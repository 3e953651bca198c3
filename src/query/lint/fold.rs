//! Letters as a reader sees them: a word spelt with look-alikes, or cut by a character that nobody sees, is the same word.

/// A character as it is read, and the bytes that it takes in the text.
#[derive(Clone, Copy)]
pub(super) struct Glyph {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) c: char,
}

/// The visible characters of a text, folded one by one, so that their places stay those of the text.
pub(super) fn glyphs(text: &str) -> Vec<Glyph> {
    text.char_indices().filter(|(_, c)| !is_unseen(*c)).map(|(start, c)| Glyph { start, end: start + c.len_utf8(), c: fold(c) }).collect()
}

/// Soft hyphen, zero-width characters, direction marks, variation selectors and combining marks.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{300}'..='\u{36f}')
}

/// Characters that nobody sees and that can hide or reorder words: controls, zero-width and direction marks. Line ends and tabs are
/// layout; combining marks and variation selectors are seen.
pub(crate) fn is_hidden(c: char) -> bool {
    let layout = matches!(c, '\n' | '\r' | '\t');
    let seen = matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{300}'..='\u{36f}');
    (c.is_control() && !layout) || (is_unseen(c) && !seen) || matches!(c, '\u{61c}' | '\u{2066}'..='\u{206f}' | '\u{e0000}'..='\u{e0fff}')
}

fn shifted(c: char, from: u32, to: char) -> char {
    char::from_u32((c as u32).saturating_sub(from) + to as u32).unwrap_or(c)
}

fn fold(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => shifted(c, 0xff01, '!'),
        '\u{3000}' => ' ',
        '\u{1d400}'..='\u{1d6a3}' => {
            let at = (c as u32 - 0x1d400) % 52;
            char::from_u32(if at < 26 { 'A' as u32 + at } else { 'a' as u32 + at - 26 }).unwrap_or(c)
        }
        '\u{24b6}'..='\u{24cf}' => shifted(c, 0x24b6, 'A'),
        '\u{24d0}'..='\u{24e9}' => shifted(c, 0x24d0, 'a'),
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'С' | 'Ϲ' => 'C',
        'Е' | 'Ε' => 'E',
        'Н' | 'Η' => 'H',
        'І' | 'Ι' => 'I',
        'Ј' => 'J',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'Ν' => 'N',
        'О' | 'Ο' => 'O',
        'Р' | 'Ρ' => 'P',
        'Ѕ' => 'S',
        'Т' | 'Τ' => 'T',
        'Х' | 'Χ' => 'X',
        'У' | 'Υ' => 'Y',
        'Ζ' => 'Z',
        'а' | 'α' => 'a',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' => 'e',
        'һ' => 'h',
        'і' | 'ι' => 'i',
        'ј' => 'j',
        'ο' | 'о' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' => 's',
        'υ' => 'u',
        'ν' => 'v',
        'х' => 'x',
        'у' => 'y',
        _ => c,
    }
}

/// Where a capital abbreviation with a point or hyphen after each letter ends ("M.C.C.", "M-C-C"): the index past its last
/// letter. The last point is not part of it, since it may end a sentence.
pub(super) fn spelt_abbreviation(glyphs: &[Glyph], at: usize) -> Option<usize> {
    let get = |i: usize| glyphs.get(i).map(|g| g.c);
    let alone = |i: usize| get(i).is_some_and(|c| c.is_ascii_uppercase()) && !get(i + 1).is_some_and(char::is_alphanumeric);
    if !alone(at) || at.checked_sub(1).and_then(get).is_some_and(char::is_alphanumeric) {
        return None;
    }
    let mut last = at;
    while matches!(get(last + 1), Some('.' | '-' | '\u{2010}' | '\u{2011}')) && alone(last + 2) {
        last += 2;
    }
    (last > at).then_some(last + 1)
}
