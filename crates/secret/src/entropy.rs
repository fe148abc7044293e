//! Shannon entropy, with a floor that knows the alphabet.

/// Whether `value` is as random as `floor` asks, in bits a character.
///
/// The floor is meant for base 62 and 64 (at most 6 bits). Text of hex digits (at most 4) needs no more than 2.8,
/// text of decimal digits (at most 3.3) no more than 2.2.
pub(crate) fn reaches(value: &str, floor: f32) -> bool {
    let bytes = value.as_bytes();
    let floor = if bytes.iter().all(u8::is_ascii_digit) {
        floor.min(2.2)
    } else if bytes.iter().all(u8::is_ascii_hexdigit) {
        floor.min(2.8)
    } else {
        floor
    };
    shannon(bytes) >= floor
}

/// Bits a byte.
pub(crate) fn shannon(bytes: &[u8]) -> f32 {
    let mut counts = [0_u32; 256];
    for &b in bytes {
        counts[usize::from(b)] += 1;
    }
    let total = bytes.len() as f32;
    counts
        .iter()
        .filter(|&&n| n > 0)
        .map(|&n| {
            let p = n as f32 / total;
            -p * p.log2()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shannon_counts_bits() {
        assert_eq!(shannon(b""), 0.0);
        assert_eq!(shannon(b"aaaa"), 0.0);
        assert_eq!(shannon(b"abab"), 1.0);
        assert_eq!(shannon(b"abcdefgh"), 3.0);
    }

    #[test]
    fn hex_needs_less_than_base_64() {
        assert!(reaches("9f2c41d07be8a3659f2c41d07be8a365", 4.5));
        assert!(!reaches("9z2c41d07be8a3659f2c41d07be8a365", 4.5));
    }
}
