//! What is mounted, and is unmounted again whatever happens.

use std::fs;
use std::path::{Path, PathBuf};

use super::tool::{failed, run};
use crate::bench::BenchError;

/// No commit of the file system's own for five minutes, nothing allocated early on a close or rename, no work in the background: what
/// is not synced stays in the page cache.
const CUT: &str = "loop,commit=300,noauto_da_alloc,noinit_itable";

/// Something mounted.
pub struct Mount {
    point: PathBuf,
    mounted: bool,
}

impl Mount {
    /// Memory, of which so much may be used.
    pub fn memory(point: &Path, size: &str) -> Result<Self, BenchError> {
        let options = format!("size={size},mode=0700");
        run(
            "mount",
            &[
                "-t".as_ref(),
                "tmpfs".as_ref(),
                "-o".as_ref(),
                options.as_ref(),
                "countersign-powercut".as_ref(),
                point.as_ref(),
            ],
        )?;
        Ok(Self::mounted(point))
    }

    /// An ext4 image that is going to be cut, or was.
    pub fn image(image: &Path, point: &Path) -> Result<Self, BenchError> {
        fs::create_dir_all(point).map_err(failed("making a mount point"))?;
        run(
            "mount",
            &[
                "-t".as_ref(),
                "ext4".as_ref(),
                "-o".as_ref(),
                CUT.as_ref(),
                image.as_ref(),
                point.as_ref(),
            ],
        )?;
        Ok(Self::mounted(point))
    }

    fn mounted(point: &Path) -> Self {
        Self {
            point: point.to_owned(),
            mounted: true,
        }
    }

    /// Where.
    pub fn point(&self) -> &Path {
        &self.point
    }

    /// What the kernel counts of the device below: a change means that something was written.
    pub fn writes(&self) -> Result<Writes, BenchError> {
        let mounts = fs::read_to_string("/proc/self/mountinfo").map_err(failed("reading the mounts"))?;
        let number = mounts.lines().rev().find_map(|line| {
            let mut words = line.split(' ').skip(2);
            let number = words.next()?;
            (words.nth(1)? == self.point.to_str()?).then_some(number)
        });
        let path = format!("/sys/dev/block/{}/stat", number.unwrap_or("unknown"));
        let text = fs::read_to_string(path).map_err(failed("reading what a loop device has written"))?;
        let counts: Vec<u64> = text.split_whitespace().map_while(|word| word.parse().ok()).collect();
        let at = |place: usize| counts.get(place).copied().unwrap_or_default();
        Ok(Writes {
            done: at(4),
            under_way: at(8),
            discarded: at(11),
            flushed: at(15),
        })
    }

    /// Unmounts it. The error of a failed one ends the benchmark: an image that is still mounted is still written.
    pub fn unmount(mut self) -> Result<(), BenchError> {
        run("umount", &[self.point.as_ref()])?;
        self.mounted = false;
        Ok(())
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        if self.mounted {
            let _the_namespace_ends_it_at_the_latest = run("umount", &["--lazy".as_ref(), self.point.as_ref()]);
        }
    }
}

/// What a device has written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Writes {
    done: u64,
    under_way: u64,
    discarded: u64,
    flushed: u64,
}

impl Writes {
    /// Whether nothing is on its way to the device.
    pub fn is_quiet(self) -> bool {
        self.under_way == 0
    }
}
