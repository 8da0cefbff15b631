//! What whoever administers the repository can do to it by hand.

use super::{ADA, Site};
use countersign_tests::agent::Agent;
use countersign_tests::servers::{DirectoryServer, Question, base64, from_base64};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

const DATA: &str = "countersignData";
const VERSION: &str = "countersignVersion";

/// A user's vault as it lies in the repository.
pub struct Hands<'a> {
    site: &'a Site,
    user: String,
}

impl<'a> Hands<'a> {
    /// On the vault of this agent's user.
    pub fn on(site: &'a Site, agent: &Agent<'_>) -> Self {
        let status = agent.json(&["status", "--json"], "status").unwrap();
        let user = status["user"].as_str().unwrap().to_owned();
        Self { site, user }
    }

    /// The vault's header and its number.
    pub fn header(&self) -> (u64, Vec<u8>) {
        match self.folder() {
            Some(folder) => {
                let entries = std::fs::read_dir(folder.join("header")).unwrap();
                let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
                let newest = names.filter_map(|name| name.parse::<u64>().ok()).max().unwrap();
                let bytes = std::fs::read(folder.join("header").join(newest.to_string())).unwrap();
                (newest, bytes)
            }
            None => {
                let dn = self.vault();
                (
                    self.value(&dn, VERSION).parse().unwrap(),
                    from_base64(&self.value(&dn, DATA)),
                )
            }
        }
    }

    /// Files a header as the newest one.
    pub fn put_header(&self, bytes: &[u8]) -> u64 {
        let number = self.header().0 + 1;
        match self.folder() {
            Some(folder) => put(&folder.join("header").join(number.to_string()), bytes),
            None => self.set_header(number, bytes),
        }
        number
    }

    /// Takes the newest header away: the one before is the newest again.
    pub fn take_header(&self, before: &(u64, Vec<u8>)) {
        match self.folder() {
            Some(folder) => std::fs::remove_file(folder.join("header").join(self.header().0.to_string())).unwrap(),
            None => self.set_header(before.0, &before.1),
        }
    }

    /// The names of the requests of machines to be let in.
    pub fn requests(&self) -> Vec<String> {
        match self.folder() {
            Some(folder) => names(&folder.join("joining")),
            None => self.cn_of("(objectClass=countersignMachine)"),
        }
    }

    pub fn request(&self, name: &str) -> Vec<u8> {
        match self.folder() {
            Some(folder) => std::fs::read(folder.join("joining").join(name)).unwrap(),
            None => from_base64(&self.value(&format!("cn={name},{}", self.vault()), DATA)),
        }
    }

    /// Leaves a request, or changes it.
    pub fn put_request(&self, name: &str, bytes: &[u8]) {
        if let Some(folder) = self.folder() {
            return put(&folder.join("joining").join(name), bytes);
        }
        let (dn, data) = (format!("cn={name},{}", self.vault()), base64(bytes));
        let ldif = match self.requests().contains(&name.to_owned()) {
            true => format!("dn: {dn}\nchangetype: modify\nreplace: {DATA}\n{DATA}:: {data}\n"),
            false => format!("dn: {dn}\nobjectClass: countersignMachine\ncn: {name}\n{DATA}:: {data}\n"),
        };
        self.change(&ldif);
    }

    /// How many records of vaults that were set aside are kept.
    pub fn set_aside(&self) -> usize {
        match self.folder() {
            Some(folder) => {
                let archives = names(&folder.join("archive"));
                let records = |name: &String| names(&folder.join("archive").join(name).join("records")).len();
                archives.iter().map(records).sum()
            }
            None => self.cn_of("(countersignKind=aside)").len(),
        }
    }

    /// Files a record as set aside at this time, in milliseconds since 1970.
    pub fn file_aside(&self, at: u64) {
        if let Some(folder) = self.folder() {
            let records = folder.join("archive").join(at.to_string()).join("records");
            let folders = [records.parent().unwrap(), &records];
            for folder in folders {
                std::fs::create_dir(folder).unwrap();
                let above = std::fs::metadata(folder.parent().unwrap()).unwrap();
                chown(folder, Some(above.uid()), Some(above.gid())).unwrap();
            }
            return put(&records.join("0.1"), b"sealed");
        }
        let name = format!("aside-{at}.0.1");
        let ldif = format!(
            "dn: cn={name},{}\nobjectClass: countersignSecret\ncn: {name}\ncountersignKind: aside\n{DATA}: sealed\n",
            self.vault()
        );
        // By the user himself: an entry belongs to whoever makes it.
        let add = |server: &dyn DirectoryServer| server.change(&server.login(ADA, &self.site.password()), &ldif);
        self.site.administer(add).unwrap().unwrap();
    }

    /// The user's folder, where the repository is one.
    pub fn folder(&self) -> Option<PathBuf> {
        Some(self.site.repository()?.join("users").join(&self.user))
    }

    fn vault(&self) -> String {
        let dn = self.site.administer(|server| server.user_dn(ADA)).unwrap();
        format!("cn=countersign,{dn}")
    }

    fn cn_of(&self, filter: &str) -> Vec<String> {
        let vault = self.vault();
        let question = Question {
            attributes: &["cn"],
            ..Question::tree(&vault, filter)
        };
        let found = self
            .site
            .administer(|server| server.search(&server.admin(), &question).unwrap());
        found.unwrap().values("cn").into_iter().map(str::to_owned).collect()
    }

    fn value(&self, dn: &str, attribute: &str) -> String {
        let question = Question {
            attributes: &[attribute],
            ..Question::entry(dn)
        };
        let found = self
            .site
            .administer(|server| server.search(&server.admin(), &question).unwrap());
        found.unwrap().value(attribute).unwrap().to_owned()
    }

    fn set_header(&self, number: u64, bytes: &[u8]) {
        self.change(&format!(
            "dn: {}\nchangetype: modify\nreplace: {VERSION}\n{VERSION}: {number}\n-\nreplace: {DATA}\n{DATA}:: {}\n",
            self.vault(),
            base64(bytes)
        ));
    }

    fn change(&self, ldif: &str) {
        let change = |server: &dyn DirectoryServer| server.change(&server.admin(), ldif).unwrap();
        self.site.administer(change).unwrap();
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// A file as the user's own agent would have left it.
fn put(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
    let owner = std::fs::metadata(path.parent().unwrap()).unwrap();
    chown(path, Some(owner.uid()), Some(owner.gid())).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}
