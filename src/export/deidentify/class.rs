//! The identifiers that Safe Harbor names, 45 CFR 164.514(b)(2)(i)(A) to (R).

use serde::{Deserialize, Serialize};

/// One class of identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// (A) Names.
    Names,
    /// (B) Places smaller than a state.
    Places,
    /// (C) Dates but for the year, and ages over 89.
    Dates,
    /// (D) Telephone numbers.
    Telephones,
    /// (E) Fax numbers.
    Faxes,
    /// (F) Electronic mail addresses.
    Mail,
    /// (G) Social security numbers.
    SocialSecurity,
    /// (H) Medical record numbers.
    RecordNumbers,
    /// (I) Health plan beneficiary numbers.
    HealthPlans,
    /// (J) Account numbers.
    Accounts,
    /// (K) Certificate and license numbers.
    Licenses,
    /// (L) Vehicle identifiers and plates.
    Vehicles,
    /// (M) Device identifiers and serial numbers.
    Devices,
    /// (N) Web addresses.
    WebAddresses,
    /// (O) IP addresses.
    IpAddresses,
    /// (P) Biometric identifiers.
    Biometrics,
    /// (Q) Full-face photographs.
    Photographs,
    /// (R) Any other unique number, characteristic or code.
    Others,
}

use Class::{
    Accounts, Biometrics, Dates, Devices, Faxes, HealthPlans, IpAddresses, Licenses, Mail, Names, Others, Photographs, Places,
    RecordNumbers, SocialSecurity, Telephones, Vehicles, WebAddresses,
};

impl Class {
    /// Every class, in the order of the regulation: (A) to (R).
    pub const ALL: [Self; 18] = [
        Names,
        Places,
        Dates,
        Telephones,
        Faxes,
        Mail,
        SocialSecurity,
        RecordNumbers,
        HealthPlans,
        Accounts,
        Licenses,
        Vehicles,
        Devices,
        WebAddresses,
        IpAddresses,
        Biometrics,
        Photographs,
        Others,
    ];

    /// How a person says it.
    pub fn label(self) -> &'static str {
        match self {
            Names => "names",
            Places => "places below a state",
            Dates => "dates, ages over 89",
            Telephones => "telephone numbers",
            Faxes => "fax numbers",
            Mail => "mail addresses",
            SocialSecurity => "social security numbers",
            RecordNumbers => "record numbers",
            HealthPlans => "health plan numbers",
            Accounts => "account numbers",
            Licenses => "licenses, certificates",
            Vehicles => "vehicles, plates",
            Devices => "devices, serial numbers",
            WebAddresses => "web addresses",
            IpAddresses => "IP addresses",
            Biometrics => "biometric identifiers",
            Photographs => "photographs",
            Others => "other unique codes",
        }
    }

    /// What stands in the place of one, before its number.
    pub(super) fn token(self) -> &'static str {
        match self {
            Names => "person",
            Places => "place",
            Dates => "date",
            Telephones => "telephone",
            Faxes => "fax",
            Mail => "mail",
            SocialSecurity => "social security",
            RecordNumbers => "record number",
            HealthPlans => "health plan",
            Accounts => "account",
            Licenses => "license",
            Vehicles => "vehicle",
            Devices => "device",
            WebAddresses => "web address",
            IpAddresses => "IP address",
            Biometrics => "biometric",
            Photographs => "photograph",
            Others => "code",
        }
    }
}
