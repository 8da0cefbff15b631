//! Telling options from operands as getopt(3) does, so that `ssh -p 22 host command -x` is not read as something else.

/// Which options a program knows.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Getopt {
    options: Vec<(char, Argument)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Argument {
    None,
    Required,
    /// Only attached: `-Lvalue`.
    Optional,
}

/// A command line, taken apart.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct CommandLine {
    /// Every option with its value, in order.
    pub(crate) options: Vec<(char, Option<String>)>,
    /// The first operands.
    pub(crate) operands: Vec<String>,
}

impl CommandLine {
    pub(crate) fn values(&self, letter: char) -> impl Iterator<Item = Option<&str>> {
        self.options
            .iter()
            .filter(move |(given, _)| *given == letter)
            .map(|(_, value)| value.as_deref())
    }
}

/// Why a command line cannot be taken apart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UnknownOption {
    #[error("option `-{0}`, which `getopt` does not name")]
    Unknown(char),
    #[error("option `-{0}` without its value")]
    NoValue(char),
    #[error("a long option, which `getopt` does not name")]
    Long,
}

impl Getopt {
    /// Reads `46ap:o:`. A leading `+`, `-` or `:` changes nothing here.
    pub(crate) fn new(text: &str) -> Result<Self, char> {
        let mut options: Vec<(char, Argument)> = Vec::new();
        for character in text.trim_start_matches(['+', '-', ':']).chars() {
            let known = options.iter().any(|(known, _)| *known == character);
            match (character, options.last_mut()) {
                (':', Some((_, argument @ Argument::None))) => *argument = Argument::Required,
                (':', Some((_, argument @ Argument::Required))) => *argument = Argument::Optional,
                (letter, _) if letter.is_ascii_alphanumeric() && !known => options.push((letter, Argument::None)),
                (wrong, _) => return Err(wrong),
            }
        }
        Ok(Self { options })
    }

    pub(crate) fn knows(&self, letter: char) -> bool {
        self.argument(letter).is_some()
    }

    pub(crate) fn takes_value(&self, letter: char) -> bool {
        self.argument(letter).is_some_and(|argument| argument != Argument::None)
    }

    fn argument(&self, letter: char) -> Option<Argument> {
        self.options
            .iter()
            .find(|(known, _)| *known == letter)
            .map(|(_, argument)| *argument)
    }

    /// Takes arguments apart (without the program's name).
    ///
    /// Options may stand before, between and after the first `operands` operands, as ssh has it; what follows those is a command of
    /// its own and is left alone. After `--` nothing is an option.
    pub(crate) fn parse(&self, arguments: &[String], operands: usize) -> Result<CommandLine, UnknownOption> {
        let mut line = CommandLine::default();
        let mut rest = arguments.iter();
        let mut options_end = false;
        while let Some(argument) = rest.next() {
            let cluster = argument
                .strip_prefix('-')
                .filter(|cluster| !cluster.is_empty() && !options_end);
            match cluster {
                Some("-") => options_end = true,
                Some(long) if long.starts_with('-') => return Err(UnknownOption::Long),
                Some(cluster) => self.cluster(cluster, &mut rest, &mut line)?,
                None if line.operands.len() < operands => line.operands.push(argument.clone()),
                None => break,
            }
        }
        Ok(line)
    }

    fn cluster<'a>(
        &self,
        cluster: &str,
        rest: &mut impl Iterator<Item = &'a String>,
        line: &mut CommandLine,
    ) -> Result<(), UnknownOption> {
        let mut letters = cluster.chars();
        while let Some(letter) = letters.next() {
            let argument = self.argument(letter).ok_or(UnknownOption::Unknown(letter))?;
            if argument == Argument::None {
                line.options.push((letter, None));
                continue;
            }
            let attached = Some(letters.as_str())
                .filter(|text| !text.is_empty())
                .map(str::to_owned);
            let value = match argument {
                Argument::Optional => attached,
                _ => Some(
                    attached
                        .or_else(|| rest.next().cloned())
                        .ok_or(UnknownOption::NoValue(letter))?,
                ),
            };
            line.options.push((letter, value));
            break;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SSH: &str = "1246AB:CD:E:F:I:J:KL:MNO:P:Q:R:S:TVw:W:XYab:c:e:fgi:kl:m:no:p:qstvxy";

    fn parse(text: &str) -> Result<CommandLine, UnknownOption> {
        let arguments: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        Getopt::new(SSH).unwrap().parse(&arguments, 1)
    }

    #[test]
    fn as_ssh_reads_it() {
        for (text, options, operands) in [
            ("demo@host", vec![], vec!["demo@host"]),
            ("-p 22 host", vec![('p', Some("22"))], vec!["host"]),
            ("-p22 host", vec![('p', Some("22"))], vec!["host"]),
            (
                "-4Cp22 host",
                vec![('4', None), ('C', None), ('p', Some("22"))],
                vec!["host"],
            ),
            ("host -p 22", vec![('p', Some("22"))], vec!["host"]),
            ("host -l demo ls -p 9", vec![('l', Some("demo"))], vec!["host"]),
            ("host ls -J evil", vec![], vec!["host"]),
            ("-- host -p 22", vec![], vec!["host"]),
            ("host -- -p 22", vec![], vec!["host"]),
            (
                "-o Port=22 -oUser=x -",
                vec![('o', Some("Port=22")), ('o', Some("User=x"))],
                vec!["-"],
            ),
        ] {
            let line = parse(text).unwrap();
            let found: Vec<_> = line
                .options
                .iter()
                .map(|(letter, value)| (*letter, value.as_deref()))
                .collect();
            assert_eq!(found, options, "{text}");
            assert_eq!(line.operands, operands, "{text}");
        }
        assert_eq!(parse("-Z host"), Err(UnknownOption::Unknown('Z')));
        assert_eq!(parse("host -p"), Err(UnknownOption::NoValue('p')));
        assert_eq!(parse("--version"), Err(UnknownOption::Long));
    }

    #[test]
    fn optional_arguments_are_attached() {
        let su = Getopt::new("lc:x::").unwrap();
        let line = su
            .parse(&["-x".to_owned(), "a".to_owned(), "-xb".to_owned()], 1)
            .unwrap();
        assert_eq!(line.options, [('x', None), ('x', Some("b".to_owned()))]);
        assert!(Getopt::new("a b").is_err());
        assert!(Getopt::new("aa").is_err());
        assert!(Getopt::new("a:::").is_err());
    }
}
