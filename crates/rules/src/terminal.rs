//! Whether the program in a terminal is the one that may be given the password, judged without reading the screen.

use crate::compile::compile;
use crate::compiled::CompiledTerminal;
use crate::criteria::{Criteria, no_value};
use crate::judge::either;
use crate::parse::ParsedTemplate;
use crate::path::PathPattern;
use crate::pattern::{Known, Match, PlainFields};
use crate::spans::Spans;
use countersign_model::{
    AsksFor, Criterion, Form, FormKind, Pattern, Template, TemplateId, TerminalFacts, TerminalSpec, WindowPattern,
};
use std::collections::BTreeMap;

/// Judges a terminal against a specification. Without fields, `{field}` stands for anything that is not empty.
#[must_use]
pub fn judge_terminal(spec: &TerminalSpec, facts: &TerminalFacts, fields: Option<&dyn PlainFields>) -> Vec<Criterion> {
    let mut criteria = Criteria::default();
    let (forms, _) = compile(&alone(spec));
    match forms.first().and_then(|form| form.terminal.as_ref()) {
        Some(terminal) => terminal.judge(facts, fields.map_or(Known::Nothing, Known::Fields), &mut criteria),
        None => criteria.failed("terminal", "a valid specification", "none"),
    }
    criteria.all
}

/// A template of nothing but this specification.
fn alone(spec: &TerminalSpec) -> ParsedTemplate {
    let form = Form {
        kind: FormKind::Logon,
        asks_for: AsksFor::Itself,
        priority: 0,
        window: WindowPattern::default(),
        terminal: Some(spec.clone()),
        require: Vec::new(),
        bind: BTreeMap::new(),
        respond: None,
    };
    let mut template = Template::new(TemplateId::from("terminal"), String::new());
    template.form.push(form);
    ParsedTemplate {
        place: String::new(),
        template,
        spans: Spans::default(),
    }
}

impl CompiledTerminal {
    pub(crate) fn judge(&self, facts: &TerminalFacts, known: Known<'_>, criteria: &mut Criteria) {
        self.judge_program(facts, criteria);
        judge_prompt(facts, criteria);
        self.judge_number(facts, criteria);
        judge_siblings(facts, criteria);
        let arguments = facts.arguments.get(1..).unwrap_or_default();
        let line = match self.getopt.parse(arguments, self.operands.len()) {
            Ok(line) => line,
            Err(wrong) => {
                criteria.failed("arguments", "only options that `getopt` names", wrong.to_string());
                return;
            }
        };
        for forbidden in &self.forbid {
            let what = format!("forbid {}", forbidden.letter);
            let wanted = match &forbidden.value {
                Some(value) => format!("no `-{}` with `{}`", forbidden.letter, value.source()),
                None => format!("no `-{}`", forbidden.letter),
            };
            let given = line.values(forbidden.letter).any(|given| match &forbidden.value {
                // With a field in it, only a chosen logon can say.
                Some(value) if matches!(known, Known::Nothing) && value.fields().next().is_some() => false,
                Some(value) => given.is_some_and(|given| value.judge(given, known) != Match::No),
                None => true,
            });
            if given {
                criteria.failed(what, wanted, format!("`-{}` is given", forbidden.letter));
            } else {
                criteria.passed(what, wanted, "not given");
            }
        }
        for (number, operand) in self.operands.iter().enumerate() {
            let what = format!("operand {}", number + 1);
            match line.operands.get(number) {
                Some(found) => criteria.text(&what, operand, found, known),
                None => criteria.failed(what, operand.source(), "not given"),
            }
        }
        self.judge_options(&line, known, criteria);
    }

    fn judge_program(&self, facts: &TerminalFacts, criteria: &mut Criteria) {
        let wanted: Vec<Pattern> = self.program.iter().map(|program| Pattern(source(program))).collect();
        let found = facts.foreground.executable.display().to_string();
        if self
            .program
            .iter()
            .any(|program| program.matches(&facts.foreground.executable))
        {
            criteria.passed("program", either(&wanted), found);
        } else {
            criteria.failed("program", either(&wanted), found);
        }
        if let Some(file) = &facts.foreground.foreign {
            let found = format!("{}, which somebody else may change", file.display());
            criteria.failed("loads", "only code that root installed", found);
        }
    }

    fn judge_number(&self, facts: &TerminalFacts, criteria: &mut Criteria) {
        let Some(wanted) = self.prompt else { return };
        let found = facts
            .prompt
            .map_or("not counted".to_owned(), |number| number.to_string());
        match facts.prompt == Some(wanted) {
            true => criteria.passed("prompt number", wanted.to_string(), found),
            false => criteria.failed("prompt number", wanted.to_string(), found),
        }
    }

    /// Every value of an option must match. An option that is not given has its default; a field without a value means the default.
    fn judge_options(&self, line: &crate::getopt::CommandLine, known: Known<'_>, criteria: &mut Criteria) {
        for option in &self.options {
            let what = format!("option {}", option.letter);
            let given: Vec<&str> = line.values(option.letter).flatten().collect();
            let judged: Vec<&str> = match (given.is_empty(), &option.default) {
                (false, _) => given,
                (true, Some(default)) => vec![default.as_str()],
                (true, None) => {
                    criteria.failed(what, option.value.source(), "not given");
                    continue;
                }
            };
            let unset = match known {
                Known::Fields(fields) => option
                    .value
                    .only_field()
                    .filter(|name| fields.plain(name.as_str()).is_none_or(str::is_empty)),
                Known::Nothing => None,
            };
            for value in judged {
                match (unset, &option.default) {
                    (Some(_), Some(default)) if default == value => {
                        criteria.passed(&what, option.value.source(), value)
                    }
                    (Some(name), _) => {
                        criteria.failed(&what, option.value.source(), format!("{value}, but {}", no_value(name)))
                    }
                    (None, _) => criteria.text(&what, &option.value, value, known),
                }
            }
        }
    }
}

fn judge_prompt(facts: &TerminalFacts, criteria: &mut Criteria) {
    let wanted = "a program that reads a whole line without echo";
    let found = match (facts.echo, facts.canonical, facts.waiting) {
        (true, _, _) => "the terminal shows what is typed",
        (false, false, _) => "single keys are read, not a line",
        (false, true, Some(false)) => "the program is not reading its terminal",
        (false, true, _) => "echo is off, a line is read",
    };
    if facts.asks_for_secret() {
        criteria.passed("prompt", wanted, found);
    } else {
        criteria.failed("prompt", wanted, found);
    }
}

/// With two of the same program in the foreground (ssh with a jump host) nobody can tell which of them asks.
fn judge_siblings(facts: &TerminalFacts, criteria: &mut Criteria) {
    let wanted = "no other process of the program in the foreground";
    match facts.siblings.len() {
        0 => criteria.passed("alone", wanted, "none"),
        others => criteria.failed("alone", wanted, format!("{others} more: which one asks cannot be told")),
    }
}

fn source(program: &PathPattern) -> String {
    match program {
        PathPattern::Literal(path) => path.display().to_string(),
        PathPattern::Glob(glob) => glob.text().to_owned(),
    }
}
