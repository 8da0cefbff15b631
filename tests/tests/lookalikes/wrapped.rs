//! Genuine interpreters that run something else than the template's script.

use crate::impostors::{Impostor, Stage};
use std::path::Path;

/// A logon form of a program in Python. What it is called is all that its template says of it, beside who shows it.
pub const ROSTER: &str = r#"
schema = 1
id = "test.Roster"
name = "Roster"
[logon]
fields = ["username", "password"]
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/python3.*"]
script = ["/usr/share/roster/roster.py"]
title = "Roster"
class = "Roster"
[form.bind]
username = { role = "text" }
password = { role = "password-text" }
[form.respond]
method = "controls"
submit = { role = "push-button", name = "OK" }
"#;

/// The same form, by anybody.
const FORM: &str = r#"
import gi
gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gtk
GLib.set_prgname("roster")
Gdk.set_program_class("Roster")
window = Gtk.Window(title="Roster")
box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
for widget in Gtk.Entry(), Gtk.Entry(visibility=False), Gtk.Button(label="OK"):
    box.add(widget)
window.add(box)
window.show_all()
Gtk.main()
"#;

/// Python is the genuine one each time; what it runs is not.
pub fn another_script(stage: &Stage<'_>, number: usize) -> Impostor {
    let folder = stage.session.home().join(format!("wrapped-{number}"));
    let script = folder.join("usr/share/roster/roster.py");
    stage.session.write(&script, FORM).unwrap();
    let (script, modules) = (
        script.display().to_string(),
        folder.join("usr/share/roster").display().to_string(),
    );
    let python = "/usr/bin/python3";
    let path: &[(&str, &str)] = &[("PYTHONPATH", &modules)];
    type Kind<'a> = (&'a str, Vec<&'a str>, &'a [(&'a str, &'a str)], &'static [&'static str]);
    let kinds: [Kind<'_>; 6] = [
        // A script of the user's that is called the same.
        (python, vec![&script], &[], &["script"]),
        // The same below a shell and another program.
        (
            "sh",
            vec!["-c", r#"exec nice -n 1 "$0" "$1""#, python, &script],
            &[],
            &["script"],
        ),
        // A text, with the script's name after it.
        (
            python,
            vec!["-c", FORM, "/usr/share/roster/roster.py"],
            &[],
            &["script"],
        ),
        // Options before it, one of which looks like the script.
        (
            python,
            vec!["-W", "/usr/share/roster/roster.py", &script],
            &[],
            &["script"],
        ),
        // A module of the right name from a folder of the user's.
        (python, vec!["-m", "roster"], path, &["script"]),
        ("env", vec!["-C", &modules, python, "-m", "roster"], &[], &["script"]),
    ];
    let (program, words, environment, given_away_by) = kinds.iter().cycle().nth(number).unwrap();
    let process = stage.start(Path::new(program), words, environment);
    stage.shown(format!("another script {number}"), process, given_away_by)
}
