//! What a chart's own header says of its people: names and numbers that are looked for in every text of the chart.

use super::class::Class;
use super::fold::{self, As, Folded};
use super::tokens::Tokens;
use crate::chart::{Chart, Provider};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};

/// Words after a name that are no name.
const CREDENTIALS: [&str; 48] = [
    "md", "do", "rn", "np", "pa", "pac", "pa-c", "aprn", "crna", "fnp", "acnp", "dnp", "cnm", "rd", "rdn", "ldn", "pt", "dpt", "ot", "otr",
    "slp", "rt", "rrt", "pharmd", "rph", "msw", "lcsw", "lsw", "ccm", "bsn", "msn", "phd", "psyd", "mbbs", "dpm", "dds", "dmd", "lpn",
    "lvn", "cwocn", "wocn", "wcc", "ccds", "facp", "facs", "jr", "sr", "resident",
];

/// Titles before a name.
const TITLES: [&str; 8] = ["dr", "mr", "mrs", "ms", "miss", "prof", "rev", "the"];

/// Names that are words as well: alone they are taken for a name with a capital only, and the shortest of them never alone.
const WORDS: &str = " an do he may so no la in of to will long short young old white black brown green gray grey gold silver hill wood woods park day page price case fields \
rose grace hope joy summer dawn sue bill mark art frank pat drew chase miles ray gene dean dale cliff grant lance max rich rob sandy stone field \
lake rivers bush rice bean berry cherry olive lily ivy iris heather holly ginger pepper sage basil fisher hunter walker baker cook carpenter mason \
smith taylor porter carter parker turner marshall major king prince duke knight bishop pope abbott church temple bell ball hand foot head legg \
back butts cooper day knight love loving moody noble strong weeks winter winters frost snow rain storm north south east west low high little \
small big bigger best good goodman sharp blunt pain hurt ill sick wells crisp fine clear bright light dark moon starr bird hawk crane swan drake \
wolf fox lamb bull buck stagg hare coffin graves tombs cross post wall walls hall house holmes homes bridges brooks waters shore banks field \
stokes pace pace stroke stent port line tube drain lead chest leg arm ";

/// A name or a number to look for, folded.
#[derive(Clone, Debug)]
struct Needle {
    words: String,
    class: Class,
    token: String,
    /// Whether it counts only where it begins with a capital.
    capital: bool,
}

/// What to look for in the texts of one chart.
pub(super) struct Header {
    needles: Vec<Needle>,
    /// A finder for each way to fold a text.
    finders: Vec<(As, AhoCorasick)>,
}

/// A header's words in a text.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub start: usize,
    pub end: usize,
    pub class: Class,
    pub token: String,
}

impl Header {
    /// Of a chart, with the pseudonyms that its people and numbers have.
    pub(super) fn of(chart: &Chart, tokens: &mut Tokens) -> Self {
        let mut needles = Vec::new();
        if let Some(p) = &chart.patient {
            let token = tokens.person("patient", &p.identifier);
            let (family, given) = (words(p.family.as_deref()), words(p.given.as_deref()));
            name(&mut needles, &family, &given, &token);
            if let Some(mrn) = &p.mrn {
                let token = tokens.of(Class::RecordNumbers, mrn);
                number(&mut needles, mrn, Class::RecordNumbers, &token);
            }
            for other in &p.identifiers {
                let token = tokens.of(Class::RecordNumbers, &other.value);
                number(&mut needles, &other.value, Class::RecordNumbers, &token);
            }
            number(&mut needles, &p.identifier, Class::Others, &tokens.record("patient", &p.identifier));
        }
        let e = &chart.encounter;
        if let Some(account) = &e.account {
            let token = tokens.of(Class::Accounts, account);
            number(&mut needles, account, Class::Accounts, &token);
        }
        number(&mut needles, &e.identifier, Class::Accounts, &tokens.record("stay", &e.identifier));
        for provider in providers(chart) {
            let token = tokens.person("clinician", &key(provider));
            if let Some(text) = &provider.name {
                let (family, given) = split(text);
                name(&mut needles, &family, &given, &token);
            }
            if let Some(identifier) = &provider.identifier {
                number(&mut needles, identifier, Class::Licenses, &token);
            }
        }
        let mut header = Self { needles, finders: Vec::new() };
        header.build();
        header
    }

