//! Lines of code around findings are kept sealed.

use std::sync::Arc;

use shindan_api::seal;
use shindan_service::translate::Seal;
use shindan_sigv4::vault::Keyring;

use crate::server::random;

/// What seals snippets; nothing is kept when they are not wanted.
pub(crate) fn seal(keyring: Arc<Keyring>, are_kept: bool) -> Box<Seal> {
    Box::new(move |function, identity, text| {
        let mut nonce = [0; 12];
        if !are_kept || random(&mut nonce).is_err() {
            return None;
        }
        seal::seal_snippet(&keyring, function.arn.account, identity, nonce, text).ok()
    })
}
