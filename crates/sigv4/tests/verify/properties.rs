//! Any request is let in as it was signed, and in no other way.

use proptest::prelude::*;

use crate::made::{Made, now, signer};

/// Texts of a request as HTTP allows them: any visible characters in path and query, with proper percent signs.
fn made() -> impl Strategy<Value = Made> {
    let piece = "([!-\"$-$&-;=->@-~]|%[0-9a-fA-F]{2}|é){0,12}";
    let value = prop::collection::vec(prop_oneof![b'!'..=b'~', Just(b' '), Just(0xe9)], 0..20);
    let header = ("[xX]-[a-z]{1,6}", value);
    let parts = (
        "[A-Z]{1,7}",
        piece,
        piece,
        prop::collection::vec(header, 0..5),
        prop::collection::vec(any::<u8>(), 0..40),
    );
    parts.prop_map(|(method, path, query, headers, body)| {
        let mut made = Made {
            method,
            path: format!("/{path}"),
            query,
            body,
            ..Made::new()
        };
        made.headers.extend(headers);
        made
    })
}

/// The query as the API reads it: decoded pairs in any order.
fn meaning(query: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let decode = |text: &str| {
        let (mut decoded, mut rest) = (Vec::new(), text.bytes());
        while let Some(byte) = rest.next() {
            if byte == b'%' {
                let digits: String = rest.by_ref().take(2).map(char::from).collect();
                decoded.push(u8::from_str_radix(&digits, 16).expect("digits"));
            } else {
                decoded.push(byte);
            }
        }
        decoded
    };
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    };
    let mut pairs: Vec<_> = query.split('&').map(pair).collect();
    pairs.sort();
    pairs
}

proptest! {
    #[test]
    fn what_is_signed_is_let_in(made in made()) {
        let body = made.body.clone();
        let verified = made.signed(&signer()).verify_at(now());
        prop_assert_eq!(verified.map(|verified| verified.body.into_owned()), Ok(body));
    }

    #[test]
    fn any_change_is_refused(made in made(), other in made(), which in 0..6, at: prop::sample::Index, byte: u8) {
        let signed = made.signed(&signer());
        let mut changed = signed.clone();
        match which {
            0 => changed.method = other.method,
            1 => changed.path = other.path,
            2 => changed.query = other.query,
            3 => changed.body = other.body,
            4 => {
                let length = changed.body.len();
                if length > 0 {
                    changed.body[at.index(length)] = byte;
                }
            }
            _ => {
                // Not the user agent, which is not signed; and blanks do not count.
                changed.headers.retain(|(name, _)| name != "User-Agent");
                let header = at.index(changed.headers.len());
                changed.headers[header].1.insert(0, b'_');
            }
        }
        let same = which < 5
            && changed.method == signed.method
            && changed.path == signed.path
            && meaning(&changed.query) == meaning(&signed.query)
            && changed.body == signed.body;
        prop_assert_eq!(changed.verify_at(now()).is_ok(), same);
    }

    #[test]
    fn no_request_panics(
        method in ".{0,5}", path in ".{0,20}", query in ".{0,20}",
        headers in prop::collection::vec(("(?i:authorization|host|x-amz-date|x-amz-content-sha256|x-amz-security-token|.{0,5})", prop::collection::vec(any::<u8>(), 0..50)), 0..8),
        body in prop::collection::vec(any::<u8>(), 0..50),
    ) {
        let made = Made { method, path, query, headers, body };
        prop_assert!(made.verify_at(now()).is_err());
        let _ = made.with(|request| signer().sign(request, now()));
    }
}
