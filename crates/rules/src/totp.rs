//! Time-based one-time passwords (RFC 6238, over RFC 4226).

use countersign_model::{TotpAlgorithm, TotpSpec};
use countersign_secret::{Password, PasswordError};
use hmac::digest::block_api::EagerHash;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

/// Shorter keys are no keys: RFC 4226 wants 128 bits, some services give 80.
const SHORTEST: usize = 10;
/// The longest key that is taken, in bytes.
const LONGEST: usize = 512;

/// Why a text is not the key of one-time passwords. The messages never contain any of it.
#[derive(Debug, thiserror::Error)]
pub enum TotpProblem {
    /// A character that no key has.
    #[error(
        "this is not the key of one-time passwords: it is written with A to Z and 2 to 7, or as an `otpauth://totp/` address"
    )]
    NotBase32,
    /// Too short or too long.
    #[error("this key of one-time passwords has {0} bytes; copy all of it, as the service shows it")]
    Length(usize),
    /// An address of another kind, or without a key.
    #[error(
        "this address is not one of time-based one-time passwords; it begins with `otpauth://totp/` and has `secret=`"
    )]
    Address,
    /// What the address asks for is not known.
    #[error(
        "`{0}` of the address is not known here; digits are 6 to 8, the period 15 to 300, the algorithm SHA1, SHA256 or SHA512"
    )]
    Parameter(&'static str),
    /// It does not fit into locked memory.
    #[error(transparent)]
    Memory(#[from] PasswordError),
}

/// The key of one-time passwords, and how it is used.
pub struct TotpKey {
    key: Zeroizing<Vec<u8>>,
    spec: TotpSpec,
}

impl TotpKey {
    /// Reads a key as services show it: base32 with or without spaces, or an `otpauth://totp/` address. What the address says counts;
    /// what it leaves out is as `spec` says.
    ///
    /// # Errors
    /// [`TotpProblem`] says what is wrong, without the key.
    pub fn read(text: &Password, spec: TotpSpec) -> Result<Self, TotpProblem> {
        let text = text.expose().trim();
        let is_address = text
            .get(..8)
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("otpauth:"));
        let (secret, spec) = if is_address { address(text, spec)? } else { (text, spec) };
        let key = base32(secret)?;
        if !(SHORTEST..=LONGEST).contains(&key.len()) {
            return Err(TotpProblem::Length(key.len()));
        }
        Ok(Self { key, spec })
    }

    /// The code of a moment, in seconds since 1970.
    ///
    /// # Errors
    /// [`TotpProblem::Memory`].
    pub fn code(&self, unix_seconds: u64) -> Result<Password, TotpProblem> {
        let counter = unix_seconds / u64::from(self.spec.period.max(1));
        let number = match self.spec.algorithm {
            TotpAlgorithm::Sha1 => truncated::<Sha1>(&self.key, counter),
            TotpAlgorithm::Sha256 => truncated::<Sha256>(&self.key, counter),
            TotpAlgorithm::Sha512 => truncated::<Sha512>(&self.key, counter),
        };
        let digits = self.spec.digits.min(9);
        let number = number % 10_u32.pow(digits);
        let width = usize::try_from(digits).unwrap_or_default();
        Ok(Password::from_string(format!("{number:0width$}"))?)
    }
}

/// RFC 4226, 5.3: 31 bits of the code, from where its last half byte says.
fn truncated<H: EagerHash>(key: &[u8], counter: u64) -> u32
where
    Hmac<H>: Mac + KeyInit,
{
    let Ok(mut mac) = <Hmac<H> as KeyInit>::new_from_slice(key) else {
        return 0;
    };
    mac.update(&counter.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = digest.last().map_or(0, |last| usize::from(last & 0x0f));
    let four = digest.get(at..at + 4).and_then(|four| <[u8; 4]>::try_from(four).ok());
    u32::from_be_bytes(four.unwrap_or_default()) & 0x7fff_ffff
}

/// `otpauth://totp/LABEL?secret=…&digits=…&period=…&algorithm=…`
fn address(text: &str, mut spec: TotpSpec) -> Result<(&str, TotpSpec), TotpProblem> {
    let is_totp = text
        .get(..15)
        .is_some_and(|begin| begin.eq_ignore_ascii_case("otpauth://totp/"));
    let (_, query) = text.split_once('?').filter(|_| is_totp).ok_or(TotpProblem::Address)?;
    let mut secret = None;
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match name.to_ascii_lowercase().as_str() {
            "secret" => secret = Some(value),
            "digits" => spec.digits = number(value, 6..=8).ok_or(TotpProblem::Parameter("digits"))?,
            "period" => spec.period = number(value, 15..=300).ok_or(TotpProblem::Parameter("period"))?,
            "algorithm" => {
                spec.algorithm = match value.to_ascii_uppercase().as_str() {
                    "SHA1" => TotpAlgorithm::Sha1,
                    "SHA256" => TotpAlgorithm::Sha256,
                    "SHA512" => TotpAlgorithm::Sha512,
                    _ => return Err(TotpProblem::Parameter("algorithm")),
                }
            }
            _ => {}
        }
    }
    Ok((secret.ok_or(TotpProblem::Address)?, spec))
}

