//! What is in the tree before a test begins.

use super::{ADMIN, SUFFIX};

/// The containers, the groups of the product, a password policy that counts, and these entries.
pub(super) fn tree(more: &str) -> String {
    let mut ldif = format!("dn: {SUFFIX}\nobjectClass: domain\ndc: example\n\n");
    for unit in ["People", "Groups", "Countersign", "Vaults", "Policies"] {
        ldif.push_str(&format!(
            "dn: ou={unit},{SUFFIX}\nobjectClass: organizationalUnit\nou: {unit}\n\n"
        ));
    }
    for name in ["helpdesk", "countersign-admins"] {
        ldif.push_str(&group(name));
    }
    // Failures are counted, and nobody is locked out by them.
    ldif.push_str(&format!(
        "dn: cn=default,ou=Policies,{SUFFIX}\nobjectClass: device\nobjectClass: pwdPolicy\ncn: default\n\
         pwdAttribute: userPassword\npwdLockout: TRUE\npwdMaxFailure: 0\npwdMaxRecordedFailure: 10000\n\
         pwdCheckQuality: 0\n\n"
    ));
    ldif.push_str(more);
    ldif
}

/// A group. It cannot be without a member: the administrator is one, for whom no rule counts.
pub(super) fn group(name: &str) -> String {
    format!("dn: cn={name},ou=Groups,{SUFFIX}\nobjectClass: groupOfNames\ncn: {name}\nmember: {ADMIN}\n\n")
}
