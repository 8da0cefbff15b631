//! Paths of organisational units.

const LONGEST: usize = 512;
const DEEPEST: usize = 16;

/// Whether a text is a unit's path: blank for the root of the configuration, otherwise names with `/` between them, such as
/// `Sales/Berlin`, outermost first. A name has 1 to 128 bytes, no control characters, and is neither `.` nor `..`; at most 16 of them and
/// 512 bytes.
#[must_use]
pub fn is_unit(path: &str) -> bool {
    let named = |name: &str| {
        (1..=128).contains(&name.len()) && !matches!(name, "." | "..") && !name.chars().any(char::is_control)
    };
    path.is_empty() || (path.len() <= LONGEST && path.split('/').count() <= DEEPEST && path.split('/').all(named))
}

/// Whether a unit is this one or lies below it: `Sales` covers `Sales` and `Sales/Berlin`, not `Salesforce`; blank covers all.
#[must_use]
pub fn covers(above: &str, unit: &str) -> bool {
    above.is_empty()
        || unit
            .strip_prefix(above)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_covers_itself_and_what_is_below() {
        for (above, unit, wanted) in [
            ("", "", true),
            ("", "Sales", true),
            ("Sales", "Sales", true),
            ("Sales", "Sales/Berlin", true),
            ("Sales", "Salesforce", false),
            ("Sales", "sales", false),
            ("Sales", "", false),
            ("Sales/Berlin", "Sales", false),
        ] {
            assert_eq!(covers(above, unit), wanted, "{above:?} over {unit:?}");
        }
    }

    #[test]
    fn paths_are_names_with_slashes_between() {
        for good in [
            "",
            "Sales",
            "Sales/Berlin",
            "Ärzte & Co",
            "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p",
        ] {
            assert!(is_unit(good), "{good}");
        }
        let long = "x".repeat(129);
        let deep = "x/".repeat(16) + "x";
        for bad in ["/", "/Sales", "Sales/", "a//b", ".", "a/../b", "a\nb", &long, &deep] {
            assert!(!is_unit(bad), "{bad}");
        }
    }
}
