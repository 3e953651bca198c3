//! Planted identifiers of every class, and what only looks like one.

use super::*;
use crate::chart::{Encounter, Observation};

/// An identifier of each class as it stands in a note: it must go, and the word beside it must stay.
const PLANTED: [(Class, &str, &str); 40] = [
    (Class::Names, "Discussed with Dr. {Okonkwo} about fluids.", "fluids"),
    (Class::Names, "Her daughter {Elena} is at the bedside.", "bedside"),
    (Class::Names, "Electronically signed by: {Jonas Adler}", "signed"),
    (Class::Names, "{Rivera} tolerated the diet.", "diet"),
    (Class::Names, "{RIVERA, MARTA} was seen.", "seen"),
    (Class::Names, "Plan per {Chen}.", "Plan"),
    (Class::Places, "Lives at {1420 N. Maple Avenue, Apt 4B} alone.", "alone"),
    (Class::Places, "Moved here from {Cedar Rapids}, Iowa.", "Iowa"),
    (Class::Places, "Mail goes to IA {52402-1180}.", "Mail"),
    (Class::Places, "Transferred from {Mercy General Hospital} for sepsis.", "sepsis"),
    (Class::Places, "Reported to {Linn County} health department.", "health"),
    (Class::Dates, "Fell on {11/14/2026} at home.", "home"),
    (Class::Dates, "Echo of {March 3, 2026} showed EF 30 %.", "EF 30 %"),
    (Class::Dates, "Seen on {11/16} again.", "again"),
    (Class::Dates, "A {93}-year-old woman.", "woman"),
    (Class::Telephones, "Call {319-555-0142} with results.", "results"),
    (Class::Telephones, "Pager {5512} any time.", "any time"),
    (Class::Faxes, "Fax {319-555-0177} the report.", "report"),
    (Class::Mail, "Write to {m.rivera@example.org} please.", "please"),
    (Class::SocialSecurity, "SSN {219-09-9999} on file.", "on file"),
    (Class::RecordNumbers, "MRN: {H-221847} checked.", "checked"),
    (Class::RecordNumbers, "Chart {00418823} reviewed.", "reviewed"),
    (Class::HealthPlans, "Member ID: {XWP88213400} active.", "active"),
    (Class::HealthPlans, "Card shows {1EG4-TE5-MK73} today.", "today"),
    (Class::Accounts, "Account number {771882} open.", "open"),
    (Class::Licenses, "NPI {1234567893} given.", "given"),
    (Class::Licenses, "driver's license {S530-4411-2201} seen.", "seen"),
    (Class::Vehicles, "VIN {1HGCM82633A004352} in the crash.", "crash"),
    (Class::Vehicles, "License plate {KLM 482} noted.", "noted"),
    (Class::Devices, "Pacemaker serial no. {PJN338221} checked.", "Pacemaker"),
    (Class::WebAddresses, "See {https://portal.example.org/p/4471} there.", "there"),
    (Class::IpAddresses, "Logged in from {10.1.24.118} remotely.", "remotely"),
    (Class::Biometrics, "Fingerprint template {FP-88213} stored.", "stored"),
    (Class::Photographs, "Wound photo {IMG_4471.JPG} taken.", "Wound"),
    (Class::Others, "Accession no. {S26-11827} pending.", "pending"),
    (Class::Others, "Enrolled in study ID: {LUMEN-0417} last week.", "week"),
    (Class::Others, "Token {3f2b8c1e-88aa-4f1c-9d2e-0a1b2c3d4e5f} shown.", "shown"),
    (Class::Mail, "cc: {jo_diaz+notes@mail.example.com} only.", "only"),
    (Class::Telephones, "Home number: {(319) 555-0188} evenings.", "evenings"),
    (Class::Dates, "Stress test {2026-11-02} negative.", "negative"),
];

/// What a chart is read for: none of it may be taken for an identifier.
const KEPT: &str = "BP 120/80, HR 98, SpO2 93 % on 2 L, T 38.4, strength 5/5, pain 3/10.
Na 140 K 3.5 Cr 2.4 (baseline 1.0), WBC 12000, platelets 52402, lactate 4.1, pH 7.31, HCO3 18.
Metoprolol 25 mg PO BID, insulin 0.1 units/kg/h, heparin 5000 units SC q8h, NS 1000 mL at 125 mL/h.
Acute on chronic systolic heart failure, EF 30-35 %, NYHA III. AKI, stage 2, likely ATN. Stage 3 sacral ulcer 4x3x2 cm.
Grade 1 anterolisthesis L4-L5; T4N1M0; C. difficile toxin negative; E. coli > 100,000 CFU/mL.
A 72-year-old woman, Day 3, 24/7 sitter, q4h checks at 07:15 and 19:30, since 2019.
Plan: continue. Contact: droplet precautions. Patient: stable. Mother had breast cancer. Father: MI at 50.
";

