//! LDIF for `ldifde`: the attributes, then the classes. The schema master reads its schema anew between them, because a class may only name
//! attributes that it knows.

use crate::declared::{ATTRIBUTES, Attribute, CLASSES, Class, Index, Syntax};
use std::fmt::Write;

/// `ldifde -c "DC=X" …` puts the forest's name in its place.
const SCHEMA: &str = "CN=Schema,CN=Configuration,DC=X";

/// The class DS-DN of OM objects, which an attribute that holds a name is declared with.
const NAME_CLASS: &str = "KwwCh3McAIVK";

pub(crate) fn ldif() -> String {
    let mut text =
        "# Countersign: schema for Active Directory, to be imported on the schema master by a schema administrator:\n\
        #   ldifde -i -f countersign.ldf -c \"DC=X\" \"DC=example,DC=org\"\n\
        # What is added to the schema of Active Directory can be switched off later, but never removed.\n\n"
            .to_owned();
    for attribute in ATTRIBUTES {
        text.push_str(&entry_of_attribute(attribute));
    }
    text.push_str(&read_anew());
    for class in CLASSES {
        text.push_str(&entry_of_class(class));
        text.push_str(&read_anew());
    }
    text
}

fn entry_of_attribute(attribute: &Attribute) -> String {
    let name = attribute.name;
    let (syntax, om) = match attribute.syntax {
        Syntax::Text => ("2.5.5.12", 64),
        Syntax::Integer => ("2.5.5.16", 65),
        Syntax::Octets => ("2.5.5.10", 4),
        Syntax::Name => ("2.5.5.1", 127),
    };
    let indexed = match attribute.index {
        Index::Equality => 1,
        Index::None => 0,
    };
    let mut text = head(name, "attributeSchema");
    let _infallible = write!(
        text,
        "attributeID: {oid}\nattributeSyntax: {syntax}\noMSyntax: {om}\n",
        oid = attribute.oid(),
    );
    if attribute.syntax == Syntax::Name {
        let _infallible = writeln!(text, "oMObjectClass:: {NAME_CLASS}");
    }
    let _infallible = write!(
        text,
        "isSingleValued: TRUE\nsearchFlags: {indexed}\nshowInAdvancedViewOnly: TRUE\n{}",
        foot(name, attribute.about, &attribute.guid.base64()),
    );
    text
}

fn entry_of_class(class: &Class) -> String {
    let mut text = head(class.name, "classSchema");
    let _infallible = write!(
        text,
        "governsID: {}\nsubClassOf: top\nobjectClassCategory: 1\nrDNAttID: cn\nmustContain: cn\n",
        class.oid(),
    );
    let lists = [
        ("mustContain", class.must),
        ("mayContain", class.may),
        ("possSuperiors", class.below),
    ];
    for (keyword, names) in lists {
        for name in names {
            let _infallible = writeln!(text, "{keyword}: {name}");
        }
    }
    let _infallible = write!(
        text,
        "defaultObjectCategory: CN={name},{SCHEMA}\ndefaultSecurityDescriptor: {descriptor}\n\
         defaultHidingValue: TRUE\nshowInAdvancedViewOnly: TRUE\n{foot}",
        name = class.name,
        descriptor = class.descriptor,
        foot = foot(class.name, class.about, &class.guid.base64()),
    );
    text
}

fn head(name: &str, class: &str) -> String {
    format!("dn: CN={name},{SCHEMA}\nchangetype: add\nobjectClass: top\nobjectClass: {class}\ncn: {name}\n")
}

fn foot(name: &str, about: &str, guid: &str) -> String {
    format!("lDAPDisplayName: {name}\nadminDisplayName: {name}\nadminDescription: {about}\nschemaIDGUID:: {guid}\n\n")
}

/// Has the schema read anew.
fn read_anew() -> String {
    "dn:\nchangetype: modify\nadd: schemaUpdateNow\nschemaUpdateNow: 1\n-\n\n".to_owned()
}
