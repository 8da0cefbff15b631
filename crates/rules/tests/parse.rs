//! Reading templates: every problem has its place.

use countersign_rules::parse_template;

#[test]
fn show() {
    let text = r#"
schema = 1
id = "x"
nmae = "äö"
[logon]
fields = "username"
[[form]]
kind = "logn"
[form.window]
executabel = ["/usr/bin/x"]
title = 3
[form.bind.password]
role = "passwrd-text"
ordinal = -1
[[form.respond.step]]
tpye = "password"
[[form.respond.step]]
type = "password"
key = "Return"
"#;
    for problem in parse_template("x.toml", text.as_bytes()).unwrap_err() {
        println!("{problem}\n    {}", problem.help);
    }
    for problem in parse_template("x.toml", b"a = \"\nb = [1,\n[c\n\nd = 1\nd = 2\n").unwrap_err() {
        println!("{problem}\n    {}", problem.help);
    }
}
