//! An application whose accounts are a directory's: it asks for the password in dialogs, and changes it where it really is.

use crate::servers::DirectoryServer;
use crate::{Process, Result, Session};

/// What one run of it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A logon, three times at most. Where the directory says that the password has to be changed first, that is asked.
    Logon,
    /// A change.
    Change,
    /// A change that nobody is told the end of.
    ChangeInSilence,
}

/// Its template, which knows its forms and what they say.
pub const TEMPLATE: &str = r#"
schema = 1
id = "test.directory"
name = "Directory"
[logon]
fields = ["username", "password"]
[[form]]
kind = "logon"
asks_for = "parent"
[form.window]
executable = ["/usr/bin/zenity"]
title = "Directory logon"
[form.bind]
username = { role = "text" }
password = { role = "password-text" }
[form.respond]
method = "controls"
submit = { role = "push-button", name = "OK" }
[[form]]
kind = "logon-failed"
asks_for = "parent"
[form.window]
executable = ["/usr/bin/zenity"]
title = "Logon failed"
[[form]]
kind = "change"
asks_for = "parent"
[form.window]
executable = ["/usr/bin/zenity"]
title = "Change password"
[form.bind]
old = { role = "password-text", ordinal = 1 }
new = { role = "password-text", ordinal = 2 }
confirm = { role = "password-text", ordinal = 3 }
[form.respond]
method = "controls"
submit = { role = "push-button", name = "OK" }
[[form]]
kind = "change-succeeded"
asks_for = "parent"
[form.window]
executable = ["/usr/bin/zenity"]
title = "Password changed"
[[form]]
kind = "change-failed"
asks_for = "parent"
[form.window]
executable = ["/usr/bin/zenity"]
title = "Password not changed"
"#;

const SCRIPT: &str = r#"#!/bin/sh
# WHAT URL DN
umask 077
url=$2
dn=$3
work=$(mktemp -d) || exit 1
cut() { sed -n "$1p" "$work/answer" | tr -d '\n' > "$work/$2"; }

change() {
    zenity --forms --title="Change password" --text="Your password has to be changed." --separator='
' --add-password=Old --add-password=New --add-password=Again > "$work/answer" || exit 1
    cut 1 old
    cut 2 new
    cut 3 again
    cmp -s "$work/new" "$work/again" &&
        ldappasswd -x -H "$url" -D "$dn" -y "$work/old" -T "$work/new" > /dev/null 2>&1
    changed=$?
    echo "changed $changed"
}

told() {
    if [ $changed = 0 ]; then
        zenity --info --title="Password changed" --text="It is changed." --timeout=2
    else
        zenity --error --title="Password not changed" --text="It is not changed." --timeout=2
    fi
}

logon() {
    zenity --password --username --title="Directory logon" > "$work/answer" || exit 1
    sed 's/^[^|]*|//' "$work/answer" | tr -d '\n' > "$work/password"
    said=$(ldapwhoami -x -e ppolicy -H "$url" -D "$dn" -y "$work/password" 2>&1)
    known=$?
    case $said in
        *"must be changed"*)
            echo expired
            change
            told ;;
        *)
            if [ $known = 0 ]; then
                echo accepted
                exec sleep 60
            fi
            echo refused
            zenity --error --title="Logon failed" --text="That is not right." --timeout=1 ;;
    esac
}

case $1 in
    change) change; told ;;
    change-in-silence) change ;;
    logon) logon; logon; logon ;;
esac
"#;

/// Starts it for a user of a directory. It prints `accepted`, `refused`, `expired`, and `changed 0` or another number.
pub fn start(session: &Session, server: &dyn DirectoryServer, user: &str, purpose: Purpose) -> Result<Process> {
    let script = session.home().join("directory-application.sh");
    session.write(&script, SCRIPT)?;
    let what = match purpose {
        Purpose::Logon => "logon",
        Purpose::Change => "change",
        Purpose::ChangeInSilence => "change-in-silence",
    };
    let mut command = session.command("sh");
    command
        .arg(&script)
        .args([what, &server.url(), &server.user_dn(user)])
        .env("LDAPTLS_CACERT", server.ca());
    Process::start("the directory's application", &mut command, &session.log("application"))
}
