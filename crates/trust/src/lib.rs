//! The organisation's root, the list it signs, and the catalogues its publishers sign: bytes in, bytes out.
//!
//! A root is an Ed25519 key whose public half people pin by six words they got outside the directory, or by a root-owned file. The list
//! it signs names who may speak for the organisation: recovery rings, and publishers with the units and kinds they may sign. A catalogue
//! names everything that counts in one unit by its SHA-256. The crate reads no files and no clock. Private keys come from key files that
//! `countersign-vault` seals. The layouts are described in `docs/formats/trust.md` and `docs/formats/catalogue.md`.

mod catalogue;
mod codec;
mod list;
mod publisher;
mod root;
mod signature;

pub use catalogue::{
    AgentVersion, Catalogue, CatalogueError, Contents, Digest, Entry, Heading, Mark, Signed, Terms, Trusted,
    accept_catalogue, digest_of, inspect_catalogue, sign_catalogue, trusted_still,
};
pub use list::{
    Accepted, ListError, ListedRing, Member, Recovery, RootList, Standing, accept_list, inspect_list, rotate_list,
    sign_list, standing,
};
pub use publisher::{EntryKind, Kinds, ListedPublisher, PublisherKey, PublisherPublic, make_publisher_key};
pub use root::{Pin, PinError, RootKey, RootPublic, make_root_key};
