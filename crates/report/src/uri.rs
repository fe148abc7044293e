use std::borrow::Cow;

/// A path as a relative URI reference.
///
/// A colon is encoded because in a first segment it would read as a scheme, and a leading slash because the path is
/// relative to the scanned artifact whatever it looks like.
pub(crate) fn relative(path: &str) -> Cow<'_, str> {
    if path.bytes().all(is_plain) && !path.starts_with('/') {
        return Cow::Borrowed(path);
    }
    let mut uri = String::with_capacity(path.len() + 16);
    for (i, byte) in path.bytes().enumerate() {
        if is_plain(byte) && !(i == 0 && byte == b'/') {
            uri.push(char::from(byte));
        } else {
            let digit = |nibble: u8| char::from(b"0123456789ABCDEF"[usize::from(nibble & 15)]);
            uri.extend(['%', digit(byte >> 4), digit(byte)]);
        }
    }
    Cow::Owned(uri)
}

const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.'
                | b'_'
                | b'~'
                | b'/'
                | b'!'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
                | b'@'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_relative_uris() {
        assert_eq!(relative("src/app.py"), "src/app.py");
        assert_eq!(
            relative("layer.zip!/a b#?%.py"),
            "layer.zip!/a%20b%23%3F%25.py"
        );
        assert_eq!(relative("c:evil/x"), "c%3Aevil/x");
        assert_eq!(relative("//host/x"), "%2F/host/x");
        assert_eq!(relative("é\u{202e}\n"), "%C3%A9%E2%80%AE%0A");
    }
}
