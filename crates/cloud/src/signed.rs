//! Signed JSON: the calls of Inspector, Security Hub and CloudWatch, whose SDKs would cost more than all else together.

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use shindan_sigv4::{Request, Signer};

use crate::call::{Call, Route, Service};
use crate::error::{CloudError, ErrorKind};
use crate::failure::{Failure, snippet};
use crate::pages::Pages;
use crate::session::Session;

/// What a call of a JSON service says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Input {
    /// Still to be encoded.
    pub(crate) query: Vec<(&'static str, String)>,
    /// `None` where the call has no members: then no body is sent at all, as AWS's own clients do.
    pub(crate) body: Option<Value>,
}

impl Input {
    pub(crate) fn body(body: Value) -> Self {
        Self {
            body: Some(body),
            ..Self::default()
        }
    }
}

/// How a list is paged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paging {
    /// The member of the answer that has the items.
    pub(crate) items: &'static str,
    /// The member that has the next page's token, in both directions.
    pub(crate) token: &'static str,
}

impl Session {
    /// Makes a call and reads its answer.
    pub(crate) async fn json<T: DeserializeOwned>(
        &self,
        call: Call,
        input: &Input,
    ) -> Result<T, CloudError> {
        self.credentials.get().await?;
        self.retry()
            .run(call, || self.attempt(call, input))
            .await
            .and_then(|answer: Value| self.shape(call, answer))
    }

    /// Reads all pages of a list.
    pub(crate) async fn list<T: DeserializeOwned>(
        &self,
        call: Call,
        mut input: Input,
        paging: Paging,
    ) -> Result<Vec<T>, CloudError> {
        let mut items = Vec::new();
        let mut pages = Pages::new(self.shared.settings.limits.pages);
        loop {
            let mut answer: Map<String, Value> = self.json(call, &input).await?;
            if let Some(Value::Array(page)) = answer.remove(paging.items) {
                for item in page {
                    items.push(self.shape(call, item)?);
                }
            }
            let token = answer
                .get(paging.token)
                .and_then(Value::as_str)
                .map(str::to_owned);
            let Some(token) = pages
                .turn(token)
                .map_err(|failure| self.error(call, &failure))?
            else {
                return Ok(items);
            };
            match &mut input.body {
                Some(Value::Object(body)) => {
                    body.insert(paging.token.to_owned(), token.into());
                }
                _ => {
                    input.query.retain(|(name, _)| *name != paging.token);
                    input.query.push((paging.token, token));
                }
            }
        }
    }

    fn shape<T: DeserializeOwned>(&self, call: Call, answer: Value) -> Result<T, CloudError> {
        serde_json::from_value(answer).map_err(|error| {
            let message = format!("the answer has another shape than the API's: {error}");
            self.error(call, &Failure::of(ErrorKind::NotTheService, message))
        })
    }

    async fn attempt(&self, call: Call, input: &Input) -> Result<Value, Failure> {
        let request = self.request(call, input).await?;
        let mut response = self.shared.http.send(request).await?;
        let limit = self.shared.settings.limits.answer;
        let body = self.shared.http.read(response.take_body(), limit).await;
        if response.status().is_success() {
            let body = body?;
            if body.is_empty() {
                return Ok(Value::Object(Map::new()));
            }
            return serde_json::from_slice(&body).map_err(|_| Failure {
                kind: Some(ErrorKind::NotTheService),
                message: snippet(&body),
                ..Failure::from_head(&response)
            });
        }
        Err(refused(&response, &body.unwrap_or_default()))
    }

