//! Descriptions as RFC 4512 writes them, which OpenLDAP and 389 Directory Server both take.

use crate::declared::{Attribute, Class, Syntax};

/// `( OID NAME … )` in pieces of one line each.
pub(crate) fn attribute(attribute: &Attribute) -> Vec<String> {
    let (equality, ordering, syntax) = rules(attribute.syntax);
    let mut lines = head(&attribute.oid(), attribute.name, attribute.about);
    lines.push(format!("EQUALITY {equality}"));
    lines.extend(ordering.map(|ordering| format!("ORDERING {ordering}")));
    lines.push(format!("SYNTAX {syntax}"));
    lines.push("SINGLE-VALUE".to_owned());
    lines
}

/// The same of a class.
pub(crate) fn class(class: &Class) -> Vec<String> {
    let mut lines = head(&class.oid(), class.name, class.about);
    lines.push("SUP top STRUCTURAL".to_owned());
    let must: Vec<_> = std::iter::once("cn").chain(class.must.iter().copied()).collect();
    lines.push(format!("MUST ( {} )", must.join(" $ ")));
    lines.push(format!("MAY ( {} )", class.may.join(" $ ")));
    lines
}

fn head(oid: &str, name: &str, about: &str) -> Vec<String> {
    vec![format!("( {oid}"), format!("NAME '{name}'"), format!("DESC '{about}'")]
}

/// Equality, ordering, syntax.
const fn rules(syntax: Syntax) -> (&'static str, Option<&'static str>, &'static str) {
    match syntax {
        Syntax::Text => ("caseIgnoreMatch", None, "1.3.6.1.4.1.1466.115.121.1.15"),
        Syntax::Integer => (
            "integerMatch",
            Some("integerOrderingMatch"),
            "1.3.6.1.4.1.1466.115.121.1.27",
        ),
        Syntax::Octets => ("octetStringMatch", None, "1.3.6.1.4.1.1466.115.121.1.40"),
        Syntax::Name => ("distinguishedNameMatch", None, "1.3.6.1.4.1.1466.115.121.1.12"),
    }
}
