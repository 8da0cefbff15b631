//! The whole memory of a process, as root copies it: what a protected process keeps even from its own user.
//!
//! Root reads `/proc/PID/mem` himself. Inside the laboratory's namespace nobody is root but its keeper, who copies the memory of the
//! ordinary user's processes in that namespace and of no others.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use crate::account::lab_folder;
use crate::{LabError, Result};

/// In `/proc/PID/pagemap`: the page is in memory, or swapped out.
const THERE: u64 = 3 << 62;

/// Everything a process has in memory at one moment, unreadable and untouched pages left out.
#[derive(Debug)]
pub struct Memory(Vec<Run>);

/// Neighbouring pages of one mapping.
#[derive(Debug)]
pub struct Run {
    /// Where it begins.
    pub start: u64,
    /// Whether the system may write it to a swap file.
    pub residence: Residence,
    /// The file behind it, `[heap]`, `[stack]`, or nothing.
    pub mapping: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Whether pages stay in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Residence {
    /// Locked.
    Locked,
    /// They may be swapped out.
    Swappable,
}

impl Memory {
    /// Copies the memory of a process.
    ///
    /// # Errors
    /// When the caller is neither root nor inside the namespace, or the process is gone.
    pub fn of(process: u32) -> Result<Self> {
        let failed = |source| LabError::File {
            action: "copy the memory of",
            path: PathBuf::from(format!("/proc/{process}")),
            source,
        };
        if rustix::process::geteuid().is_root() {
            return Self::copied(process).map_err(failed);
        }
        let folder = lab_folder().ok_or(LabError::NoAccounts("looking into a protected process"))?;
        let asked = UnixStream::connect(folder.join("keeper/socket")).and_then(|mut keeper| {
            keeper.write_all(format!("pages {process}\n").as_bytes())?;
            Self::received(BufReader::new(keeper))
        });
        asked.map_err(failed)
    }

    /// Copies the memory of a process; for root.
    ///
    /// # Errors
    /// What the system says.
    pub fn copied(process: u32) -> io::Result<Self> {
        let page = u64::try_from(rustix::param::page_size()).map_err(io::Error::other)?;
        let open = |name: &str| File::open(format!("/proc/{process}/{name}"));
        let (memory, map) = (open("mem")?, open("pagemap")?);
        let mut runs = Vec::new();
        for mapping in mappings(BufReader::new(open("smaps")?))? {
            let mut run: Option<Run> = None;
            let entries = if mapping.is_touched {
                entries(&map, mapping.start / page..mapping.end / page)?
            } else {
                Vec::new()
            };
            for (start, entry) in (mapping.start..)
                .step_by(usize::try_from(page).map_err(io::Error::other)?)
                .zip(entries)
            {
                let mut bytes = Vec::new();
                // A page may go away while it is looked at; the kernel's own cannot be read at all.
                let there = entry & THERE != 0 && {
                    bytes = vec![0; usize::try_from(page).map_err(io::Error::other)?];
                    memory.read_exact_at(&mut bytes, start).is_ok()
                };
                match (&mut run, there) {
                    (Some(run), true) => run.bytes.append(&mut bytes),
                    (None, true) => {
                        run = Some(Run {
                            start,
                            residence: mapping.residence,
                            mapping: mapping.name.clone(),
                            bytes,
                        });
                    }
                    (_, false) => runs.extend(run.take()),
                }
            }
            runs.extend(run);
        }
        Ok(Self(runs))
    }

    /// The runs of pages, by address.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.0
    }

    /// How many bytes there are.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.iter().map(|run| run.bytes.len()).sum()
    }

    /// Writes it to one who asked for it.
    ///
    /// # Errors
    /// What the stream says.
    pub fn send(&self, to: &mut impl Write) -> io::Result<()> {
        for run in &self.0 {
            let residence = match run.residence {
                Residence::Locked => "locked",
                Residence::Swappable => "swappable",
            };
            writeln!(to, "{} {} {residence} {}", run.start, run.bytes.len(), run.mapping)?;
            to.write_all(&run.bytes)?;
        }
        writeln!(to, "end")
    }

    fn received(mut from: impl BufRead) -> io::Result<Self> {
        let mut runs = Vec::new();
        loop {
            let mut line = String::new();
            from.read_line(&mut line)?;
            if line == "end\n" {
                return Ok(Self(runs));
            }
            let mut words = line.trim_end_matches('\n').splitn(4, ' ');
            let mut number = || words.next().and_then(|word| word.parse().ok());
            let (Some(start), Some(length)) = (number(), number()) else {
                return Err(io::Error::other(line));
            };
            let residence = match words.next() {
                Some("locked") => Residence::Locked,
                _ => Residence::Swappable,
            };
            let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
            from.read_exact(&mut bytes)?;
            runs.push(Run {
                start,
                residence,
                mapping: words.next().unwrap_or_default().to_owned(),
                bytes,
            });
        }
    }
}

