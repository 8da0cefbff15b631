//! Rows and fields of CSV as RFC 4180 has them, strictly: an export that was cut off or mended by hand is told, never guessed at.

use crate::error::ImportError;
use crate::limits::MOST_FIELDS;
use zeroize::Zeroizing;

/// Rows of a text, one after the other.
pub(crate) struct Rows<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    delimiter: u8,
}

/// One row.
pub(crate) struct Row<'a> {
    /// The line it begins on, from 1.
    pub(crate) line: u64,
    pub(crate) fields: Vec<Field<'a>>,
}

/// One field as it is written: of a quoted one what is between the quotes, with every quote still doubled.
pub(crate) struct Field<'a> {
    written: &'a str,
    doubled: usize,
}

/// What ends a field.
enum End {
    Field,
    Row,
}

impl<'a> Rows<'a> {
    /// The delimiter is the one that the first line has most of: comma, semicolon (spreadsheets in many countries) or tab.
    pub(crate) fn of(text: &'a str) -> Self {
        let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
        let mut quoted = false;
        for byte in text.bytes() {
            match byte {
                b'"' => quoted = !quoted,
                b'\n' if !quoted => break,
                _ if quoted => {}
                _ => {
                    for (delimiter, count) in &mut counts {
                        *count += usize::from(byte == *delimiter);
                    }
                }
            }
        }
        let mut delimiter = b',';
        let mut most = 0;
        for (candidate, count) in counts {
            if count > most {
                (delimiter, most) = (candidate, count);
            }
        }
        Self {
            text,
            at: 0,
            line: 1,
            delimiter,
        }
    }

