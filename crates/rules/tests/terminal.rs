//! Who may be given a password in a terminal.

mod support;

use countersign_model::TerminalSpec;
use countersign_rules::{Contents, judge_terminal, plan, step_text};
use support::{failed, fields, form, process, prompt, window};

fn spec() -> TerminalSpec {
    let text = r#"
program = ["/usr/bin/ssh"]
getopt = "46J:l:o:p:v"
operands = ["{username}@{host}"]
options = { p = "{port}" }
defaults = { p = "22" }
forbid = ["J", 'o=/(?i)proxy.*/']
"#;
    toml::from_str(text).unwrap_or_else(|_| unreachable!("the text above"))
}

#[test]
fn arguments_are_read_as_the_program_reads_them() {
    let demo = fields(&[("username", "demo"), ("host", "db"), ("port", "2200")]);
    for (arguments, fails) in [
        ("ssh -p 2200 demo@db", ""),
        ("ssh demo@db -p2200 uptime -J x", ""),
        ("ssh -4vp 2200 demo@db", ""),
        ("ssh demo@db", "option p"),
        ("ssh -p 2200 -p 22 demo@db", "option p"),
        ("ssh -p 2200 root@db", "operand 1"),
        ("ssh -p 2200", "operand 1"),
        ("ssh -p 2200 -J jump demo@db", "forbid J"),
        ("ssh -p 2200 -o ProxyJump=x demo@db", "forbid o"),
        ("ssh -p 2200 -oproxycommand=x demo@db", "forbid o"),
        ("ssh -p 2200 demo@db -J jump", "forbid J"),
        ("ssh -Z demo@db", "arguments"),
        ("ssh --login demo@db", "arguments"),
        ("ssh -p", "arguments"),
        ("", "operand 1"),
    ] {
        let found = failed(&judge_terminal(&spec(), &prompt(arguments), Some(&demo)));
        if fails.is_empty() {
            assert_eq!(found, Vec::<String>::new(), "{arguments}");
        } else {
            assert!(
                found.iter().any(|one| one.starts_with(fails)),
                "{arguments}: {fails}\n{found:?}"
            );
        }
    }
}

#[test]
fn a_field_without_a_value_means_the_default() {
    let plain = fields(&[("username", "demo"), ("host", "db")]);
    assert!(failed(&judge_terminal(&spec(), &prompt("ssh demo@db"), Some(&plain))).is_empty());
    assert!(failed(&judge_terminal(&spec(), &prompt("ssh -p 22 demo@db"), Some(&plain))).is_empty());
    assert!(!failed(&judge_terminal(&spec(), &prompt("ssh -p 23 demo@db"), Some(&plain))).is_empty());
    assert!(
        failed(&judge_terminal(&spec(), &prompt("ssh -p 23 any@thing"), None)).is_empty(),
        "no logon chosen yet"
    );
}

#[test]
fn only_the_program_itself_alone_at_a_prompt() {
    let ask = || prompt("ssh demo@db");
    let judged = |facts| failed(&judge_terminal(&spec(), &facts, None));
    let mut other = ask();
    other.foreground = process("/home/demo/ssh");
    assert_eq!(judged(other), ["program: /home/demo/ssh"]);
    let mut two = ask();
    two.siblings.push(two.foreground.lineage);
    assert_eq!(judged(two), ["alone: 1 more: which one asks cannot be told"]);
    for (echo, canonical, waiting, holds) in [
        (false, true, Some(true), true),
        (false, true, None, true),
        (false, true, Some(false), false),
        (true, true, Some(true), false),
        (false, false, Some(true), false),
        (true, false, None, false),
    ] {
        let facts = countersign_model::TerminalFacts {
            echo,
            canonical,
            waiting,
            sleeps: None,
            ..ask()
        };
        assert_eq!(judged(facts).is_empty(), holds, "{echo} {canonical} {waiting:?}");
    }
}

#[test]
fn a_terminal_is_answered_by_its_one_secret() {
    let form = form(
        r#"
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/xterm"]
[form.terminal]
program = ["/usr/bin/ssh"]
operands = ["{username}@db"]
[form.respond]
method = "keys"
"#,
    );
    let (xterm, facts) = (window("/usr/bin/xterm", "ssh"), prompt("ssh demo@db"));
    assert!(form.judge(&xterm, Contents::Nothing).matched.is_none());
    let matched = form
        .judge_with(&xterm, Contents::Terminal(&facts), &fields(&[("username", "demo")]))
        .matched;
    let plan = matched.map(|matched| plan(&matched, &xterm, Some(&facts)));
    let Some(Ok(plan)) = plan else { unreachable!("{plan:?}") };
    assert_eq!(plan.terminal, Some(facts));
    let steps: Vec<String> = plan.steps.iter().map(step_text).collect();
    assert_eq!(steps, ["type password", "key Return (submits)"]);
}

#[test]
fn one_of_several_prompts() {
    let second = TerminalSpec {
        prompt: Some(2),
        ..spec()
    };
    for (number, holds) in [(Some(1), false), (Some(2), true), (Some(3), false), (None, false)] {
        let mut facts = prompt("ssh demo@db");
        facts.prompt = number;
        assert_eq!(
            failed(&judge_terminal(&second, &facts, None)).is_empty(),
            holds,
            "{number:?}"
        );
        assert!(failed(&judge_terminal(&spec(), &facts, None)).is_empty(), "any will do");
    }
}
