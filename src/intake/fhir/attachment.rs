//! Attachments: text is taken out, anything else is named, never silently empty.

use super::super::json::text;
use super::super::{decode, html};
use super::Scope;
use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

/// Takes an attachment's text, or says why it was not read.
pub(super) fn read(attachment: &Value, scope: &Scope) -> Result<decode::Decoded, String> {
    let declared = text(attachment, &["contentType"]);
    let kind = declared.as_deref().map(|d| d.split(';').next().unwrap_or(d).trim().to_lowercase());
    let linked = text(attachment, &["url"]);
    let content = match (attachment.get("data").and_then(Value::as_str), &linked) {
        (Some(data), _) => Some(data),
        (None, Some(url)) => scope.binary(url).and_then(|binary| binary.get("data")).and_then(Value::as_str),
        (None, None) => None,
    };
    let Some(data) = content else {
        let why = if linked.is_some() { "only linked, its content is not in the file" } else { "no content" };
        return Err(format!("attachment not read: {}, {why}", shown(kind.as_deref())));
    };
    let bytes = bytes(data).ok_or_else(|| format!("attachment not read: {}, its base64 is broken", shown(kind.as_deref())))?;
    let size = size(bytes.len());
    let is_html = match kind.as_deref() {
        None | Some("text/plain") => false,
        Some("text/html" | "application/xhtml+xml") => true,
        Some(_) => return Err(format!("attachment not read: {}, {size}", shown(kind.as_deref()))),
    };
    if let Some(what) = decode::magic(&bytes) {
        return Err(format!("attachment not read: {what}, {size}"));
    }
    let charset = declared.as_deref().and_then(|d| {
        let (_, value) = d.to_ascii_lowercase().split_once("charset=").map(|(a, b)| (a.to_owned(), b.to_owned()))?;
        Some(value.split(';').next().unwrap_or_default().trim().trim_matches('"').to_owned())
    });
    let decoded = match charset {
        Some(label) => decode::decode_as(&bytes, &label),
        None => decode::decode(&bytes),
    };
    let mut decoded = decoded.map_err(|refusal| format!("attachment not read: {}, {}", shown(kind.as_deref()), refusal.why()))?;
    if is_html {
        decoded.text = html::to_text(&decoded.text);
        if decoded.text.is_empty() {
            return Err("attachment not read: text/html, it has no words".to_owned());
        }
    }
    Ok(decoded)
}

/// The type as a message shows it: only when it looks like one, so that nothing else can come through here.
fn shown(kind: Option<&str>) -> &str {
    let plain = |kind: &&str| kind.len() <= 60 && kind.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'+' | b'-' | b'.'));
    kind.filter(plain).filter(|kind| !kind.is_empty()).unwrap_or("type not given")
}

fn size(bytes: usize) -> String {
    if bytes < 1000 { format!("{bytes} bytes") } else { format!("{} KB", bytes.div_ceil(1000)) }
}

/// Base64 as senders write it: with line breaks, with or without padding.
fn bytes(data: &str) -> Option<Vec<u8>> {
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