    /// The next row that is not an empty line; `None` at the end.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row<'a>>, ImportError> {
        loop {
            if self.at >= self.text.len() {
                return Ok(None);
            }
            let line = self.line;
            let mut fields = Vec::new();
            loop {
                let (field, end) = self.field()?;
                fields.push(field);
                if fields.len() > MOST_FIELDS {
                    return Err(self.broken(line, "more fields than an export has"));
                }
                if matches!(end, End::Row) {
                    break;
                }
            }
            match fields.as_slice() {
                [only] if only.written.trim().is_empty() => {}
                _ => return Ok(Some(Row { line, fields })),
            }
        }
    }

    fn field(&mut self) -> Result<(Field<'a>, End), ImportError> {
        match self.peek() {
            Some(b'"') => self.quoted(),
            _ => self.bare(),
        }
    }

    fn bare(&mut self) -> Result<(Field<'a>, End), ImportError> {
        let start = self.at;
        loop {
            let end = match self.peek() {
                None | Some(b'\n' | b'\r') => End::Row,
                Some(byte) if byte == self.delimiter => End::Field,
                Some(b'"') => return Err(self.broken(self.line, "a quotation mark inside a field that is not quoted")),
                Some(_) => {
                    self.at += 1;
                    continue;
                }
            };
            let written = self.text.get(start..self.at).unwrap_or_default();
            self.pass_end();
            return Ok((Field { written, doubled: 0 }, end));
        }
    }

    fn quoted(&mut self) -> Result<(Field<'a>, End), ImportError> {
        let begun = self.line;
        self.at += 1;
        let start = self.at;
        let mut doubled = 0;
        loop {
            match self.peek() {
                None => {
                    return Err(ImportError::Cut {
                        line: begun,
                        what: "a quoted field begins here and has no end",
                    });
                }
                Some(b'"') if self.byte(self.at + 1) == Some(b'"') => {
                    doubled += 1;
                    self.at += 2;
                }
                Some(b'"') => break,
                Some(byte) => {
                    self.line += u64::from(byte == b'\n');
                    self.at += 1;
                }
            }
        }
        let written = self.text.get(start..self.at).unwrap_or_default();
        self.at += 1;
        let end = match self.peek() {
            None | Some(b'\n' | b'\r') => End::Row,
            Some(byte) if byte == self.delimiter => End::Field,
            Some(_) => return Err(self.broken(self.line, "text after the closing quotation mark of a field")),
        };
        self.pass_end();
        Ok((Field { written, doubled }, end))
    }

    /// Goes past a delimiter or the end of a line, `\n`, `\r\n` or `\r`.
    fn pass_end(&mut self) {
        match (self.peek(), self.byte(self.at + 1)) {
            (None, _) => {}
            (Some(b'\r'), Some(b'\n')) => {
                self.at += 2;
                self.line += 1;
            }
            (Some(b'\r' | b'\n'), _) => {
                self.at += 1;
                self.line += 1;
            }
            (Some(_), _) => self.at += 1,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.byte(self.at)
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn broken(&self, line: u64, what: &str) -> ImportError {
        ImportError::Broken {
            line,
            what: what.to_owned(),
        }
    }
}

impl<'a> Field<'a> {
    pub(crate) fn is_empty(&self) -> bool {
        self.written.is_empty()
    }

    /// The length of its value in bytes.
    pub(crate) fn len(&self) -> usize {
        self.written.len() - self.doubled
    }

    /// Its value in pieces, each doubled quotation mark once.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &'a str> {
        let mut rest = self.written;
        let mut done = false;
        std::iter::from_fn(move || {
            if done {
                return None;
            }
            match rest.find("\"\"") {
                Some(at) => {
                    let piece = rest.get(..=at);
                    rest = rest.get(at + 2..).unwrap_or_default();
                    piece
                }
                None => {
                    done = true;
                    Some(rest)
                }
            }
        })
    }

    /// Its value, where it is no secret.
    pub(crate) fn text(&self) -> String {
        self.pieces().collect()
    }

    /// Its value, where it may be one: wiped after use.
    pub(crate) fn secret_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(self.len()));
        for piece in self.pieces() {
            text.push_str(piece);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<Vec<(u64, Vec<String>)>, ImportError> {
        let mut rows = Rows::of(text);
        let mut all = Vec::new();
        while let Some(row) = rows.next_row()? {
            all.push((row.line, row.fields.iter().map(Field::text).collect()));
        }
        Ok(all)
    }

    fn row(line: u64, fields: &[&str]) -> (u64, Vec<String>) {
        (line, fields.iter().map(|field| (*field).to_owned()).collect())
    }

    #[test]
    fn quotes_line_ends_and_delimiters() {
        assert_eq!(
            rows("a,b\r\n\"x, \"\"y\"\"\",\"1\r\n2\"\n\n,\nlast,\"\""),
            Ok(vec![
                row(1, &["a", "b"]),
                row(2, &["x, \"y\"", "1\r\n2"]),
                row(5, &["", ""]),
                row(6, &["last", ""]),
            ])
        );
        assert_eq!(
            rows("a;b\n\"1,5\";2"),
            Ok(vec![row(1, &["a", "b"]), row(2, &["1,5", "2"])])
        );
        assert_eq!(rows("a\tb\n1\t2\r"), Ok(vec![row(1, &["a", "b"]), row(2, &["1", "2"])]));
        assert_eq!(rows(""), Ok(vec![]));
        assert_eq!(rows("\"\"\"\"\n"), Ok(vec![row(1, &["\""])]));
    }

    #[test]
    fn what_is_broken_is_named_by_its_line() {
        let broken = |text: &str| rows(text).unwrap_err().to_string();
        assert_eq!(
            broken("a,b\nx,\"never ends\ny,z\n"),
            "line 2: a quoted field begins here and has no end; the file was cut off"
        );
        assert_eq!(
            broken("a,b\nx,y\"z\n"),
            "line 2: a quotation mark inside a field that is not quoted"
        );
        assert_eq!(
            broken("a,b\n\"x\ny\"z,1\n"),
            "line 3: text after the closing quotation mark of a field"
        );
        assert!(rows(&",".repeat(MOST_FIELDS)).is_err());
    }
}
