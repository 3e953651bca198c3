//! Who gave a number. Two hospitals may count from the same one: a record number travels with its authority, or means little.

use serde::{Deserialize, Serialize};

/// Who assigned an identifier, as the sender said it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authority {
    /// What the sender calls it (an HL7 namespace, a FHIR assigner).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A name that is unique everywhere, as a URI (a FHIR system; an OID as `urn:oid:...`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
}

impl Authority {
    /// Of a name and a URI; `None` where neither is given.
    pub fn of(name: Option<String>, uri: Option<String>) -> Option<Self> {
        let given = |words: Option<String>| words.map(|w| w.trim().to_owned()).filter(|w| !w.is_empty());
        let (name, uri) = (given(name), given(uri));
        (name.is_some() || uri.is_some()).then_some(Self { name, uri })
    }

    /// Of an HL7 v2 HD: namespace, universal id and its type.
    pub fn of_hd(namespace: Option<String>, id: Option<String>, kind: Option<&str>) -> Option<Self> {
        let uri = id.map(|id| match kind {
            Some("ISO") => format!("urn:oid:{id}"),
            Some("UUID" | "GUID") => format!("urn:uuid:{}", id.to_lowercase()),
            _ => id,
        });
        Self::of(namespace, uri)
    }

    /// As an HL7 v2 HD: namespace, universal id and its type; empty where there is none.
    pub fn hd(&self) -> [&str; 3] {
        let name = self.name.as_deref().unwrap_or_default();
        let uri = self.uri.as_deref().unwrap_or_default();
        let (id, kind) = [("urn:oid:", "ISO"), ("urn:uuid:", "UUID")]
            .iter()
            .find_map(|(lead, kind)| uri.strip_prefix(lead).map(|id| (id, *kind)))
            .unwrap_or((
                uri,
                if uri.contains(':') {
                    "URI"
                } else if uri.is_empty() {
                    ""
                } else {
                    "L"
                },
            ));
        [name, id, kind]
    }

    /// Whether both are surely the same: something that both say is the same, the URI before the name.
    pub fn is(&self, other: &Self) -> bool {
        let same = |one: &Option<String>, other: &Option<String>| Some(one.as_ref()?.eq_ignore_ascii_case(other.as_ref()?));
        same(&self.uri, &other.uri).or_else(|| same(&self.name, &other.name)).unwrap_or(false)
    }

    /// Whether both can be the same: what both say must agree, and what only one says is not held against the other.
    pub fn agrees(&self, other: &Self) -> bool {
        let same = |one: &Option<String>, other: &Option<String>| match (one, other) {
            (Some(one), Some(other)) => Some(one.eq_ignore_ascii_case(other)),
            _ => None,
        };
        same(&self.uri, &other.uri).or_else(|| same(&self.name, &other.name)).unwrap_or(true)
    }
}

/// A number that a patient is known by beside the record number, with who gave it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Number {
    /// The number.
    pub value: String,
    /// Who gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Authority>,
    /// What kind of number it is (HL7 table 0203: `MR`, `PI`, `SS`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

impl Number {
    /// Whether two people can be told to be one by it: somebody gave it, and it names a patient (HL7 table 0203), not an account, a passport
    /// or a licence, and no number that families share and clerks mistype.
    pub fn tells_people_apart(&self) -> bool {
        const OF_PATIENTS: [&str; 5] = ["MR", "PI", "PT", "MRT", "NI"];
        const SSN: [&str; 2] = ["urn:oid:2.16.840.1.113883.4.1", "http://hl7.org/fhir/sid/us-ssn"];
        let given = self.from.as_ref().is_some_and(|from| !from.uri.as_deref().is_some_and(|uri| SSN.contains(&uri)));
        given && self.kind.as_deref().is_none_or(|kind| OF_PATIENTS.contains(&kind))
    }

    /// Whether it is the same number of the same authority.
    pub fn is(&self, other: &Self) -> bool {
        self.value == other.value && self.from.as_ref().zip(other.from.as_ref()).is_some_and(|(one, other)| one.is(other))
    }
}

#[cfg(test)]
mod tests {
    use super::Authority;

    fn some(words: &str) -> Option<String> {
        (!words.is_empty()).then(|| words.to_owned())
    }

    #[test]
    fn what_came_as_an_hd_goes_out_as_the_same() {
        for hd in [["MERCY", "", ""], ["MERCY", "1.2.840.1", "ISO"], ["", "1.2.840.1", "ISO"], ["", "http://mercy.example/mrn", "URI"]] {
            let authority = Authority::of_hd(some(hd[0]), some(hd[1]), some(hd[2]).as_deref()).unwrap_or_default();
            assert_eq!(authority.hd(), hd);
        }
        assert_eq!(Authority::of_hd(None, some(" "), None), None);
    }

    #[test]
    fn only_what_both_say_is_compared() {
        let of = |name: &str, uri: &str| Authority::of(some(name), some(uri)).unwrap_or_default();
        for (one, other, same) in [
            (of("MERCY", ""), of("mercy", ""), true),
            (of("MERCY", ""), of("GRACE", ""), false),
            (of("MERCY", "urn:oid:1"), of("Mercy Hospital", "urn:oid:1"), true),
            (of("MERCY", "urn:oid:1"), of("MERCY", "urn:oid:2"), false),
            (of("MERCY", ""), of("", "urn:oid:1"), true),
        ] {
            assert_eq!(one.agrees(&other), same, "{one:?} {other:?}");
        }
    }
}
