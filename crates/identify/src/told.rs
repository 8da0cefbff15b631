//! Where an interpreter is told to load code from, beside its script: a script that root installed does what somebody else's module says,
//! once that is found first (`PYTHONPATH`, `-javaagent`, a class path).

use crate::proc::ProcError;
use crate::{interpreter, proc, writable};
use countersign_model::Writable;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// What tells one interpreter where code is.
struct Telling {
    /// The interpreter.
    name: &'static str,
    /// Variables that hold paths.
    paths: &'static [&'static str],
    /// Variables that hold options.
    options: &'static [&'static str],
    /// Options with paths right after them, in the same argument.
    joined: &'static [&'static str],
    /// Options whose next argument holds paths.
    valued: &'static [&'static str],
}

const TELLING: &[Telling] = &[
    Telling {
        name: "python",
        paths: &["PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "GI_TYPELIB_PATH"],
        options: &[],
        joined: &[],
        valued: &[],
    },
    Telling {
        name: "perl",
        paths: &["PERL5LIB", "PERLLIB", "GI_TYPELIB_PATH"],
        options: &["PERL5OPT"],
        joined: &["-I"],
        valued: &["-I"],
    },
    Telling {
        name: "ruby",
        paths: &["RUBYLIB", "GI_TYPELIB_PATH"],
        options: &["RUBYOPT"],
        joined: &["-I"],
        valued: &["-I", "-r"],
    },
    Telling {
        name: "node",
        paths: &["NODE_PATH"],
        options: &["NODE_OPTIONS"],
        joined: &["--require=", "--import=", "--loader="],
        valued: &["-r", "--require", "--import", "--loader"],
    },
    Telling {
        name: "php",
        paths: &["PHPRC", "PHP_INI_SCAN_DIR"],
        options: &[],
        joined: &[],
        valued: &["-c"],
    },
    Telling {
        name: "gjs",
        paths: &["GJS_PATH", "GI_TYPELIB_PATH"],
        options: &[],
        joined: &["-I", "--include-path="],
        valued: &["-I", "--include-path"],
    },
    Telling {
        name: "bash",
        paths: &["BASH_ENV"],
        options: &[],
        joined: &[],
        valued: &[],
    },
    Telling {
        name: "java",
        paths: &["CLASSPATH"],
        options: &["JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"],
        joined: &[
            "-javaagent:",
            "-agentpath:",
            "-Xbootclasspath/a:",
            "-Xbootclasspath/p:",
            "-Xbootclasspath:",
            "-Djava.class.path=",
            "-XX:Flags=",
            "-XX:VMOptionsFile=",
            "-XX:SharedArchiveFile=",
            "--class-path=",
            "--module-path=",
            "--upgrade-module-path=",
            "--patch-module=",
            "@",
        ],
        valued: &[
            "-cp",
            "-classpath",
            "--class-path",
            "-p",
            "--module-path",
            "--upgrade-module-path",
            "--patch-module",
        ],
    },
];

/// The first of these places that somebody other than root may change.
pub(super) fn foreign(pid: u32, executable: &Path, arguments: &[String]) -> Result<Option<PathBuf>, ProcError> {
    let Some(telling) = telling(executable) else {
        return Ok(None);
    };
    let wanted = |name: &str| telling.paths.contains(&name) || telling.options.contains(&name);
    let environment = proc::variables(pid, wanted)?;
    let here = proc::folder(pid).ok();
    let places = places(telling, arguments, &environment).into_iter();
    Ok(places
        .map(|place| here.as_deref().map_or_else(|| place.clone(), |here| here.join(&place)))
        .find(|place| !is_roots(place)))
}

fn telling(executable: &Path) -> Option<&'static Telling> {
    let name = interpreter::name(executable)?;
    let name = if name == "nodejs" { "node" } else { name };
    TELLING.iter().find(|telling| telling.name == name)
}

/// What is not there cannot be loaded, unless somebody else may put it there.
fn is_roots(place: &Path) -> bool {
    let there = place.ancestors().find_map(|above| above.canonicalize().ok());
    there.is_some_and(|there| writable::who(&there) == Writable::RootOnly)
}

/// Every place that is named, in no order; a relative one is below the folder the process is in.
fn places(telling: &Telling, arguments: &[String], environment: &HashMap<String, String>) -> Vec<PathBuf> {
    let variable = |name: &&str| environment.get(*name).filter(|value| !value.is_empty());
    let mut found: Vec<PathBuf> = telling
        .paths
        .iter()
        .filter_map(variable)
        .flat_map(|text| list(text))
        .collect();
    let options = telling.options.iter().filter_map(variable);
    let mut words: Vec<&str> = options.flat_map(|text| text.split_whitespace()).collect();
    words.extend(arguments.iter().skip(1).map(String::as_str));
    let mut runs = Runs::Script;
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        if telling.valued.contains(&word) {
            found.extend(words.next().into_iter().flat_map(list));
            if matches!(word, "-cp" | "-classpath" | "--class-path") {
                runs = Runs::Told;
            }
        } else if let Some(text) = telling.joined.iter().find_map(|option| word.strip_prefix(option)) {
            found.extend(list(text));
        } else if interpreter::takes_next(telling.name, word) {
            words.next();
        } else if word == "-jar" {
            runs = Runs::Told;
            break;
        } else if telling.name == "python" && interpreter::is_module(word) {
            // The folder it is in comes first, unless it is told otherwise (-I, -P).
            if !word.contains(['I', 'P']) {
                found.push(PathBuf::new());
            }
            break;
        } else if !word.starts_with(['-', '+']) {
            break;
        }
    }
    // A class that is named is looked for in the folder Java is in, unless it is told otherwise.
    if telling.name == "java" && runs == Runs::Script && !environment.contains_key("CLASSPATH") {
        found.push(PathBuf::new());
    }
    found
}