fn chart(text: &str) -> Chart {
    let at = |t: &str| Instant::parse(t);
    let who = |name: &str| Some(Provider { identifier: Some("1093817465".into()), name: Some(name.into()), ..Provider::default() });
    Chart {
        patient: Some(Patient {
            identifier: "pat-rivera".into(),
            mrn: Some("00418823".into()),
            family: Some("Rivera".into()),
            given: Some("Marta".into()),
            birth: at("1933-02-11"),
            ..Patient::default()
        }),
        encounter: Encounter {
            identifier: "enc-88120".into(),
            account: Some("88120".into()),
            patient: Some("pat-rivera".into()),
            start: at("2026-11-17T14:05:00-05:00"),
            attending: who("Wei Chen, MD"),
            ..Encounter::default()
        },
        documents: vec![Document {
            identifier: "rivera-hp".into(),
            encounter: Some("enc-88120".into()),
            patient: Some("pat-rivera".into()),
            title: Some("H&P of Marta Rivera".into()),
            author: who("Wei Chen, MD"),
            time: at("2026-11-17T16:00:00-05:00"),
            text: text.into(),
            ..Document::default()
        }],
        observations: vec![Observation {
            identifier: "obs-1".into(),
            encounter: Some("enc-88120".into()),
            name: "Creatinine".into(),
            time: at("2026-11-18T06:00:00-05:00"),
            note: Some("called to Chen at 319-555-0142".into()),
            ..Observation::default()
        }],
        ..Chart::default()
    }
}

fn done(text: &str, dates: Dates) -> Deidentified {
    deidentify(&[chart(text)], &mut |_| dates)
}

#[test]
fn an_identifier_of_every_class_goes_and_what_stands_beside_it_stays() {
    for (class, sentence, stays) in PLANTED {
        let (start, end) = (sentence.find('{').unwrap(), sentence.find('}').unwrap() - 1);
        let text = sentence.replace(['{', '}'], "");
        let was = text[start..end].to_owned();
        for dates in [Dates::Moved(-21), Dates::Years] {
            let out = done(&text, dates);
            let after = &out.charts[0].documents[0].text;
            assert!(!after.contains(&was), "{sentence} -> {after}");
            assert!(after.contains(stays), "{sentence} -> {after}");
            let found: Vec<&Replaced> =
                out.replaced.iter().filter(|r| r.place.starts_with("H&P") && r.rule != "field" && text.contains(&r.was)).collect();
            assert!(found.iter().any(|r| r.class == class && r.was.contains(&was)), "{sentence}: {found:?}");
            assert_eq!(out.left, [] as [String; 0]);
        }
    }
    for class in Class::ALL {
        assert!(PLANTED.iter().any(|(planted, ..)| *planted == class), "{class:?} is not planted");
    }
}

#[test]
fn everything_at_once_leaves_nothing_and_counts_each_class() {
    let all: String = PLANTED.iter().map(|(_, s, _)| s.replace(['{', '}'], "") + "\n").collect();
    let out = done(&all, Dates::Moved(-21));
    let whole = serde_json::to_string(&out.charts).unwrap();
    for (_, sentence, _) in PLANTED {
        let was = &sentence[sentence.find('{').unwrap() + 1..sentence.find('}').unwrap()];
        // A short one can stand in another number: as a word of its own it must be gone.
        let alone = whole.match_indices(was).any(|(at, _)| {
            let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            !letter(whole[..at].chars().next_back()) && !letter(whole[at + was.len()..].chars().next())
        });
        assert!(!alone, "{was} is left");
    }
    for (class, count) in out.counts() {
        assert!(count > 0, "{class:?} was counted as none");
    }
    for secret in
        ["Rivera", "RIVERA", "Marta", "Chen", "88120", "00418823", "enc-", "pat-rivera", "rivera-hp", "obs-1", "1093817465", "1933"]
    {
        assert!(!whole.contains(secret), "{secret} is left: {whole}");
    }
}

#[test]
fn what_a_chart_is_read_for_stays_as_it_is() {
    for dates in [Dates::Moved(-21), Dates::Years] {
        assert_eq!(done(KEPT, dates).charts[0].documents[0].text, KEPT);
    }
}

#[test]
fn pseudonyms_are_the_same_everywhere_and_differ_between_people() {
    let text = "Rivera is here. Mrs. Rivera agrees. Her daughter Elena called; her son Tom too. Dr. Chen and Wei Chen, MD saw her. Call 319-555-0142 or (319) 555-0142, not 319-555-0199. daughter Elena";
    let out = done(text, Dates::Moved(-21));
    let after = &out.charts[0].documents[0].text;
    assert_eq!(after.matches("Patient-1").count(), 2, "{after}");
    assert_eq!(after.matches("Clinician-2").count(), 2, "{after}");
    assert!(after.contains("Clinician-2, MD"), "the reader still sees a physician: {after}");
    let of = |was: &str| out.replaced.iter().filter(|r| r.was == was).map(|r| r.with.as_str()).collect::<std::collections::BTreeSet<_>>();
    assert_eq!((of("Elena").len(), of("Tom").len()), (1, 1));
    assert_ne!(of("Elena"), of("Tom"));
    assert_eq!(of("319-555-0142"), of("(319) 555-0142"), "the same number, written differently");
    assert_ne!(of("319-555-0142"), of("319-555-0199"));
    assert_eq!(out.charts[0].documents[0].author.as_ref().unwrap().name.as_deref(), Some("Clinician-2, MD"));
    // Two charts: the clinician of both is one, the patients are two.
    let mut other = chart(text);
    other.patient.as_mut().unwrap().identifier = "pat-2".into();
    other.encounter.patient = Some("pat-2".into());
    let both = deidentify(&[chart(text), other], &mut |_| Dates::Years);
    assert!(both.charts[1].documents[0].text.contains("Clinician-2, MD") && !both.charts[1].documents[0].text.contains("Patient-1"));
}

