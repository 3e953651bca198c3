//! Names written with and without the marks of their letters: "Müller" is also "Muller" and "Mueller", "Nguyễn" is also "Nguyen".

/// The spellings of a name in plain letters: the marks dropped, and those that are written out written out.
pub fn spellings(name: &str) -> [String; 2] {
    let lower = name.to_lowercase();
    [lower.chars().map(|c| plain(c, false)).collect(), lower.chars().map(|c| plain(c, true)).collect()]
}

/// Whether two names are one but for the marks of their letters.
pub fn same_letters(one: &str, other: &str) -> bool {
    let (a, b) = (spellings(one), spellings(other));
    a.iter().any(|name| b.contains(name))
}

fn plain(c: char, written_out: bool) -> &'static str {
    match c {
        'ä' | 'æ' if written_out => "ae",
        'ö' | 'ø' | 'œ' if written_out => "oe",
        'ü' if written_out => "ue",
        'å' if written_out => "aa",
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ạ'..='ặ' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẹ'..='ệ' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ỉ' | 'ị' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ơ' | 'ọ'..='ợ' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' | 'ụ'..='ự' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' | 'ỳ'..='ỹ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        '\u{300}'..='\u{36f}' => "",
        'a'..='z' => {
            const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
            let at = c as usize - 'a' as usize;
            LETTERS.get(at..=at).unwrap_or_default()
        }
        _ => " ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_its_marks_was_another_name() {
        for (one, other, same) in [
            ("Müller", "Muller", true),
            ("Müller", "MUELLER", true),
            ("Nguyễn", "Nguyen", true),
            ("O'Brien", "o brien", true),
            ("Łukasz", "Lukasz", true),
            ("Jose\u{301}", "José", true),
            ("Birch", "Burch", false),
        ] {
            assert_eq!(same_letters(one, other), same, "{one} / {other}");
        }
    }
}
