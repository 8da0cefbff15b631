mod capture;
mod exits;
mod import;
mod password;
mod policy;
mod primary;
mod publish;
mod record;
mod recovery;
mod schema;
mod slot;
mod trust;

pub(crate) use capture::{LogonCapture, WindowChoice};
use clap::{Args, Parser, Subcommand};
use countersign_model::WindowId;
pub(crate) use exits::Exits;
pub(crate) use import::Import;
pub(crate) use password::{Password, PasswordChange, PasswordHistory, PasswordSettled, PasswordStatus};
pub(crate) use policy::{PasswordKind, PasswordOf, Policy, PolicyCheck, PolicyFiles, PolicyGenerate, PolicyShow};
pub(crate) use primary::{Method, Primary, PrimaryChange};
pub(crate) use publish::{Publish, PublishApply, PublishPlan, PublishRollback, Signed};
pub(crate) use record::TemplateRecord;
pub(crate) use recovery::{Helpdesk, HelpdeskRecover, HelpdeskShow, Recover, RecoverStep};
pub(crate) use schema::Schema;
pub(crate) use slot::Slot;
use std::path::PathBuf;
pub(crate) use trust::{
    Trust, TrustInit, TrustPublisher, TrustPublisherAdd, TrustRing, TrustSettings, TrustSign, TrustVerify,
};

const AFTER: &str = "\
Secrets are asked for without echo, or read from standard input, one a line; never from arguments or the environment.

Exit codes: 0 done, 1 failure, 2 wrong usage, 3 differences found, 4 locked, 5 nothing fits,
            6 directory unreachable, 7 refused by policy or a guard, 8 stored data damaged";

