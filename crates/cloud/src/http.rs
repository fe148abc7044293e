//! The one HTTP client: for the SDKs, for signed JSON, for downloads, and for whatever the chain of credentials asks.
//!
//! TLS is rustls with ring, as everywhere in the program. Proxies come from `HTTPS_PROXY` and `NO_PROXY`, certificates
//! from the system (`SSL_CERT_FILE` adds a company's own). No redirect is ever followed.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

use crate::error::ErrorKind;
use crate::failure::{Failure, chain};

/// How long the network may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timeouts {
    /// Until a connection stands.
    pub connect: Duration,
    /// Until an answer begins, and between its pieces. A long poll of a queue takes 20 s.
    pub read: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            read: Duration::from_secs(40),
        }
    }
}

/// One client for everything.
#[derive(Clone)]
pub(crate) struct Http {
    timeouts: Timeouts,
    /// The services of a machine that give out credentials are asked with shorter timeouts.
    connectors: Arc<Mutex<BTreeMap<Timeouts, SharedHttpConnector>>>,
}

impl Http {
    pub(crate) fn new(timeouts: Timeouts) -> Self {
        Self {
            timeouts,
            connectors: Arc::default(),
        }
    }

    /// Sends a request; the head of the answer is there, its body is not read yet.
    pub(crate) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Failure> {
        self.connector(self.timeouts)
            .call(request)
            .await
            .map_err(|error| Failure::from_connector(&error))
    }

    /// Reads a body of at most this many bytes.
    pub(crate) async fn read(&self, body: SdkBody, limit: u64) -> Result<Vec<u8>, Failure> {
        let mut stream = ByteStream::new(body);
        let mut bytes = Vec::new();
        loop {
            let piece = tokio::time::timeout(self.timeouts.read, stream.next())
                .await
                .map_err(|_| Failure::of(ErrorKind::Timeout, "the answer stopped in the middle"))?;
            let Some(piece) = piece else { return Ok(bytes) };
            let piece =
                piece.map_err(|error| Failure::of(ErrorKind::Unreachable, chain(&error)))?;
            if (bytes.len() + piece.len()) as u64 > limit {
                let message = format!("more than {limit} bytes");
                return Err(Failure::of(ErrorKind::TooLarge, message));
            }
            bytes.extend_from_slice(&piece);
        }
    }

    fn connector(&self, timeouts: Timeouts) -> SharedHttpConnector {
        let mut connectors = self
            .connectors
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        connectors
            .entry(timeouts)
            .or_insert_with(|| {
                let settings = HttpConnectorSettings::builder()
                    .connect_timeout(timeouts.connect)
                    .read_timeout(timeouts.read)
                    .build();
                let ring = tls::rustls_provider::CryptoMode::Ring;
                SharedHttpConnector::new(
                    Connector::builder()
                        .connector_settings(settings)
                        .sleep_impl(TokioSleep::new())
                        .proxy_config(ProxyConfig::from_env())
                        .tls_provider(tls::Provider::rustls(ring))
                        .build(),
                )
            })
            .clone()
    }
}

impl HttpClient for Http {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let Timeouts { connect, read } = self.timeouts;
        self.connector(Timeouts {
            connect: settings
                .connect_timeout()
                .map_or(connect, |t| t.min(connect)),
            read: settings.read_timeout().map_or(read, |t| t.min(read)),
        })
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http")
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}
