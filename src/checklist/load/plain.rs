//! What a parser of TOML says, in the words of those who write checklists.

/// What a message of the parser holds, what is wrong, and what is expected.
const WORDS: [(&str, &str, &str); 10] = [
    ("invalid basic string", "a text in quotes is not closed", "a `\"` at the end of the text, on the same line"),
    ("invalid literal string", "a text in quotes is not closed", "a `'` at the end of the text, on the same line"),
    ("invalid multi-line", "a text in three quotes is not closed", "three quotes at its end"),
    ("must be quoted", "a text stands without quotes, or in curly ones", "a text in straight quotes: \"...\""),
    ("unclosed array table", "a heading in brackets is not closed", "`]]` at its end"),
    ("unclosed table", "a heading in brackets is not closed", "`]` at its end"),
    ("missing comma between array", "a list goes on without a comma, or is not closed", "a comma between its words, and a `]` at its end"),
    ("unclosed array", "a list is not closed", "a `]` at the end of the list"),
    ("unclosed inline table", "a table in braces is not closed", "a `}` at its end"),
    ("recurse", "lists or tables lie too deep in each other", "fewer brackets in brackets"),
];

/// A message of the parser: what is wrong, and what is expected.
pub(super) fn toml(message: &str) -> (String, &'static str) {
    const EXPECTED: &str = "TOML: `key = value`, texts in quotes, tables in brackets";
    let first = message.lines().next().unwrap_or("the file is not TOML").trim().trim_end_matches('.');
    match WORDS.iter().find(|(holds, ..)| message.contains(holds)) {
        Some((_, what, expected)) => ((*what).to_owned(), expected),
        None => (first.to_owned(), EXPECTED),
    }
}
