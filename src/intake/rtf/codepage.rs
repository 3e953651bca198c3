//! Code pages of RTF, by their numbers and by the character sets of its fonts.

use encoding_rs::{BIG5, EUC_KR, Encoding, GBK, IBM866, MACINTOSH, SHIFT_JIS, UTF_8, WINDOWS_874, WINDOWS_1252};

/// How bytes beyond ASCII are read; `None` where the code page is not known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page(Option<&'static Encoding>);

impl Default for Page {
    fn default() -> Self {
        Self(Some(WINDOWS_1252))
    }
}

impl Page {
    /// By Windows' number.
    pub(super) fn of_code_page(number: i64) -> Self {
        Self(match number {
            0 => Some(WINDOWS_1252),
            866 => Some(IBM866),
            874 => Some(WINDOWS_874),
            932 => Some(SHIFT_JIS),
            936 => Some(GBK),
            949 => Some(EUC_KR),
            950 => Some(BIG5),
            1250..=1258 => Encoding::for_label(format!("windows-{number}").as_bytes()),
            10000 => Some(MACINTOSH),
            28591..=28606 => Encoding::for_label(format!("iso-8859-{}", number - 28590).as_bytes()),
            65001 => Some(UTF_8),
            _ => None,
        })
    }

    /// By the character set of a font; `None` is the document's own.
    pub(super) fn of_charset(number: i64) -> Option<Self> {
        let code_page = match number {
            0 => 1252,
            77 => 10000,
            128 => 932,
            129 => 949,
            134 => 936,
            136 => 950,
            161 => 1253,
            162 => 1254,
            163 => 1258,
            177 => 1255,
            178 => 1256,
            186 => 1257,
            204 => 1251,
            222 => 874,
            238 => 1250,
            _ => return None,
        };
        Some(Self::of_code_page(code_page))
    }

    /// Whether a character may take more than one byte.
    pub(super) fn is_wide(self) -> bool {
        self.0.is_some_and(|encoding| !encoding.is_single_byte())
    }

    /// Writes what the bytes stand for; says how many are not known.
    pub(super) fn decode(self, bytes: &[u8], out: &mut String) -> usize {
        let Some(encoding) = self.0 else {
            let mut unknown = 0;
            // A NUL is no character in any code page, known or not.
            for byte in bytes.iter().filter(|byte| **byte != 0) {
                if byte.is_ascii() {
                    out.push(char::from(*byte));
                } else {
                    out.push('\u{fffd}');
                    unknown += 1;
                }
            }
            return unknown;
        };
        let text = encoding.decode_without_bom_handling(bytes).0;
        let broken = text.matches('\u{fffd}').count();
        out.extend(text.chars().filter(|c| *c != '\0'));
        broken
    }
}
