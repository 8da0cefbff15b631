//! The schema as each of OpenLDAP's ways of loading takes it. Samba's is loaded whenever one is made.

use std::process::Command;

use countersign_schema::{ATTRIBUTES, CLASSES, Server, render};
use countersign_tests::process::output;
use countersign_tests::servers::{DirectoryServer, Question, Scope, Slapd};

/// `slapadd` into an empty cn=config, as an administrator adds it to a running one.
#[test]
fn openldap_takes_it_into_cn_config() {
    let folder = tempfile::tempdir().unwrap();
    let configuration = folder.path().join("slapd.d");
    std::fs::create_dir(&configuration).unwrap();
    let mut text = "dn: cn=config\nobjectClass: olcGlobal\ncn: config\n\n\
                    dn: cn=schema,cn=config\nobjectClass: olcSchemaConfig\ncn: schema\n\n"
        .to_owned();
    for schema in ["core", "cosine", "inetorgperson"] {
        let path = format!("/etc/ldap/schema/{schema}.ldif");
        text.push_str(&std::fs::read_to_string(path).unwrap());
        text.push('\n');
    }
    text.push_str(&render(Server::OpenLdapConfig));
    let ldif = folder.path().join("config.ldif");
    std::fs::write(&ldif, text).unwrap();
    let add = |words: &[&str]| {
        let mut command = Command::new("/usr/sbin/slapd");
        output(command.args(["-T"]).args(words).arg("-F").arg(&configuration)).unwrap()
    };
    add(&["add", "-n", "0", "-l", ldif.to_str().unwrap()]);
    let held = add(&["cat", "-n", "0", "-o", "ldif-wrap=no"]);
    for name in ATTRIBUTES
        .iter()
        .map(|one| one.name)
        .chain(CLASSES.iter().map(|one| one.name))
    {
        assert!(
            held.contains(&format!("NAME '{name}'")),
            "{name} is missing in:\n{held}"
        );
    }
}

/// A running server publishes what it was taught, from the schema file.
#[test]
fn openldap_takes_it_from_a_file() {
    let slapd = Slapd::start().unwrap();
    let question = Question {
        base: "cn=Subschema",
        scope: Scope::Base,
        filter: "(objectClass=*)",
        attributes: &["attributeTypes", "objectClasses"],
    };
    let schema = slapd.search(&slapd.admin(), &question).unwrap();
    let taught = |values: &[&str], oid: &str, name: &str| {
        let one = values
            .iter()
            .any(|value| value.contains(oid) && value.contains(&format!("'{name}'")));
        assert!(one, "{name} is missing");
    };
    for one in ATTRIBUTES {
        taught(&schema.values("attributeTypes"), &one.oid(), one.name);
    }
    for one in CLASSES {
        taught(&schema.values("objectClasses"), &one.oid(), one.name);
    }
}
