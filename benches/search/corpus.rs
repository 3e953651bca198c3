//! As many notes as are asked for, made from a few: each repeats a source note under a new number, date and patient, with words, numbers
//! and sentences changed at random. The same number gives the same note, on every machine, so nothing has to be kept.

use std::path::{Path, PathBuf};

/// Sentences that are dropped, words that are replaced, words with a slip: in thousands.
const DROPPED: u64 = 200;
const REPLACED: u64 = 30;
const SLIPS: u64 = 2;

/// Notes with one of the sentences below, in thousands.
const SAID: u64 = 250;

/// Own sentences about what documentation specialists look for, from the frequent to the rare: a note that has one has the n-th with a
/// chance in proportion to 1 / n, so that the first is in one note of thirteen and the last in one of two hundred.
const ADDED: [&str; 14] = [
    "Acute on chronic systolic heart failure, on furosemide for diuresis.",
    "Acute kidney injury with creatinine above baseline, likely acute tubular necrosis.",
    "Hyponatremia and hypokalemia, both replaced.",
    "Sepsis was present on admission, lactate rising, vancomycin started.",
    "Rule out encephalopathy; altered mental status is improving.",
    "Acute blood loss anemia, hemoglobin low, transfused two units of blood.",
    "In respiratory distress, placed on BiPAP, oxygen at four liters.",
    "Aspiration pneumonia suspected, no septic shock.",
    "Severe protein calorie malnutrition with weight loss over three months, albumin low.",
    "Pressure ulcer of the sacrum, stage three, cleaned and dressed.",
    "The patient was taken to the operating room without delay.",
    "Thrombocytopenia noted; thrombosis was excluded by ultrasound.",
    "Ejection fraction thirty percent by echocardiogram, takotsubo pattern.",
    "Chronic kidney disease stage four, nephrology follows, calciphylaxis considered.",
];

/// A made note.
#[derive(Clone)]
pub struct Note {
    pub key: u64,
    pub text: String,
    pub specialty: String,
    pub mrn: String,
    /// UTC seconds.
    pub date: i64,
}

/// The notes that all others are made from.
pub struct Corpus {
    pub source: String,
    sources: Vec<(String, String)>,
    words: Vec<String>,
}

/// A small generator of numbers, the same everywhere (xorshift with multiplication, by S. Vigna).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next()).unwrap_or(0) % limit.max(1)
    }

    /// One of the sentences, the n-th in proportion to 1 / n.
    fn said(&mut self) -> &'static str {
        let shares = |n: usize| 1_000_000 / n;
        let mut at = self.below((1..=ADDED.len()).map(shares).sum());
        let mut n = 1;
        while at >= shares(n) {
            at -= shares(n);
            n += 1;
        }
        ADDED[n - 1]
    }

    fn thousandths(&mut self, chance: u64) -> bool {
        self.next() % 1000 < chance
    }
}

impl Corpus {
    /// From `data/mtsamples.jsonl` under LACUNA_SHARED, else from the texts of the synthetic charts.
    pub fn load() -> Corpus {
        let shared = std::env::var_os("LACUNA_SHARED").map(|folder| PathBuf::from(folder).join("data/mtsamples.jsonl"));
        let (source, sources) = match shared.filter(|file| file.is_file()) {
            Some(file) => ("mtsamples.jsonl".to_owned(), lines(&file)),
            None => ("the synthetic charts of fixtures/".to_owned(), charts()),
        };
        let mut words: Vec<String> = sources.iter().flat_map(|(text, _)| text.split_whitespace().map(str::to_owned)).collect();
        words.sort();
        words.dedup();
        Corpus { source, sources, words }
    }

    /// The note with this number.
    pub fn note(&self, key: u64) -> Note {
        let mut dice = Dice(key.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        dice.next();
        let (text, specialty) = &self.sources[dice.below(self.sources.len())];
        let mut out = String::with_capacity(text.len() + 200);
        for sentence in text.split_inclusive(['.', '\n']) {
            if dice.thousandths(DROPPED) {
                continue;
            }
            for word in sentence.split_inclusive(char::is_whitespace) {
                self.word(&mut dice, word, &mut out);
            }
        }
        if dice.thousandths(SAID) {
            out.push('\n');
            out.push_str(dice.said());
        }
        let day = i64::try_from(dice.next() % 1096).unwrap_or(0);
        Note { key, text: out, specialty: specialty.clone(), mrn: format!("{:09}", key * 7), date: 1_672_531_200 + day * 86_400 }
    }

    fn word(&self, dice: &mut Dice, word: &str, out: &mut String) {
        if word.bytes().any(|b| b.is_ascii_digit()) {
            out.extend(word.chars().map(|c| if c.is_ascii_digit() { char::from(b'0' + (dice.next() % 10) as u8) } else { c }));
        } else if dice.thousandths(REPLACED) && word.len() > 4 {
            out.push_str(&self.words[dice.below(self.words.len())]);
            out.push(' ');
        } else if dice.thousandths(SLIPS) && word.len() > 6 && word.is_ascii() {
            let at = 1 + dice.below(word.len() - 4);
            out.push_str(&word[..at]);
            out.push_str(&word[at + 1..]);
        } else {
            out.push_str(word);
        }
    }
}

fn lines(file: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(file).expect("the shared notes can be read");
    let note = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).ok()?;
        let first = value["specialties"].get(0).and_then(|s| s.as_str()).unwrap_or_default();
        Some((value["text"].as_str()?.to_owned(), first.to_owned()))
    };
    text.lines().filter_map(note).collect()
}

fn charts() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/charts/source");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder).expect("the charts' sources").map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let kinds = ["General Medicine", "Discharge Summary", "Cardiovascular / Pulmonary", "Consult - History and Phy."];
    let texts = files.iter().filter_map(|file| std::fs::read_to_string(file).ok());
    texts.enumerate().map(|(n, text)| (text, kinds[n % kinds.len()].to_owned())).collect()
}
