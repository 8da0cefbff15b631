use super::configuration::Replication;
use super::{SUFFIX, Slapd, SlapdOptions};
use crate::servers::directory::DirectoryServer;
use crate::servers::ldap::Question;
use crate::servers::port::Port;
use crate::servers::relay::Relay;
use crate::servers::slapd::content;
use crate::servers::tls::Authority;
use crate::{Deadline, Result};

/// Two servers of one organisation with the same data, and the network between them.
#[derive(Debug)]
pub struct SlapdPair {
    /// The one that was there first: the provider.
    pub first: Slapd,
    /// The other one: writable too, or a consumer.
    pub second: Slapd,
    // From whom each takes what changed.
    links: Vec<Relay>,
}

impl SlapdPair {
    /// Two that may both be written.
    pub fn writable() -> Result<Self> {
        let (port, other) = (Port::claim()?, Port::claim()?);
        let (up, down) = (Relay::to(port.number())?, Relay::to(other.number())?);
        let take = |number, link: &Relay| SlapdOptions {
            replication: Replication::Writable {
                number,
                from: link.port(),
            },
            ..SlapdOptions::default()
        };
        let (first, second) = (take(1, &down), take(2, &up));
        Self::with(port, &first, other, &second, vec![up, down])
    }

    /// One that is written, and a copy that only takes.
    pub fn provider_and_consumer() -> Result<Self> {
        let (port, other) = (Port::claim()?, Port::claim()?);
        let link = Relay::to(port.number())?;
        let provider = SlapdOptions {
            replication: Replication::Provider,
            ..SlapdOptions::default()
        };
        let consumer = SlapdOptions {
            replication: Replication::Consumer {
                from: link.port(),
                writers: format!("ldaps://127.0.0.1:{}", port.number()),
            },
            ..SlapdOptions::default()
        };
        Self::with(port, &provider, other, &consumer, vec![link])
    }

    fn with(
        port: Port,
        provider: &SlapdOptions,
        other: Port,
        consumer: &SlapdOptions,
        links: Vec<Relay>,
    ) -> Result<Self> {
        let authority = Authority::new("Laboratory Root")?;
        let mut first = Slapd::prepare(provider, authority.clone(), port)?;
        first.load(&content::tree(""))?;
        // The same entries with the same identities and times, as a restored backup has them.
        let mut second = Slapd::prepare(consumer, authority, other)?;
        second.load(&first.dump()?)?;
        let pair = Self { first, second, links };
        pair.synchronised(Deadline::seconds(30))?;
        Ok(pair)
    }

    /// Cuts the network between them. Clients still reach both.
    pub fn partition(&self) -> Result<()> {
        self.links.iter().try_for_each(Relay::partition)
    }

    /// Mends it.
    pub fn heal(&self) -> Result<()> {
        self.links.iter().try_for_each(Relay::heal)
    }

    /// Changes something of no interest on the first, and waits until both know it.
    ///
    /// A provider that was killed does not know its own newest change when it is back, until there is a newer one: OpenLDAP keeps its
    /// contextCSN with checkpoints only.
    pub fn synchronised_by_a_change(&self, deadline: Deadline) -> Result<()> {
        let change = format!("dn: {SUFFIX}\nchangetype: modify\nreplace: description\ndescription: {SUFFIX}\n");
        self.first.change(&self.first.admin(), &change)?;
        self.synchronised(deadline)
    }

    /// Waits until both know the same changes.
    pub fn synchronised(&self, deadline: Deadline) -> Result<()> {
        let mut last = String::new();
        let agreed = deadline.find(|| {
            let (first, second) = (state(&self.first).ok()?, state(&self.second).ok()?);
            last = format!(": the first has {first:?}, the second {second:?}");
            (first == second).then_some(())
        });
        agreed.ok_or_else(|| deadline.late("the servers' agreement", &last))
    }
}

/// Up to which change of each server this one knows.
fn state(server: &Slapd) -> Result<Vec<String>> {
    let question = Question {
        attributes: &["contextCSN"],
        ..Question::entry(SUFFIX)
    };
    let found = server.search(&server.admin(), &question)?;
    let mut marks: Vec<_> = found.values("contextCSN").into_iter().map(str::to_owned).collect();
    marks.sort();
    Ok(marks)
}
