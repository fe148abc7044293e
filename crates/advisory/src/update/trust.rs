use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// Whom to trust: the system's certificates, or those of `SSL_CERT_FILE`, so that an authority of one's own works as it does
/// for other programs. A system without any, such as a slim container, gets Mozilla's, which the program holds.
pub fn trusted() -> TlsConfig {
    let found = rustls_native_certs::load_native_certs();
    let roots = found
        .certs
        .iter()
        .map(|one| Certificate::from_der(one).to_owned());
    let roots: Vec<Certificate<'static>> = roots.collect();
    let roots = if roots.is_empty() {
        RootCerts::WebPki
    } else {
        RootCerts::from(roots)
    };
    TlsConfig::builder().root_certs(roots).build()
}
