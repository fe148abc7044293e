//! Examples that contain no secret until they are expanded.
//!
//! A repository full of example secrets would be flagged by every scanner, so rule files write the random part as
//! `{{rand:base62:36}}`. Expansion is deterministic: the same text always gives the same value.
//!
//! | written | becomes |
//! |---|---|
//! | `{{rand:ALPHABET:N}}` | N characters of `base32`, `base36`, `base62`, `base64`, `base64url`, `hex`, `digits`, `lower`, `bech32` |
//! | `{{crc62}}` | the six-character checksum of the last `rand` |
//! | `{{b64url:TEXT}}`, `{{b64:TEXT}}` | TEXT in base 64, unpadded or padded |
//! | `{{pem:LABEL:N}}` | N lines of base 64 between the BEGIN and END lines of LABEL |

use crate::format::ExampleData;
use crate::validate;

const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const DIGITS: &str = "0123456789";

/// A text that a rule must or must not flag.
#[derive(Clone, Copy, Debug)]
pub struct Example<'r> {
    data: &'r ExampleData,
}

impl<'r> Example<'r> {
    pub(crate) const fn new(data: &'r ExampleData) -> Self {
        Self { data }
    }

    /// Whether the rule must flag it.
    #[must_use]
    pub fn is_bad(self) -> bool {
        self.data.bad.is_some()
    }

    /// The file it would stand in.
    #[must_use]
    pub fn path(self) -> &'r str {
        self.data.path.as_deref().unwrap_or("app.py")
    }

    /// The text as the rule file has it, placeholders included.
    #[must_use]
    pub fn template(self) -> &'r str {
        self.data
            .bad
            .as_deref()
            .or(self.data.good.as_deref())
            .unwrap_or("")
    }

    /// The text with invented values in place of the placeholders.
    #[must_use]
    pub fn text(self) -> String {
        expand(self.template())
    }
}

fn expand(template: &str) -> String {
    let mut random = Random(seed(template));
    let mut last = String::new();
    let mut out = String::new();
    let mut rest = template;
    while let Some(open) = rest.find("{{") {
        out.push_str(&rest[..open]);
        let inner = &rest[open + 2..];
        let Some(close) = inner
            .find("}}")
            .map(|at| at + trailing_braces(&inner[at..]))
        else {
            rest = &rest[open..];
            break;
        };
        match generate(&inner[..close], &mut random, &mut last) {
            Some(text) => out.push_str(&text),
            None => out.push_str(&rest[open..open + 2 + close + 2]),
        }
        rest = &inner[close + 2..];
    }
    out.push_str(rest);
    out
}

/// How many braces of a run `}}}…` belong to the text before the closing two.
fn trailing_braces(from: &str) -> usize {
    from.bytes().take_while(|&b| b == b'}').count() - 2
}

/// The value of one placeholder; `None` for one that is not ours, such as `{{resolve:…}}`.
fn generate(placeholder: &str, random: &mut Random, last: &mut String) -> Option<String> {
    if placeholder == "crc62" {
        return Some(validate::crc32_base62(last.as_bytes()));
    }
    let (kind, argument) = placeholder.split_once(':')?;
    match kind {
        "rand" => {
            let (name, count) = argument.split_once(':')?;
            *last = random.text(&alphabet(name)?, count.parse().ok()?);
            Some(last.clone())
        }
        "b64url" => Some(base64(argument.as_bytes(), b"-_", false)),
        "b64" => Some(base64(argument.as_bytes(), b"+/", true)),
        "pem" => {
            let (label, lines) = argument.split_once(':')?;
            let letters = alphabet("base64")?;
            let body: Vec<_> = (0..lines.parse().ok()?)
                .map(|_: u32| random.text(&letters, 64))
                .collect();
            Some(format!(
                "-----BEGIN {label}-----\n{}\n-----END {label}-----",
                body.join("\n")
            ))
        }
        _ => None,
    }
}

fn alphabet(name: &str) -> Option<String> {
    Some(match name {
        "base32" => format!("{UPPER}234567"),
        "base36" => format!("{LOWER}{DIGITS}"),
        "base62" => format!("{UPPER}{LOWER}{DIGITS}"),
        "base64" => format!("{UPPER}{LOWER}{DIGITS}+/"),
        "base64url" => format!("{UPPER}{LOWER}{DIGITS}-_"),
        "hex" => format!("{DIGITS}abcdef"),
        "digits" => DIGITS.to_owned(),
        "lower" => LOWER.to_owned(),
        "bech32" => "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L".to_owned(),
        _ => return None,
    })
}

fn base64(bytes: &[u8], last_two: &[u8; 2], padded: bool) -> String {
    let alphabet: Vec<u8> = [
        UPPER.as_bytes(),
        LOWER.as_bytes(),
        DIGITS.as_bytes(),
        last_two.as_slice(),
    ]
    .concat();
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let group =
            chunk.iter().fold(0_u32, |n, &b| n << 8 | u32::from(b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            if i <= chunk.len() {
                out.push(char::from(alphabet[(group >> (18 - 6 * i) & 63) as usize]));
            } else if padded {
                out.push('=');
            }
        }
    }
    out
}

/// FNV-1a.
fn seed(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |n, b| {
        (n ^ u64::from(b)).wrapping_mul(0x100_0000_01b3)
    })
}

/// Splitmix64: good enough to look random, small enough to keep here, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn text(&mut self, alphabet: &str, count: u16) -> String {
        let letters = alphabet.as_bytes();
        (0..count)
            .map(|_| char::from(letters[(self.next() % letters.len() as u64) as usize]))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_expand_the_same_every_time() {
        let once = expand("a {{rand:hex:8}} b {{rand:hex:8}} c");
        assert_eq!(once, expand("a {{rand:hex:8}} b {{rand:hex:8}} c"));
        assert_eq!(once.len(), 23);
        assert_ne!(once[2..10], once[13..21]);
    }

    #[test]
    fn foreign_and_broken_placeholders_stay() {
        for text in [
            "{{resolve:ssm:/a}}",
            "{{ x }}",
            "{{rand:hex}}",
            "{{rand:hex:x}}",
            "a {{ b",
            "}}{{",
        ] {
            assert_eq!(expand(text), text);
        }
    }

    #[test]
    fn base_64_takes_json() {
        assert_eq!(
            expand(r#"{{b64url:{"alg":"HS256"}}}.x"#),
            "eyJhbGciOiJIUzI1NiJ9.x"
        );
        assert_eq!(expand("{{b64:a}}|{{b64:ab}}|{{b64:abc}}"), "YQ==|YWI=|YWJj");
    }
}
