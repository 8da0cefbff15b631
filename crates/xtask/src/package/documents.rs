//! What is generated from the command line (completions, man pages), and what else is read.

use std::fs;
use std::path::Path;

use clap_complete::Shell;

use super::facts::Facts;
use super::{compressed, inside, put};
use crate::error::{Error, Result};
use crate::workspace::root;

const MAN: &str = "/usr/share/man/man1";
const DOC: &str = "/usr/share/doc/countersign";

/// Programs that share the agent's page. Two others are called as commands of `countersign`, and their pages are those.
const AGENTS: [&str; 1] = ["countersign-identify"];

/// Writes them below the stage.
pub fn write(stage: &Path, facts: &Facts) -> Result<()> {
    for (shell, place) in [
        (Shell::Bash, "/usr/share/bash-completion/completions/countersign"),
        (Shell::Zsh, "/usr/share/zsh/vendor-completions/_countersign"),
        (Shell::Fish, "/usr/share/fish/vendor_completions.d/countersign.fish"),
    ] {
        let mut text = Vec::new();
        clap_complete::generate(shell, &mut countersign_cli::command_line(), "countersign", &mut text);
        put(&inside(stage, place), text)?;
    }
    pages(&inside(stage, MAN))?;
    let doc = inside(stage, DOC);
    let tree = root();
    let read = |name: &str| {
        let place = tree.join(name);
        fs::read_to_string(&place).map_err(Error::file("read", &place))
    };
    put(
        &doc.join("copyright"),
        copyright(&read("packaging/deb/copyright")?, &read("LICENSE-MIT")?),
    )?;
    put(&doc.join("changelog"), read("CHANGELOG.md")?)?;
    compressed(&doc.join("changelog"))?;
    let news = format!(
        "countersign ({}) unstable; urgency=medium\n\n  * Built from the tree; its changes are in changelog.gz.\n\n -- {}  {}\n",
        facts.version, facts.maintainer, facts.date
    );
    put(&doc.join("changelog.Debian"), news)?;
    compressed(&doc.join("changelog.Debian"))?;
    put(
        &inside(stage, "/usr/share/lintian/overrides/countersign"),
        read("packaging/deb/lintian-overrides")?,
    )
}

/// One for each command, one for the agent and what it starts.
fn pages(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(Error::file("make", folder))?;
    clap_mangen::generate_to(countersign_cli::command_line(), folder).map_err(Error::file("write", folder))?;
    let own = root().join("packaging/man/countersign-agent.1");
    fs::copy(&own, folder.join("countersign-agent.1")).map_err(Error::file("copy", &own))?;
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::file("read", folder))? {
        names.push(entry.map_err(Error::file("read", folder))?.path());
    }
    for page in names {
        compressed(&page)?;
    }
    for program in AGENTS {
        let place = folder.join(format!("{program}.1.gz"));
        std::os::unix::fs::symlink("countersign-agent.1.gz", &place).map_err(Error::file("link", &place))?;
    }
    Ok(())
}

/// The licence's words, each line indented as Debian wants it.
fn copyright(form: &str, licence: &str) -> String {
    let words = licence.split_once("\n\n").map_or(licence, |(_, rest)| rest);
    let lines: Vec<String> = words
        .trim_end()
        .lines()
        .map(|line| match line {
            "" => " .".to_owned(),
            line => format!(" {line}"),
        })
        .collect();
    form.replace("@mit@", &lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_its_page_and_its_completion() {
        let folder = tempfile::tempdir().unwrap();
        clap_mangen::generate_to(countersign_cli::command_line(), folder.path()).unwrap();
        let logon = fs::read_to_string(folder.path().join("countersign-logon-add.1")).unwrap();
        assert!(logon.contains("Stores a logon"), "{logon}");
        let mut bash = Vec::new();
        clap_complete::generate(
            Shell::Bash,
            &mut countersign_cli::command_line(),
            "countersign",
            &mut bash,
        );
        assert!(String::from_utf8(bash).unwrap().contains("logon"));
    }

    #[test]
    fn the_licence_stands_in_the_copyright_file() {
        let text = copyright("License: MIT\n@mit@\n", "MIT License\n\nCopyright x\n\nPermission y\n");
        assert_eq!(text, "License: MIT\n Copyright x\n .\n Permission y\n");
    }
}
