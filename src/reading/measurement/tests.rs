//! What is read as a measurement and what is not, in sentences made up for this table.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use crate::reading::read;

/// A text and what it states, in order.
type Row = (&'static str, &'static [(&'static str, f64)]);

const STATED: &[Row] = &[
    // Words between name and number.
    ("The hematocrit stabilized at 27.", &[("hematocrit", 27.0)]),
    ("Creatinine increased to 3.1 overnight.", &[("creatinine", 3.1)]),
    ("White count is down to 8.7.", &[("wbc", 8.7)]),
    ("Potassium equals 2.9.", &[("potassium", 2.9)]),
    ("Her lactate is up at 5.2.", &[("lactate", 5.2)]),
    ("White count in the emergency room was 11.3.", &[("wbc", 11.3)]),
    ("Heart rate has been ranging between 90 and 110.", &[("heart_rate", 90.0)]),
    ("Hemoglobin on repeat was 7.9.", &[("hemoglobin", 7.9)]),
    ("Sodium corrected to 134.", &[("sodium", 134.0)]),
    ("Platelets remained low at 48,000.", &[("platelets", 48.0)]),
    // Several values of one name.
    ("Cr 1.2 -> 2.6", &[("creatinine", 1.2), ("creatinine", 2.6)]),
    ("Cr 2.6 (baseline 1.2).", &[("creatinine", 2.6), ("creatinine", 1.2)]),
    ("Creatinine 2.6, up from 1.2.", &[("creatinine", 2.6), ("creatinine", 1.2)]),
    ("A drop in hematocrit from 34 to 26.", &[("hematocrit", 34.0), ("hematocrit", 26.0)]),
    ("Creatinine rose from 0.9 to 1.9.", &[("creatinine", 0.9), ("creatinine", 1.9)]),
    ("White count is down from 22,000 to 10.5.", &[("wbc", 22.0), ("wbc", 10.5)]),
    ("Weight went from about 210 pounds to 190 pounds.", &[("weight", 95.25), ("weight", 86.18)]),
    // Rows of names and numbers.
    ("H&H 37.4/12.1", &[("hematocrit", 37.4), ("hemoglobin", 12.1)]),
    ("H&H 7.8/23.9.", &[("hemoglobin", 7.8), ("hematocrit", 23.9)]),
    ("H and H of 7.8 and 23.9", &[("hemoglobin", 7.8), ("hematocrit", 23.9)]),
    ("PT/INR 15/1.3", &[("pt", 15.0), ("inr", 1.3)]),
    ("AST/ALT were 88/92.", &[("ast", 88.0), ("alt", 92.0)]),
    ("BUN/creatinine 44/2.1", &[("bun", 44.0), ("creatinine", 2.1)]),
    ("BUN / Cr: 44 / 2.1", &[("bun", 44.0), ("creatinine", 2.1)]),
    // The creatinine was the BUN.
    ("BUN and creatinine are 5 and 0.3.", &[("bun", 5.0), ("creatinine", 0.3)]),
    ("BUN and creatinine of 44 and 2.1, respectively.", &[("bun", 44.0), ("creatinine", 2.1)]),
    ("Sodium, potassium, and chloride were 138, 4.1, and 102.", &[("sodium", 138.0), ("potassium", 4.1), ("chloride", 102.0)]),
    ("Sodium and potassium 4.1.", &[("potassium", 4.1)]),
    ("Transfused 2 units for Hgb of 6.5.", &[("hemoglobin", 6.5)]),
    ("Responded to transfusion, Hgb 8.1.", &[("hemoglobin", 8.1)]),
    ("Hgb < 7 this morning.", &[("hemoglobin", 7.0)]),
    ("Na/K 131/5.2", &[("sodium", 131.0), ("potassium", 5.2)]),
    ("WBC/Hgb/Hct/Plt 9.4/10.2/31/188", &[("wbc", 9.4), ("hemoglobin", 10.2), ("hematocrit", 31.0), ("platelets", 188.0)]),
    ("CBC: 9.4/10.2/31/188", &[("wbc", 9.4), ("hemoglobin", 10.2), ("hematocrit", 31.0), ("platelets", 188.0)]),
    ("CBC 9.4>10.2/31<188", &[("wbc", 9.4), ("hemoglobin", 10.2), ("hematocrit", 31.0), ("platelets", 188.0)]),
    (
        "BMP 135/4.4/101/22/30/1.6/140",
        &[
            ("sodium", 135.0),
            ("potassium", 4.4),
            ("chloride", 101.0),
            ("bicarbonate", 22.0),
            ("bun", 30.0),
            ("creatinine", 1.6),
            ("glucose", 140.0),
        ],
    ),
    (
        "Chem-7: 135|4.4|101|22|30|1.6<140",
        &[
            ("sodium", 135.0),
            ("potassium", 4.4),
            ("chloride", 101.0),
            ("bicarbonate", 22.0),
            ("bun", 30.0),
            ("creatinine", 1.6),
            ("glucose", 140.0),
        ],
    ),
    (
        "Labs this morning 135|4.4|101|22|30|1.6<140",
        &[
            ("sodium", 135.0),
            ("potassium", 4.4),
            ("chloride", 101.0),
            ("bicarbonate", 22.0),
            ("bun", 30.0),
            ("creatinine", 1.6),
            ("glucose", 140.0),
        ],
    ),
    ("Lytes 135/4.4/101/22", &[("sodium", 135.0), ("potassium", 4.4), ("chloride", 101.0), ("bicarbonate", 22.0)]),
    ("ABG 7.29/61/72/29", &[("ph_arterial", 7.29), ("pco2", 61.0), ("po2", 72.0), ("bicarbonate", 29.0)]),
    // Pressures.
    ("BP 96/54", &[("systolic_bp", 96.0), ("diastolic_bp", 54.0)]),
    ("BP in the 150s/90s", &[("systolic_bp", 150.0), ("diastolic_bp", 90.0)]),
    ("Blood pressures 150s/90s", &[("systolic_bp", 150.0), ("diastolic_bp", 90.0)]),
    ("BP 110-125/60-70", &[("systolic_bp", 110.0), ("diastolic_bp", 60.0)]),
    ("Blood pressure 142 over 88", &[("systolic_bp", 142.0), ("diastolic_bp", 88.0)]),
    ("BP 84/palp", &[("systolic_bp", 84.0)]),
    ("Blood pressure was 84 systolic.", &[("systolic_bp", 84.0)]),
    ("MAP 58 on two pressors", &[("map", 58.0)]),
    // Oxygen.
    ("Pulse ox 97 on 3 liters.", &[("spo2", 97.0)]),
    ("Pulse oximetry on 3 liters nasal cannula 93%.", &[("spo2", 93.0)]),
    ("SpO2 84 % on RA", &[("spo2", 84.0)]),
    ("Satting 91% RA", &[("spo2", 91.0)]),
    ("FiO2 0.6", &[("fio2", 60.0)]),
    // Sizes.
    ("A girl weighing 6 pounds 8 ounces.", &[("weight", 2.9483)]),
    ("Height: 64-1/2 inches.", &[("height", 163.83)]),
    ("Height 64 1/2 inches", &[("height", 163.83)]),
    ("He is of height 5 feet 11 inches.", &[("height", 180.34)]),
    ("Ht 5'4\", Wt 130 lbs", &[("height", 162.56), ("weight", 58.967)]),
    ("Height: 5\u{2019}4.", &[("height", 162.56)]),
    ("Weight 82 kg", &[("weight", 82.0)]),
    // Units, ranges, comparators, signs.
    ("T 39.2 C (102.6)", &[("temperature", 39.2)]),
    ("Temp 101.2", &[("temperature", 38.44)]),
    ("Creatinine 150 umol/L", &[("creatinine", 1.697)]),
    ("Hb 92 g/L", &[("hemoglobin", 9.2)]),
    ("glucose 14.2 mmol/L", &[("glucose", 255.9)]),
    ("EF 30-35 %", &[("ejection_fraction", 30.0)]),
    ("Troponin < 0.02", &[("troponin", 0.02)]),
    // A whole number without a unit is in ng/L; it was read as ng/mL.
    ("Troponin 1450, then troponin 3.21.", &[("troponin", 1.45), ("troponin", 3.21)]),
    ("Troponin 12 ng/mL", &[("troponin", 12.0)]),
    ("Base excess -6", &[("base_excess", -6.0)]),
    ("Base excess 3", &[("base_excess", 3.0)]),
    ("Urine output of 1900 cc", &[("urine_output", 1900.0)]),
    // Dates between name and number.
    ("Creatinine on 4/12/2022 was 1.7.", &[("creatinine", 1.7)]),
    ("EF in 2018 was 50%.", &[("ejection_fraction", 50.0)]),
    // Guarded names.
    ("PT 13.1, PTT 31", &[("pt", 13.1), ("ptt", 31.0)]),
    ("Mg 1.6, Ca 8.1", &[("magnesium", 1.6), ("calcium", 8.1)]),
    // The same names, of the blood after all.
    ("Serum glucose 210.", &[("glucose", 210.0)]),
    ("UA negative. WBC 12.8.", &[("wbc", 12.8)]),
    ("Urinalysis normal, WBC 12.8.", &[("wbc", 12.8)]),
    ("CSF glucose 55, serum glucose 98.", &[("glucose", 98.0)]),
    ("Systolic blood pressure 92.", &[("systolic_bp", 92.0)]),
    ("Creatinine 1.3 (ref 0.6-1.1).", &[("creatinine", 1.3)]),
    ("INR 3.4, goal 2-3.", &[("inr", 3.4)]),
];

const NOT: &[&str] = &[
    // Another fluid, another vessel, another person.
    "CSF glucose was 61.",
    "CSF showed: protein 88, glucose 44, WBC 12.",
    "Lumbar puncture with glucose of 71.",
    "Pleural fluid glucose 38, WBC 900.",
    "Ascitic fluid albumin 1.1.",
    "Urine glucose 250.",
    "Urinalysis with WBC 25.",
    "URINALYSIS: Cloudy. Specific gravity 1.020, nitrite positive, glucose negative, WBC 25, RBC 5.",
    "UA: blood negative, nitrites negative, WBC 20-30, bacteria few.",
    "WBC in the urine 22.",
    "Estimated pulmonary artery systolic pressure 52 mmHg.",
    "Right ventricular systolic pressure is 48 mmHg.",
    "Fetal heart rate 140.",
    "Mixed venous saturation 61%.",
    // Doses.
    "Potassium 40 mEq p.o. daily",
    "potassium chloride 10 mEq",
    "Aspirin 81 Mg 2 tablets",
    "magnesium 2 grams IV",
    "Sodium 1 gram t.i.d.",
    // Counts, ordinals, time.
    "Repeat hemoglobin A1c in 6 months.",
    "Checks blood sugar 3 times a day.",
    "Weight at the 25th percentile.",
    "Glucose 3+.",
    "Takes his blood pressure 2 times a week.",
    "PT 3 times a week.",
    "WBC 20 per hpf",
    // Dates, telephones, rooms, ages, other tests.
    "Potassium 3/4",
    "Call lab about sodium 555-1234.",
    "Ca 19-9 was raised.",
    "Pulse in room 412",
    "The BP medication was changed at age 54.",
    "WBC 10/5",
    // Aims, limits and what is usual.
    "Goal MAP > 65.",
    "Target INR 2-3.",
    "Keep SBP < 140.",
    "Hold for heart rate < 55.",
    "Call if temperature > 38.5.",
    "Transfuse for Hgb < 7.",
    // A unit that was given was a count of one, and what was to be reached was measured.
    "Plt 1 u #P118 1200-1250",
    "Hgb 1 u given",
    "Tx to Hb 7-8.",
    "Transfused to a Hgb of 8.",
    "Transfusion trigger Hgb 7",
    "Aim Na 150",
    "Will give 1 unit of packed cells for hemoglobin <7.",
    "Tylenol prn for temperature > 38.3",
    "Maintain saturation above 92%.",
    "Reference creatinine 0.6-1.1",
    // Rows that are none.
    "138/4.1/102/24/18/1.0/110",
    "BMP 3/4/2021",
    "H&H pending 8/9",
    "AST/ALT pending 3/4",
    "CBC 12",
    // Items of a list.
    "Following WBC\n3. Anemia of chronic disease",
    "Will trend K\n4. Pneumonia",
    // No number of theirs.
    "The sodium and the glucose were normal.",
    "Weight-bearing for 6 to 8 weeks.",
];

#[test]
fn what_is_stated_is_read_and_nothing_else() {
    let mut wrong = Vec::new();
    for (text, want) in STATED.iter().copied().chain(NOT.iter().map(|text| (*text, &[] as &[(&str, f64)]))) {
        let got: Vec<(String, f64)> = read(text, None).measurements.into_iter().map(|m| (m.name, m.value)).collect();
        let same = got.len() == want.len() && got.iter().zip(want).all(|((name, value), (n, v))| name == n && (value - v).abs() < 0.06);
        if !same {
            wrong.push(format!("{text}\n    read {got:?}\n    not  {want:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), STATED.len() + NOT.len(), wrong.join("\n"));
}

#[test]
fn a_baseline_beside_a_value_is_not_the_time_of_both() {
    let read = read("Cr 2.6 (baseline 1.2).", None).measurements;
    assert_eq!((read[0].time.as_deref(), read[1].time.as_deref()), (None, Some("baseline")));
}
