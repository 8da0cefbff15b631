//! Whether the server knows our classes and attributes, by its subschema (RFC 4512, section 4.4).

use super::super::Session;
use super::super::child::Found;
use super::super::entries::searching;
use super::super::protocol::{Depth, Search};
use super::{bad, doubtful, good};
use countersign_model::port::{Finding, RepositoryError};
use countersign_schema::{ATTRIBUTES, CLASSES};

const SCHEMA: &str = "load what `countersign schema` prints for your server";

impl Session {
    /// Whether the server has every class and attribute, by its subschema (RFC 4512, section 4.4).
    pub(super) fn schema_found(&mut self) -> Result<Finding, RepositoryError> {
        let root = self.root_dse(&["subschemaSubentry"])?;
        let place = root.text("subschemaSubentry").unwrap_or("cn=Subschema").to_owned();
        let filter = "(objectClass=subschema)".to_owned();
        let attributes = ["attributeTypes", "objectClasses"];
        let search = Search {
            page: 0,
            most: 1,
            ..searching(&place, Depth::Base, filter, &attributes)
        };
        let Some(schema) = self.search(search)?.pop() else {
            return Ok(doubtful(
                "schema",
                format!("{place} cannot be read by you"),
                "let users read the subschema",
            ));
        };
        let missing = missing_of(&schema);
        Ok(match missing.as_slice() {
            [] => good(
                "schema",
                format!("{} classes, {} attributes", CLASSES.len(), ATTRIBUTES.len()),
            ),
            missing => bad("schema", format!("{} missing", missing.join(", ")), SCHEMA),
        })
    }
}

/// What of our schema a subschema does not define.
fn missing_of(schema: &Found) -> Vec<&'static str> {
    let defined = |list: &str, name: &str| schema.texts(list).any(|definition| defines(definition, name));
    let classes = CLASSES.iter().map(|class| ("objectClasses", class.name));
    let attributes = ATTRIBUTES.iter().map(|attribute| ("attributeTypes", attribute.name));
    let missing = classes.chain(attributes).filter(|(list, name)| !defined(list, name));
    missing.map(|(_, name)| name).collect()
}

/// Whether a definition is of this name: `( OID NAME 'name' …` or `NAME ( 'one' 'two' ) …` (RFC 4512, section 4.1).
fn defines(definition: &str, name: &str) -> bool {
    let Some((_, after)) = definition.split_once(" NAME ") else {
        return false;
    };
    let names = after.trim_start();
    let names = match names.strip_prefix('(') {
        Some(several) => several.split(')').next().unwrap_or_default(),
        None => names.split_whitespace().next().unwrap_or_default(),
    };
    names.split(['\'', ' ']).any(|one| one.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_has_one_name_or_several() {
        let one = "( 1.2.3 NAME 'countersignData' DESC 'x NAME y' SYNTAX 1.2 )";
        let several = "( 1.2.3 NAME ( 'short' 'countersignData' ) DESC 'x' )";
        assert!(defines(one, "countersigndata") && defines(several, "countersignData") && defines(several, "short"));
        assert!(!defines(one, "countersign") && !defines(one, "y") && !defines(several, "1.2.3"));
        assert!(!defines("( 1.2.3 DESC 'none' )", "none") && !defines("", "none"));
    }
}
