//! Source text in Shift_JIS, in which the second byte of a character may be a backslash.
//!
//! `表` is `95 5C`: read byte by byte, it would escape the quote behind it, and the rest of the file would be lost. Only
//! the borders of characters matter to the analysis, so there is no table of what they are; half-width katakana need none.
//! The ranges are those of JIS X 0208:1997, appendix 1, with the extensions of Windows-31J.

/// The text, if all bytes are Shift_JIS and some are kana. Nearly every Japanese text has kana; text of other encodings
/// rarely has bytes that look like one, and still less often only bytes that fit.
pub(crate) fn read(bytes: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(bytes.len());
    let mut has_kana = false;
    let mut rest = bytes;
    while let [first, behind @ ..] = rest {
        rest = behind;
        match (first, behind) {
            (0x00..=0x7f, _) => text.push(char::from(*first)),
            (0xa1..=0xdf, _) => text.extend(char::from_u32(0xff61 + u32::from(first - 0xa1))),
            (0x81..=0x9f | 0xe0..=0xfc, [second @ (0x40..=0x7e | 0x80..=0xfc), behind @ ..]) => {
                has_kana |= matches!((first, second), (0x82, 0x9f..=0xf1) | (0x83, 0x40..=0x96));
                text.push(char::REPLACEMENT_CHARACTER);
                rest = behind;
            }
            _ => return None,
        }
    }
    has_kana.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_backslash_inside_a_character_is_none() {
        // "表あｱ"
        assert_eq!(
            read(b"x = \"\x95\x5c\x82\xa0\xb1\"").as_deref(),
            Some("x = \"\u{fffd}\u{fffd}\u{ff71}\"")
        );
    }

    #[test]
    fn other_encodings_are_left_alone() {
        let latin = b"// caf\xe9\n";
        let latin_in_pairs = b"// d\xe9j\xe0 vu";
        let cut = b"\x82\xa0\x82";
        for bytes in [&latin[..], latin_in_pairs, cut] {
            assert_eq!(read(bytes), None);
        }
    }
}
