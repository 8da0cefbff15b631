use super::{circumstances, old, usable};
use crate::arguments::{PasswordKind, PolicyGenerate};
use crate::failure::Failure;
use crate::screen::{Screen, put_words};
use countersign_rules::policy::{Dice, Generator, Judge, Kind, NoRandomness, NotMade};

pub(super) fn run(wanted: &PolicyGenerate, screen: &mut Screen) -> Result<u8, Failure> {
    let (parsed, lists) = usable(&wanted.file)?;
    let old = old(&wanted.of)?;
    let kind = match wanted.kind {
        PasswordKind::Random => Kind::Random,
        PasswordKind::Pronounceable => Kind::Pronounceable,
        PasswordKind::Diceware => Kind::Diceware,
    };
    let judge = Judge::new(&parsed.policy, &lists, circumstances(&wanted.of, old.as_ref()));
    let generator = Generator::new(&parsed.policy, kind).map_err(not_made)?;
    let mut dice = Dice::new(|into: &mut [u8]| getrandom::fill(into).map_err(|error| NoRandomness(error.to_string())));
    for _ in 0..wanted.count {
        put_words(&generator.draw(&judge, &mut dice).map_err(not_made)?)?;
    }
    screen.note(format_args!("each one of 2^{:.0}", generator.bits().floor()));
    Ok(0)
}

fn not_made(why: NotMade) -> Failure {
    let next = match &why {
        NotMade::Impossible => "`countersign policy lint` says which rules contradict each other",
        NotMade::NotOfThisKind(_) => {
            "allow longer passwords, or the characters that its words and signs are made of; or make random ones"
        }
        NotMade::Refused { .. } => "ask for less by this rule, or make passwords of another kind",
        NotMade::Random(_) | NotMade::Memory(_) => "try it again",
    };
    Failure::Policy {
        message: why.to_string(),
        next: next.to_owned(),
    }
}
