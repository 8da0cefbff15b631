//! The names on the wire.

/// Attributes.
pub mod attribute {
    /// What an entry of configuration is: `catalogue`, `page`, `template`, `policy`, `override` or `list`; also what a secret or task is.
    pub const KIND: &str = "countersignKind";
    /// The identifier of what is held, such as a template's.
    pub const ID: &str = "countersignId";
    /// The version, which only grows: what compare-and-set compares.
    pub const VERSION: &str = "countersignVersion";
    /// The bytes.
    pub const DATA: &str = "countersignData";
    /// Where the vault is (a distinguished name).
    pub const PLACE: &str = "countersignPlace";
}

/// Object classes.
pub mod class {
    /// Configuration of an organisational unit: catalogue, pages, templates, policies, overrides, root-signed lists.
    pub const CONFIG: &str = "countersignConfig";
    /// A user's vault: its header, and the container of what is in it.
    pub const VAULT: &str = "countersignVault";
    /// A sealed record of a vault as one device wrote it, or a key that only the user reads.
    pub const SECRET: &str = "countersignSecret";
    /// A machine's request to join a vault.
    pub const MACHINE: &str = "countersignMachine";
    /// Says where a user's vault is when it is not under the user's own entry.
    pub const LOCATOR: &str = "countersignLocator";
    /// Something to be done by the user's agents.
    pub const TASK: &str = "countersignTask";
}

/// The relative name of the vault below the user's own entry: `cn=countersign`.
pub const VAULT_NAME: &str = "countersign";
/// The relative name of an organisational unit's catalogue: `cn=catalogue`.
pub const CATALOGUE_NAME: &str = "catalogue";
