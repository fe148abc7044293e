//! Connections: HTTP/1.1, plain or in TLS, with bounds on heads, and an end that waits for what is under way.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;

use crate::Api;

/// Bytes of a request's head. Clients of AWS send about one kilobyte; the longest path here has an ARN of 1,011.
const MAX_HEAD: usize = 32 * 1024;
/// Headers of a request.
const MAX_HEADERS: usize = 100;
/// How long requests that are under way may take once the server is to end.
const LAST_REQUESTS: Duration = Duration::from_secs(30);

/// Why the server cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The certificate or key does not do.
    #[error(
        "the TLS certificate or key cannot be used: {0}; give a PEM file of the certificate and its chain, and one of its key"
    )]
    Tls(String),
}

/// What TLS needs, from a certificate with its chain and its key, both PEM.
///
/// # Errors
/// When they cannot be read or do not belong together.
pub fn tls_from_pem(certificate: &[u8], key: &[u8]) -> Result<Arc<ServerConfig>, ServeError> {
    let unusable = |error: String| ServeError::Tls(error);
    let chain = CertificateDer::pem_slice_iter(certificate)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| unusable(error.to_string()))?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| unusable(error.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(error.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| unusable(error.to_string()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Serves until `end` is done, and then until what is under way is answered, at most half a minute.
pub async fn serve(
    api: &Api,
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    end: impl Future<Output = ()>,
) {
    let connections = Arc::new(Semaphore::new(api.limits().connections));
    let acceptor = tls.map(TlsAcceptor::from);
    let graceful = GracefulShutdown::new();
    let mut end = std::pin::pin!(end);
    loop {
        let accepted = async {
            let permit = Arc::clone(&connections).acquire_owned().await.ok();
            (listener.accept().await, permit)
        };
        let (accepted, permit) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut end => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let _ = stream.set_nodelay(true);
                match acceptor.clone() {
                    None => connection(api, &graceful, stream, permit),
                    Some(acceptor) => secured(api, &graceful, acceptor, stream, permit),
                }
            }
            Err(error) => {
                tracing::warn!("a connection was not accepted: {error}");
                // Out of file descriptors, most likely: trying again at once would only burn time.
                if error.kind() != io::ErrorKind::ConnectionAborted {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(LAST_REQUESTS, graceful.shutdown()).await;
}

fn secured(
    api: &Api,
    graceful: &GracefulShutdown,
    acceptor: TlsAcceptor,
    stream: tokio::net::TcpStream,
    permit: Option<OwnedSemaphorePermit>,
) {
    let (api, watcher) = (api.clone(), graceful.watcher());
    tokio::spawn(async move {
        let shaking = tokio::time::timeout(api.limits().head_time, acceptor.accept(stream));
        if let Ok(Ok(stream)) = shaking.await {
            let _ = watcher.watch(http(&api, stream)).await;
        }
        drop(permit);
    });
}

fn connection(
    api: &Api,
    graceful: &GracefulShutdown,
    stream: tokio::net::TcpStream,
    permit: Option<OwnedSemaphorePermit>,
) {
    let serving = graceful.watch(http(api, stream));
    tokio::spawn(async move {
        let _ = serving.await;
        drop(permit);
    });
}

fn http<S: AsyncRead + AsyncWrite + Unpin>(
    api: &Api,
    stream: S,
) -> http1::Connection<TokioIo<S>, TowerToHyperService<axum::Router>> {
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(api.limits().head_time)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(api.router()))
}
