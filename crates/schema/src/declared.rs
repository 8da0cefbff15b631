//! The declarations.

use crate::guid::Guid;
use crate::name::{attribute, class};

/// The arc of all identifiers: Microsoft's arc for organisations that have none of their own, and a fixed GUID in pieces. Attributes are
/// `.1.N`, classes `.2.N`. (Active Directory refuses identifiers under `2.25`.)
pub const OID_ARC: &str = "1.2.840.113556.1.8000.2554.45643.59063.7737.17476.49017.6773316.11276036";

/// The kind of an attribute's values. All attributes have one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// UTF-8, compared without regard to case (Active Directory knows no other comparison that is indexed).
    Text,
    /// A whole number of at most 63 bits.
    Integer,
    /// Bytes.
    Octets,
    /// A distinguished name.
    Name,
}

/// Whether the server is asked to index an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// For equality.
    Equality,
    /// Not at all: it is never searched for.
    None,
}

/// An attribute.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    /// Its name.
    pub name: &'static str,
    /// Its number below the arc of attributes.
    pub number: u32,
    /// What it is, in one line of ASCII.
    pub about: &'static str,
    /// Its values.
    pub syntax: Syntax,
    /// Whether it is searched for.
    pub index: Index,
    /// Its identity in Active Directory, which access control entries name.
    pub guid: Guid,
}

/// A structural class under `top`, named by `cn`.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    /// Its name.
    pub name: &'static str,
    /// Its number below the arc of classes.
    pub number: u32,
    /// What it is, in one line of ASCII.
    pub about: &'static str,
    /// Attributes that an entry has, beside `cn`.
    pub must: &'static [&'static str],
    /// Attributes that an entry may have.
    pub may: &'static [&'static str],
    /// Below what Active Directory lets it be. The others have no such rule.
    pub below: &'static [&'static str],
    /// The security descriptor that Active Directory gives an entry whose creator names none.
    pub descriptor: &'static str,
    /// Its identity in Active Directory, which access control entries name.
    pub guid: Guid,
}

/// Where administrators put things.
const CONTAINERS: [&str; 4] = ["user", "container", "organizationalUnit", "domainDNS"];

/// Below what something of a vault is: the containers, in case of a design of its own, and the vault.
const IN_VAULT: [&str; 5] = ["user", "container", "organizationalUnit", "domainDNS", class::VAULT];

/// The machine and the domain's administrators; everybody else as the organisational unit says.
const ADMINISTERED: &str = "D:(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;SY)(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;DA)";

/// The same, and whoever made it: a user's vault and what is in it are his.
const OWNED: &str =
    "D:(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;SY)(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;DA)(A;;CCDCLCSWRPWPDTLOSDRC;;;CO)";

/// All attributes.
pub const ATTRIBUTES: &[Attribute] = &[
    Attribute {
        name: attribute::KIND,
        number: 1,
        about: "What the entry holds",
        syntax: Syntax::Text,
        index: Index::Equality,
        guid: Guid(0x15b7_db16_367f_47af_af8b_61d8_478b_270d),
    },
    Attribute {
        name: attribute::ID,
        number: 2,
        about: "Identifier of what the entry holds",
        syntax: Syntax::Text,
        index: Index::None,
        guid: Guid(0x0737_e56a_95f3_4592_838a_9c7e_192a_8080),
    },
    Attribute {
        name: attribute::VERSION,
        number: 3,
        about: "Version of what the entry holds",
        syntax: Syntax::Integer,
        index: Index::Equality,
        guid: Guid(0x0440_68ad_c721_4c2a_91ec_919f_6560_353e),
    },
    Attribute {
        name: attribute::DATA,
        number: 4,
        about: "The bytes: signed configuration or sealed data",
        syntax: Syntax::Octets,
        index: Index::None,
        guid: Guid(0xdf5b_b220_2bbe_4169_9738_4fb0_ad0c_613e),
    },
    Attribute {
        name: attribute::PLACE,
        number: 5,
        about: "Where the vault of the user is",
        syntax: Syntax::Name,
        index: Index::None,
        guid: Guid(0x7ff0_8c2e_14fc_431f_95ff_d733_5996_abaa),
    },
];

/// All classes. A class comes after those it may be below.
pub const CLASSES: &[Class] = &[
    Class {
        name: class::CONFIG,
        number: 1,
        about: "Signed configuration of an organisational unit",
        must: &[attribute::KIND],
        may: &[attribute::ID, attribute::VERSION, attribute::DATA, "description"],
        below: &CONTAINERS,
        descriptor: ADMINISTERED,
        guid: Guid(0x3727_6dc5_9e69_4ebd_8911_e135_9592_7cc3),
    },
    Class {
        name: class::VAULT,
        number: 2,
        about: "Vault of a user: its header, and the container of its secrets",
        must: &[],
        may: &[attribute::VERSION, attribute::DATA],
        below: &CONTAINERS,
        descriptor: OWNED,
        guid: Guid(0x7023_ca31_50c7_4bac_bfcb_245a_c461_a0c4),
    },
    Class {
        name: class::SECRET,
        number: 3,
        about: "Sealed secret of a vault",
        must: &[],
        may: &[attribute::KIND, attribute::VERSION, attribute::DATA],
        below: &IN_VAULT,
        descriptor: OWNED,
        guid: Guid(0x994d_4743_4294_4028_af92_670c_924d_e82c),
    },
    Class {
        name: class::MACHINE,
        number: 4,
        about: "Request of a machine to join a vault",
        must: &[],
        may: &[attribute::VERSION, attribute::DATA],
        below: &IN_VAULT,
        descriptor: OWNED,
        guid: Guid(0xe7d6_5e48_766d_415a_a3f6_ad04_4258_1a48),
    },
    Class {
        name: class::LOCATOR,
        number: 5,
        about: "Says where the vault of the user is",
        must: &[],
        may: &[attribute::PLACE],
        below: &CONTAINERS,
        descriptor: OWNED,
        guid: Guid(0xbde5_4c55_05cf_4ca7_be95_0a69_d3cd_7fff),
    },
    Class {
        name: class::TASK,
        number: 6,
        about: "Something for the agents of the user to do",
        must: &[],
        may: &[attribute::KIND, attribute::VERSION, attribute::DATA],
        below: &IN_VAULT,
        descriptor: OWNED,
        guid: Guid(0x60b7_3a71_37aa_4eb8_85ce_e3f9_d443_fc11),
    },
];

impl Attribute {
    /// Its object identifier.
    #[must_use]
    pub fn oid(&self) -> String {
        format!("{OID_ARC}.1.{}", self.number)
    }
}

impl Class {
    /// Its object identifier.
    #[must_use]
    pub fn oid(&self) -> String {
        format!("{OID_ARC}.2.{}", self.number)
    }
}
