//! A letter to print: one page of HTML that loads nothing and runs nothing.

use super::Sheet;
use crate::query::render::spelled;

/// The letters, a page each.
pub fn letter(sheets: &[Sheet]) -> String {
    let pages: String = sheets.iter().map(page).collect();
    let title = match sheets {
        [one] => escape(&one.view.title),
        _ => "Clinical documentation queries".to_owned(),
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>{title}</title>\n\
<style>body{{font:11pt/1.45 Georgia,serif;max-width:17cm;margin:1.5cm auto;color:#000;background:#fff}}h1{{font-size:14pt}}\
h2{{font-size:11pt;margin:1.2em 0 .3em}}article{{page-break-after:always}}article:last-child{{page-break-after:auto}}\
p,ul{{margin:.2em 0}}ul{{padding-left:1.2em}}ul.options{{list-style:none;padding-left:0}}</style>\n</head>\n<body>\n{pages}</body>\n</html>\n"
    )
}

/// The text that the provider sees, with its structure: the first line is the title, a line after a blank one a heading.
fn page(sheet: &Sheet) -> String {
    let mut out = String::from("<article>\n");
    let mut list: Option<&str> = None;
    let mut blank = false;
    let mut first = true;
    for line in sheet.text.lines() {
        let item = line
            .strip_prefix("- ")
            .map(|rest| ("<ul>", rest))
            .or_else(|| line.strip_prefix("( ) ").map(|_| ("<ul class=\"options\">", line)));
        if let Some(open) = list
            && item.is_none_or(|(kind, _)| kind != open)
        {
            out.push_str("</ul>\n");
            list = None;
        }
        match item {
            Some((kind, words)) => {
                if list.is_none() {
                    out.push_str(kind);
                    out.push('\n');
                    list = Some(kind);
                }
                let words = words.replacen("( ) ", "\u{2610} ", 1);
                out.push_str(&format!("<li>{}</li>\n", escape(&words)));
            }
            None if line.trim().is_empty() => {}
            None if first => out.push_str(&format!("<h1>{}</h1>\n", escape(line.strip_prefix("Title: ").unwrap_or(line)))),
            None if blank && line.len() < 60 && !line.ends_with(['.', '?']) => out.push_str(&format!("<h2>{}</h2>\n", escape(line))),
            None => out.push_str(&format!("<p>{}</p>\n", escape(line))),
        }
        blank = line.trim().is_empty();
        first = false;
    }
    if list.is_some() {
        out.push_str("</ul>\n");
    }
    out.push_str("</article>\n");
    out
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in spelled(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
