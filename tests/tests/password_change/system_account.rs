//! An account of the system: `passwd` changes it, ssh logs on to it.

use countersign_tests::account::changing_password;
use countersign_tests::agent::{Agent, Package};
use countersign_tests::servers::Sshd;
use countersign_tests::{Process, Session};

const TEMPLATE: &str = r#"
schema = 1
id = "test.account"
name = "System account"
[logon]
fields = ["username", "password"]
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/xterm"]
[form.terminal]
program = ["/usr/bin/ssh"]
getopt = "F:p:"
operands = ["{username}@127.0.0.1"]
[form.respond]
method = "keys"
"#;

/// One of `passwd`'s prompts, and what it gets.
fn prompt(kind: &str, number: u32, answer: &str) -> String {
    let respond = match answer {
        "" => String::new(),
        field => {
            format!("[form.respond]\nmethod = \"steps\"\nstep = [{{ type = \"{field}\" }}, {{ key = \"Return\" }}]\n")
        }
    };
    format!(
        "[[form]]\nkind = \"{kind}\"\n[form.window]\nexecutable = [\"/usr/bin/xterm\"]\n[form.terminal]\nprogram = [\"/usr/bin/passwd\"]\n\
         prompt = {number}\noperands = [\"{{username}}\"]\n{respond}"
    )
}

pub fn package(session: &Session) -> Package<'_> {
    let prompts = [
        prompt("change", 1, "old"),
        prompt("change", 2, "new"),
        prompt("confirm", 3, "confirm"),
        prompt("change-failed", 4, ""),
    ];
    let package = Package::with(session, "account", &format!("{TEMPLATE}{}", prompts.concat())).unwrap();
    package
        .policy(
            "company",
            "schema = 1\nid = \"company\"\nname = \"Company\"\n[length]\nmin = 14\n",
        )
        .unwrap();
    package
}

pub fn agent<'a>(session: &'a Session, package: &Package<'_>, name: &str) -> Agent<'a> {
    let agent = Agent::start(session, package).unwrap().enrolled().unwrap();
    let user = format!("username={name}");
    let password = first_password(name);
    agent
        .done(
            &["logon", "add", "test.account", "--name", "account", "--set", &user],
            &[&password],
        )
        .unwrap();
    agent
}

pub fn first_password(name: &str) -> String {
    changing_password(name).unwrap()
}

/// `passwd` in an xterm, which ends with it.
pub fn passwd(session: &Session, name: &str) -> Process {
    session.spawn("xterm", &["-e", "/usr/bin/passwd", name]).unwrap()
}

/// ssh in an xterm, which stays as long as the session it opens.
pub fn ssh(session: &Session, server: &Sshd, name: &str) -> Process {
    let mut command = session.command("xterm");
    command
        .args(["-e", "/usr/bin/ssh", "-F"])
        .arg(server.client_configuration());
    command.args(["-p", &server.port().to_string(), &format!("{name}@127.0.0.1")]);
    Process::start("xterm", &mut command, &session.log("ssh")).unwrap()
}
