//! Every rule by its name, and by the name that password exits know it by.

use super::Policy;

/// One rule of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// `length.min`.
    MinLength,
    /// `repeats.in_a_row`.
    InARow,
    /// `characters.small`.
    Small,
    /// `characters.capital`.
    Capital,
    /// `characters.digits`.
    Digits,
    /// `characters.others`.
    Others,
    /// `characters.letters`.
    Letters,
    /// `characters.letters_or_digits`.
    LettersOrDigits,
    /// `unlike.user_name`.
    UserName,
    /// `unlike.old_password`.
    OldPassword,
    /// `repeats.piece`.
    Piece,
    /// `repeats.piece_times`.
    PieceTimes,
    /// `life.days`.
    Days,
    /// `life.grace_logins`.
    GraceLogins,
    /// `life.block_minutes`.
    BlockMinutes,
    /// `life.wrong_passwords`.
    WrongPasswords,
    /// `unlike.history`.
    History,
    /// `life.min_days`.
    MinDays,
    /// `length.max`.
    MaxLength,
    /// `exits.dictionary_format`.
    DictionaryFormat,
    /// `exits.recoverable`.
    Recoverable,
    /// `characters.allowed`, with `characters.more`.
    Allowed,
    /// `characters.forbidden`.
    Forbidden,
    /// `characters.first`.
    First,
    /// `characters.last`.
    Last,
    /// `repeats.of_one`.
    OfOne,
    /// `unlike.application`.
    Application,
    /// `lists.dictionary`.
    Dictionary,
    /// `lists.breached`.
    Breached,
    /// `strength.zxcvbn`.
    Strength,
}

impl Rule {
    /// The rules that password exits are handed, in the order of their structure `SEOS_PASSWDRULES`.
    pub const OF_EXITS: [Self; 21] = [
        Self::MinLength,
        Self::InARow,
        Self::Small,
        Self::Capital,
        Self::Digits,
        Self::Others,
        Self::Letters,
        Self::LettersOrDigits,
        Self::UserName,
        Self::OldPassword,
        Self::Piece,
        Self::PieceTimes,
        Self::Days,
        Self::GraceLogins,
        Self::BlockMinutes,
        Self::WrongPasswords,
        Self::History,
        Self::MinDays,
        Self::MaxLength,
        Self::DictionaryFormat,
        Self::Recoverable,
    ];

    /// The rules that password exits know nothing of.
    pub const BEYOND_EXITS: [Self; 9] = [
        Self::Allowed,
        Self::Forbidden,
        Self::First,
        Self::Last,
        Self::OfOne,
        Self::Application,
        Self::Dictionary,
        Self::Breached,
        Self::Strength,
    ];

    /// Where it stands in a policy.
    #[must_use]
    pub fn key(self) -> &'static str {
        self.names().0
    }

    /// The field of `SEOS_PASSWDRULES` that says the same, if one does.
    #[must_use]
    pub fn exit_name(self) -> Option<&'static str> {
        Some(self.names().1).filter(|name| !name.is_empty())
    }

    /// What a policy says, for rules that are numbers; a switch is 0 or 1, and what is no number counts nothing.
    #[must_use]
    pub fn number(self, policy: &Policy) -> u32 {
        let Policy {
            length,
            characters,
            repeats,
            unlike,
            life,
            exits,
            strength,
            ..
        } = policy;
        match self {
            Self::MinLength => length.min,
            Self::MaxLength => length.max,
            Self::InARow => repeats.in_a_row,
            Self::OfOne => repeats.of_one,
            Self::Piece => repeats.piece,
            Self::PieceTimes => repeats.piece_times,
            Self::Small => characters.small,
            Self::Capital => characters.capital,
            Self::Digits => characters.digits,
            Self::Others => characters.others,
            Self::Letters => characters.letters,
            Self::LettersOrDigits => characters.letters_or_digits,
            Self::UserName => unlike.user_name.into(),
            Self::OldPassword => unlike.old_password.into(),
            Self::Application => unlike.application.into(),
            Self::History => unlike.history,
            Self::Days => life.days,
            Self::MinDays => life.min_days,
            Self::GraceLogins => life.grace_logins,
            Self::BlockMinutes => life.block_minutes,
            Self::WrongPasswords => life.wrong_passwords,
            Self::DictionaryFormat => exits.dictionary_format,
            Self::Recoverable => exits.recoverable.into(),
            Self::Strength => strength.zxcvbn,
            Self::Allowed | Self::Forbidden | Self::First | Self::Last | Self::Dictionary | Self::Breached => 0,
        }
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::MinLength => ("length.min", "min_len"),
            Self::InARow => ("repeats.in_a_row", "max_rep"),
            Self::Small => ("characters.small", "must_small"),
            Self::Capital => ("characters.capital", "must_capital"),
            Self::Digits => ("characters.digits", "must_num"),
            Self::Others => ("characters.others", "must_oth"),
            Self::Letters => ("characters.letters", "must_alfa"),
            Self::LettersOrDigits => ("characters.letters_or_digits", "must_alfan"),
            Self::UserName => ("unlike.user_name", "sub_name"),
            Self::OldPassword => ("unlike.old_password", "sub_old"),
            Self::Piece => ("repeats.piece", "sub_str_len"),
            Self::PieceTimes => ("repeats.piece_times", "sub_str_rep"),
            Self::Days => ("life.days", "passwd_life"),
            Self::GraceLogins => ("life.grace_logins", "grace_logins"),
            Self::BlockMinutes => ("life.block_minutes", "u_block_min"),
            Self::WrongPasswords => ("life.wrong_passwords", "wrong_pass"),
            Self::History => ("unlike.history", "history"),
            Self::MinDays => ("life.min_days", "min_time"),
            Self::MaxLength => ("length.max", "max_len"),
            Self::DictionaryFormat => ("exits.dictionary_format", "dict_format"),
            Self::Recoverable => ("exits.recoverable", "bidirectional"),
            Self::Allowed => ("characters.allowed", ""),
            Self::Forbidden => ("characters.forbidden", ""),
            Self::First => ("characters.first", ""),
            Self::Last => ("characters.last", ""),
            Self::OfOne => ("repeats.of_one", ""),
            Self::Application => ("unlike.application", ""),
            Self::Dictionary => ("lists.dictionary", ""),
            Self::Breached => ("lists.breached", ""),
            Self::Strength => ("strength.zxcvbn", ""),
        }
    }
}
