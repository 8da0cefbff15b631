//! Results of template tests as build servers read them: the XML of JUnit, one suite a template, one case a recorded window.

use super::test::{Tested, Tried};
use std::fmt::Write as _;

/// The report of a run.
pub(super) fn report(all: &[Tested]) -> String {
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let tests: usize = all.iter().map(cases).sum();
    let failed: usize = all.iter().map(failures).sum();
    // Writing to a string does not fail.
    let _ = writeln!(xml, "<testsuites tests=\"{tests}\" failures=\"{failed}\">");
    for tested in all {
        let name = escaped(&tested.file.display().to_string());
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\">",
            cases(tested),
            failures(tested)
        );
        if let Some(problem) = &tested.problem {
            case(&mut xml, &name, "template", std::slice::from_ref(problem));
        }
        for tried in &tested.fixtures {
            case(&mut xml, &name, &escaped(&tried.fixture), told(tried));
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

/// A template that cannot be tested is a case that failed.
fn cases(tested: &Tested) -> usize {
    tested.fixtures.len() + usize::from(tested.problem.is_some())
}

fn failures(tested: &Tested) -> usize {
    let failed = tested.fixtures.iter().filter(|tried| !tried.passed).count();
    failed + usize::from(tested.problem.is_some())
}

fn told(tried: &Tried) -> &[String] {
    match tried.passed {
        true => &[],
        false => &tried.failures,
    }
}

fn case(xml: &mut String, suite: &str, name: &str, failures: &[String]) {
    let _ = write!(xml, "    <testcase classname=\"{suite}\" name=\"{name}\"");
    let [first, ..] = failures else {
        xml.push_str("/>\n");
        return;
    };
    let all = escaped(&failures.join("\n"));
    let _ = writeln!(
        xml,
        ">\n      <failure message=\"{}\">{all}</failure>\n    </testcase>",
        escaped(first)
    );
}

/// As text and as an attribute's value; what XML 1.0 cannot hold is left out.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' | '\t' => safe.push(letter),
            '\u{fffe}' | '\u{ffff}' => {}
            letter if letter.is_control() => {}
            letter => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_is_text() {
        assert_eq!(
            escaped("a<b> & \"c\"\u{0}\u{1b}[1m\n"),
            "a&lt;b&gt; &amp; &quot;c&quot;[1m\n"
        );
    }
}
