use crate::declared::{ATTRIBUTES, CLASSES};
use crate::definition;
use std::fmt::Write;

/// For the instance's schema folder, as `99countersign.ldif`.
pub(crate) fn ldif() -> String {
    let mut text = "# Countersign: schema for 389 Directory Server, 99countersign.ldif.\ndn: cn=schema\n".to_owned();
    let definitions = ATTRIBUTES
        .iter()
        .map(|attribute| ("attributeTypes", definition::attribute(attribute)))
        .chain(CLASSES.iter().map(|class| ("objectClasses", definition::class(class))));
    for (keyword, lines) in definitions {
        let _infallible = writeln!(text, "{keyword}: {}\n  X-ORIGIN 'Countersign' )", lines.join("\n  "));
    }
    text
}
