//! Reads FHIR JSON strictly as R4: an unknown field, a missing one, a wrong type or an unknown resource is an error.
//!
//!     lacuna query export --all --form fhir > queries.json
//!     cargo run --manifest-path scripts/fhir_r4/Cargo.toml -- queries.json

use fhirbolt::model::r4::Resource;
use fhirbolt::serde::{DeserializationConfig, DeserializationMode};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut sound = true;
    for file in std::env::args().skip(1) {
        let config = DeserializationConfig { mode: DeserializationMode::Strict, ..DeserializationConfig::default() };
        let read = std::fs::read_to_string(&file)
            .map_err(|e| e.to_string())
            .and_then(|text| fhirbolt::json::from_str::<Resource>(&text, Some(config)).map_err(|e| e.to_string()));
        match read {
            Ok(_) => println!("{file}: R4"),
            Err(why) => {
                sound = false;
                eprintln!("{file}: not R4: {why}");
            }
        }
    }
    if sound { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
