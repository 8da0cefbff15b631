//! Whom to believe, and why somebody is not believed.

use countersign_directory::ldap::protocol::Server;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use std::sync::Arc;

/// The configuration of TLS for a server: 1.2 or 1.3, the authorities it names or the system's.
pub(crate) fn configuration(server: &Server) -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::empty();
    match &server.authorities {
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let added = certificate.map(|certificate| roots.add(certificate));
                if !matches!(added, Ok(Ok(()))) {
                    return Err(
                        "the file of `directory.ca` is no PEM file of certificates; export the authority's again"
                            .to_owned(),
                    );
                }
            }
        }
        None => {
            for certificate in rustls_native_certs::load_native_certs().certs {
                // One that is not understood verifies nobody.
                let _ = roots.add(certificate);
            }
        }
    }
    if roots.is_empty() {
        return Err("no certification authority is known; set `directory.ca` to the one of the directory".to_owned());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let builder = builder.with_root_certificates(roots);
    let Some(identity) = &server.identity else {
        return Ok(Arc::new(builder.with_no_client_auth()));
    };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&identity.certificate).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty());
    let chain = chain.ok_or("the file of `directory.certificate` is no PEM file of certificates")?;
    let key = PrivateKeyDer::from_pem_slice(&identity.key);
    let key = key.map_err(|_| "the file of `directory.key` is no PEM file of a private key without a password")?;
    let configured = builder.with_client_auth_cert(chain, key);
    let configured = configured.map_err(|error| {
        format!("the key of `directory.key` is not the one of `directory.certificate`, or of no known kind ({error})")
    })?;
    Ok(Arc::new(configured))
}

/// Why TLS was not verified, for people; `None` when it is nothing about TLS.
pub(crate) fn distrust(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(why) => match why {
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                "its certificate is of an authority that is not trusted here; set `directory.ca` to the directory's own"
                    .to_owned()
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "its certificate is for another name; write the server's name in `directory.servers` as the certificate has it"
                    .to_owned()
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "its certificate has expired, or this machine's clock is wrong".to_owned()
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "its certificate is not valid yet, or this machine's clock is wrong".to_owned()
            }
            other => format!("its certificate is not good ({other:?})"),
        },
        rustls::Error::InvalidMessage(_) => "it does not speak TLS on this port".to_owned(),
        other => format!("no secure connection could be agreed on ({other})"),
    }
}
