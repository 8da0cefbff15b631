//! Certificates, made on the spot.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType, date_time_ymd,
};

use crate::{LabError, Result};

/// When a certificate counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// From 2020 to 2120.
    Now,
    /// Until 2002.
    Past,
    /// From 2119.
    Future,
}

/// A certification authority of its own.
#[derive(Debug, Clone)]
pub struct Authority {
    issuer: Arc<Issuer<'static, KeyPair>>,
    certificate: String,
}

/// A certificate, and its key, in PEM.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The certificate.
    pub certificate: String,
    /// Its private key.
    pub key: String,
}

/// The files of an [`Issued`].
#[derive(Debug, Clone)]
pub struct Files {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its private key, for the owner alone.
    pub key: PathBuf,
}

/// The names of a server on loopback: `127.0.0.1` and `localhost`.
#[must_use]
pub fn loopback() -> (Vec<IpAddr>, Vec<String>) {
    (vec![IpAddr::V4(Ipv4Addr::LOCALHOST)], vec!["localhost".to_owned()])
}

impl Authority {
    /// A new one.
    pub fn new(name: &str) -> Result<Self> {
        let mut wanted = CertificateParams::default();
        wanted.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        wanted.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        wanted.distinguished_name.push(DnType::CommonName, name);
        last(&mut wanted, Validity::Now);
        let key = KeyPair::generate().map_err(failed)?;
        let certificate = wanted.self_signed(&key).map_err(failed)?.pem();
        let issuer = Arc::new(Issuer::new(wanted, key));
        Ok(Self { issuer, certificate })
    }

    /// Its own certificate, in PEM: what a client trusts.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// A certificate for a server of these addresses and names.
    pub fn server(&self, (addresses, names): &(Vec<IpAddr>, Vec<String>), validity: Validity) -> Result<Issued> {
        let mut wanted = CertificateParams::new(names.clone()).map_err(failed)?;
        wanted
            .subject_alt_names
            .extend(addresses.iter().copied().map(SanType::IpAddress));
        let name = names.first().map_or("server", String::as_str);
        wanted.distinguished_name.push(DnType::CommonName, name);
        self.issue(wanted, validity)
    }

    /// A certificate for a person, by which the server knows him.
    pub fn person(&self, name: &str) -> Result<Issued> {
        let mut wanted = CertificateParams::default();
        wanted.distinguished_name.push(DnType::CommonName, name);
        self.issue(wanted, Validity::Now)
    }

    fn issue(&self, mut wanted: CertificateParams, validity: Validity) -> Result<Issued> {
        last(&mut wanted, validity);
        wanted.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let key = KeyPair::generate().map_err(failed)?;
        let certificate = wanted.signed_by(&key, &self.issuer).map_err(failed)?;
        Ok(Issued {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        })
    }
}

impl Issued {
    /// Writes `NAME.pem` and `NAME.key` into a folder.
    pub fn write(&self, folder: &Path, name: &str) -> Result<Files> {
        let files = Files {
            certificate: folder.join(format!("{name}.pem")),
            key: folder.join(format!("{name}.key")),
        };
        write(&files.certificate, &self.certificate, 0o644)?;
        write(&files.key, &self.key, 0o600)?;
        Ok(files)
    }
}

fn last(wanted: &mut CertificateParams, validity: Validity) {
    let (from, to) = match validity {
        Validity::Now => (2020, 2120),
        Validity::Past => (2001, 2002),
        Validity::Future => (2119, 2120),
    };
    wanted.not_before = date_time_ymd(from, 1, 1);
    wanted.not_after = date_time_ymd(to, 1, 1);
}

/// Writes a file with these permissions from its first moment.
pub(super) fn write(path: &Path, text: &str, mode: u32) -> Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    let opened = options.write(true).create(true).truncate(true).mode(mode).open(path);
    let written = opened.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|source| LabError::File {
        action: "write",
        path: path.to_owned(),
        source,
    })
}

fn failed(error: rcgen::Error) -> LabError {
    LabError::Tool {
        program: "rcgen".to_owned(),
        message: error.to_string(),
    }
}
