//! The forms that are filled: one of each toolkit, all asking for the same user and password and writing out what they got.

use countersign_tests::{Session, process};

use super::form::{PASSWORD, USER};
use crate::bench::BenchError;

/// A toolkit, and its form.
#[derive(Debug, Clone, Copy)]
pub struct Toolkit {
    /// What people call it.
    pub name: &'static str,
    /// Its name in files and templates.
    pub id: &'static str,
    /// What a shell runs to show it: `$0` is the title, `$1` the folder of forms. Its output is the form's.
    pub shown_by: &'static str,
    /// The form's text, for those that are none of the system's programs.
    pub script: Option<&'static str>,
    /// Who can fill it.
    pub ways: Ways,
    /// What the template says of the window, beside its title.
    window: &'static str,
    /// What it says of the form.
    binds: &'static str,
}

/// Who can fill a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ways {
    /// Everybody.
    All,
    /// It has one field and no controls: those who type, except KeePassXC, whose sequence has a user and a Tab.
    TypedPassword,
    /// It is a page that takes no text by accessibility: those who type. It says [`READY`] when it is there.
    TypedPage,
}

/// What a page says when it is there.
pub const READY: &str = "ready";

const BOTH: &str = r#"
[form.bind]
username = { role = "text" }
password = { role = "password-text" }
"#;

/// Its fields take Return, so that the rivals' usual user, Tab, password, Return submits it; the fields of `--forms` do not.
pub const GTK3: Toolkit = Toolkit {
    name: "GTK 3",
    id: "gtk3",
    shown_by: r#"zenity --password --username --title="$0"; exit $?"#,
    script: None,
    ways: Ways::All,
    window: r#"executable = ["/usr/bin/zenity"]"#,
    binds: BOTH,
};

/// Every toolkit that is measured; the first one is what the agent was made to be quick with.
pub const TOOLKITS: [Toolkit; 6] = [
    GTK3,
    python("GTK 4", "gtk4", include_str!("forms/gtk4.py")),
    python("Qt 5", "qt5", include_str!("forms/qt5.py")),
    python("wxWidgets", "wxwidgets", include_str!("forms/wxwidgets.py")),
    Toolkit {
        name: "xterm",
        id: "xterm",
        // The output is the shell's own, not the terminal.
        shown_by: r#"xterm -T "$0" -e sh -c "exec unzip -p '$1/form.zip' > /proc/$$/fd/1"; exit $?"#,
        script: None,
        ways: Ways::TypedPassword,
        window: r#"executable = ["/usr/bin/xterm"]
[form.terminal]
program = ["/usr/bin/unzip"]
getopt = "p"
operands = ["*"]"#,
        binds: "",
    },
    Toolkit {
        window: r#"executable = ["/usr/lib/chromium/chromium"]"#,
        ways: Ways::TypedPage,
        binds: r#"
[form.bind]
username = { role = "entry", name = "User" }
password = { role = "password-text" }
"#,
        ..python("Chromium", "chromium", include_str!("forms/chromium.py"))
    },
];

const fn python(name: &'static str, id: &'static str, script: &'static str) -> Toolkit {
    Toolkit {
        name,
        id,
        shown_by: r#"/usr/bin/python3 "$1/form.py" "$0"; exit $?"#,
        script: Some(script),
        ways: Ways::All,
        window: "",
        binds: BOTH,
    }
}

impl Toolkit {
    /// Where its files are.
    pub fn folder(&self, session: &Session) -> String {
        session.home().join(self.id).display().to_string()
    }

    /// Makes its files.
    pub fn prepare(&self, session: &Session) -> Result<(), BenchError> {
        let folder = session.home().join(self.id);
        if let Some(script) = self.script {
            session.write(&folder.join("form.py"), script)?;
        }
        if self.ways == Ways::TypedPassword {
            session.write(&folder.join("form"), &format!("{USER}|{PASSWORD}\n"))?;
            let mut pack = session.command("zip");
            pack.args(["--quiet", "--junk-paths", "--password", PASSWORD]);
            pack.arg(folder.join("form.zip")).arg(folder.join("form"));
            process::output(&mut pack)?;
        }
        Ok(())
    }

    /// The template that fills it in a window of this title.
    pub fn template(&self, session: &Session, id: &str, title: &str, respond: &str) -> String {
        let script = format!(
            "executable = [\"/usr/bin/python3.*\"]\nscript = [\"{}/form.py\"]",
            self.folder(session)
        );
        let window = if self.window.is_empty() {
            script.as_str()
        } else {
            self.window
        };
        let fields = match self.ways {
            Ways::All | Ways::TypedPage => r#"["username", "password"]"#,
            Ways::TypedPassword => r#"["password"]"#,
        };
        format!(
            "schema = 1\nid = \"{id}\"\nname = \"{id}\"\n\n[logon]\nfields = {fields}\n\n[[form]]\nkind = \"logon\"\n\n\
             [form.window]\ntitle = \"{title}\"\n{window}\n{}\n[form.respond]\n{respond}\n",
            self.binds
        )
    }
}
