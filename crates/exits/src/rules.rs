use serde::{Deserialize, Serialize};

/// What a generated password has to be, as the field's exits are told it (`SEOS_PASSWDRULES`). Zero is no demand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordRules {
    /// Least length, in characters.
    pub min_len: i16,
    /// How often one character may follow itself.
    pub max_rep: i16,
    /// Small letters, at least.
    pub must_small: i16,
    /// Capitals, at least.
    pub must_capital: i16,
    /// Digits, at least.
    pub must_num: i16,
    /// Other characters, at least.
    pub must_oth: i16,
    /// Letters, at least.
    pub must_alfa: i16,
    /// Letters and digits, at least.
    pub must_alfan: i16,
    /// 1: the password is no part of the user's name, nor the name of the password.
    pub sub_name: i16,
    /// 1: the same with the old password.
    pub sub_old: i16,
    /// The longest part that may be repeated.
    pub sub_str_len: i16,
    /// How often it may be.
    pub sub_str_rep: i16,
    /// Days until it expires.
    pub passwd_life: i16,
    /// Logons that are let through after that.
    pub grace_logins: i16,
    /// Minutes for which a user is blocked.
    pub u_block_min: i16,
    /// Wrong passwords until then.
    pub wrong_pass: i16,
    /// Old passwords that may not come back.
    pub history: i16,
    /// Least time between two changes, in days.
    pub min_time: i16,
    /// Greatest length, in characters.
    pub max_len: i16,
    /// The format of the list of forbidden words.
    pub dict_format: i16,
    /// 1: the password can be read back.
    pub bidirectional: i16,
}

impl PasswordRules {
    /// The size of the structure, in bytes.
    pub const SIZE: usize = 52;

    /// The structure as the C interface has it: 21 numbers of 16 bits in the order above and five unused ones, as this machine writes them.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        for (place, number) in bytes.chunks_exact_mut(size_of::<i16>()).zip(self.numbers()) {
            place.copy_from_slice(&number.to_ne_bytes());
        }
        bytes
    }

    /// The rules of a policy in the order of the fields, as the C interface has them; the five unused numbers count for nothing.
    #[must_use]
    pub fn from_shorts(shorts: &[i16; 26]) -> Self {
        let [
            min_len,
            max_rep,
            must_small,
            must_capital,
            must_num,
            must_oth,
            must_alfa,
            must_alfan,
            sub_name,
            sub_old,
            sub_str_len,
            sub_str_rep,
            passwd_life,
            grace_logins,
            u_block_min,
            wrong_pass,
            history,
            min_time,
            max_len,
            dict_format,
            bidirectional,
            ..,
        ] = *shorts;
        Self {
            min_len,
            max_rep,
            must_small,
            must_capital,
            must_num,
            must_oth,
            must_alfa,
            must_alfan,
            sub_name,
            sub_old,
            sub_str_len,
            sub_str_rep,
            passwd_life,
            grace_logins,
            u_block_min,
            wrong_pass,
            history,
            min_time,
            max_len,
            dict_format,
            bidirectional,
        }
    }

    fn numbers(&self) -> [i16; 21] {
        [
            self.min_len,
            self.max_rep,
            self.must_small,
            self.must_capital,
            self.must_num,
            self.must_oth,
            self.must_alfa,
            self.must_alfan,
            self.sub_name,
            self.sub_old,
            self.sub_str_len,
            self.sub_str_rep,
            self.passwd_life,
            self.grace_logins,
            self.u_block_min,
            self.wrong_pass,
            self.history,
            self.min_time,
            self.max_len,
            self.dict_format,
            self.bidirectional,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorts_of_a_policy_are_the_structure() {
        let mut shorts = [0; 26];
        for (short, number) in shorts.iter_mut().zip(1..=21) {
            *short = number;
        }
        let bytes = PasswordRules::from_shorts(&shorts).to_bytes();
        let read = bytes.chunks(2).map(|pair| i16::from_ne_bytes([pair[0], pair[1]]));
        assert_eq!(read.collect::<Vec<_>>(), shorts);
    }
}
