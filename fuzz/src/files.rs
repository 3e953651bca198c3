//! Feeds the readers of files what no sender would send: a sound file, cut, doubled, turned and sprinkled with the signs of its format.

use crate::Dice;
use lacuna::chart::Record;
use lacuna::error::Trouble;
use lacuna::intake::{Format, Limits, Options, Origin, Sink, run_as};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// What a reader gives: counted, and looked at for what must hold.
#[derive(Default)]
struct Count {
    records: usize,
    broken: Option<&'static str>,
}

impl Sink for Count {
    fn take(&mut self, record: Record, _: &Origin) -> Result<(), Trouble> {
        self.records += 1;
        if let Record::Document(document) = &record
            && (document.text.contains('\0') || document.identifier.is_empty())
        {
            self.broken = Some("a document holds a NUL or has no identifier");
        }
        Ok(())
    }
    fn reject(&mut self, trouble: Trouble) {
        if trouble.why.is_none() || trouble.hint.is_none() || trouble.source.is_none() {
            self.broken = Some("a reject without a place, a reason or a remedy");
        }
    }
    fn progress(&mut self, _: u64, _: u64, _: &str) {}
    fn stopped(&self) -> bool {
        false
    }
}

/// A sound file of a format, and the signs that its reader has rules for.
fn seed(format: Format) -> Option<(&'static [u8], &'static [&'static [u8]])> {
    Some(match format {
        Format::Rtf => (
            br"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset128 B;}}{\*\x y}\f1 \'82\'a0\uc1\u8805?\trowd a\cell b\cell\row{\footnote n}\par End}",
            &[b"{", b"}", b"\\", b"\\'", b"\\u-1", b"\\u55357", b"\\bin9 ", b"\\uc99", b"\\f1", b"\\row", b"\\*", b"\0", b"\xff", b"\\footnote "],
        ),
        Format::Hl7 => (
            b"MSH|^~\\&|A|B|C|D|20260105||ORU^R01|1|P|2.5\rPID|1||77^^^S^MR||Probe^Mia||19500203|F\rPV1|1|I|4W^1|||||||||||||||||V-9\rOBR|1|P|F|1^x^LN\rOBX|1|NM|1^Na^LN||131|mmol/L|135-145|L|||F\rOBX|2|ED|2^n||^TEXT^RTF^Base64^e30=\rTXA|1|PN||20260105||||||||N-1\rMRG|5\r",
            &[b"|", b"^", b"~", b"\\", b"&", b"\r", b"\n", b"\x0b", b"\x1c", b"MSH|^~\\&|", b"MDM^T02", b"ADT^A40", b"ORM^O01", b"\\X", b"\\.sp99\\", b"\0", b"\xff", b"BTS|9", b"20260230"],
        ),
        Format::Ccda => (
            br#"<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><id root="1.2" extension="D"/><effectiveTime value="20260105"/><recordTarget><patientRole><id root="1.3" extension="7"/></patientRole></recordTarget><component><structuredBody><component><section><title>T</title><text><list listType="ordered"><item>a<footnote>b</footnote></item></list><table><tr><td ID="x">c</td></tr></table></text><entry><observation><templateId root="2.16.840.1.113883.10.20.22.4.2"/><code><originalText><reference value="REF"/></originalText></code><value xsi:type="PQ" value="1" unit="g"/></observation></entry></section></component></structuredBody></component></ClinicalDocument>"#,
            &[b"<", b">", b"/>", b"</", b"&amp;", b"&x;", b"<!DOCTYPE a>", b"<text>", b"<br/>", b"\"", b"value=\"99999999999999\"", b"<item>", b"</item>", b"<td>", b"xsi:type=\"IVL_PQ\"", b"\0", b"\xff", b"<![CDATA[", b"]]>"],
        ),
        Format::Csv => (
            b"id,text,hadm_id,charttime\n1,\"two\nlines, \"\"quoted\"\"\",9,2026-01-05\n2,plain,9,\n",
            &[b",", b"\"", b"\"\"", b"\n", b"\r\n", b";", b"\t", b"subject_id,gender,dob\n", b"itemid,value,x\n", b"\0", b"\xff", b"'", b"1e999"],
        ),
        Format::JsonLines => (
            br##"{"id": "n-1", "mrn": "77", "encounter": "V-9", "type": "progress note", "author": "Ruiz, Ana", "date": "2026-01-05T08:00:00Z", "text": "No \u00e9dema.\nSepsis."}
{"id": 2, "text": "Invented.", "extra": {"a": [1, null, true]}}
"##,
            &[b"{", b"}", b"[", b"]", b",", b":", b"\"", b"\\", b"\\u0000", b"\\ud800", b"\n", b"\r\n", b"null", b"1e999", b"-0", b"\"id\":\"n-1\"", b"\"text\":", b"2026-02-30", b"0000-00-00", b"\0", b"\xff", b"\xef\xbb\xbf"],
        ),
        Format::FhirNdjson | Format::FhirBundle => (
            br##"{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:x:1","resource":{"resourceType":"Patient","id":"p","identifier":[{"type":{"coding":[{"code":"MR"}]},"system":"s","value":"77"}],"birthDate":"1950-02-03"}},{"resource":{"resourceType":"DocumentReference","id":"d","status":"current","docStatus":"final","subject":{"reference":"Patient/p"},"date":"2026-01-05T08:00:00Z","contained":[{"resourceType":"Practitioner","id":"c","name":[{"family":"Ruiz"}]}],"author":[{"reference":"#c"}],"relatesTo":[{"code":"replaces","target":{"reference":"DocumentReference/e"}}],"content":[{"attachment":{"contentType":"text/plain","data":"Tm8gc2Vwc2lzLg=="}}]}},{"resource":{"resourceType":"Observation","id":"o","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2160-0"}]},"subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-01-05","valueQuantity":{"value":2.4,"unit":"mg/dL"},"referenceRange":[{"low":{"value":0.6},"high":{"value":1.2}}]}}]}"##,
            &[b"{", b"}", b"[", b"]", b",", b":", b"\"", b"null", b"\\ud800", b"\n", b"\"resourceType\":\"Binary\"", b"\"contentType\":\"text/rtf\"", b"\"contentType\":\"application/pdf\"", b"\"data\":\"====\"", b"\"reference\":\"#\"", b"\"reference\":\"Patient/p\"", b"1e999", b"2026-02-30", b"\"id\":\"d\"", b"\0", b"\xff"],
        ),
        _ => return None,
    })
}

/// A format by its name here; `fhir` is a file as a whole, which reaches more than a line of it.
pub fn named(name: &str) -> Option<Format> {
    match name {
        "fhir" => Some(Format::FhirBundle),
        "jsonl" => Some(Format::JsonLines),
        other => Format::from_name(other),
    }
}

/// Runs; the first input that breaks something is printed.
pub fn run(format: &str, runs: u64, dice: &mut Dice) -> ExitCode {
    let Some((format, (sound, signs))) = named(format).and_then(|f| Some((f, seed(f)?))) else {
        eprintln!("no seed for this format");
        return ExitCode::from(2);
    };
    // Panics are told here, with their input; the hook would print each twice.
    std::panic::set_hook(Box::new(|_| {}));
    let options = Options { limits: Limits { line: 4096, whole: 1 << 20, xml: 1 << 20 }, ..Options::default() };
    let (mut records, mut slowest) = (0, Duration::ZERO);
    for run in 0..runs {
        let bytes = turn(dice, sound, signs);
        let read = || {
            let mut count = Count::default();
            let ended = run_as(format, "fuzz", &bytes, &options, &mut count);
            (count.records, count.broken.or(ended.err().map(|_| "the reader ended with an error of its own")))
        };
        let start = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(read));
        let took = start.elapsed();
        slowest = slowest.max(took);
        let (found, trouble) = outcome.unwrap_or((0, Some("it panics")));
        records += found;
        if let Some(trouble) = trouble.or(crate::hangs(took, || {
            read();
        })
        .then_some("it hangs"))
        {
            println!("run {run}: {trouble}\n{:?}", String::from_utf8_lossy(&bytes));
            return ExitCode::FAILURE;
        }
    }
    println!("{runs} files read, {records} records: nothing broke, the slowest took {} ms", slowest.as_millis());
    ExitCode::SUCCESS
}

pub fn turn(dice: &mut Dice, sound: &[u8], signs: &[&[u8]]) -> Vec<u8> {
    let mut bytes = sound.to_vec();
    for _ in 0..=dice.below(6) {
        let (a, b) = (dice.below(bytes.len() + 1), dice.below(bytes.len() + 1));
        let (start, end) = (a.min(b), a.max(b));
        match dice.below(6) {
            0 => drop(bytes.drain(start..end.min(start + 40))),
            1 | 2 => {
                let sign = dice.pick(signs).copied().unwrap_or_default();
                bytes.splice(start..start, sign.iter().copied());
            }
            3 => {
                let part = bytes[start..end.min(start + 60)].to_vec();
                bytes.splice(start..start, part);
            }
            4 if start < bytes.len() => bytes[start] = dice.below(256) as u8,
            _ => bytes.truncate(bytes.len().min(start.max(20))),
        }
    }
    bytes
}
