//! The comments of a file, found in its text: they can stand between any two tokens, and in what the walk skips too.

use memchr::{memchr, memchr3, memmem};
use shindan_base::Span;

/// Every comment in source order.
pub(super) fn find(text: &str) -> Vec<Span> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = memchr3(b'/', b'"', b'\'', &bytes[at..]) {
        let start = at + next;
        let rest = &bytes[start..];
        let length = match rest {
            [b'/', b'/', ..] => {
                let length = memchr(b'\n', rest).unwrap_or(rest.len());
                length - usize::from(rest[..length].ends_with(b"\r"))
            }
            [b'/', b'*', inside @ ..] => {
                memmem::find(inside, b"*/").map_or(rest.len(), |end| end + 4)
            }
            [b'"', b'"', b'"', inside @ ..] => 3 + text_block(inside),
            [b'/', ..] => 1,
            [quote, inside @ ..] => 1 + quoted(inside, *quote),
            [] => break,
        };
        at = start + length;
        if rest.starts_with(b"//") || rest.starts_with(b"/*") {
            found.push(Span::new(start as u32, at as u32));
        }
    }
    found
}

/// The length of what follows an opening quote, the closing one included; a line end closes it too.
fn quoted(inside: &[u8], quote: u8) -> usize {
    let mut i = 0;
    while let Some(&byte) = inside.get(i) {
        i += match byte {
            b'\\' => 2,
            b'\n' => return i,
            _ if byte == quote => return i + 1,
            _ => 1,
        };
    }
    inside.len()
}

/// The length of what follows an opening `"""`, the closing one included.
fn text_block(inside: &[u8]) -> usize {
    let mut i = 0;
    while let Some(&byte) = inside.get(i) {
        i += match byte {
            b'\\' => 2,
            b'"' if inside[i..].starts_with(b"\"\"\"") => return i + 3,
            _ => 1,
        };
    }
    inside.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        find(text)
            .into_iter()
            .map(|span| span.slice(text))
            .collect()
    }

    #[test]
    fn comments_are_told_from_strings() {
        assert_eq!(
            texts(
                "a = \"//\"; // b \"\r\nc('\"', '\\''); /* d\n */ e / f; \"\"\"\n \" // \\\"\"\"\" /**/"
            ),
            ["// b \"", "/* d\n */", "/**/"]
        );
        assert_eq!(texts("/* open"), ["/* open"]);
        assert_eq!(texts("\"open\n// x"), ["// x"]);
        assert_eq!(texts("'\\"), [""; 0]);
    }
}
