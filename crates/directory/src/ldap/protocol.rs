//! What the repository and its child say to each other over the child's standard input, a socket: frames of a 32-bit length
//! (little-endian) and a postcard message. Both ends are the same build; the parent trusts nothing the child says.

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_bytes::ByteBuf;

/// The longest request, in bytes.
pub const LONGEST: u32 = 16 << 20;
/// The longest answer, in bytes: an entry with the largest value there is.
pub const LONGEST_ANSWER: u32 = 2 << 20;
/// The longest value that is handed on, in bytes. What is longer is left out.
pub const LONGEST_VALUE: usize = (1 << 20) + (64 << 10);
/// How many attributes an entry may bring.
pub const MOST_ATTRIBUTES: usize = 32;
/// How many values an attribute may bring.
pub const MOST_VALUES: usize = 32 << 10;

/// What the child is asked to do. One at a time: the next is sent after the last answer of the one before.
#[derive(Debug, Serialize, Deserialize)]
pub enum Request {
    /// Connect to a server. Answered by [`Answer::Done`].
    Connect(Server),
    /// Say who asks. Answered by [`Answer::Done`]. Nothing of it is sent before TLS is verified.
    Bind(Bind),
    /// Do these, many at a time. Entries come as they arrive, each operation ends with [`Answer::Done`], all with [`Answer::End`].
    Run(Vec<Operation>),
}

/// A server and how to speak to it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Server {
    /// `ldaps://host[:port]`, or `ldap://` with StartTLS.
    pub url: String,
    /// The certification authorities to believe, in PEM; the system's where there are none.
    pub authorities: Option<ByteBuf>,
    /// The certificate to show.
    pub identity: Option<Identity>,
    /// How long connecting with TLS may take, in milliseconds.
    pub connect_ms: u32,
    /// How long an operation may take, or a page of a search, in milliseconds.
    pub operation_ms: u32,
    /// How long a whole [`Request::Run`] may take, in milliseconds.
    pub exchange_ms: u32,
}

/// A certificate that stands for the user, and its key, in PEM.
#[derive(Serialize, Deserialize)]
pub struct Identity {
    /// The certificate, with those of the authorities between it and the root.
    pub certificate: ByteBuf,
    /// Its private key, in memory that is wiped when it is freed.
    pub key: ByteBuf,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity")
    }
}

/// Who asks.
#[derive(Serialize, Deserialize)]
pub enum Bind {
    /// A name and a password.
    Simple {
        /// A DN or whatever else the server takes.
        name: String,
        /// In memory that is wiped when it is freed.
        password: ByteBuf,
    },
    /// The ticket of the session, by GSSAPI.
    Kerberos,
    /// The certificate that TLS showed, by SASL EXTERNAL.
    External,
}

impl std::fmt::Debug for Bind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Simple { name, .. } => write!(f, "Simple({name})"),
            Self::Kerberos => f.write_str("Kerberos"),
            Self::External => f.write_str("External"),
        }
    }
}

/// How far below its base a search looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Depth {
    /// The base itself.
    Base,
    /// What is directly below it.
    Level,
    /// The base and everything below it.
    Tree,
}

/// A search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Search {
    /// Where, as a DN.
    pub base: String,
    /// How far below.
    pub depth: Depth,
    /// For what, as a filter (RFC 4515).
    pub filter: String,
    /// Which attributes.
    pub attributes: Vec<String>,
    /// By how many entries a page (RFC 2696); 0: not by pages.
    pub page: u16,
    /// How many entries at most. More is [`Code::TooMany`].
    pub most: u32,
}

/// An attribute and its values.
pub type Attribute = (String, Vec<ByteBuf>);

/// One change of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Modification {
    /// Adds values that are not there yet.
    Add(Attribute),
    /// Deletes values that are there.
    Delete(Attribute),
    /// Sets the values; none: deletes the attribute.
    Replace(Attribute),
}

/// One operation of LDAP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operation {
    /// Search.
    Search(Search),
    /// Add an entry.
    Add(String, Vec<Attribute>),
    /// Change an entry, all or nothing.
    Modify(String, Vec<Modification>),
    /// Delete an entry.
    Delete(String),
    /// Give an entry another name beside its siblings.
    Rename(String, String),
}

/// How something ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Code {
    /// The server's result code (RFC 4511, appendix A).
    Result(u32),
    /// The bind was refused, and the password policy response says why (draft-behera-ldap-password-policy, section 6.2).
    Policy(u8),
    /// No connection was made, or it was lost.
    Lost,
    /// TLS was not verified.
    Tls,
    /// It took too long.
    Late,
    /// What came is not LDAP, or no answer to what was asked.
    Garbled,
    /// More came than was asked for.
    TooMany,
    /// It is not in this build, or there is no ticket.
    Unable,
}

/// What the child answers.
#[derive(Debug, Serialize, Deserialize)]
pub enum Answer {
    /// An entry that operation `of` found.
    Entry {
        /// Which operation, by its place in the request.
        of: u32,
        /// Its DN.
        dn: String,
        /// Its attributes, as they came: those that were asked for, within bounds.
        #[serde(deserialize_with = "bounded")]
        attributes: Vec<Attribute>,
    },
    /// Operation `of` ended.
    Done {
        /// Which operation, by its place in the request; 0 for connecting and binding.
        of: u32,
        /// How.
        code: Code,
        /// What there is to say about it.
        text: String,
    },
    /// All of a [`Request::Run`] ended.
    End,
}

/// Attributes within bounds: a few bytes of a frame could otherwise become many in memory.
fn bounded<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Attribute>, D::Error> {
    let few = Few::<(String, Few<ByteBuf, MOST_VALUES>), MOST_ATTRIBUTES>::deserialize(from)?;
    Ok(few.0.into_iter().map(|(name, values)| (name, values.0)).collect())
}

/// A list that is refused when it is longer than `MOST`.
struct Few<T, const MOST: usize>(Vec<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for Few<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Counting<T, const MOST: usize>(std::marker::PhantomData<T>);

        impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for Counting<T, MOST> {
            type Value = Few<T, MOST>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "at most {MOST} of them")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut found = Vec::new();
                while let Some(next) = list.next_element()? {
                    if found.len() == MOST {
                        return Err(A::Error::invalid_length(MOST + 1, &self));
                    }
                    found.push(next);
                }
                Ok(Few(found))
            }
        }

        from.deserialize_seq(Counting(std::marker::PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(attributes: usize, values: usize) -> Answer {
        let values = vec![ByteBuf::from("v"); values];
        Answer::Entry {
            of: 0,
            dn: "cn=a".to_owned(),
            attributes: vec![("cn".to_owned(), values); attributes],
        }
    }

    #[test]
    fn an_entry_has_so_many_attributes_and_values_and_no_more() {
        let comes_back = |answer: &Answer| {
            let bytes = postcard::to_allocvec(answer).unwrap();
            postcard::from_bytes::<Answer>(&bytes).is_ok()
        };
        assert!(comes_back(&entry(MOST_ATTRIBUTES, 1)) && comes_back(&entry(1, MOST_VALUES)));
        assert!(!comes_back(&entry(MOST_ATTRIBUTES + 1, 1)));
        assert!(!comes_back(&entry(1, MOST_VALUES + 1)));
        assert!(!comes_back(&entry(1_000_000, 0)));
    }
}