    async fn request(&self, call: Call, input: &Input) -> Result<HttpRequest, Failure> {
        let inner = |what: &str| Failure::of(ErrorKind::Other, what);
        let Route { method, path } = call.route().ok_or_else(|| inner("no route"))?;
        let service = call.service();
        let endpoint = self.endpoint(service);
        let (scheme, rest) = endpoint.split_once("://").ok_or_else(|| {
            inner("the endpoint that is set is not a URL with http:// or https://")
        })?;
        let (host, prefix) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let path = format!("{prefix}{path}");
        let query = encoded(&input.query);
        let body = input
            .body
            .as_ref()
            .map(Value::to_string)
            .unwrap_or_default()
            .into_bytes();

        let mut headers = vec![("host", host.to_owned())];
        match service {
            Service::CloudWatch => {
                headers.push(("content-type", "application/x-amz-json-1.0".to_owned()));
                let target = format!("GraniteServiceVersion20100801.{}", call.name());
                headers.push(("x-amz-target", target));
            }
            _ if input.body.is_some() => {
                headers.push(("content-type", "application/json".to_owned()));
            }
            _ => {}
        }
        let keys = self
            .credentials
            .get()
            .await
            .map_err(|error| Failure::of(error.kind, error.message))?;
        let signer = Signer {
            access_key_id: keys.access_key_id().to_owned(),
            secret: SecretString::from(keys.secret_access_key()),
            session_token: keys.session_token().map(SecretString::from),
            region: self.region().to_string(),
            service: service.signing_name().to_owned(),
        };
        let to_sign: Vec<_> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_bytes()))
            .collect();
        let now = jiff::Timestamp::from_millisecond(self.shared.clock.timestamp().as_millis())
            .map_err(|_| inner("the clock of this machine shows a year that no calendar has"))?;
        let signature = signer
            .sign(
                &Request {
                    method,
                    path: &path,
                    query: &query,
                    headers: &to_sign,
                    body: &body,
                },
                now,
            )
            .map_err(|error| inner(&error.to_string()))?;

        let separator = if query.is_empty() { "" } else { "?" };
        let mut request = HttpRequest::new(SdkBody::from(body));
        request
            .set_uri(format!("{scheme}://{host}{path}{separator}{query}"))
            .map_err(|_| inner("the endpoint that is set is not a URL"))?;
        request.set_method(method).map_err(|_| inner("no method"))?;
        let agent = concat!("shindan/", env!("CARGO_PKG_VERSION"));
        let all = headers
            .into_iter()
            .chain(signature)
            .chain([("user-agent", agent.to_owned())]);
        for (name, value) in all {
            request
                .headers_mut()
                .try_insert(name, value)
                .map_err(|_| inner("a header has characters that cannot be sent"))?;
        }
        Ok(request)
    }
}

/// What a service says when it refuses a call: a header or a member names the error, the spelling differs.
fn refused(response: &HttpResponse, body: &[u8]) -> Failure {
    let mut failure = Failure::from_head(response);
    let Ok(error) = serde_json::from_slice::<Value>(body) else {
        failure.message = snippet(body);
        if !body.is_empty() {
            failure.kind = Some(ErrorKind::NotTheService);
        }
        return failure;
    };
    let member = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| error.get(name).and_then(Value::as_str))
            .map(str::to_owned)
    };
    failure.code = response
        .headers()
        .get("x-amzn-errortype")
        .map(str::to_owned)
        .or_else(|| member(&["__type", "code", "Code"]))
        .map(|code| {
            let code = code.rsplit_once('#').map_or(&*code, |(_, name)| name);
            let code = code.split_once(':').map_or(code, |(name, _)| name);
            code.to_owned()
        });
    failure.message = member(&["message", "Message"]).unwrap_or_default();
    failure
}

/// A query, percent-encoded as signatures want it.
fn encoded(query: &[(&'static str, String)]) -> String {
    let pairs: Vec<_> = query
        .iter()
        .map(|(name, value)| {
            let mut pair = format!("{name}=");
            for byte in value.bytes() {
                match byte {
                    b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                        pair.push(char::from(byte));
                    }
                    byte => pair.push_str(&format!("%{byte:02X}")),
                }
            }
            pair
        })
        .collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_encoded() {
        let query = [
            ("StandardsArn", "arn:aws:x/é +".to_owned()),
            ("a", String::new()),
        ];
        assert_eq!(
            encoded(&query),
            "StandardsArn=arn%3Aaws%3Ax%2F%C3%A9%20%2B&a="
        );
    }
}