struct Mapping {
    start: u64,
    end: u64,
    residence: Residence,
    /// Whether any page of it is in memory or swapped out: programs reserve addresses by the gigabyte.
    is_touched: bool,
    name: String,
}

/// What the system says of each of these pages; nothing of those it does not tell of.
fn entries(map: &File, pages: Range<u64>) -> io::Result<Vec<u64>> {
    let mut bytes = vec![0; usize::try_from((pages.end - pages.start) * 8).map_err(io::Error::other)?];
    let mut read = 0;
    while let Some(rest) = bytes.get_mut(read..)
        && !rest.is_empty()
    {
        let place = pages.start * 8 + u64::try_from(read).map_err(io::Error::other)?;
        match map.read_at(rest, place) {
            Ok(0) | Err(_) => break,
            Ok(more) => read += more,
        }
    }
    let known = bytes.get(..read).unwrap_or_default();
    Ok(known.as_chunks().0.iter().copied().map(u64::from_le_bytes).collect())
}

/// The mappings in the words of `/proc/PID/smaps`.
fn mappings(smaps: impl BufRead) -> io::Result<Vec<Mapping>> {
    let mut found: Vec<Mapping> = Vec::new();
    for line in smaps.lines() {
        let line = line?;
        if let Some(flags) = line.strip_prefix("VmFlags:") {
            if let Some(last) = found.last_mut()
                && flags.split_whitespace().any(|flag| flag == "lo")
            {
                last.residence = Residence::Locked;
            }
            continue;
        }
        let amount = line.strip_prefix("Rss:").or_else(|| line.strip_prefix("Swap:"));
        if let Some(amount) = amount {
            if let Some(last) = found.last_mut()
                && amount.split_whitespace().next() != Some("0")
            {
                last.is_touched = true;
            }
            continue;
        }
        let number = |text: &str| u64::from_str_radix(text, 16).ok();
        let range = line.split_whitespace().next().and_then(|word| word.split_once('-'));
        let Some((Some(start), Some(end))) = range.map(|(start, end)| (number(start), number(end))) else {
            continue;
        };
        found.push(Mapping {
            start,
            end,
            residence: Residence::Swappable,
            is_touched: false,
            name: line.split_whitespace().skip(5).collect::<Vec<_>>().join(" "),
        });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_are_read_with_what_locks_them() {
        let smaps = "5581-5589 r--p 00000000 08:01 77                 /usr/bin/a b\nSize: 4 kB\nRss: 0 kB\nVmFlags: rd mr mw me\n\
                     7f00-7f10 rw-p 00000000 00:00 0 \nRss:  4 kB\nVmFlags: rd wr lo dd\n\
                     7f20-7f30 rw-p 00000000 00:00 0 \nRss:  0 kB\nSwap:  8 kB\nVmFlags: rd wr dd\n";
        let found = mappings(smaps.as_bytes()).unwrap();
        let told: Vec<_> = found
            .iter()
            .map(|one| (one.start, one.name.as_str(), one.residence, one.is_touched))
            .collect();
        assert_eq!(
            told,
            [
                (0x5581, "/usr/bin/a b", Residence::Swappable, false),
                (0x7f00, "", Residence::Locked, true),
                (0x7f20, "", Residence::Swappable, true)
            ]
        );
    }

    #[test]
    fn what_is_sent_is_what_is_received() {
        let run = |start, mapping: &str, bytes: &[u8]| Run {
            start,
            residence: Residence::Locked,
            mapping: mapping.to_owned(),
            bytes: bytes.to_vec(),
        };
        let memory = Memory(vec![run(4096, "", b"one\nend\n"), run(u64::MAX, "/a b (deleted)", b"")]);
        let mut sent = Vec::new();
        memory.send(&mut sent).unwrap();
        let back = Memory::received(sent.as_slice()).unwrap();
        assert_eq!(format!("{back:?}"), format!("{memory:?}"));
        assert!(Memory::received(&b"error it is not yours\n"[..]).is_err());
    }
}
