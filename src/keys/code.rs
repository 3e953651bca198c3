//! The recovery code: 128 random bits in 26 letters and digits, with two more that catch a slip of the pen, in seven groups of four.

use super::random;
use crate::error::Result;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Crockford's base 32: no I, L, O, U.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUPS: usize = 7;
const LENGTH: usize = GROUPS * 4;

/// A recovery code. It opens the store when a passphrase is lost, and is shown once.
pub struct RecoveryCode(Zeroizing<String>);

impl RecoveryCode {
    /// A new one.
    pub fn random() -> Result<Self> {
        let bits = u128::from_be_bytes(random()?);
        Ok(Self::of(bits))
    }

    fn of(bits: u128) -> Self {
        let digit = |value: u128| LETTERS.get((value & 31) as usize).map_or('0', |b| char::from(*b));
        let mut text: String = (0..26).rev().map(|i| digit(bits >> (5 * i))).collect();
        let check = check(&text);
        text.push(digit(u128::from(check >> 5)));
        text.push(digit(u128::from(check)));
        Self(Zeroizing::new(text))
    }

    /// What a person typed: case, spaces and hyphens do not matter, nor whether O is a zero and I or L a one. `None` when a
    /// character is wrong or missing.
    pub fn typed(text: &str) -> Option<Self> {
        let clean = Zeroizing::new(clean(text));
        let (body, sum) = clean.split_at_checked(26)?;
        let known = clean.len() == LENGTH && clean.bytes().all(|b| LETTERS.contains(&b));
        let digit = |b: u8| LETTERS.iter().position(|l| *l == b).unwrap_or(0);
        let given = sum.bytes().fold(0, |n, b| n << 5 | digit(b));
        (known && given == usize::from(check(body))).then(|| Self(clean.clone()))
    }

    /// In groups of four.
    pub fn groups(&self) -> Vec<&str> {
        (0..GROUPS).filter_map(|i| self.0.get(i * 4..i * 4 + 4)).collect()
    }

    /// Whether `text` is the group of this number, however it was typed.
    pub fn group_is(&self, number: usize, text: &str) -> bool {
        self.groups().get(number).is_some_and(|group| *group == clean(text))
    }

    /// As it is written down.
    pub fn shown(&self) -> Zeroizing<String> {
        Zeroizing::new(self.groups().join("-"))
    }

    pub(super) fn secret(&self) -> &str {
        &self.0
    }
}

fn clean(text: &str) -> String {
    let letter = |c: char| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        c => c,
    };
    text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(letter).collect()
}

/// Ten bits over the 26 characters before.
fn check(body: &str) -> u16 {
    let hash = Sha256::digest(body.as_bytes());
    let two = hash.first_chunk::<2>().copied().unwrap_or_default();
    u16::from_be_bytes(two) >> 6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_back_however_it_is_typed_and_a_slip_is_noticed() {
        let code = RecoveryCode::random().unwrap();
        let shown = code.shown();
        assert_eq!((shown.len(), code.groups().len()), (34, 7));
        for typed in [shown.to_string(), shown.to_lowercase(), shown.replace('-', " "), shown.replace('0', "o").replace('1', "l")] {
            assert_eq!(RecoveryCode::typed(&typed).map(|c| c.secret().to_owned()).as_deref(), Some(code.secret()), "{typed}");
        }
        assert!(code.group_is(2, &code.groups()[2].to_lowercase()) && !code.group_is(7, ""));
        let fixed = RecoveryCode::of(u128::MAX / 3);
        let mut missed = 0;
        for at in 0..LENGTH {
            let mut other = fixed.secret().as_bytes().to_vec();
            other[at] = if other[at] == b'7' { b'8' } else { b'7' };
            missed += usize::from(RecoveryCode::typed(std::str::from_utf8(&other).unwrap()).is_some());
        }
        assert_eq!(missed, 0, "one wrong character of this code");
        for bad in ["", "-", "AAAA", &shown[1..], &format!("{}A", &*shown), "UUUU-UUUU-UUUU-UUUU-UUUU-UUUU-UUUU", "ÄÄÄÄÄÄÄÄÄÄÄÄÄÄ"]
        {
            assert!(RecoveryCode::typed(bad).is_none(), "{bad}");
        }
    }
}
