use crate::proc;
use std::path::{Path, PathBuf};

/// An interpreter and those of its options that take the next argument.
struct Interpreter {
    /// The executable's name up to its version (`python3.11` is `python`).
    name: &'static str,
    /// Options whose value is the next argument.
    valued: &'static [&'static str],
    /// Options whose value is the program text itself: there is no script then.
    text: &'static [&'static str],
    /// Options whose value names a module or a package.
    module: &'static [&'static str],
}

const INTERPRETERS: &[Interpreter] = &[
    Interpreter {
        name: "python",
        valued: &["-W", "-X", "--check-hash-based-pycs"],
        text: &["-c"],
        module: &["-m"],
    },
    Interpreter {
        name: "perl",
        valued: &[],
        text: &["-e", "-E"],
        module: &[],
    },
    Interpreter {
        name: "ruby",
        valued: &["-C", "-I", "-r"],
        text: &["-e"],
        module: &[],
    },
    Interpreter {
        name: "node",
        valued: &["-r", "--require", "--import"],
        text: &["-e", "--eval", "-p"],
        module: &[],
    },
    Interpreter {
        name: "nodejs",
        valued: &["-r", "--require", "--import"],
        text: &["-e", "--eval", "-p"],
        module: &[],
    },
    Interpreter {
        name: "php",
        valued: &["-c", "-d", "-z"],
        text: &["-r"],
        module: &[],
    },
    Interpreter {
        name: "lua",
        valued: &["-l"],
        text: &["-e"],
        module: &[],
    },
    Interpreter {
        name: "gjs",
        valued: &["-I"],
        text: &["-c"],
        module: &[],
    },
    Interpreter {
        name: "wish",
        valued: &["-display", "-name", "-geometry", "-encoding"],
        text: &[],
        module: &[],
    },
    Interpreter {
        name: "tclsh",
        valued: &["-encoding"],
        text: &[],
        module: &[],
    },
    Interpreter {
        name: "mono",
        valued: &[],
        text: &[],
        module: &[],
    },
    Interpreter {
        name: "dotnet",
        valued: &[],
        text: &[],
        module: &[],
    },
    Interpreter {
        name: "bash",
        valued: &["-O", "+O", "-o", "--rcfile", "--init-file"],
        text: &["-c"],
        module: &[],
    },
    Interpreter {
        name: "dash",
        valued: &["-o"],
        text: &["-c"],
        module: &[],
    },
    Interpreter {
        name: "sh",
        valued: &["-o"],
        text: &["-c"],
        module: &[],
    },
    Interpreter {
        name: "ksh",
        valued: &["-o"],
        text: &["-c"],
        module: &[],
    },
    Interpreter {
        name: "zsh",
        valued: &["-o"],
        text: &["-c"],
        module: &[],
    },
];

/// Java's options whose value is the next argument.
const JAVA_VALUED: &[&str] = &[
    "-cp",
    "-classpath",
    "--class-path",
    "-p",
    "--module-path",
    "--upgrade-module-path",
    "--add-modules",
    "--enable-native-access",
    "--add-reads",
    "--add-exports",
    "--add-opens",
    "--limit-modules",
    "--patch-module",
    "--source",
];

/// The script, jar, package or main class an interpreter runs; nothing for other programs.
pub(crate) fn script(pid: u32, executable: &Path, arguments: &[String]) -> Option<PathBuf> {
    let found = named(executable, arguments)?;
    match found {
        Named::Name(name) => Some(PathBuf::from(name)),
        Named::File(name) => {
            let path = match proc::folder(pid) {
                Ok(folder) => folder.join(&name),
                Err(_) => PathBuf::from(&name),
            };
            // The program may have gone to another folder since: then the name stands as it was given.
            Some(path.canonicalize().unwrap_or_else(|_| PathBuf::from(name)))
        }
    }
}

/// What the arguments name.
#[derive(Debug, PartialEq, Eq)]
enum Named {
    /// A file.
    File(String),
    /// A module, a package or a class.
    Name(String),
}

