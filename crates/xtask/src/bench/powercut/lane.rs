//! One cut after the other, in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::image;
use super::mount::Mount;
use super::plan::{BASES, Begin, Cut, Plan};
use super::shutdown::Switch;
use super::tool::failed;
use crate::bench::cut::{Acknowledged, Finding, Script, Writer, check_in_child};
use crate::bench::engines::Which;
use crate::bench::{BenchError, clock};

/// What came of a cut.
pub struct Outcome {
    /// The cut.
    pub plan: Plan,
    /// How many commits were certainly acknowledged before the cut, beyond what the store began with.
    pub acknowledged: u64,
    /// What was in the image.
    pub finding: Finding,
    /// How often the image had to be copied until nothing was written meanwhile.
    pub copies: u32,
    /// Whether our store had been compacted.
    pub compacted: bool,
}

/// The images that cuts begin with.
pub struct Bases {
    folder: PathBuf,
}

impl Bases {
    /// Makes them for these contestants.
    pub fn make(folder: &Path, contestants: &[Which]) -> Result<Self, BenchError> {
        let bases = Self {
            folder: folder.to_owned(),
        };
        let blank = bases.blank();
        image::make(&blank)?;
        for which in contestants {
            for (number, (seed, steps)) in BASES.into_iter().enumerate() {
                let path = bases.base(*which, number);
                image::copy(&blank, &path)?;
                let mount = Mount::image(&path, &folder.join("base"))?;
                let script = Script::seeded(seed);
                Writer::start(*which, mount.point(), script, 0, Some(steps), Duration::ZERO)?.finish()?;
                mount.unmount()?;
            }
        }
        Ok(bases)
    }

    fn blank(&self) -> PathBuf {
        self.folder.join("blank.img")
    }

    fn base(&self, which: Which, number: usize) -> PathBuf {
        self.folder.join(format!("{which:?}.{number}.img"))
    }
}

/// A place for cuts.
pub struct Lane<'a> {
    bases: &'a Bases,
    folder: PathBuf,
    switch: Switch,
}

impl<'a> Lane<'a> {
    /// A place in `folder`, which it makes.
    pub fn new(bases: &'a Bases, folder: PathBuf) -> Result<Self, BenchError> {
        fs::create_dir_all(&folder).map_err(failed("making a folder"))?;
        Ok(Self {
            bases,
            folder,
            switch: Switch::start()?,
        })
    }

    /// Writes, cuts, copies, and looks at the copy.
    pub fn cut(&mut self, plan: Plan) -> Result<Outcome, BenchError> {
        let (live, left) = (self.folder.join("live.img"), self.folder.join("left.img"));
        let from = match plan.begin {
            Begin::Young => self.bases.blank(),
            Begin::Base(number) => self.bases.base(plan.which, number),
        };
        image::copy(&from, &live)?;
        let mount = Mount::image(&live, &self.folder.join("live"))?;
        let writer = Writer::start(plan.which, mount.point(), plan.script, plan.first, None, plan.rest)?;
        clock::rest(plan.after);
        let certain = match plan.cut {
            Cut::Stop => {
                // What is said from here on is said by a machine without power: after the stop, ext4's fsync may even call durable what
                // its aborted journal never wrote.
                let before = writer.acknowledged();
                self.switch.cut(mount.point())?;
                Some(before)
            }
            Cut::Kill => None,
        };
        let possible = writer.kill()?;
        let acknowledged = Acknowledged {
            certain: certain.unwrap_or(possible).unwrap_or(plan.first),
            possible: possible.unwrap_or(plan.first),
        };
        let copies = image::copy_mounted(&live, &mount, &left)?;
        mount.unmount()?;

        let mount = Mount::image(&left, &self.folder.join("left"))?;
        let compacted = is_compacted(&mount.point().join("store"));
        let finding = check_in_child(plan.which, mount.point(), plan.script, acknowledged)?;
        mount.unmount()?;
        Ok(Outcome {
            plan,
            acknowledged: acknowledged.certain - plan.first,
            finding,
            copies,
            compacted,
        })
    }
}

/// Whether there is a snapshot in a folder of ours.
pub fn is_compacted(store: &Path) -> bool {
    let entries = fs::read_dir(store).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name())
        .any(|name| name.to_string_lossy().starts_with("snapshot."))
}
