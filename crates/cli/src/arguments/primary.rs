use crate::arguments::Format;
use clap::{Args, Subcommand, ValueEnum};
use countersign_wire::PrimaryMethod;

#[derive(Debug, Subcommand)]
pub(crate) enum Primary {
    /// Shows it, who chose it, and what may be chosen.
    Show(Format),
    /// Changes it, after the one until now has been proven. Standard input: the password until now (with `none` until now the passphrase
    /// answer), then unless it is to be `none` the password from now on. Also for a login password that was changed: `change os`.
    Change(PrimaryChange),
}

#[derive(Debug, Args)]
pub(crate) struct PrimaryChange {
    /// What it is to be.
    pub(crate) to: Method,
}

/// What a person does to open his vault day by day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Method {
    /// Types the password he logs on to this machine with.
    Os,
    /// Types the password he logs on to the organisation's directory with.
    Directory,
    /// Types a password that is for the vault alone.
    Own,
    /// Nothing: a slot that asks nobody opens it.
    None,
}

impl From<Method> for PrimaryMethod {
    fn from(method: Method) -> Self {
        match method {
            Method::Os => Self::Os,
            Method::Directory => Self::Directory,
            Method::Own => Self::Own,
            Method::None => Self::None,
        }
    }
}
