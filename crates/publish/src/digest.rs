//! Which plan it is, so that what is published is what was looked at.

use crate::PublishError;
use crate::plan::Plan;
use crate::release::Release;
use countersign_trust::{Digest, digest_of};
use std::fmt;
use std::str::FromStr;

const RELEASE_LABEL: &[u8] = b"countersign/v1/plan-release\0";
const STANDING_LABEL: &[u8] = b"countersign/v1/plan-standing\0";

/// Plans of the same digest show the same. As text it is two SHA-256 in hexadecimal digits, `RELEASE-STANDING`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanDigest {
    /// Over the unit and the catalogue that is to be published, which names everything that comes with it.
    release: Digest,
    /// Over what that takes the place of: the catalogue in force and all objects that are there; and over the group that is to read it.
    standing: Digest,
}

/// A text that is no digest of a plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no digest of a plan; take the one that `countersign publish plan` shows")]
pub struct NoPlanDigest(String);

impl PlanDigest {
    /// The digest of a plan for a release that this group is to read.
    #[must_use]
    pub fn of(plan: &Plan, release: &Release, group: &str) -> Self {
        let unit = plan.unit.as_str().as_bytes();
        let (number, catalogue) = plan.replaces.unzip();
        let number = number.map(u64::to_be_bytes);
        let mut standing = vec![
            unit,
            group.as_bytes(),
            number.as_ref().map_or(&[], <[u8; 8]>::as_slice),
            catalogue.as_ref().map_or(&[], Digest::as_slice),
        ];
        for (name, digest) in &plan.there {
            standing.extend([name.kind.word().as_bytes(), name.id.as_bytes(), digest]);
        }
        Self {
            release: digest_of_parts(RELEASE_LABEL, &[unit, &release.bytes]),
            standing: digest_of_parts(STANDING_LABEL, &standing),
        }
    }

    /// Whether this plan, made just now, is the one that was looked at.
    ///
    /// # Errors
    /// [`PublishError::NotAsSeen`] says what is another one now.
    pub fn is_as_seen(&self, seen: &Self, plan: &Plan) -> Result<(), PublishError> {
        if self.release != seen.release {
            let number = plan.number;
            let other = format!("the folder holds another catalogue than the one that was looked at: number {number}");
            return Err(PublishError::NotAsSeen(other));
        }
        if self.standing != seen.standing {
            let there = match plan.replaces {
                Some((number, _)) => format!("catalogue {number} is there now"),
                None => "no catalogue is there now".to_owned(),
            };
            let other = format!(
                "what is in {}, or who is to read it, is not what was looked at: {there}",
                plan.unit
            );
            return Err(PublishError::NotAsSeen(other));
        }
        Ok(())
    }
}

/// Each part with its length before it, so that no two lists of parts are the same bytes.
fn digest_of_parts(label: &[u8], parts: &[&[u8]]) -> Digest {
    let mut all = label.to_vec();
    for part in parts {
        all.extend((part.len() as u64).to_be_bytes());
        all.extend_from_slice(part);
    }
    digest_of(&all)
}

impl fmt::Display for PlanDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex =
            |f: &mut fmt::Formatter<'_>, digest: &Digest| digest.iter().try_for_each(|byte| write!(f, "{byte:02x}"));
        hex(f, &self.release)?;
        f.write_str("-")?;
        hex(f, &self.standing)
    }
}

impl FromStr for PlanDigest {
    type Err = NoPlanDigest;

    fn from_str(text: &str) -> Result<Self, NoPlanDigest> {
        let halves = text.split_once('-');
        halves
            .and_then(|(release, standing)| {
                Some(Self {
                    release: from_hex(release)?,
                    standing: from_hex(standing)?,
                })
            })
            .ok_or_else(|| NoPlanDigest(text.chars().take(160).collect()))
    }
}

fn from_hex(text: &str) -> Option<Digest> {
    let mut digest = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, at) in digest.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(digest)
}
