//! HTML into plain text: enough for narratives and note attachments. Lines stay lines, table cells stay apart, scripts go.

/// The words of an HTML fragment.
pub(super) fn to_text(html: &str) -> String {
    let mut out = Out::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.words(before);
        if let Some(comment) = tag.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        // "pH < 7.3" and "below <baseline" are signs, not tags: what is no tag of HTML stays as it is.
        let Some((inside, after)) = tag.get(1..).and_then(|t| t.split_once('>')).filter(|(inside, _)| is_tag(inside)) else {
            out.words("<");
            rest = tag.get(1..).unwrap_or_default();
            continue;
        };
        let name = name_of(inside);
        let closing = inside.starts_with('/');
        rest = after;
        if !closing && matches!(name.as_str(), "script" | "style" | "head") && !inside.ends_with('/') {
            rest = skip_to_end_of(&name, after);
            continue;
        }
        out.tag(&name, closing);
    }
    out.words(rest);
    out.text.trim().to_owned()
}

fn name_of(inside: &str) -> String {
    inside.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

fn is_tag(inside: &str) -> bool {
    const TAGS: &str = " a abbr acronym address article aside b big blockquote body br button caption center cite code col colgroup dd del \
        div dl dt em fieldset figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label legend li \
        link main mark meta nav object ol option p pre q s samp script section select small span strike strong style sub sup table \
        tbody td textarea tfoot th thead time title tr tt u ul var ";
    let name = name_of(inside);
    let end = inside.trim_start_matches('/').get(name.len()..).unwrap_or_default();
    let known = !name.is_empty() && TAGS.contains(&format!(" {name} ")) && !end.starts_with(|c: char| !c.is_whitespace() && c != '/');
    known || inside.starts_with(['!', '?']) || (end.starts_with(':') && !name.is_empty()) // Word writes <o:p>
}

/// What follows the closing tag; ASCII lower-casing keeps byte offsets.
fn skip_to_end_of<'h>(name: &str, html: &'h str) -> &'h str {
    let lower = html.to_ascii_lowercase();
    let end = lower.find(&format!("</{name}")).and_then(|at| html.get(at..));
    end.and_then(|tag| tag.split_once('>')).map_or("", |(_, after)| after)
}

#[derive(Default)]
struct Out {
    text: String,
    preformatted: usize,
}

impl Out {
    fn words(&mut self, html: &str) {
        let words = entities(html);
        if self.preformatted > 0 {
            self.text.push_str(&words);
            return;
        }
        for c in words.chars() {
            if c.is_ascii_whitespace() {
                if !self.text.ends_with([' ', '\n', '\t']) && !self.text.is_empty() {
                    self.text.push(' ');
                }
            } else {
                self.text.push(c);
            }
        }
    }

    fn tag(&mut self, name: &str, closing: bool) {
        match name {
            "pre" => {
                self.line();
                self.preformatted = if closing { self.preformatted.saturating_sub(1) } else { self.preformatted + 1 };
            }
            "br" => self.text.push('\n'),
            "td" | "th" if closing => self.text.push('\t'),
            "li" if !closing => {
                self.line();
                self.text.push_str("- ");
            }
            "p" | "div" | "tr" | "ul" | "ol" | "table" | "section" | "li" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dt" | "dd"
            | "hr" | "caption" | "thead" | "tbody" | "blockquote" | "body" => self.line(),
            _ => {}
        }
    }

    fn line(&mut self) {
        let kept = self.text.trim_end_matches([' ', '\t']).len();
        self.text.truncate(kept);
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }
}

fn entities(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('&') {
        let (before, entity) = rest.split_at(at);
        out.push_str(before);
        let name = entity.get(1..).and_then(|e| e.split_once(';')).map(|(name, _)| name).filter(|name| name.len() <= 10);
        match name.and_then(|name| Some((name, character(name)?))) {
            Some((name, c)) => {
                out.push(c);
                rest = entity.get(name.len() + 2..).unwrap_or_default();
            }
            None => {
                out.push('&');
                rest = entity.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| *c != '\0');
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "deg" => '°',
        "micro" => 'µ',
        "plusmn" => '±',
        "ge" => '≥',
        "le" => '≤',
        "ndash" => '–',
        "mdash" => '—',
        "rsquo" => '’',
        "lsquo" => '‘',
        "rdquo" => '”',
        "ldquo" => '“',
        "hellip" => '…',
        "frac12" => '½',
        "bull" => '•',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::to_text;
    use proptest::prelude::*;

    #[test]
    fn lines_stay_lines_and_cells_stay_apart() {
        for (html, text) in [
            ("<div><p>Sepsis &amp; AKI</p><p>Plan:<br/>fluids</p></div>", "Sepsis & AKI\nPlan:\nfluids"),
            ("<table><tr><td>Na</td><td>131</td></tr><tr><td>K</td><td>4.1</td></tr></table>", "Na\t131\nK\t4.1"),
            ("<ul><li>CHF</li><li>CKD</li></ul>", "- CHF\n- CKD"),
            ("<style>p{color:red}</style>a<script>x<y</script>b", "ab"),
            ("pH < 7.30 and 38.5&deg; &#66;&#x50;", "pH < 7.30 and 38.5° BP"),
            ("<pre>a\n  b</pre>", "a\n  b"),
            ("<!-- hidden -->shown", "shown"),
            ("AT&T &unknown; &", "AT&T &unknown; &"),
            ("cut off <b", "cut off <b"),
            ("pO2 <baseline, pCO2 > 50, <o:p>Word</o:p><BR>x", "pO2 <baseline, pCO2 > 50, Word\nx"),
        ] {
            assert_eq!(to_text(html), text);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(html in any::<String>()) {
            let text = to_text(&html);
            prop_assert!(text.len() <= html.len() * 2 + 2);
        }
    }
}