#[test]
fn intervals_weekdays_and_times_of_day_survive_moved_dates_and_ages_over_89_do_not() {
    let out = done("Admitted Tuesday 2026-11-17, fell on 2026-11-14 at 09:30.", Dates::Moved(-21));
    let chart = &out.charts[0];
    assert_eq!(chart.documents[0].text, "Admitted Tuesday 2026-10-27, fell on 2026-10-24 at 09:30.");
    assert_eq!(chart.encounter.start.unwrap().to_string(), "2026-10-27T14:05:00-05:00");
    assert_eq!(chart.observations[0].time.unwrap().hours_since(&chart.encounter.start.unwrap()).round(), 16.0);
    assert_eq!(chart.patient.as_ref().unwrap().birth.unwrap().to_string(), "1936", "93 years old: as everybody over 89, 90");
    let years = done("Admitted 2026-11-17.", Dates::Years);
    assert_eq!(years.charts[0].documents[0].text, "Admitted 2026.");
    assert_eq!(years.charts[0].encounter.start.unwrap().to_string(), "2026");
}

#[test]
fn the_label_says_how_and_what_it_is_not() {
    let out = done("text", Dates::Moved(-21));
    let mut bundle = crate::export::bundle(&out.charts[0]);
    label(&mut bundle, Dates::Moved(-21));
    let words = bundle["meta"]["tag"][0]["display"].as_str().unwrap();
    assert!(words.contains("164.514(b)(2)") && words.contains("not Safe Harbor") && words.contains("expert"));
    assert_eq!(bundle.as_object().unwrap().keys().next().map(String::as_str), Some("resourceType"));
    assert!(method(Dates::Years).contains("only the years") && !method(Dates::Years).contains("not Safe Harbor"));
}

/// A header's name that is left is found by looking once more, and not by what replaced it.
#[test]
fn what_is_left_of_the_header_is_found() {
    let mut chart = chart("text");
    chart.encounter.working_drg = Some("Rivera".into()); // a field that nothing is looked for in
    let out = deidentify(&[chart], &mut |_| Dates::Years);
    assert_eq!(out.left.len(), 1);
}

/// The chart's patient was born on 1933-02-11 and is 93; the label said 1936 beside the date in the text, which was moved like any other.
#[test]
fn a_birth_date_or_an_age_over_89_in_a_text_went_out() {
    for (text, moved) in [
        ("DOB: 02/11/1933.", "DOB: 1936."),
        ("Date of birth February 11, 1933", "Date of birth 1936"),
        ("DOB=19330211", "DOB=1936"),
        ("Born 1933 in town", "Born 1936 in town"),
        ("b. 11 Feb 1933", "b. 1936"),
        ("DOB 2/11/33", "DOB 1936"),
        ("(02/11/1933)", "(1936)"),
        ("Her mother, born 3/5/1901", "Her mother, born 1936"),
        ("Her son, born 3/5/1961", "Her son, born 1961"),
        ("93F with sepsis", "90+F with sepsis"),
        ("She turned 93.", "She turned 90+."),
    ] {
        assert_eq!(done(text, Dates::Moved(-21)).charts[0].documents[0].text, moved, "{text}");
        let years = &done(text, Dates::Years).charts[0].documents[0].text;
        assert!(!["1933", "33", "93F", "93.", "1901"].iter().any(|left| years.contains(left)), "{text}: {years}");
    }
    let text = done("In her nineties; she is ninety-three.", Dates::Years).charts[0].documents[0].text.clone();
    assert!(!text.contains("ninet"), "{text}");
}

#[test]
fn a_name_that_one_note_told_stayed_in_another() {
    let mut chart = chart("His wife Philippa is here.");
    let mut other = chart.documents[0].clone();
    (other.identifier, other.text) = ("n10".into(), "Philippa called again, Phil\u{ad}ippa will come.".into());
    chart.documents.push(other);
    let out = deidentify(&[chart], &mut |_| Dates::Years);
    assert_eq!(out.left, [] as [String; 0]);
    let (one, two) = (&out.charts[0].documents[0].text, &out.charts[0].documents[1].text);
    let token = one.split_whitespace().find(|w| w.starts_with("Person-")).unwrap();
    assert_eq!(two.as_str(), format!("{token} called again, {token} will come."));
}
