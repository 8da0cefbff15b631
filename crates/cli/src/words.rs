//! Times, layers and tables in words.

use crate::screen::Paint;
use countersign_model::{Layer, Timestamp};
use countersign_wire::Problem;

/// How long ago, in the largest unit that fits.
pub(crate) fn ago(then: Timestamp, now: Timestamp) -> String {
    match now.0.saturating_sub(then.0) / 1000 {
        0..=1 => "just now".to_owned(),
        seconds => format!("{} ago", span(seconds)),
    }
}

/// How long until then, in the largest unit that fits.
pub(crate) fn still(then: Timestamp, now: Timestamp) -> String {
    span(then.0.saturating_sub(now.0).div_ceil(1000))
}

/// So many seconds, in the largest unit that fits.
pub(crate) fn span(seconds: u64) -> String {
    let (number, unit) = match seconds {
        0..=119 => (seconds, "second"),
        120..=7_199 => (seconds / 60, "minute"),
        7_200..=172_799 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    counted(number, unit)
}

/// `1 logon`, `2 logons`.
pub(crate) fn counted(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// Microseconds as milliseconds.
pub(crate) fn milliseconds(micros: u64) -> String {
    format!("{}.{} ms", micros / 1000, micros % 1000 / 100)
}

/// Where a setting's value comes from.
pub(crate) fn layer(layer: Layer) -> &'static str {
    match layer {
        Layer::BuiltIn => "built in",
        Layer::Package => "package",
        Layer::Machine => "machine",
        Layer::User => "user",
        Layer::Directory => "directory",
        Layer::Root => "organisation",
    }
}

/// A problem of a file, with what to do.
pub(crate) fn problem(problem: &Problem) -> String {
    let kind = match problem.severity {
        countersign_wire::Severity::Error => Paint::Bad.on("error"),
        countersign_wire::Severity::Warning => Paint::Warn.on("warning"),
    };
    let mut at = problem.place.clone();
    for number in [problem.line, problem.column].into_iter().flatten() {
        at.push_str(&format!(":{number}"));
    }
    let help = problem.help.as_deref().filter(|help| !help.is_empty());
    let help = help.map(|help| format!("\n  {help}")).unwrap_or_default();
    format!("{at}: {kind}: {}{help}", problem.message)
}

/// Rows in columns, two spaces apart; the last column is not padded.
pub(crate) fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).enumerate();
        let line: Vec<String> = cells
            .map(|(at, (cell, width))| {
                if at + 1 == N {
                    cell.clone()
                } else {
                    format!("{cell:width$}")
                }
            })
            .collect();
        line.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_words() {
        let at = Timestamp;
        assert_eq!(ago(at(9_500), at(10_000)), "just now");
        assert_eq!(ago(at(0), at(30_000)), "30 seconds ago");
        assert_eq!(ago(at(0), at(7_200_000)), "2 hours ago");
        assert_eq!(still(at(60_001), at(0)), "61 seconds");
        assert_eq!(span(1), "1 second");
        assert_eq!(milliseconds(2_349), "2.3 ms");
    }

    #[test]
    fn columns_line_up() {
        let rows = [["a".to_owned(), "bb".to_owned()], ["ccc".to_owned(), String::new()]];
        assert_eq!(table(&rows), "a    bb\nccc");
    }
}