/// Whether it is said where the program itself is.
#[derive(PartialEq, Eq)]
enum Runs {
    Told,
    Script,
}

/// Paths one after the other; a module's name or an agent's options are none of them.
fn list(text: &str) -> Vec<PathBuf> {
    let path = |text: &str| {
        let text = text.split_once('=').map_or(
            text,
            |(before, after)| if before.contains('/') { before } else { after },
        );
        PathBuf::from(text.strip_suffix("/*").unwrap_or(text))
    };
    text.split(':').map(path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    fn told(line: &str, environment: &[(&str, &str)]) -> Vec<String> {
        let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let environment = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let telling = telling(Path::new(&arguments[0])).unwrap();
        let places = places(telling, &arguments, &environment.collect());
        places.iter().map(|place| place.display().to_string()).collect()
    }

    #[test]
    fn python_is_told_by_variables_and_runs_modules_from_where_it_is() {
        assert!(told("/usr/bin/python3.11 -u /usr/bin/a -m x", &[("HOME", "/home/u")]).is_empty());
        assert_eq!(
            told("/usr/bin/python3 /usr/bin/a", &[("PYTHONPATH", "/opt/a:b")]),
            ["/opt/a", "b"]
        );
        assert_eq!(told("/usr/bin/python3 -W ignore -m idlelib", &[]), [""]);
        assert!(told("/usr/bin/python3 -Im idlelib", &[]).is_empty());
    }

    #[test]
    fn java_is_told_by_options_of_the_command_line_and_of_variables() {
        assert!(told("/usr/bin/java -Xmx1g -jar /usr/a.jar -cp x", &[]).is_empty());
        assert_eq!(
            told("/usr/bin/java -cp /opt/a.jar:/opt/b/* org.Main -p x", &[]),
            ["/opt/a.jar", "/opt/b"]
        );
        assert_eq!(told("/usr/bin/java org.Main", &[]), [""]);
        assert_eq!(
            told("/usr/bin/java -javaagent:/home/u/a.jar=all -jar /usr/a.jar", &[]),
            ["/home/u/a.jar"]
        );
        let fonts = ("_JAVA_OPTIONS", "-Dawt.useSystemAAFontSettings=on");
        assert!(told("/usr/bin/java -jar /usr/a.jar", &[fonts]).is_empty());
        let agent = ("JAVA_TOOL_OPTIONS", "-Xmx1g -javaagent:/home/u/a.jar");
        assert_eq!(told("/usr/bin/java -jar /usr/a.jar", &[agent]), ["/home/u/a.jar"]);
        assert_eq!(
            told("/usr/bin/java --patch-module java.base=/home/u/b -jar /usr/a.jar", &[]),
            ["/home/u/b"]
        );
    }

    #[test]
    fn what_is_not_there_is_as_safe_as_the_folder_it_would_be_in() {
        assert!(is_roots(Path::new("/usr/lib/python3/none/at/all")));
        let folder = std::env::temp_dir().join(format!("countersign-told-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        rustix::fs::chmod(&folder, rustix::fs::Mode::from_raw_mode(0o777)).unwrap();
        assert!(!is_roots(&folder.join("none")));
        std::fs::remove_dir(&folder).unwrap();
    }
    #[test]
    fn a_folder_of_the_users_is_found_in_what_runs() {
        let folder = std::env::temp_dir().join(format!("countersign-modules-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        rustix::fs::chmod(&folder, rustix::fs::Mode::from_raw_mode(0o777)).unwrap();
        for (modules, found) in [(Path::new("/usr/share/perl5"), None), (&folder, Some(folder.clone()))] {
            let mut perl = std::process::Command::new("/usr/bin/perl");
            perl.args(["-e", "$| = 1; print 'here'; sleep 60"])
                .env("PERL5LIB", modules);
            let mut child = perl.stdout(std::process::Stdio::piped()).spawn().unwrap();
            // What it was started with is there only some time after its start.
            child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
            let arguments = proc::arguments(child.id()).unwrap();
            assert_eq!(foreign(child.id(), Path::new("/usr/bin/perl"), &arguments), Ok(found));
            child.kill().unwrap();
            child.wait().unwrap();
        }
        std::fs::remove_dir(&folder).unwrap();
    }
}
