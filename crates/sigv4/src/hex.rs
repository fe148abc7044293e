//! Hexadecimal digits.

/// Lower-case digits of the bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    // Room for the whole: some of what is encoded is secret, and growing would leave copies behind.
    let mut text = String::with_capacity(bytes.len() * 2);
    for &byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// The 32 bytes that 64 lower-case digits stand for.
///
/// Upper case is refused, so that no two texts stand for the same bytes.
pub(crate) fn decode_32(text: &[u8]) -> Option<[u8; 32]> {
    if text.len() != 64 || text.iter().any(u8::is_ascii_uppercase) {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

/// The value of one digit of either case.
pub(crate) fn digit(character: u8) -> Option<u8> {
    char::from(character)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lower_case_of_the_right_length() {
        let bytes: [u8; 32] = std::array::from_fn(|at| (at * 8) as u8);
        let text = encode(&bytes);
        assert_eq!(decode_32(text.as_bytes()), Some(bytes));
        assert_eq!(decode_32(text.to_uppercase().as_bytes()), None);
        assert_eq!(decode_32(&text.as_bytes()[1..]), None);
        assert_eq!(decode_32("g".repeat(64).as_bytes()), None);
    }
}
