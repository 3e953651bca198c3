//! Where the lexicon's text comes from.

/// The files of a lexicon: names for messages, and their TOML.
#[derive(Clone, Debug, Default)]
pub struct Files<'a> {
    /// Files of concepts.
    pub concepts: Vec<(&'a str, &'a str)>,
    /// The triggers.
    pub triggers: (&'a str, &'a str),
    /// The attributes.
    pub attributes: (&'a str, &'a str),
    /// What is measured.
    pub observations: (&'a str, &'a str),
    /// How numbers stand beside the names of what is measured.
    pub measurements: (&'a str, &'a str),
    /// American spellings and their British forms.
    pub spellings: (&'a str, &'a str),
}

macro_rules! shipped {
    ($name:literal) => {
        (concat!("lexicon/", $name), include_str!(concat!("../../../lexicon/", $name)))
    };
}

impl Files<'static> {
    /// The files that come with the program.
    pub fn shipped() -> Self {
        Self {
            concepts: vec![
                shipped!("conditions.toml"),
                shipped!("habits.toml"),
                shipped!("cancer.toml"),
                shipped!("plain_words.toml"),
                shipped!("shadows.toml"),
                shipped!("findings.toml"),
                shipped!("findings_cardiac.toml"),
                shipped!("findings_pulmonary.toml"),
                shipped!("findings_infection.toml"),
                shipped!("findings_metabolic.toml"),
                shipped!("findings_neuro.toml"),
                shipped!("findings_blood.toml"),
                shipped!("findings_digestive.toml"),
                shipped!("findings_injury.toml"),
                shipped!("terms.toml"),
                shipped!("diagnoses_cardiac.toml"),
                shipped!("diagnoses_pulmonary.toml"),
                shipped!("diagnoses_infection.toml"),
                shipped!("diagnoses_metabolic.toml"),
                shipped!("diagnoses_neuro.toml"),
                shipped!("diagnoses_blood.toml"),
                shipped!("diagnoses_digestive.toml"),
                shipped!("diagnoses_injury.toml"),
                shipped!("status.toml"),
                shipped!("organisms.toml"),
                shipped!("treatments.toml"),
                shipped!("devices.toml"),
                shipped!("drugs.toml"),
                shipped!("procedures.toml"),
            ],
            triggers: shipped!("triggers.toml"),
            attributes: shipped!("attributes.toml"),
            observations: shipped!("observations.toml"),
            measurements: shipped!("measurements.toml"),
            spellings: shipped!("spellings.toml"),
        }
    }
}