/// Countersign logs you on to your applications. This is its command line; the agent does the work.
#[derive(Debug, Parser)]
#[command(name = "countersign", version, after_help = AFTER)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows how things stand.
    Status(Format),
    /// Looks for what is wrong, and says what to do.
    Doctor(Doctor),
    /// Explains the latest decisions: what was wanted of a window, what was found, and what came of it.
    Why(Why),
    /// Shows the settings in force and where each comes from.
    Settings(Settings),
    /// Stops filling for a while.
    Pause(Pause),
    /// Makes your vault on this machine. Standard input: the password, then the passphrase answer.
    Enroll(Enroll),
    /// What opens your vault day by day on this machine.
    #[command(subcommand)]
    Primary(Primary),
    /// Unlocks your vault. Standard input: the password; with --passphrase the answer, then the new password.
    Unlock(Unlock),
    /// Locks your vault.
    Lock,
    /// Opens your vault with the helpdesk on the telephone, when the password and the passphrase answer are lost. Standard input: its
    /// words, with --printed the printed code, the answer of the new passphrase, the new password.
    Recover(Recover),
    /// The helpdesk's side of a recovery.
    #[command(subcommand)]
    Helpdesk(Helpdesk),
    /// Stored logons.
    #[command(subcommand)]
    Logon(Logon),
    /// Takes logons over from a file of another password manager: CSV of Chrome, Edge, Firefox, KeePassXC and others, JSON of Bitwarden,
    /// KDBX 4. Shows what would be stored first. Standard input: the file's password, if it has one.
    Import(Import),
    /// Passwords of stored logons, and their changes.
    #[command(subcommand)]
    Password(Password),
    /// Shows what forms that wait ask of you, and takes your answers, until it is ended.
    Prompts(PromptsShown),
    /// Applications that are filled only when you ask.
    #[command(subcommand)]
    Exclude(Exclude),
    /// Reads templates, settings and records again, now.
    Refresh(Refresh),
    /// The organisation's directory.
    #[command(subcommand)]
    Directory(Directory),
    /// Lists the windows on the screen and the program behind each.
    Windows(Format),
    /// Application templates.
    #[command(subcommand)]
    Template(Template),
    /// Password policies.
    #[command(subcommand)]
    Policy(Policy),
    /// Password exits: the site's code that is asked about new passwords, or makes them.
    #[command(subcommand)]
    Exits(Exits),
    /// Prints what the organisation's directory has to be taught once. Needs no agent.
    Schema(Schema),
    /// The organisation: its root, the list it signs, the recovery rings.
    #[command(subcommand)]
    Trust(Trust),
    /// Publishes templates, policies and overrides in a unit of the directory. Needs no agent.
    #[command(subcommand)]
    Publish(Publish),
    /// The audit log: what was filled, shown, refused, opened and locked. It holds no secret.
    #[command(subcommand)]
    Audit(Audit),
    /// Your machines that open the vault.
    #[command(subcommand)]
    Device(Device),
    /// What opens the vault.
    #[command(subcommand)]
    Slot(Slot),
    /// The stores on this machine. Needs no agent; without one, standard input: the password.
    #[command(subcommand)]
    Store(Store),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Directory {
    /// Logs you in, where the directory wants your password. Standard input: the password. It is sent once, and kept in memory only.
    Login,
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Format {
    /// Print JSON (`{"schema":1,…}`) instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct PromptsShown {
    /// Only show what is asked now.
    #[arg(long)]
    pub(crate) once: bool,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Exclude {
    /// Lists them.
    List(Format),
    /// Adds one.
    Add {
        /// The application: the template's id, or the application's name.
        template: String,
    },
    /// Takes one away: it is filled by itself again.
    Remove {
        /// The application: the template's id, or the application's name.
        template: String,
    },
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Doctor {
    /// Look at the directory instead: its schema, and whether your account may do what it must and no more.
    #[arg(long)]
    pub(crate) directory: bool,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Refresh {
    /// Show how far it is. Without it only the result is shown; either way the command ends when it is done.
    #[arg(long)]
    pub(crate) wait: bool,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Why {
    /// Only about this window: its number as `why` or `windows` shows it.
    #[arg(long, value_name = "ID", value_parser = window)]
    pub(crate) window: Option<WindowId>,
    /// At most so many decisions, the latest ones.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Shows the latest entries.
    Show(AuditShow),
    /// Reads the whole log and says whether anything was changed, removed or added. Exit code 8 if so.
    Verify(Format),
}

#[derive(Debug, Args)]
pub(crate) struct AuditShow {
    /// At most so many entries.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Enroll {
    /// Begin anew, when nothing opens your vault any more: it is set aside for 90 days, and you start without logons.
    #[arg(long)]
    pub(crate) start_over: bool,
    /// Do not ask whether you mean it.
    #[arg(long, requires = "start_over")]
    pub(crate) yes: bool,
    /// What opens the vault day by day: your login password (os), or a password of its own (own).
    #[arg(long, value_name = "METHOD", conflicts_with = "start_over")]
    pub(crate) primary: Option<Method>,
    /// Make it although the repository cannot be reached, so that nobody sees whether you have a vault there already.
    #[arg(long, conflicts_with = "start_over")]
    pub(crate) unseen: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Settings {
    /// Only this one, such as `loop.fills`.
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Pause {
    /// For so many minutes.
    #[arg(default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=1440))]
    pub(crate) minutes: u32,
    /// Until the vault is unlocked the next time.
    #[arg(long, conflicts_with = "minutes")]
    pub(crate) until_unlocked: bool,
    /// Only this application, by its name or its template's id, until the pause is ended.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["minutes", "until_unlocked"])]
    pub(crate) application: Option<String>,
    /// End a pause.
    #[arg(long, conflicts_with_all = ["minutes", "until_unlocked", "application"])]
    pub(crate) resume: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Unlock {
    /// By the passphrase, when the password no longer opens the vault. The new password does from then on.
    #[arg(long)]
    pub(crate) passphrase: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Logon {
    /// Lists stored logons, without secrets.
    List(Format),
    /// Stores a logon. Standard input: one line for each secret field, in the template's order; an empty line for none.
    Add(LogonAdd),
    /// Fills a logon that is not stored into the window that asks for one, and stores it once the application has accepted it. Standard
    /// input: as for `add`.
    Give(LogonGive),
    /// Makes a template of your own for a window that no template knows, together with you, and fills and stores a logon for it. Standard
    /// input: as for `add`.
    Capture(LogonCapture),
    /// Changes a logon. Standard input: one line for each --secret field.
    Edit(LogonEdit),
    /// Lets a logon be filled into another program than the one it was saved for. Standard input: the password.
    Rebind(LogonChoice),
    /// Removes a logon.
    Remove(LogonRemove),
    /// Prints a secret. Standard input: the password.
    Reveal(LogonReveal),
    /// Puts a secret on the clipboard for a while. Standard input: the password.
    Copy(LogonReveal),
    /// Fills the active window now.
    Fill(LogonFill),
}

#[derive(Debug, Args)]
pub(crate) struct LogonChoice {
    /// The logon: its id or the beginning of it, its name, or its template if there is only one.
    pub(crate) logon: String,
}

#[derive(Debug, Args)]
pub(crate) struct LogonAdd {
    /// The application: the template's id, or the application's name.
    #[arg(required_unless_present = "all")]
    pub(crate) template: Option<String>,
    /// One after the other for every application that wants a logon at first use and has none.
    #[arg(long, conflicts_with_all = ["template", "name", "set"])]
    pub(crate) all: bool,
    /// Your own name for the logon.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// A field that is no secret, such as `username=anna`.
    #[arg(long, value_name = "FIELD=VALUE", value_parser = assignment)]
    pub(crate) set: Vec<(String, String)>,
}

#[derive(Debug, Args)]
pub(crate) struct LogonGive {
    /// The window, where several ask: its number as `prompts` shows it.
    #[arg(long, value_name = "ID", value_parser = window)]
    pub(crate) window: Option<WindowId>,
    /// Your own name for the logon.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// A field that is no secret, such as `username=anna`.
    #[arg(long, value_name = "FIELD=VALUE", value_parser = assignment)]
    pub(crate) set: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct LogonEdit {
    #[command(flatten)]
    pub(crate) choice: LogonChoice,
    /// A new name for the logon.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// A field that is no secret, such as `username=anna`.
    #[arg(long, value_name = "FIELD=VALUE", value_parser = assignment)]
    pub(crate) set: Vec<(String, String)>,
    /// A secret field to be asked for anew, such as `password`. With no --name, --set or --secret: every secret field.
    #[arg(long, value_name = "FIELD")]
    pub(crate) secret: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct LogonRemove {
    #[command(flatten)]
    pub(crate) choice: LogonChoice,
    /// Do not ask first.
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct LogonReveal {
    #[command(flatten)]
    pub(crate) choice: LogonChoice,
    /// Which field.
    #[arg(default_value = "password")]
    pub(crate) field: String,
}

#[derive(Debug, Args)]
pub(crate) struct LogonFill {
    /// The logon, where several would do.
    pub(crate) logon: Option<String>,
    /// This window instead of the active one.
    #[arg(long, value_name = "ID", value_parser = window)]
    pub(crate) window: Option<WindowId>,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Template {
    /// Looks for mistakes in templates. Needs no agent.
    Lint(TemplateLint),
    /// Runs the recorded windows beside each template. Needs no agent and no display.
    Test(TemplateTest),
    /// Judges templates against the windows on the screen now, without taking them into use.
    Explain(TemplateFiles),
    /// Drafts a template from a window, and the fixture that tests it. Click on the window, or name it.
    Record(TemplateRecord),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Device {
    /// Lists them.
    List(Format),
    /// Has this machine let in by another one of yours, in the place of the passphrase. Shows six words to type there. Standard input:
    /// the six words that the other one shows, then the password from now on.
    Join,
    /// Lets a waiting machine in, and shows six words to type there. Standard input: the password, then the six words of that machine.
    Approve,
    /// Takes one off: the vault gets a new key, which it does not get. Standard input: the password.
    Revoke(DeviceRevoke),
}

#[derive(Debug, Args)]
pub(crate) struct DeviceRevoke {
    /// The device: its id or the beginning of it, or its name if there is only one of that name.
    pub(crate) device: String,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    /// Reads everything in both stores and changes nothing. Exit code 8: something is damaged.
    Verify(Format),
    /// Writes everything into sealed files, which only this vault's keys open.
    Export(StoreExport),
    /// Puts back what is lost or missing here. What is there is never replaced.
    Import(StoreImport),
    /// Writes damaged stores anew from what can be read, and puts the damaged files aside.
    Repair(StoreRepair),
}

#[derive(Debug, Args)]
pub(crate) struct StoreExport {
    /// The folder for the files; made if it is not there.
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct StoreImport {
    /// The folder of an export.
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// Bring logons back, too, that were removed since the export.
    #[arg(long)]
    pub(crate) removed: bool,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct StoreRepair {
    /// Give up what is lost, so that it is not told any more.
    #[arg(long)]
    pub(crate) give_up: bool,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct TemplateTest {
    #[command(flatten)]
    pub(crate) files: TemplateFiles,
    /// Writes the results to this file, too, as JUnit does: for build servers.
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct TemplateLint {
    /// The templates' files.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The folder of the password policies that templates may name. Default: `policies` beside a template, or beside its folder `templates`.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) policies: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct TemplateFiles {
    /// The templates' files.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) format: Format,
}

impl Command {
    /// Whether what is printed, a failure too, is to be JSON.
    pub(crate) fn wants_json(&self) -> bool {
        match self {
            Self::Status(format) | Self::Windows(format) => format.json,
            Self::Doctor(doctor) => doctor.format.json,
            Self::Refresh(wanted) => wanted.format.json,
            Self::Why(why) => why.format.json,
            Self::Settings(settings) => settings.format.json,
            Self::Logon(Logon::List(format)) => format.json,
            Self::Logon(Logon::Fill(fill)) => fill.format.json,
            Self::Logon(Logon::Give(give)) => give.format.json,
            Self::Logon(Logon::Capture(capture)) => capture.format.json,
            Self::Password(password) => password.wants_json(),
            Self::Import(import) => import.format.json,
            Self::Prompts(prompts) => prompts.format.json,
            Self::Exclude(Exclude::List(format)) => format.json,
            Self::Template(Template::Lint(lint)) => lint.format.json,
            Self::Template(Template::Explain(files)) => files.format.json,
            Self::Template(Template::Test(test)) => test.files.format.json,
            Self::Template(Template::Record(record)) => record.format.json,
            Self::Policy(Policy::Lint(files)) => files.format.json,
            Self::Policy(Policy::Check(check)) => check.format.json,
            Self::Policy(Policy::Show(show)) => show.format.json,
            Self::Exits(Exits::List(format)) => format.json,
            Self::Audit(Audit::Show(show)) | Self::Helpdesk(Helpdesk::Log(show)) => show.format.json,
            Self::Audit(Audit::Verify(format)) => format.json,
            Self::Primary(Primary::Show(format)) => format.json,
            Self::Device(Device::List(format)) | Self::Slot(Slot::List(format)) => format.json,
            Self::Device(Device::Revoke(revoke)) => revoke.format.json,
            Self::Trust(Trust::Show(format) | Trust::Publisher(TrustPublisher::List(format))) => format.json,
            Self::Trust(Trust::Verify(verify)) => verify.format.json,
            Self::Store(Store::Verify(format)) => format.json,
            Self::Store(Store::Export(export)) => export.format.json,
            Self::Store(Store::Import(import)) => import.format.json,
            Self::Store(Store::Repair(repair)) => repair.format.json,
            _ => false,
        }
    }
}

/// A window's number, decimal or as X11 tools write it.
fn window(text: &str) -> Result<WindowId, String> {
    let number = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    number
        .map(WindowId)
        .map_err(|_| "a window's number is needed, such as 0x1c00007".to_owned())
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((field, value)) if !field.is_empty() => Ok((field.to_owned(), value.to_owned())),
        // The text is not repeated: somebody may have written a secret here.
        _ => Err("write it as FIELD=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn windows_are_numbered_either_way() {
        assert_eq!(window("0x1c00007"), Ok(WindowId(0x01c0_0007)));
        assert_eq!(window("29360135"), Ok(WindowId(29_360_135)));
        assert!(window("the left one").is_err());
    }
}
