//! What goes out of a store: charts as FHIR R4 bundles and tables, gaps as FHIR DetectedIssues and a table, the
//! reader's findings as drafts, and charts without the people in them. Pure: a chart in, text out.
//!
//! What is exported can be imported again, and is the same chart: identifiers that are no FHIR ids travel as a business identifier of
//! the system [`IDENTIFIER`], and what FHIR has no place for as an extension.

mod audit;
pub mod deidentify;
mod fhir;
mod findings;
mod gaps;
mod kept;
mod reviews;
mod table;

use crate::chart::EncounterClass;
pub use audit::{audit_bundle, audit_table};
pub use fhir::bundle;
pub use findings::{DRAFT, findings_bundle, findings_lines};
pub use gaps::{gap_bundle, gap_table};
pub use reviews::{review_bundle, review_table};
pub(crate) use table::FORMULA;
pub use table::{Table, table};

/// The system of an identifier that is our own record's.
pub const IDENTIFIER: &str = "urn:lacuna:identifier";

/// The class of an encounter as an HL7 v3 ActCode; none where it was not given.
fn class_code(class: EncounterClass) -> Option<&'static str> {
    match class {
        EncounterClass::Inpatient => Some("IMP"),
        EncounterClass::Observation => Some("OBSENC"),
        EncounterClass::Emergency => Some("EMER"),
        EncounterClass::Ambulatory => Some("AMB"),
        EncounterClass::Other => Some("OTHER"),
        EncounterClass::NotGiven => None,
    }
}
