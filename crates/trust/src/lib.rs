//! The organisation's root and the list it signs: bytes in, bytes out.
//!
//! A root is an Ed25519 key whose public half people pin by six words they got outside the directory, or by a root-owned file. The list
//! it signs names who may speak for the organisation; here that is the recovery rings. The crate reads no files and no clock. Private
//! keys come from key files that `countersign-vault` seals. The layout is described in `docs/formats/trust.md`.

mod codec;
mod list;
mod root;

pub use list::{
    Accepted, ListError, ListedRing, Member, Recovery, RootList, Standing, accept_list, inspect_list, rotate_list,
    sign_list, standing,
};
pub use root::{Pin, PinError, RootKey, RootPublic, make_root_key};
