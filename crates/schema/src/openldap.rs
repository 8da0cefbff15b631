use crate::declared::{ATTRIBUTES, CLASSES};
use crate::definition;
use std::fmt::Write;

/// For `include` in `slapd.conf`. A line that begins with white space continues the one before.
pub(crate) fn schema_file() -> String {
    let mut text = "# Countersign: schema for OpenLDAP, to be included after core.schema.\n".to_owned();
    let definitions = ATTRIBUTES
        .iter()
        .map(|attribute| ("attributetype", definition::attribute(attribute)))
        .chain(CLASSES.iter().map(|class| ("objectclass", definition::class(class))));
    for (keyword, lines) in definitions {
        let _infallible = write!(text, "\n{keyword} {} )\n", lines.join("\n\t"));
    }
    text
}

/// For `ldapadd` to `cn=config`. In LDIF a line that begins with a space continues the one before without it, hence two.
pub(crate) fn configuration() -> String {
    let mut text = "# Countersign: schema for OpenLDAP with cn=config.\n\
        dn: cn=countersign,cn=schema,cn=config\n\
        objectClass: olcSchemaConfig\n\
        cn: countersign\n"
        .to_owned();
    let definitions = ATTRIBUTES
        .iter()
        .map(|attribute| ("olcAttributeTypes", definition::attribute(attribute)))
        .chain(
            CLASSES
                .iter()
                .map(|class| ("olcObjectClasses", definition::class(class))),
        );
    for (keyword, lines) in definitions {
        let _infallible = writeln!(text, "{keyword}: {} )", lines.join("\n  "));
    }
    text
}
