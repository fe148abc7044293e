//! How access keys are made.

use secrecy::SecretString;
use shindan_inspector::{AccountId, Role, Timestamp};
use shindan_sigv4::vault::{Keyring, SealError};
use shindan_sigv4::{AccessKeyId, AccessKeyKind, generate_secret};
use shindan_store::AccessKey;
use zeroize::Zeroizing;

use crate::seal::seal_secret;

/// Where random bytes come from.
pub trait Entropy: Send + Sync {
    /// Fills a slice with bytes that nobody can guess.
    fn fill(&self, bytes: &mut [u8]);
}

impl<F: Fn(&mut [u8]) + Send + Sync> Entropy for F {
    fn fill(&self, bytes: &mut [u8]) {
        self(bytes);
    }
}

/// Makes a long-lived access key. The secret is shown to whoever asked, once, and kept sealed only.
///
/// # Errors
/// Never for keys as they are made here; sealing has a bound on the length of texts.
pub fn new_access_key(
    keyring: &Keyring,
    entropy: &dyn Entropy,
    account: AccountId,
    role: Role,
    description: &str,
    now: Timestamp,
) -> Result<(AccessKey, SecretString), SealError> {
    let mut id = [0; 10];
    entropy.fill(&mut id);
    let id = AccessKeyId::generate(AccessKeyKind::LongLived, id);
    let mut bytes = Zeroizing::new([0; 30]);
    entropy.fill(bytes.as_mut_slice());
    let secret = generate_secret(&bytes);
    let mut nonce = [0; 12];
    entropy.fill(&mut nonce);
    let sealed = seal_secret(keyring, id.as_str(), nonce, &secret)?;
    let key = AccessKey {
        id: id.to_string(),
        account,
        role,
        secret: sealed,
        session_token: None,
        expires_at: None,
        description: description.to_owned(),
        created_at: now,
        last_used_at: None,
        disabled_at: None,
    };
    Ok((key, secret))
}
