//! Numbers.

use crate::tree::ExprKind;

/// A whole number in any base, with its suffix.
pub(super) fn integer(text: &str) -> ExprKind {
    let text = text.trim_end_matches(['u', 'U', 'l', 'L']);
    let (digits, base) = match text.get(..2) {
        Some("0x" | "0X") => (&text[2..], 16),
        Some("0b" | "0B") => (&text[2..], 2),
        _ => (text, 10),
    };
    let digits: String = digits.chars().filter(|c| *c != '_').collect();
    match i64::from_str_radix(&digits, base) {
        Ok(value) => ExprKind::Int(value),
        Err(_) => ExprKind::Opaque(Vec::new()),
    }
}

/// A number with a fraction, an exponent or the suffix of a type that has them.
pub(super) fn real(text: &str) -> ExprKind {
    let digits: String = text
        .trim_end_matches(['f', 'F', 'd', 'D', 'm', 'M'])
        .chars()
        .filter(|c| *c != '_')
        .collect();
    match digits.parse() {
        Ok(value) => ExprKind::Float(value),
        Err(_) => ExprKind::Opaque(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_bases_separators_and_suffixes() {
        assert!(matches!(integer("1_000UL"), ExprKind::Int(1000)));
        assert!(matches!(integer("0xFF"), ExprKind::Int(255)));
        assert!(matches!(integer("0b1_0"), ExprKind::Int(2)));
        assert!(matches!(
            integer("99999999999999999999"),
            ExprKind::Opaque(_)
        ));
        assert!(matches!(real("1.5e3"), ExprKind::Float(x) if x == 1500.0));
        assert!(matches!(real("2m"), ExprKind::Float(x) if x == 2.0));
    }
}
