//! Access keys: their public id and their secret.

use std::fmt;
use std::str::FromStr;

use secrecy::SecretString;
use zeroize::Zeroizing;

const LENGTH: usize = 20;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The public name of an access key: twenty upper-case letters and digits, of which the first four tell the kind.
///
/// The form is that of AWS ("IAM identifiers, unique ids" in the IAM user guide), because tools check it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccessKeyId([u8; LENGTH]);

/// How long a key lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessKeyKind {
    /// Until it is deleted: `AKIA`.
    LongLived,
    /// Until its session ends, and only together with a session token: `ASIA`.
    Temporary,
}

/// A text that cannot be an access key id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an access key id has 20 upper-case letters and digits and begins with AKIA or ASIA")]
pub struct MalformedAccessKeyId;

impl AccessKeyId {
    /// The id that random bytes stand for.
    pub fn generate(kind: AccessKeyKind, random: [u8; 10]) -> Self {
        let mut id = [0; LENGTH];
        let (prefix, rest) = id.split_at_mut(4);
        prefix.copy_from_slice(kind.prefix());
        for (place, digit) in rest.iter_mut().zip(digits(&random, 5)) {
            *place = BASE32[digit];
        }
        AccessKeyId(id)
    }

    pub fn kind(&self) -> AccessKeyKind {
        if self.0.starts_with(AccessKeyKind::Temporary.prefix()) {
            AccessKeyKind::Temporary
        } else {
            AccessKeyKind::LongLived
        }
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("ids are made of ASCII only")
    }
}

impl AccessKeyKind {
    const fn prefix(self) -> &'static [u8; 4] {
        match self {
            AccessKeyKind::LongLived => b"AKIA",
            AccessKeyKind::Temporary => b"ASIA",
        }
    }
}

impl FromStr for AccessKeyId {
    type Err = MalformedAccessKeyId;

    fn from_str(text: &str) -> Result<Self, MalformedAccessKeyId> {
        let id: [u8; LENGTH] = text
            .as_bytes()
            .try_into()
            .map_err(|_| MalformedAccessKeyId)?;
        let known = [AccessKeyKind::LongLived, AccessKeyKind::Temporary]
            .iter()
            .any(|kind| id.starts_with(kind.prefix()));
        let plain = id
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        (known && plain)
            .then_some(AccessKeyId(id))
            .ok_or(MalformedAccessKeyId)
    }
}

impl fmt::Display for AccessKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for AccessKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessKeyId({self})")
    }
}

/// The secret that random bytes stand for: forty characters of the alphabet of Base64, as AWS's have.
pub fn generate_secret(random: &Zeroizing<[u8; 30]>) -> SecretString {
    let mut secret = Zeroizing::new(String::with_capacity(40));
    for digit in digits(random.as_slice(), 6) {
        secret.push(char::from(BASE64[digit]));
    }
    SecretString::from(secret.as_str())
}

/// Groups of `width` bits, the most significant first; `bytes` must have a whole number of them.
fn digits(bytes: &[u8], width: usize) -> impl Iterator<Item = usize> {
    (0..bytes.len() * 8 / width).map(move |group| {
        (group * width..(group + 1) * width).fold(0, |digit, bit| {
            digit << 1 | usize::from(bytes[bit / 8] >> (7 - bit % 8) & 1)
        })
    })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn ids_come_back_and_tell_their_kind() {
        for kind in [AccessKeyKind::LongLived, AccessKeyKind::Temporary] {
            let id = AccessKeyId::generate(kind, *b"0123456789");
            assert_eq!(id.kind(), kind);
            assert_eq!(id.as_str().parse(), Ok(id));
        }
        // RFC 4648's encoding of the same bytes.
        let id = AccessKeyId::generate(AccessKeyKind::LongLived, *b"0123456789");
        assert_eq!(id.as_str(), "AKIAGAYTEMZUGU3DOOBZ");
        assert_ne!(
            id,
            AccessKeyId::generate(AccessKeyKind::LongLived, *b"0123456788")
        );
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for wrong in [
            "",
            "AKIA",
            "AKIAGAYTEMZUGU3DOOBz",
            "XKIAGAYTEMZUGU3DOOBZ",
            "AKIAGAYTEMZUGU3DOOBZA",
            "AKIAéééééééé",
        ] {
            assert_eq!(
                wrong.parse::<AccessKeyId>(),
                Err(MalformedAccessKeyId),
                "{wrong}"
            );
        }
    }

    #[test]
    fn secrets_are_base64_and_do_not_print() {
        let secret = generate_secret(&Zeroizing::new(*b"0123456789abcdefghijklmnopqrst"));
        assert_eq!(
            secret.expose_secret(),
            "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0"
        );
        assert!(!format!("{secret:?}").contains("MDE"));
    }
}
