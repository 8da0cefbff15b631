//! Rights, found out by their use.

use super::super::Session;
use super::super::entries::{DONE, attribute, searching};
use super::super::names::{child, first_value};
use super::super::protocol::{Code, Depth, Modification, Operation};
use countersign_model::port::RepositoryError;
use countersign_schema::{attribute as a, class};
use serde_bytes::ByteBuf;

/// The beginning of the name of what is written to find out.
const PROBE: &str = "countersign-doctor-";
/// A change by this result would have been allowed: there is no such value to delete (RFC 4511, appendix A).
const NO_SUCH_ATTRIBUTE: Code = Code::Result(16);

impl Session {
    /// Whether an entry may be changed: by the deletion of a value that it does not have.
    pub(super) fn may_change(&mut self, dn: &str) -> Result<bool, RepositoryError> {
        let nothing = attribute(a::DATA, self.probe_name());
        let ended = self.write(Operation::Modify(dn.to_owned(), vec![Modification::Delete(nothing)]))?;
        Ok([DONE, NO_SUCH_ATTRIBUTE].contains(&ended.code))
    }

    /// Whether an entry may be added below another: by one that is taken away again.
    pub(super) fn may_add(&mut self, below: &str, class: &str) -> Result<bool, RepositoryError> {
        let dn = self.probe_below(below);
        let ended = self.write(adding(&dn, class))?;
        let added = ended.code == DONE;
        if added {
            self.delete(&dn)?;
        }
        Ok(added)
    }

    /// Takes away what an examination that was interrupted left in a vault.
    pub(super) fn forget_probes(&mut self, vault: &str) -> Result<(), RepositoryError> {
        let filter = format!("(&(objectClass={})(cn={PROBE}*))", class::TASK);
        for entry in self.search(searching(vault, Depth::Level, filter, &["cn"]))? {
            self.delete(&entry.dn)?;
        }
        Ok(())
    }

    fn probe_name(&self) -> String {
        format!("{PROBE}{}-{:x}", std::process::id(), self.clock.now().0)
    }

    pub(super) fn probe_below(&self, dn: &str) -> String {
        child(&self.probe_name(), dn)
    }
}

pub(super) fn adding(dn: &str, class: &str) -> Operation {
    let name = first_value(dn).unwrap_or_default();
    let classes = ["top", class].map(ByteBuf::from).to_vec();
    let attributes = vec![
        ("objectClass".to_owned(), classes),
        attribute("cn", name),
        attribute(a::KIND, "probe"),
        attribute(a::DATA, "1"),
    ];
    Operation::Add(dn.to_owned(), attributes)
}
