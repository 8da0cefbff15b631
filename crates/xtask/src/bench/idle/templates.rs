//! Templates as a large organisation has them.

/// A template by number: three in ten share one executable and differ by title, two in ten match their title by a regular expression.
pub fn template(number: usize) -> String {
    let executable = match number % 10 {
        0..=2 => "/opt/suite/bin/client".to_owned(),
        _ => format!("/opt/application-{number}/bin/application-{number}"),
    };
    let title = match number % 5 {
        0 => format!("/^Application {number} [-–] (Sign in|Log on|Anmelden)$/"),
        _ => format!("Application {number} - Sign in*"),
    };
    format!(
        r#"schema = 1
id = "bench.application-{number}"
name = "Application {number}"

[logon]
fields = ["username", "password"]

[logon.field.username]
label = "User name"

[[form]]
kind = "logon"

[form.window]
executable = ["{executable}"]
title = "{title}"

[[form.require]]
control = {{ role = "password-text", ordinal = 1 }}

[form.bind]
username = {{ role = "text", label = "User name:" }}
password = {{ role = "password-text", ordinal = 1 }}

[form.respond]
method = "controls"
submit = {{ role = "push-button", name = "Sign in" }}

[[form]]
kind = "logon-failed"

[form.window]
executable = ["{executable}"]
title = "Application {number} - Error"

[[form.require]]
control = {{ role = "label", name = "*incorrect*" }}
"#
    )
}