fn number(text: &str, bounds: std::ops::RangeInclusive<u32>) -> Option<u32> {
    text.parse().ok().filter(|number| bounds.contains(number))
}

/// RFC 4648 base32, with what people put between: spaces, dashes, small letters, `=` (also as `%3D`) at the end.
fn base32(text: &str) -> Result<Zeroizing<Vec<u8>>, TotpProblem> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let (mut held, mut bits) = (0_u32, 0_u32);
    let end = text.find(['=', '%']).unwrap_or(text.len());
    for letter in text.get(..end).unwrap_or_default().chars() {
        let five = match letter.to_ascii_uppercase() {
            letter @ 'A'..='Z' => u32::from(letter) - u32::from('A'),
            digit @ '2'..='7' => u32::from(digit) - u32::from('2') + 26,
            ' ' | '-' => continue,
            _ => return Err(TotpProblem::NotBase32),
        };
        held = (held << 5) | five;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.extend(u8::try_from((held >> bits) & 0xff));
            held &= (1 << bits) - 1;
        }
    }
    let padding = text
        .get(end..)
        .unwrap_or_default()
        .to_ascii_uppercase()
        .replace("%3D", "=");
    match padding.chars().all(|c| c == '=') {
        true => Ok(bytes),
        false => Err(TotpProblem::NotBase32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str, spec: TotpSpec) -> Result<TotpKey, TotpProblem> {
        TotpKey::read(&Password::from_string(text.to_owned()).unwrap(), spec)
    }

    fn code(text: &str, spec: TotpSpec, at: u64) -> String {
        key(text, spec).unwrap().code(at).unwrap().expose().to_owned()
    }

    /// RFC 6238, appendix B. Its keys are the ASCII digits 1 to 0, repeated to the length of each hash.
    #[test]
    fn the_vectors_of_rfc_6238() {
        let keys = [
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA",
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNA",
        ];
        let hashes = [TotpAlgorithm::Sha1, TotpAlgorithm::Sha256, TotpAlgorithm::Sha512];
        for (at, codes) in [
            (59, ["94287082", "46119246", "90693936"]),
            (1_111_111_109, ["07081804", "68084774", "25091201"]),
            (1_111_111_111, ["14050471", "67062674", "99943326"]),
            (1_234_567_890, ["89005924", "91819424", "93441116"]),
            (2_000_000_000, ["69279037", "90698825", "38618901"]),
            (20_000_000_000, ["65353130", "77737706", "47863826"]),
        ] {
            for ((secret, algorithm), wanted) in keys.into_iter().zip(hashes).zip(codes) {
                let spec = TotpSpec {
                    digits: 8,
                    period: 30,
                    algorithm,
                };
                assert_eq!(code(secret, spec, at), wanted, "{algorithm:?} at {at}");
            }
        }
    }

    #[test]
    fn keys_are_read_as_services_show_them() {
        let spec = TotpSpec::default();
        let wanted = code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", spec, 59);
        assert_eq!(wanted, "287082");
        for text in [
            " gezd gnbv gy3t qojq gezd gnbv gy3t qojq ",
            "GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T-QOJQ====",
            "otpauth://totp/Example:anna?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example",
            "OTPAUTH://TOTP/x?issuer=y&SECRET=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ%3D%3D",
        ] {
            assert_eq!(code(text, spec, 59), wanted, "{text}");
        }
        // What the address says counts before what the template says.
        let own = "otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=8&period=60&algorithm=sha1";
        assert_eq!(code(own, spec, 119), "94287082");
        let slow = TotpSpec { period: 60, ..spec };
        assert_eq!(code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", slow, 119), "287082");
    }

    #[test]
    fn what_is_no_key_is_said_and_not_shown() {
        for (text, says) in [
            ("GEZDGNBVGY3TQOJ1GEZDGNBVGY3TQOJQ", "A to Z and 2 to 7"),
            ("123456", "A to Z and 2 to 7"),
            ("GEZDGNBVGY3TQOJQ=x", "A to Z and 2 to 7"),
            ("GEZDGNBV", "5 bytes"),
            ("", "0 bytes"),
            ("otpauth://hotp/x?secret=GEZDGNBVGY3TQOJQ&counter=1", "otpauth://totp/"),
            ("otpauth://totp/x", "otpauth://totp/"),
            ("otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ&digits=10", "`digits`"),
            ("otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ&period=0", "`period`"),
            ("otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ&algorithm=MD5", "`algorithm`"),
        ] {
            let refused = key(text, TotpSpec::default()).err().unwrap().to_string();
            assert!(refused.contains(says), "{text}: {refused}");
            assert!(!refused.contains("GEZDG"), "the message shows the key");
        }
        assert!(key(&"A".repeat(4000), TotpSpec::default()).is_err());
    }
}