/// An executable's name up to its version.
pub(super) fn name(executable: &Path) -> Option<&str> {
    let name = executable.file_name()?.to_str()?;
    Some(name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-'))
}

/// Whether the interpreter of this name takes the argument after this option for the option's value.
pub(super) fn takes_next(name: &str, option: &str) -> bool {
    let valued = if name == "java" {
        JAVA_VALUED
    } else {
        let interpreter = INTERPRETERS.iter().find(|interpreter| interpreter.name == name);
        interpreter.map_or(&[][..], |interpreter| interpreter.valued)
    };
    valued.contains(&option)
}

/// Whether Python runs the module that the next argument names.
pub(super) fn is_module(option: &str) -> bool {
    option == "-m" || bundled(option).is_some_and(|last| last == "-m")
}

fn named(executable: &Path, arguments: &[String]) -> Option<Named> {
    let name = name(executable)?;
    let mut rest = arguments.iter().skip(1);
    if name == "java" {
        return java(&mut rest);
    }
    let interpreter = INTERPRETERS.iter().find(|interpreter| interpreter.name == name)?;
    while let Some(argument) = rest.next() {
        let argument = argument.as_str();
        if argument == "--" {
            return rest.next().cloned().map(Named::File);
        }
        if !argument.starts_with('-') && !argument.starts_with('+') {
            return Some(Named::File(argument.to_owned()));
        }
        if interpreter.text.contains(&argument) || argument == "-" {
            return None;
        }
        if interpreter.module.contains(&argument) {
            return rest.next().cloned().map(Named::Name);
        }
        // Short options may stand together, the last of them with a value: `-Im idlelib`, `-xc 'text'`.
        if let Some(last) = bundled(argument) {
            if interpreter.text.contains(&last.as_str()) {
                return None;
            }
            if interpreter.module.contains(&last.as_str()) {
                return rest.next().cloned().map(Named::Name);
            }
        }
        if interpreter.valued.contains(&argument) {
            rest.next();
        }
    }
    None
}

/// The last letter of bundled short options, as an option of its own.
fn bundled(argument: &str) -> Option<String> {
    let letters = argument
        .strip_prefix('-')
        .filter(|rest| !rest.starts_with('-') && rest.len() > 1)?;
    letters.chars().next_back().map(|last| format!("-{last}"))
}

fn java<'a>(rest: &mut impl Iterator<Item = &'a String>) -> Option<Named> {
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "-jar" => return rest.next().cloned().map(Named::File),
            "-m" | "--module" => return rest.next().cloned().map(Named::Name),
            option if JAVA_VALUED.contains(&option) => {
                rest.next();
            }
            option if option.starts_with('-') => {}
            // An argument file hides what is run.
            file if file.starts_with('@') => return None,
            source if source.ends_with(".java") => return Some(Named::File(source.to_owned())),
            class => return Some(Named::Name(class.to_owned())),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<Named> {
        let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
        named(Path::new(&arguments[0]), &arguments)
    }

    fn file(name: &str) -> Option<Named> {
        Some(Named::File(name.to_owned()))
    }

    fn name(name: &str) -> Option<Named> {
        Some(Named::Name(name.to_owned()))
    }

    #[test]
    fn the_script_is_told_from_the_options() {
        assert_eq!(
            of("/usr/bin/python3.11 -W ignore -u /opt/a.py --flag x"),
            file("/opt/a.py")
        );
        assert_eq!(of("/usr/bin/python3 -m idlelib -c x"), name("idlelib"));
        assert_eq!(of("/usr/bin/python3 -Im idlelib"), name("idlelib"));
        assert_eq!(of("/usr/bin/python3 -c print(1) /opt/a.py"), None);
        assert_eq!(of("/usr/bin/python3"), None);
        assert_eq!(of("/usr/bin/bash -o errexit ./run.sh"), file("./run.sh"));
        assert_eq!(of("/usr/bin/bash -lc exec"), None);
        assert_eq!(of("/usr/bin/perl -w -- -odd.pl"), file("-odd.pl"));
        assert_eq!(
            of("/usr/bin/java -Xmx1g -cp a.jar:b.jar -jar /opt/app.jar x"),
            file("/opt/app.jar")
        );
        assert_eq!(
            of("/usr/lib/jvm/bin/java -cp a.jar org.example.Main"),
            name("org.example.Main")
        );
        assert_eq!(of("/usr/bin/xterm -e bash"), None);
    }
}