    /// Looks for names too that stand in one of the chart's texts, with their pseudonyms: whoever is named once is known in all of them.
    pub(super) fn carry(&mut self, names: Vec<(String, String)>) {
        for (words, token) in names {
            let words = words.strip_suffix("'s").or_else(|| words.strip_suffix("\u{2019}s")).unwrap_or(&words);
            let plain = words.to_lowercase();
            let telling = fold::name(words).chars().count() >= 4 && !WORDS.split_whitespace().any(|w| w == plain);
            if telling {
                self.needles.push(Needle { words: fold::name(words), class: Class::Names, token, capital: true });
            }
        }
        self.build();
    }

    fn build(&mut self) {
        self.needles.retain(|n| !n.words.is_empty());
        self.needles.sort_by(|a, b| b.words.len().cmp(&a.words.len()).then_with(|| a.words.cmp(&b.words)));
        // The sort is stable: of two with the same words the header's own stays.
        self.needles.dedup_by(|a, b| a.words == b.words);
        let finder = || AhoCorasickBuilder::new().match_kind(MatchKind::LeftmostLongest).build(self.needles.iter().map(|n| &n.words)).ok();
        self.finders = [As::Words, As::Unbroken, As::Digits].into_iter().filter_map(|how| Some((how, finder()?))).collect();
    }

    /// Its names and numbers in a text.
    pub(super) fn found(&self, text: &str) -> Vec<Known> {
        let mut out = Vec::new();
        for (how, finder) in &self.finders {
            // Only what spans a line end is another word than before; only numbers are grouped.
            if *how == As::Unbroken && !text.contains('\n') {
                continue;
            }
            self.look(text, *how, finder, &mut out);
        }
        out.sort_by_key(|k| (k.start, std::cmp::Reverse(k.end)));
        let mut last = 0;
        out.retain(|k| {
            let new = k.start >= last;
            last = last.max(k.end);
            new
        });
        out
    }

    fn look(&self, text: &str, how: As, finder: &AhoCorasick, out: &mut Vec<Known>) {
        let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let folded = Folded::new(text, how);
        let mut from = 0;
        // A match that is part of a word is none, and hides none that begins inside it.
        while let Some(found) = finder.find(aho_corasick::Input::new(&folded.text).range(from..)) {
            let span = folded.back(text, found.start(), found.end());
            let needle = self.needles.get(found.pattern().as_usize());
            let taken = needle.zip(span).filter(|(needle, (start, end))| {
                let before = text.get(..*start).and_then(|t| t.chars().next_back());
                let after = text.get(*end..).unwrap_or_default();
                // "The Youngs" are she and hers.
                let plural = needle.class == Class::Names && needle.words.len() > 3;
                let after = after.strip_prefix('s').filter(|_| plural).unwrap_or(after);
                let capital = text.get(*start..).and_then(|t| t.chars().next()).is_some_and(char::is_uppercase);
                let fits = match how {
                    As::Words => true,
                    As::Unbroken => needle.class == Class::Names && text.get(*start..*end).is_some_and(|t| t.contains('\n')),
                    As::Digits => needle.class != Class::Names,
                };
                fits && !letter(before) && !letter(after.chars().next()) && (capital || !needle.capital)
            });
            match taken {
                Some((needle, (start, end))) => {
                    out.push(Known { start, end, class: needle.class, token: needle.token.clone() });
                    from = found.end();
                }
                None => from = found.start() + folded.text.get(found.start()..).and_then(|t| t.chars().next()).map_or(1, char::len_utf8),
            }
        }
    }
}

/// Everybody who writes, signs, orders, attends or operates.
pub(super) fn providers(chart: &Chart) -> impl Iterator<Item = &Provider> {
    let documents = chart.documents.iter().flat_map(|d| d.author.iter().chain(&d.signer));
    let encounter = chart.encounter.attending.iter().chain(&chart.encounter.participants);
    let orders = chart.orders.iter().filter_map(|o| o.requester.as_ref());
    encounter.chain(documents).chain(orders).chain(chart.procedures.iter().filter_map(|p| p.performer.as_ref()))
}

/// What one clinician is known by: the same name is the same person, with or without a number.
pub(super) fn key(provider: &Provider) -> String {
    let (family, given) = provider.name.as_deref().map(split).unwrap_or_default();
    let name = [given, family].concat().join(" ").to_lowercase();
    if name.is_empty() { provider.identifier.clone().unwrap_or_default() } else { name }
}

/// What stands after a clinician's name, as the reader needs it: "MD", "RN".
pub(super) fn credentials(name: &str) -> Vec<String> {
    name.split([',', ' '])
        .filter(|w| is_credential(w) && !w.eq_ignore_ascii_case("jr") && !w.eq_ignore_ascii_case("sr"))
        .map(str::to_owned)
        .collect()
}

