//! Checks of formats that a regex cannot make.

use crate::format::Validator;
use crate::generic;
use crate::judge::{Candidate, Check};

/// Runs a rule's validator on what its regex found.
pub(crate) fn validate(validator: Validator, candidate: &Candidate<'_>) -> Check {
    let value = candidate.value();
    match validator {
        Validator::Crc32Base62 => has_crc32(value),
        Validator::AwsAccessKeyId => aws_access_key_id(value),
        Validator::AwsSecretKey => pass_if(is_mixed(value) && !in_longer_base64(candidate)),
        Validator::Jwt => pass_if(is_jwt(value)),
        Validator::MixedCase => pass_if(is_mixed(value)),
        Validator::LettersAndDigits => pass_if(
            value.bytes().any(|b| b.is_ascii_digit())
                && value.bytes().any(|b| b.is_ascii_alphabetic()),
        ),
        Validator::UrlPassword => pass_if(generic::is_url_password(value)),
        Validator::GenericConfig => pass_if(generic::is_config_secret(candidate)),
        Validator::GenericCode => pass_if(generic::is_code_secret(candidate)),
        Validator::TemplateEnvironment => pass_if(generic::is_environment_secret(candidate)),
        Validator::TemplateDefault => pass_if(generic::is_default_secret(candidate)),
    }
}

/// The CRC-32 of `data` in base 62 (digits, upper case, lower case), six characters with leading zeros.
pub(crate) fn crc32_base62(data: &[u8]) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut rest = crc32(data);
    let mut out = [b'0'; 6];
    for digit in out.iter_mut().rev() {
        *digit = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    out.iter().map(|&b| char::from(b)).collect()
}

fn pass_if(condition: bool) -> Check {
    if condition { Check::Pass } else { Check::Fail }
}

fn crc32(data: &[u8]) -> u32 {
    let step = |crc: u32, _| {
        if crc & 1 == 1 {
            crc >> 1 ^ 0xedb8_8320
        } else {
            crc >> 1
        }
    };
    !data
        .iter()
        .fold(!0_u32, |crc, &b| (0..8).fold(crc ^ u32::from(b), step))
}

/// `prefix_` + random part + checksum of the random part.
fn has_crc32(value: &str) -> Check {
    let random = value.rsplit_once('_').map_or(value, |(_, r)| r);
    match random
        .len()
        .checked_sub(6)
        .and_then(|at| random.split_at_checked(at))
    {
        Some((data, sum)) if crc32_base62(data.as_bytes()) == sum => Check::Pass,
        _ => Check::Doubt("its checksum is wrong, so it is mistyped or invented"),
    }
}

/// Base 32 after the four letters; its first six bytes hold an account number of twelve digits.
fn aws_access_key_id(value: &str) -> Check {
    const DOUBT: Check =
        Check::Doubt("no access key id has these characters, so it is mistyped or invented");
    let mut bits = 0_u64;
    for (i, b) in value.bytes().skip(4).enumerate() {
        let digit = match b {
            b'A'..=b'Z' => b - b'A',
            b'2'..=b'7' => b - b'2' + 26,
            _ => return DOUBT,
        };
        if i < 10 {
            bits = bits << 5 | u64::from(digit);
        }
    }
    // Fifty bits were read, of which the first 48 count: one flag, forty for the account, seven of something else.
    let account = bits >> 2 >> 7 & 0xff_ffff_ffff;
    if account < 1_000_000_000_000 {
        Check::Pass
    } else {
        DOUBT
    }
}

fn is_mixed(value: &str) -> bool {
    value.bytes().any(|b| b.is_ascii_lowercase())
        && value.bytes().any(|b| b.is_ascii_uppercase())
        && value.bytes().any(|b| b.is_ascii_digit())
}

fn in_longer_base64(candidate: &Candidate<'_>) -> bool {
    let base64 =
        |b: &u8| b.is_ascii_alphanumeric() || matches!(*b, b'+' | b'/' | b'=' | b'-' | b'_');
    // A `=` before the value is an assignment.
    let before = candidate
        .before()
        .last()
        .is_some_and(|b| base64(b) && *b != b'=');
    let escaped = candidate.before().ends_with(b"\\n");
    (before && !escaped) || candidate.after().first().is_some_and(base64)
}

fn is_jwt(value: &str) -> bool {
    let mut parts = value.split('.');
    let header = parts.next().and_then(decode_base64url);
    let payload = parts.next().and_then(decode_base64url);
    let object = |bytes: Option<Vec<u8>>| {
        bytes.and_then(|b| {
            serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&b).ok()
        })
    };
    // An encrypted token has no readable second part, but then five parts.
    let readable = object(payload).is_some() || value.split('.').count() == 5;
    object(header).is_some_and(|h| h.contains_key("alg")) && readable
}

fn decode_base64url(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    let mut bits = 0_u32;
    let mut count = 0;
    for b in text.bytes() {
        let digit = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            b'=' => break,
            _ => return None,
        };
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xff) as u8);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32_is_the_usual_one() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32_base62(b""), "000000");
    }

    #[test]
    fn a_wrong_checksum_is_a_doubt() {
        let random = "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ";
        let value = |sum: &str| format!("ghp_{random}{sum}");
        assert_eq!(has_crc32(&value("0mLq17")), Check::Pass);
        assert!(matches!(has_crc32(&value("0mLq18")), Check::Doubt(_)));
        assert!(matches!(has_crc32("ghp_é"), Check::Doubt(_)));
    }

    #[test]
    fn access_key_ids_hold_an_account() {
        assert_eq!(aws_access_key_id("AKIAQAAAAAAAAAAAAAAA"), Check::Pass);
        assert!(
            matches!(aws_access_key_id("AKIA7777777777777777"), Check::Doubt(_)),
            "account over twelve digits"
        );
        assert!(
            matches!(aws_access_key_id("AKIAQAAAAAAAAAAAAAA0"), Check::Doubt(_)),
            "0 is not in base 32"
        );
    }

    #[test]
    fn tokens_without_a_header_are_no_jwt() {
        assert!(is_jwt("eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln"));
        assert!(!is_jwt("eyJhIjoxfQ.eyJhIjoxfQ.c2ln"));
        assert!(!is_jwt("eyJhbGciOiJIUzI1NiJ9.abcd.c2ln"));
    }
}
