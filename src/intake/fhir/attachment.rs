//! Attachments of FHIR: their content stands in them, in a contained Binary, or in one that was read before.

use super::super::json::{list, text};
use super::super::{attachment, decode};
use super::Scope;
use serde_json::Value;

/// Takes the text of an attachment of `holder`, or says why it was not read.
pub(super) fn read(attachment: &Value, holder: &Value, scope: &Scope) -> Result<decode::Decoded, String> {
    let declared = text(attachment, &["contentType"]);
    let linked = text(attachment, &["url"]);
    if let Some(data) = attachment.get("data").and_then(Value::as_str) {
        return attachment::base64_to_text(declared.as_deref(), data);
    }
    let Some(url) = linked else { return Err(attachment::absent(declared.as_deref(), "no content")) };
    let contained = url.strip_prefix('#').and_then(|wanted| {
        list(holder, "contained").iter().find(|c| text(c, &["id"]).as_deref() == Some(wanted) && c.get("data").is_some())
    });
    let Some(binary) = contained.or_else(|| scope.binary(&url)) else {
        return Err(attachment::absent(declared.as_deref(), "only linked, its content is not in the file"));
    };
    let declared = declared.or_else(|| text(binary, &["contentType"]));
    match binary.get("data").and_then(Value::as_str) {
        Some(data) => attachment::base64_to_text(declared.as_deref(), data),
        None => Err(attachment::absent(declared.as_deref(), "no content")),
    }
}
