//! Any request, in lines: method, path, query, headers, an empty one, the body. Nothing of it panics; it is let in only
//! when it was signed, and then only as it is.
#![no_main]

use jiff::Timestamp;
use libfuzzer_sys::{Corpus, fuzz_target};
use secrecy::SecretString;
use shindan_fuzz::MAX_SOURCE;
use shindan_sigv4::{
    AccessKeyId, Authorization, Key, Refusal, Request, SignError, Signer, UnsignedPayload, Verifier,
};

const ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "not guessed by a fuzzer";

fuzz_target!(|bytes: &[u8]| -> Corpus {
    if bytes.len() > MAX_SOURCE {
        return Corpus::Reject;
    }
    let _ = Authorization::parse(bytes);
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.splitn(4, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (method, path, query, rest) = (line(), line(), line(), line());
    let (head, body) = rest.split_once("\n\n").unwrap_or((rest, ""));
    let headers: Vec<_> = head
        .split('\n')
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name, value.as_bytes()))
        .collect();
    let request = Request {
        method,
        path,
        query,
        headers: &headers,
        body: body.as_bytes(),
    };
    assert!(verify(&request).is_err());
    sign(&request);
    Corpus::Keep
});

fn now() -> Timestamp {
    Timestamp::from_second(1_788_007_000).expect("in range")
}

fn verify(request: &Request<'_>) -> Result<(), Refusal> {
    let verifier = Verifier {
        services: vec!["inspector2".to_owned()],
        regions: None,
        unsigned_payload: UnsignedPayload::Accept,
    };
    let keys = |id: &AccessKeyId| {
        let secret = SecretString::from(SECRET);
        (id.as_str() == ID).then_some(Key {
            secret,
            session: None,
        })
    };
    verifier.verify(request, &keys, now()).map(drop)
}

/// Signed it is let in, unless it has what no request may have; changed it is not.
fn sign(request: &Request<'_>) {
    let signer = Signer {
        access_key_id: ID.to_owned(),
        secret: SecretString::from(SECRET),
        session_token: None,
        region: "eu-west-1".to_owned(),
        service: "inspector2".to_owned(),
    };
    let set = match signer.sign(request, now()) {
        Ok(set) => set,
        Err(SignError::MalformedScope) => panic!("the scope is right"),
        Err(_) => return,
    };
    let replaced = |name: &str| {
        name.eq_ignore_ascii_case("x-amz-security-token")
            || set
                .iter()
                .any(|(other, _)| name.eq_ignore_ascii_case(other))
    };
    let mut headers: Vec<_> = request
        .headers
        .iter()
        .copied()
        .filter(|(name, _)| !replaced(name))
        .collect();
    headers.extend(set.iter().map(|(name, value)| (*name, value.as_bytes())));
    let signed = Request {
        headers: &headers,
        ..*request
    };
    match verify(&signed) {
        Ok(()) => {}
        Err(
            Refusal::Presigned
            | Refusal::DuplicateHeader("host")
            | Refusal::TooManyHeaders(_)
            | Refusal::Authorization(_),
        ) => return,
        Err(refusal) => panic!("{refusal}"),
    }

    let method = format!("{}X", request.method);
    let path = format!("{}/x", request.path);
    let query = format!("{}&x", request.query);
    let body = [request.body, b"x"].concat();
    assert!(
        verify(&Request {
            method: &method,
            ..signed
        })
        .is_err()
    );
    assert!(
        verify(&Request {
            path: &path,
            ..signed
        })
        .is_err()
    );
    assert!(
        verify(&Request {
            query: &query,
            ..signed
        })
        .is_err()
    );
    assert!(
        verify(&Request {
            body: &body,
            ..signed
        })
        .is_err()
    );
    headers.push(("host", b"x"));
    assert!(
        verify(&Request {
            headers: &headers,
            ..*request
        })
        .is_err()
    );
}
