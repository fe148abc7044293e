//! What is sealed in the database, and for which place: the only code that knows, for those who seal and those who open.
//!
//! A sealed text opens in its own place only, so a row that is copied over another one gives nothing away.

use secrecy::{ExposeSecret, SecretString};
use shindan_inspector::{AccountId, CodeSnippet};
use shindan_sigv4::vault::{Context, Keyring, OpenError, SealError, Sealed};

/// Random bytes that are used for one text only.
pub type Nonce = [u8; 12];

/// Seals the secret of an access key.
///
/// # Errors
/// When it is absurdly long.
pub fn seal_secret(
    keyring: &Keyring,
    key_id: &str,
    nonce: Nonce,
    secret: &SecretString,
) -> Result<Vec<u8>, SealError> {
    seal(keyring, &access_key(&[key_id]), nonce, secret)
}

/// Opens the secret of an access key.
///
/// # Errors
/// When it was sealed with another key file, for another access key, or is damaged.
pub fn open_secret(
    keyring: &Keyring,
    key_id: &str,
    sealed: &[u8],
) -> Result<SecretString, OpenError> {
    open(keyring, &access_key(&[key_id]), sealed)
}

/// Seals the session token of a temporary access key.
///
/// # Errors
/// When it is absurdly long.
pub fn seal_session_token(
    keyring: &Keyring,
    key_id: &str,
    nonce: Nonce,
    token: &SecretString,
) -> Result<Vec<u8>, SealError> {
    seal(keyring, &session_token(&[key_id]), nonce, token)
}

/// Opens the session token of a temporary access key.
///
/// # Errors
/// When it was sealed with another key file, for another access key, or is damaged.
pub fn open_session_token(
    keyring: &Keyring,
    key_id: &str,
    sealed: &[u8],
) -> Result<SecretString, OpenError> {
    open(keyring, &session_token(&[key_id]), sealed)
}

/// Seals the lines of code around a finding: the JSON of a [`CodeSnippet`].
///
/// # Errors
/// When it is absurdly long.
pub fn seal_snippet(
    keyring: &Keyring,
    account: AccountId,
    identity: &str,
    nonce: Nonce,
    snippet: &[u8],
) -> Result<Vec<u8>, SealError> {
    let account = account.to_string();
    let sealed = keyring.seal(snippet_of(&[&account, identity]), nonce, snippet)?;
    Ok(sealed.as_bytes().to_vec())
}

/// Opens the lines of code around a finding.
///
/// # Errors
/// When they were sealed with another key file, for another finding, or are damaged.
pub fn open_snippet(
    keyring: &Keyring,
    account: AccountId,
    identity: &str,
    sealed: &[u8],
) -> Result<CodeSnippet, OpenError> {
    let account = account.to_string();
    let sealed = Sealed::from_bytes(sealed.to_vec());
    let opened = keyring.open(snippet_of(&[&account, identity]), &sealed)?;
    serde_json::from_slice(opened.expose_secret()).map_err(|_| OpenError::Malformed)
}

const fn access_key<'a>(place: &'a [&'a str]) -> Context<'a> {
    Context {
        purpose: "access-key",
        place,
    }
}

const fn session_token<'a>(place: &'a [&'a str]) -> Context<'a> {
    Context {
        purpose: "session-token",
        place,
    }
}

const fn snippet_of<'a>(place: &'a [&'a str]) -> Context<'a> {
    Context {
        purpose: "snippet",
        place,
    }
}

fn seal(
    keyring: &Keyring,
    context: &Context<'_>,
    nonce: Nonce,
    text: &SecretString,
) -> Result<Vec<u8>, SealError> {
    let sealed = keyring.seal(*context, nonce, text.expose_secret().as_bytes())?;
    Ok(sealed.as_bytes().to_vec())
}

fn open(
    keyring: &Keyring,
    context: &Context<'_>,
    sealed: &[u8],
) -> Result<SecretString, OpenError> {
    let text = keyring.open(*context, &Sealed::from_bytes(sealed.to_vec()))?;
    let text = std::str::from_utf8(text.expose_secret()).map_err(|_| OpenError::Malformed)?;
    Ok(SecretString::from(text))
}

#[cfg(test)]
mod tests {
    use secrecy::SecretBox;
    use shindan_inspector::CodeLine;
    use shindan_sigv4::vault::MasterKey;

    use super::*;

    fn keyring(byte: u8) -> Keyring {
        Keyring::new(
            MasterKey::new(SecretBox::new(Box::new([byte; 32]))),
            Vec::new(),
        )
    }

    #[test]
    fn a_sealed_text_opens_in_its_own_place_only() {
        let (mine, others) = (keyring(1), keyring(2));
        let secret = SecretString::from("secret");
        let sealed = seal_secret(&mine, "AKIA1", [3; 12], &secret).expect("seals");
        let opened = open_secret(&mine, "AKIA1", &sealed).expect("opens");
        assert_eq!(opened.expose_secret(), "secret");
        assert!(open_secret(&mine, "AKIA2", &sealed).is_err());
        assert!(open_session_token(&mine, "AKIA1", &sealed).is_err());
        assert!(open_secret(&others, "AKIA1", &sealed).is_err());

        let snippet = CodeSnippet {
            start_line: 1,
            end_line: 1,
            code_snippet: vec![CodeLine {
                content: "eval(x)".to_owned(),
                line_number: 1,
            }],
            suggested_fixes: Vec::new(),
        };
        let account = |number| AccountId::from_number(number).expect("an account");
        let plain = serde_json::to_vec(&snippet).expect("serialises");
        let sealed = seal_snippet(&mine, account(1), "id", [4; 12], &plain).expect("seals");
        let opened = open_snippet(&mine, account(1), "id", &sealed);
        assert_eq!(opened, Ok(snippet));
        assert!(open_snippet(&mine, account(2), "id", &sealed).is_err());
        assert!(open_snippet(&mine, account(1), "other", &sealed).is_err());
    }
}
