//! Notes that travel inside other files: plain text, HTML and RTF are taken out, anything else is named, never silently empty.

use super::{decode, html, rtf};
use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// What stands in front of every reason.
const NOT_READ: &str = "attachment not read";

/// The text of an attachment of this media type (its parameters may follow), or why it was not read.
pub(super) fn to_text(declared: Option<&str>, bytes: &[u8]) -> Result<decode::Decoded, String> {
    let kind = media_type(declared);
    let size = size(bytes.len());
    let form = match kind.as_deref() {
        _ if rtf::begins(bytes) => Form::Rtf,
        None | Some("text/plain" | "text") => Form::Plain,
        Some("text/html" | "application/xhtml+xml") => Form::Html,
        Some("text/rtf" | "application/rtf" | "text/richtext" | "application/x-rtf") => Form::Rtf,
        Some(_) => return Err(format!("{NOT_READ}: {}, {size}", shown(kind.as_deref()))),
    };
    if let Some(what) = decode::magic(bytes) {
        return Err(format!("{NOT_READ}: {what}, {size}"));
    }
    if form == Form::Rtf {
        return rich(bytes);
    }
    let charset = declared.and_then(|d| {
        let lower = d.to_ascii_lowercase();
        let (_, value) = lower.split_once("charset=")?;
        Some(value.split(';').next().unwrap_or_default().trim().trim_matches('"').to_owned())
    });
    let decoded = match charset {
        Some(label) => decode::decode_as(bytes, &label),
        None => decode::decode(bytes),
    };
    let mut decoded = decoded.map_err(|refusal| format!("{NOT_READ}: {}, {}", shown(kind.as_deref()), refusal.why()))?;
    if form == Form::Html {
        decoded.text = html::to_text(&decoded.text);
        if decoded.text.is_empty() {
            return Err(format!("{NOT_READ}: text/html, it has no words"));
        }
    }
    Ok(decoded)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    Html,
    Rtf,
}

fn rich(bytes: &[u8]) -> Result<decode::Decoded, String> {
    match rtf::to_text(bytes) {
        Err(broken) => Err(format!("{NOT_READ}: RTF, {} (byte {})", broken.why, broken.byte)),
        Ok(read) if read.text.trim().is_empty() => Err(format!("{NOT_READ}: RTF, it has no words")),
        Ok(read) => Ok(decode::Decoded { text: read.text, encoding: Some("rtf".to_owned()) }),
    }
}

/// The same for content in base64.
pub(super) fn base64_to_text(declared: Option<&str>, data: &str) -> Result<decode::Decoded, String> {
    match base64(data) {
        Some(bytes) => to_text(declared, &bytes),
        None => Err(format!("{NOT_READ}: {}, its base64 is broken", shown(media_type(declared).as_deref()))),
    }
}

/// That there is nothing to read, and why.
pub(super) fn absent(declared: Option<&str>, why: &str) -> String {
    format!("{NOT_READ}: {}, {why}", shown(media_type(declared).as_deref()))
}

fn media_type(declared: Option<&str>) -> Option<String> {
    declared.map(|d| d.split(';').next().unwrap_or(d).trim().to_lowercase()).filter(|kind| !kind.is_empty())
}

/// The type as a message shows it: only when it looks like one, so that nothing else can come through here.
fn shown(kind: Option<&str>) -> &str {
    let plain = |kind: &&str| kind.len() <= 60 && kind.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'+' | b'-' | b'.'));
    kind.filter(plain).unwrap_or("type not given")
}

fn size(bytes: usize) -> String {
    if bytes < 1000 { format!("{bytes} bytes") } else { format!("{} KB", bytes.div_ceil(1000)) }
}

/// Base64 as senders write it: with line breaks, with or without padding.
pub(super) fn base64(data: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true),
    );
    if data.bytes().any(|b| b.is_ascii_whitespace()) {
        let packed: Vec<u8> = data.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
        return LENIENT.decode(packed).ok();
    }
    LENIENT.decode(data).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_html_and_rtf_are_read_and_others_are_named() {
        for (kind, bytes, text) in [
            (Some("text/plain; charset=iso-8859-1"), b"38.5\xb0".as_slice(), Ok("38.5°")),
            (Some("text/html"), b"<p>AKI</p>", Ok("AKI")),
            (Some("application/rtf"), br"{\rtf1 AKI}", Ok("AKI")),
            (Some("text/plain"), br"{\rtf1 mislabelled}", Ok("mislabelled")),
            (None, b"AKI", Ok("AKI")),
            (Some("application/pdf"), b"x", Err("attachment not read: application/pdf, 1 bytes")),
            (Some("text/plain"), b"%PDF-1.7", Err("attachment not read: a PDF file, 8 bytes")),
            (Some("text/rtf"), br"{\rtf1 cut", Err("attachment not read: RTF, it ends inside a group: it is cut off (byte 10)")),
            (Some("Mr Rivera"), b"x", Err("attachment not read: type not given, 1 bytes")),
        ] {
            let read = to_text(kind, bytes).map(|decoded| decoded.text);
            assert_eq!(read, text.map(str::to_owned).map_err(str::to_owned));
        }
    }
}
