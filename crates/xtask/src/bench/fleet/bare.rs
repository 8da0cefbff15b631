//! The rival: bare ldap3 connections that ask the same questions and do nothing with the answers but count them.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use countersign_model::{RecordVersion, Timestamp};
use countersign_tests::servers::DirectoryServer;
use countersign_tests::servers::slapd::SUFFIX;
use ldap3::controls::{PagedResults, RawControl};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, Mod, Scope};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::super::sync::directory::{now, wrong};
use super::super::{BenchError, clock};
use super::agents::{Change, Connection};
use super::organisation::{HEADER, OVERLAP, Organisation, PASSWORD, Person, SEALED, entry_of, sealed, stamp, units};

/// How many entries a page has, as ours.
const PAGE: i32 = 500;

/// A connection and what is asked on it.
pub struct Bare {
    person: Person,
    roots: Arc<RootCertStore>,
    url: String,
    ldap: Option<Ldap>,
    catalogues: Vec<String>,
    /// What was found out at the first look: up to where the records were seen.
    since: String,
    newest: RecordVersion,
}

/// Whom to believe.
pub fn roots(organisation: &Organisation) -> Result<Arc<RootCertStore>, BenchError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(organisation.server.ca()).map_err(wrong)? {
        roots.add(certificate.map_err(wrong)?).map_err(wrong)?;
    }
    Ok(Arc::new(roots))
}

impl Bare {
    pub fn of(organisation: &Organisation, roots: &Arc<RootCertStore>, person: Person) -> Self {
        let names = units();
        let catalogue = |unit: &String| format!("cn=catalogue,ou={unit},ou=Countersign,{SUFFIX}");
        Self {
            person,
            roots: Arc::clone(roots),
            url: organisation.server.url(),
            ldap: None,
            catalogues: person
                .units()
                .iter()
                .filter_map(|at| names.get(*at))
                .map(catalogue)
                .collect(),
            since: organisation.since(person),
            newest: person.logon(0),
        }
    }

    /// TCP, TLS with a configuration of its own (another desktop resumes no session of this one), and the bind.
    async fn connected(&mut self) -> Result<Ldap, BenchError> {
        if let Some(ldap) = &self.ldap {
            return Ok(ldap.clone());
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(wrong)?
            .with_root_certificates(Arc::clone(&self.roots))
            .with_no_client_auth();
        let settings = LdapConnSettings::new().set_config(Arc::new(config));
        let (connection, mut ldap) = LdapConnAsync::with_settings(settings, &self.url).await.map_err(wrong)?;
        ldap3::drive!(connection);
        let bound = ldap.simple_bind(&self.person.dn(), PASSWORD).await.map_err(wrong)?;
        bound.success().map_err(wrong)?;
        self.ldap = Some(ldap.clone());
        Ok(ldap)
    }

    /// The searches of a routine look, in the same order, those of ours together that are together there.
    pub async fn look(&mut self, connection: Connection, change: Change) -> Result<Duration, BenchError> {
        let begun = clock::now();
        let ldap = self.connected().await?;
        if change == Change::Logon {
            self.change(ldap.clone()).await?;
        }
        let numbers = self
            .catalogues
            .iter()
            .map(|dn| read(ldap.clone(), dn, &["countersignVersion"]));
        for number in futures_util::future::try_join_all(numbers).await? {
            expect("catalogue", number > 0, number)?;
        }
        let vault = self.person.vault();
        let header = read(ldap.clone(), &vault, &["countersignVersion", "countersignData"]).await?;
        expect("header", header > HEADER, header)?;
        let filter = format!("(!(entryCSN<={}))", self.since);
        let attributes = ["cn", "countersignVersion", "entryCSN"];
        let listed = search(ldap.clone(), (&vault, Paging::None), &filter, &attributes).await?;
        expect("records", listed.0 > 0 && listed.0 <= 2, listed.0)?;
        if change == Change::Logon {
            let dn = entry_of(self.person, &self.newest);
            let record = read(ldap.clone(), &dn, &["cn", "countersignVersion", "countersignData"]).await?;
            expect("record", record > SEALED, record)?;
        }
        let filter = "(&(countersignKind=list)(!(countersignVersion<=0)))";
        let base = format!("ou=Countersign,{SUFFIX}");
        let attributes = ["countersignVersion", "countersignData"];
        let lists = search(ldap.clone(), (&base, Paging::By(PAGE)), filter, &attributes).await?;
        expect("lists", lists.0 == 1, lists.0)?;
        if connection == Connection::Closed
            && let Some(mut ldap) = self.ldap.take()
        {
            ldap.unbind().await.map_err(wrong)?;
        }
        Ok(clock::now().saturating_duration_since(begun))
    }

    /// Compare-and-set, as ours.
    async fn change(&mut self, mut ldap: Ldap) -> Result<(), BenchError> {
        let old = self.newest.counter;
        self.newest.counter += 1;
        let one = |value: Vec<u8>| HashSet::from([value]);
        let (version, data) = (b"countersignVersion".to_vec(), b"countersignData".to_vec());
        let changes = vec![
            Mod::Delete(version.clone(), one(old.to_string().into_bytes())),
            Mod::Add(version, one(self.newest.counter.to_string().into_bytes())),
            Mod::Replace(data, one(sealed(&self.newest))),
        ];
        let dn = entry_of(self.person, &self.newest);
        let done = ldap.modify(&dn, changes).await.map_err(wrong)?;
        self.since = stamp(Timestamp(now().0 - OVERLAP));
        done.success().map(drop).map_err(wrong)
    }
}

fn expect(what: &str, met: bool, got: usize) -> Result<(), BenchError> {
    match met {
        true => Ok(()),
        false => Err(wrong(format!("a bare connection was answered {got} for its {what}"))),
    }
}

/// How many bytes of values an entry has.
async fn read(mut ldap: Ldap, dn: &str, attributes: &[&str]) -> Result<usize, BenchError> {
    let found = ldap
        .search(dn, Scope::Base, "(objectClass=*)", attributes.to_vec())
        .await;
    let (entries, _) = found.map_err(wrong)?.success().map_err(wrong)?;
    Ok(entries.into_iter().map(size).sum())
}

/// Whether entries are asked for page by page, as ours are.
#[derive(Clone, Copy)]
enum Paging {
    None,
    By(i32),
}

/// How many entries there are, and how many bytes of values.
async fn search(
    mut ldap: Ldap,
    (base, paging): (&str, Paging),
    filter: &str,
    attributes: &[&str],
) -> Result<(usize, usize), BenchError> {
    if let Paging::By(size) = paging {
        ldap.with_controls(RawControl::from(PagedResults {
            size,
            cookie: Vec::new(),
        }));
    }
    let searched = ldap.search(base, Scope::OneLevel, filter, attributes.to_vec());
    let (entries, _) = searched.await.map_err(wrong)?.success().map_err(wrong)?;
    Ok((entries.len(), entries.into_iter().map(size).sum()))
}

fn size(entry: ldap3::ResultEntry) -> usize {
    let entry = ldap3::SearchEntry::construct(entry);
    let text = entry.attrs.values().flatten().map(String::len);
    text.chain(entry.bin_attrs.values().flatten().map(Vec::len)).sum()
}
