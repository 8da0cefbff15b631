use super::Format;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Slot {
    /// Shows what opens the vault, and what each way is worth.
    List(Format),
    /// Makes a slot, or makes it anew. Standard input: the password; for the passphrase slot the new answer, too.
    Add {
        /// passphrase, silent, directory-key, directory-identity, os-protection or program. All but the first are off unless your
        /// organisation's root allows them.
        kind: String,
        /// Agrees to a slot that can let the directory's administrators in.
        #[arg(long)]
        agree: bool,
    },
    /// Takes a slot away. Standard input: the password.
    Remove {
        /// Its kind.
        kind: String,
    },
}
