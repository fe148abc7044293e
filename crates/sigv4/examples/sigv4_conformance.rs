//! Verifies AWS's published test vectors for Signature Version 4.
//!
//! They come with AWS's crate `aws-sigv4`, in `aws-signing-test-suite/v4`; that folder is the argument. A vector is a
//! folder with `header-signed-request.txt`. Left out, and named, are those that this verifier refuses on purpose: whose
//! path was folded before it was signed, or whose session token was added after; and those that name no key
//! (`context.json`), which AWS keeps for the canonical form alone.
#![expect(clippy::print_stdout, reason = "it is a command")]

use std::error::Error;
use std::fs;
use std::path::Path;

use secrecy::SecretString;
use shindan_sigv4::{
    AccessKeyId, Key, Refusal, Request, Session, UnsignedPayload, Verified, Verifier,
};

/// The vectors' key id is too short for one of AWS; it is not part of what is signed.
const THEIR_ID: &str = "AKIDEXAMPLE";
const OUR_ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os()
        .nth(1)
        .ok_or("usage: sigv4_conformance FOLDER")?;
    let mut vectors = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    vectors.sort();
    let (mut right, mut wrong) = (0, 0);
    for vector in vectors {
        let name = vector.file_name().unwrap_or_default().display();
        match verify(&vector) {
            Ok(None) => right += 1,
            Ok(Some(reason)) => println!("{name}: left out, {reason}"),
            Err(error) => {
                println!("{name}: {error}");
                wrong += 1;
            }
        }
    }
    println!("{right} right, {wrong} wrong");
    if right == 0 || wrong > 0 {
        return Err("not conformant".into());
    }
    Ok(())
}

/// `Ok` with a reason if the vector does not apply.
fn verify(vector: &Path) -> Result<Option<&'static str>, Box<dyn Error>> {
    if !vector.join("context.json").exists() {
        return Ok(Some("it names no key"));
    }
    let text = fs::read_to_string(vector.join("header-signed-request.txt"))?;
    let text = text.replace("\r\n", "\n").replace(THEIR_ID, OUR_ID);
    let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
    let (line, lines) = head.split_once('\n').ok_or("no headers")?;
    let (method, target) = line.split_once(' ').ok_or("no method")?;
    let target = target.strip_suffix(" HTTP/1.1").ok_or("no version")?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));

    let mut headers: Vec<(&str, String)> = Vec::new();
    for line in lines.lines() {
        match (line.starts_with(char::is_whitespace), headers.last_mut()) {
            (true, Some((_, value))) => value.push_str(line),
            _ => {
                let (name, value) = line.split_once(':').ok_or("no colon")?;
                headers.push((name, value.to_owned()));
            }
        }
    }
    let token = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("x-amz-security-token"))
        .map(|(_, token)| SecretString::from(token.trim()));
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (*name, value.trim().as_bytes()))
        .collect();
    let request = Request {
        method,
        path,
        query,
        headers: &headers,
        body: body.as_bytes(),
    };
    let keys = |_: &AccessKeyId| {
        let session = token.clone().map(|token| Session {
            token,
            expires: jiff::Timestamp::MAX,
        });
        Some(Key {
            secret: SecretString::from(SECRET),
            session,
        })
    };
    let verifier = Verifier {
        services: vec!["service".to_owned()],
        regions: None,
        unsigned_payload: UnsignedPayload::Refuse,
    };
    let now = "2015-08-30T12:36:00Z".parse()?;
    match verifier.verify(&request, &keys, now) {
        Ok(Verified { .. }) => Ok(None),
        Err(Refusal::UnsignedHeader(name)) if name == "x-amz-security-token" => {
            Ok(Some("its token is not signed"))
        }
        Err(_) if is_folded(vector, path)? => Ok(Some("its path is folded")),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Whether the path that was signed has fewer segments than the one that was sent.
fn is_folded(vector: &Path, path: &str) -> Result<bool, Box<dyn Error>> {
    let canonical = fs::read_to_string(vector.join("header-canonical-request.txt"))?;
    let signed = canonical.lines().nth(1).ok_or("no path")?;
    let segments = |path: &str| path.split('/').count();
    Ok(segments(signed) != segments(path))
}
