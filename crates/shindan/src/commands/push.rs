//! `shindan push`: gives a server a deployment package to scan and watch.

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use shindan_advisory::update::trusted;
use shindan_sigv4::{Request, Signer};
use ureq::http::Uri;

use crate::cli::service::PushArgs;
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::terminal;

/// Lambda takes packages of 250 MiB unpacked; a zip archive of them is smaller.
const MAX_BYTES: u64 = 250 << 20;
/// An answer is a few hundred bytes.
const MAX_ANSWER: u64 = 1 << 20;
/// All that RFC 3986 does not leave unreserved.
const UNRESERVED: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// How often a package is sent at most, and how long is waited in between.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(1100);
/// The signing name of the server's own routes.
const SERVICE: &str = "shindan";

pub(crate) fn run(args: &PushArgs) -> Result<Exit, Complaint> {
    let body = package(&args.package)?;
    let url = url(args)?;
    let signer = signer(args)?;
    let answer = patiently(&url, &signer, &body)?;
    if !args.quiet {
        let name = &args.function;
        let text = if answer.changed {
            format!("{name} is taken, SHA-256 {}\n", answer.code_sha256)
        } else {
            format!("{name} is known with this code and these settings\n")
        };
        terminal::print(&text)?;
    }
    Ok(Exit::Clean)
}

/// What the server says to a package it took.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    /// Base64, as Lambda writes it.
    code_sha256: String,
    /// Whether it is another one than the server had.
    changed: bool,
}

fn package(path: &Path) -> Result<Vec<u8>, Complaint> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| Complaint::file(path, "read", &error))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Complaint::input(format!(
            "{}: larger than {} MiB, which Lambda does not take either",
            path.display(),
            MAX_BYTES >> 20
        )));
    }
    Ok(bytes)
}

fn variable(names: &[&str]) -> Option<String> {
    names
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
}

fn url(args: &PushArgs) -> Result<Uri, Complaint> {
    let endpoint = args
        .endpoint_url
        .clone()
        .or_else(|| variable(&["AWS_ENDPOINT_URL_INSPECTOR2", "AWS_ENDPOINT_URL"]))
        .ok_or_else(|| {
            Complaint::input("no server is named")
                .with_hint("give --endpoint-url URL, or set AWS_ENDPOINT_URL_INSPECTOR2")
        })?;
    let mut query = format!(
        "runtime={}&handler={}",
        encoded(&args.runtime),
        encoded(&args.handler)
    );
    for tag in &args.tags {
        if !tag.contains('=') {
            let wrong = format!("--tag {tag}: not of the form KEY=VALUE");
            return Err(Complaint::input(wrong));
        }
        query.push_str("&tags=");
        query.push_str(&encoded(tag));
    }
    for layer in &args.layers {
        query.push_str("&layers=");
        query.push_str(&encoded(layer));
    }
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if args.function.is_empty() || !args.function.bytes().all(is_name) {
        return Err(Complaint::input(format!(
            "--function {}: a name has letters, digits, - _ and .",
            args.function
        )));
    }
    let endpoint = endpoint.trim_end_matches('/');
    format!(
        "{endpoint}/shindan/functions/{}/package?{query}",
        args.function
    )
    .parse()
    .map_err(|error| Complaint::input(format!("{endpoint} is no URL: {error}")))
}

/// As signatures want it: everything but letters, digits and `-._~` as `%XX`.
fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, UNRESERVED).to_string()
}

fn signer(args: &PushArgs) -> Result<Signer, Complaint> {
    let credential = |name: &str| {
        variable(&[name]).ok_or_else(|| {
            Complaint::input(format!("{name} is not set"))
                .with_hint("make a key with `shindan access create --role scanner` on the server")
        })
    };
    let region = args
        .region
        .clone()
        .or_else(|| variable(&["AWS_REGION", "AWS_DEFAULT_REGION"]))
        .ok_or_else(|| {
            Complaint::input("no Region is named").with_hint("give --region, or set AWS_REGION")
        })?;
    Ok(Signer {
        access_key_id: credential("AWS_ACCESS_KEY_ID")?,
        secret: SecretString::from(credential("AWS_SECRET_ACCESS_KEY")?),
        session_token: variable(&["AWS_SESSION_TOKEN"]).map(SecretString::from),
        region,
        service: SERVICE.to_owned(),
    })
}

/// Tries again when the server has too much to do. It also says so to a request that is signed like the one before, as one
/// within the same second is; a second later the signature is another.
fn patiently(url: &Uri, signer: &Signer, body: &[u8]) -> Result<Answer, Complaint> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .tls_config(trusted())
        .timeout_global(Some(Duration::from_secs(600)))
        .build()
        .into();
    for _ in 1..TRIES {
        match put(&agent, url, signer, body)? {
            Some(answer) => return Ok(answer),
            None => std::thread::sleep(PAUSE),
        }
    }
    put(&agent, url, signer, body)?.ok_or_else(|| {
        Complaint::input("the server has too much to do").with_hint("try again later")
    })
}

/// Sends the package; nothing when the server asks to be left alone for a while.
fn put(
    agent: &ureq::Agent,
    url: &Uri,
    signer: &Signer,
    body: &[u8],
) -> Result<Option<Answer>, Complaint> {
    let host = url.authority().map_or("", |authority| authority.as_str());
    let headers: [(&str, &[u8]); 2] = [
        ("host", host.as_bytes()),
        ("content-type", b"application/zip"),
    ];
    let request = Request {
        method: "PUT",
        path: url.path(),
        query: url.query().unwrap_or(""),
        headers: &headers,
        body,
    };
    let signed = signer
        .sign(&request, Timestamp::now())
        .map_err(|error| Complaint::input(error.to_string()))?;
    let mut put = agent.put(url).header("content-type", "application/zip");
    for (name, value) in &signed {
        put = put.header(*name, value);
    }
    let failed = |error: ureq::Error| Complaint::input(format!("{host}: {error}"));
    let mut response = put.send(body).map_err(failed)?;
    let status = response.status();
    let text = response
        .body_mut()
        .with_config()
        .limit(MAX_ANSWER)
        .read_to_string()
        .map_err(failed)?;
    if status.as_u16() == 429 {
        return Ok(None);
    }
    if !status.is_success() {
        let said = serde_json::from_str::<serde_json::Value>(&text)
            .ok()
            .and_then(|json| Some(json.get("message")?.as_str()?.to_owned()))
            .unwrap_or_else(|| "no reason was given".to_owned());
        return Err(Complaint::input(format!(
            "{host} refused the package ({status}): {said}"
        )));
    }
    serde_json::from_str(&text).map_err(|error| {
        Complaint::input(format!("{host} did not answer as shindan does: {error}"))
    })
}