fn is_credential(word: &str) -> bool {
    CREDENTIALS.contains(&word.replace('.', "").to_lowercase().as_str())
}

/// The words of a name: letters, with hyphens and apostrophes.
fn words(text: Option<&str>) -> Vec<String> {
    let clean = |w: &str| w.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let keep = |w: &String| !w.is_empty() && w.chars().any(char::is_alphabetic) && !TITLES.contains(&w.to_lowercase().as_str());
    text.unwrap_or_default().split([' ', ',', '\t', '^']).map(clean).filter(keep).collect()
}

/// Family and given names of "Wei Chen, MD", "CHEN, WEI MD", "Dr. Adeyi".
fn split(name: &str) -> (Vec<String>, Vec<String>) {
    let parts: Vec<Vec<String>> = name
        .split(',')
        .map(|part| words(Some(part)).into_iter().filter(|w| !is_credential(w)).collect())
        .filter(|p: &Vec<String>| !p.is_empty())
        .collect();
    match parts.as_slice() {
        [] => (Vec::new(), Vec::new()),
        [one] => {
            let (family, given) = one.split_last().map(|(last, rest)| (vec![last.clone()], rest.to_vec())).unwrap_or_default();
            (family, given)
        }
        [family, given, ..] => (family.clone(), given.clone()),
    }
}

/// The ways in which a name stands in a note.
fn name(needles: &mut Vec<Needle>, family: &[String], given: &[String], token: &str) {
    let mut add = |words: &str, capital: bool| {
        let words = fold::name(words);
        if words.chars().filter(|c| c.is_alphabetic()).count() > 1 {
            needles.push(Needle { words, class: Class::Names, token: token.to_owned(), capital });
        }
    };
    let (last, first) = (family.join(" "), given.join(" "));
    let initial = |name: &str| name.chars().next().map(|c| c.to_uppercase().collect::<String>());
    if !last.is_empty() && !first.is_empty() {
        let mut firsts = vec![first.clone()];
        if let Some(one) = given.first().filter(|_| given.len() > 1) {
            firsts.push(one.clone());
        }
        if let Some(initial) = initial(&first) {
            firsts.extend([format!("{initial}."), initial]);
        }
        for first in &firsts {
            for whole in [
                format!("{first} {last}"),
                format!("{last}, {first}"),
                format!("{last},{first}"),
                format!("{last}/{first}"),
                format!("{last} {first}"),
            ] {
                add(&whole, true);
            }
        }
        // "Rosalind A.", and three initials; two are too often something else (a.m., p.o.).
        if let (Some(one), Some(i)) = (given.first(), initial(&last)) {
            add(&format!("{one} {i}."), true);
        }
        let initials: Vec<String> = given.iter().chain(family).flat_map(|n| n.split('-')).filter_map(initial).collect();
        if initials.len() >= 3 {
            add(&(initials.join(".") + "."), true);
            add(&(initials.join(". ") + "."), true);
        }
    }
    for i in initial(&last).into_iter() {
        for title in TITLES.iter().filter(|title| !matches!(**title, "the" | "rev" | "prof")) {
            add(&format!("{title} {i}."), true);
            add(&format!("{title}. {i}."), true);
        }
    }
    let parts = |name: &String| name.split(['-', ' ', '\u{2010}', '\u{2011}', '\u{2013}']).map(str::to_owned).collect::<Vec<_>>();
    let joined = |name: &String| parts(name).concat();
    let mut all: Vec<String> = family.iter().chain(given).chain([&last, &first]).cloned().collect();
    let halves: Vec<String> = family.iter().chain(given).flat_map(|n| parts(n).into_iter().chain([joined(n)])).collect();
    all.extend(halves);
    for part in &all {
        let plain = part.to_lowercase();
        let word = WORDS.split_whitespace().any(|w| w == plain);
        match part.chars().count() {
            0 | 1 => {}
            2 if word => {} // "He", "Do", "An": with the other name only
            n => add(part, word || n <= 3),
        }
    }
}

