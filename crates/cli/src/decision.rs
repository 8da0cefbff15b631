//! What was decided about a window, in words.

use crate::screen::Paint;
use crate::words::{ago, milliseconds};
use countersign_model::{Decision, Explanation, FormKind, Method, Outcome, Timestamp, Verdict};
use std::fmt::Write;

/// What came of it: a sentence, what to do next, and the exit code when it was asked for.
pub(crate) struct Verbal {
    pub(crate) paint: Paint,
    pub(crate) sentence: String,
    pub(crate) next: Option<String>,
    pub(crate) exit: u8,
}

pub(crate) fn verbal(explanation: &Explanation) -> Verbal {
    let template = explanation.template.as_ref().map_or("TEMPLATE", |id| id.as_str());
    let logon = explanation.logon.as_deref().unwrap_or("LOGON");
    let (paint, exit, sentence, next) = match &explanation.decision {
        Decision::NoMatch => (
            Paint::Dim,
            5,
            "not recognised: no form of any template fits this window".to_owned(),
            Some("nothing, if it is no logon; otherwise correct the template where the ✗ are, and try it with `countersign template explain FILE`".to_owned()),
        ),
        Decision::Locked => (Paint::Warn, 4, "not filled: the vault is locked".to_owned(), Some("`countersign unlock`".to_owned())),
        Decision::Paused => (Paint::Warn, 7, "not filled: filling is paused".to_owned(), Some("`countersign pause --resume`".to_owned())),
        Decision::Manual => (
            Paint::Warn,
            7,
            "not filled: automatic filling is off (setting fill.automatic, or `fill.automatic` of the template)".to_owned(),
            Some("`countersign logon fill`".to_owned()),
        ),
        Decision::Excluded => (
            Paint::Dim,
            7,
            format!("not filled: you excluded {template}"),
            Some(format!("`countersign logon fill` fills it once, `countersign exclude remove {template}` again by itself")),
        ),
        Decision::Reauthenticate => (
            Paint::Warn,
            7,
            format!("not filled: {template} wants your password first"),
            Some("`countersign logon fill`, which asks for it".to_owned()),
        ),
        Decision::AwaitsFocus => (
            Paint::Warn,
            1,
            "waiting: keys are typed only into the window that has the focus".to_owned(),
            Some("click into the window".to_owned()),
        ),
        Decision::NoLogon => (
            Paint::Warn,
            5,
            format!("not filled: no logon is stored for {template}"),
            Some(format!("`countersign logon add {template}`")),
        ),
        Decision::Ambiguous(labels) => (
            Paint::Warn,
            5,
            format!("not filled: several logons would do: {}", labels.join(", ")),
            Some(format!("choose one: `countersign logon fill LOGON --window {:#x}`", explanation.window.0)),
        ),
        Decision::Tied(others) => (
            Paint::Bad,
            7,
            format!("not filled: {template} and {} all answer this window, with one priority", others.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")),
            Some("tell whoever wrote them: `priority` in one of the forms, or a condition that tells them apart".to_owned()),
        ),
        Decision::BindingChanged { saved, live } => (
            Paint::Bad,
            7,
            format!("not filled: the logon was saved for {saved}, and this is {live}"),
            Some(format!("if you know why that changed and trust it: `countersign logon rebind {logon}`")),
        ),
        Decision::Responded(Outcome::Done) => (Paint::Good, 0, done(explanation), None),
        // The messages of refusals say what to do next.
        Decision::Responded(Outcome::Refused(refusal)) => (Paint::Bad, 7, format!("not filled: {refusal}"), None),
        Decision::Responded(Outcome::Interrupted(refusal)) => {
            (Paint::Bad, 1, format!("filled in part, not submitted: {refusal}"), None)
        }
        Decision::LogonFailed(how) => (
            Paint::Bad,
            1,
            format!("the application refused the logon: {how}; it is not filled again"),
            Some(format!("correct it: `countersign logon edit {logon}`")),
        ),
        Decision::LogonSucceeded(how) => (Paint::Good, 0, format!("logged on: {how}"), None),
        Decision::ChangeAsked => (
            Paint::Warn,
            7,
            format!("not filled: {template} asks for a new password"),
            Some(format!("have one made and typed: `countersign password change {logon}`; or change it there and tell the stored logon: `countersign logon edit`")),
        ),
        Decision::PasswordExpired(label) => (
            Paint::Bad,
            7,
            format!("not filled: the password of \"{label}\" has expired"),
            Some(format!("change it there; `countersign password change {label:?}` makes the new one, `countersign logon fill {label:?}` fills the one until now")),
        ),
        Decision::PasswordUnsure(label) => (
            Paint::Bad,
            7,
            format!("not filled: which of its two passwords \"{label}\" has is not known"),
            Some("try both by hand, then `countersign password confirm` or `countersign password revert`".to_owned()),
        ),
        Decision::ChangeFailed(how) => (
            Paint::Bad,
            1,
            format!("the application refused the new password: {how}"),
            None,
        ),
        Decision::ChangeSucceeded(how) => (Paint::Good, 0, format!("the password was changed: {how}"), None),
        Decision::Ignored => (
            Paint::Dim,
            5,
            format!("left alone, as a form of {template} says"),
            None,
        ),
        Decision::LoopStopped { fills } => (
            Paint::Bad,
            7,
            format!("stopped: filled {fills} times in a short while, and the form is back every time"),
            Some(format!("check the logon (`countersign logon edit {logon}`), then `countersign logon fill`")),
        ),
        Decision::Unreadable(why) => (Paint::Bad, 1, format!("the window could not be read: {why}"), None),
    };
    Verbal {
        paint,
        sentence,
        next,
        exit,
    }
}

fn done(explanation: &Explanation) -> String {
    if explanation.form == Some(FormKind::Message) {
        return "answered, without any field".to_owned();
    }
    let logon = explanation
        .logon
        .as_deref()
        .map(|label| format!(" `{label}`"))
        .unwrap_or_default();
    let Some(attempt) = &explanation.attempt else {
        return format!("filled with the logon{logon}");
    };
    let how = match attempt.method {
        Method::Controls => "into its controls",
        Method::Keys => "by keys",
        Method::Steps => "by the template's steps",
    };
    let mut sentence = format!("filled with the logon{logon} {how}");
    if let Some(filled) = attempt.timing.filled_us {
        let _ = write!(sentence, " after {}", milliseconds(filled));
    }
    if let Some(submitted) = attempt.timing.submitted_us {
        let _ = write!(sentence, ", submitted after {}", milliseconds(submitted));
    }
    sentence
}

/// Everything about one decision, for people.
pub(crate) fn told(explanation: &Explanation, now: Timestamp) -> String {
    let toolkit = explanation
        .toolkit
        .as_deref()
        .map(|name| format!(" ({name})"))
        .unwrap_or_default();
    let mut text = format!(
        "{} “{}”  {}\n  program   {}{toolkit}\n",
        Paint::Strong.on(format_args!("window {:#x}", explanation.window.0)),
        one_line(&explanation.title),
        Paint::Dim.on(ago(explanation.at, now)),
        one_line(&explanation.program),
    );
    if let Some(template) = &explanation.template {
        let form = explanation.form.map_or("form", form_words);
        let _ = writeln!(text, "  template  {template}, {form}");
    }
    let width = explanation
        .criteria
        .iter()
        .map(|criterion| criterion.what.chars().count())
        .max()
        .unwrap_or(0);
    for criterion in &explanation.criteria {
        let (sign, what) = (sign(criterion.verdict), &criterion.what);
        let (wanted, found) = (one_line(&criterion.wanted), one_line(&criterion.found));
        let _ = match criterion.verdict {
            Verdict::Skipped => writeln!(text, "    {sign} {what:width$}  wanted {wanted}, not looked at"),
            _ => writeln!(text, "    {sign} {what:width$}  wanted {wanted}, found {found}"),
        };
    }
    for warning in &explanation.warnings {
        let _ = writeln!(text, "  {} {}", Paint::Warn.on("warning:"), one_line(warning));
    }
    let verbal = verbal(explanation);
    let _ = write!(
        text,
        "  {} {}",
        Paint::Strong.on("→"),
        verbal.paint.on(one_line(&verbal.sentence))
    );
    if let Some(next) = &verbal.next {
        let _ = write!(text, "\n    {} {next}", Paint::Strong.on("next:"));
    }
    text
}

/// ✓, ✗ or ·.
pub(crate) fn sign(verdict: Verdict) -> String {
    match verdict {
        Verdict::Passed => Paint::Good.on("✓"),
        Verdict::Failed => Paint::Bad.on("✗"),
        Verdict::Skipped => Paint::Dim.on("·"),
    }
}

/// Without line ends, so that it stays where it belongs.
pub(crate) fn one_line(text: &str) -> String {
    text.replace('\n', " ⏎ ")
}

fn form_words(kind: FormKind) -> &'static str {
    match kind {
        FormKind::Logon => "logon form",
        FormKind::LogonFailed => "form of a refused logon",
        FormKind::LogonSucceeded => "form of an accepted logon",
        FormKind::Change => "form that asks for a new password",
        FormKind::ChangeFailed => "form of a refused new password",
        FormKind::ChangeSucceeded => "form of an accepted new password",
        FormKind::Confirm => "form that asks for a new password again",
        FormKind::Message => "message that stands in the way",
        FormKind::Ignore => "form that is to be left alone",
        FormKind::Custom => "form of the template's own",
    }
}