/// A number is looked for by itself where nothing else is likely to be written like it.
fn number(needles: &mut Vec<Needle>, text: &str, class: Class, token: &str) {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let telling = digits >= 5
        || (digits > 0 && text.chars().filter(|c| c.is_alphanumeric()).count() > digits && text.len() >= 5)
        || (digits >= 4 && text.starts_with('0'));
    if telling && text.len() <= 64 {
        for words in [fold::name(text), fold::number(text)] {
            needles.push(Needle { words, class, token: token.to_owned(), capital: false });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Document, Encounter, Patient};

    fn header(family: &str, given: &str, author: &str) -> Header {
        let patient = Patient {
            identifier: "pat-1".into(),
            mrn: Some("004188".into()),
            family: Some(family.into()),
            given: Some(given.into()),
            ..Patient::default()
        };
        let author = Provider { identifier: Some("1234567893".into()), name: Some(author.into()), ..Provider::default() };
        let encounter = Encounter { identifier: "enc-88120".into(), account: Some("88120".into()), ..Encounter::default() };
        let chart = Chart {
            patient: Some(patient),
            encounter,
            documents: vec![Document { author: Some(author), ..Document::default() }],
            ..Chart::default()
        };
        Header::of(&chart, &mut Tokens::default())
    }

    fn shown(header: &Header, text: &str) -> Vec<String> {
        header.found(text).into_iter().map(|k| format!("{}={}", &text[k.start..k.end], k.token)).collect()
    }

    #[test]
    fn a_name_is_found_however_it_is_written() {
        let h = header("Rivera", "Marta Luisa", "Wei Chen, MD");
        for (text, found) in [
            ("Marta Luisa Rivera is here", "Marta Luisa Rivera=Patient-1"),
            ("RIVERA, MARTA", "RIVERA, MARTA=Patient-1"),
            ("M. Rivera", "M. Rivera=Patient-1"),
            ("with rivera's wife", "rivera=Patient-1"),
            ("Luisa", "Luisa=Patient-1"),
            ("CHEN, WEI MD", "CHEN, WEI=Clinician-2"),
            ("per Chen", "Chen=Clinician-2"),
            ("(004188)", "004188=[record number 1]"),
            ("account 88120.", "88120=[account 1]"),
        ] {
            assert_eq!(shown(&h, text), [found], "{text}");
        }
        for text in ["riveration", "Chenille", "1004188", "the patient", "martary"] {
            assert_eq!(shown(&h, text), [] as [String; 0], "{text}");
        }
    }

    #[test]
    fn a_header_s_name_with_another_apostrophe_accent_or_hidden_sign_went_out() {
        let h = header("O'Brien-Núñez", "Zoë Mary-Ann", "Rosalind Achterberg, MD");
        for (text, was) in [
            ("O\u{2019}Brien-Núñez seen", "O\u{2019}Brien-Núñez"),
            ("O'BRIEN-NUNEZ, ZOE.", "O'BRIEN-NUNEZ, ZOE"),
            ("OBrien Nunez", "OBrien Nunez"),
            ("Núñez agrees", "Núñez"),
            ("Ms. Nunez", "Nunez"),
            ("Zoe\u{308}.", "Zoe\u{308}"),
            ("Zoe here", "Zoe"),
            ("MaryAnn", "MaryAnn"),
            ("Mary Ann", "Mary Ann"),
            ("per Rosalind A. today", "Rosalind A."),
            ("Achter\u{ad}berg's plan", "Achter\u{ad}berg"),
            ("Ach\u{200b}terberg", "Ach\u{200b}terberg"),
            ("by Achter\nberg.", "Achter\nberg"),
            ("the Achterbergs", "Achterberg"),
            ("Асhterberg", "Асhterberg"),
        ] {
            let found: Vec<&str> = h.found(text).iter().map(|k| &text[k.start..k.end]).collect();
            assert_eq!(found, [was], "{}", text.escape_debug());
        }
        for text in ["zone", "Annual", "a-b", "no brie"] {
            assert_eq!(shown(&h, text), [] as [String; 0], "{text}");
        }
    }

    #[test]
    fn a_record_number_with_other_separators_went_out() {
        let patient = Patient { identifier: "p".into(), mrn: Some("4471-8820".into()), ..Patient::default() };
        let h = Header::of(&Chart { patient: Some(patient), ..Chart::default() }, &mut Tokens::default());
        for text in ["4471-8820", "4471 8820", "44718820", "4471 - 8820", "4471\u{2013}8820"] {
            assert_eq!(shown(&h, &format!("MRN {text}, seen")), [format!("{text}=[record number 1]")], "{text}");
        }
        for text in ["144718820", "4471.8820", "44718821"] {
            assert_eq!(shown(&h, text), [] as [String; 0], "{text}");
        }
    }

    #[test]
    fn a_name_that_is_a_word_counts_with_a_capital() {
        let h = header("Brown", "Do", "Ann Will, RN");
        assert_eq!(shown(&h, "brown sputum, do not stop, she will eat"), [] as [String; 0]);
        assert_eq!(shown(&h, "Do Brown agrees; Will called; Do not stop"), ["Do Brown=Patient-1", "Will=Clinician-2"]);
    }
}
