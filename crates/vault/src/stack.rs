//! Hash and cipher states pass through the stack by value, and a move leaves its source behind. Work that touches keys runs here, and
//! the stack it used is overwritten afterwards.

/// More than the deepest call below [`scrubbed`] uses in a debug build.
const DEPTH: usize = 24 * 1024;

/// Does `work`, then overwrites the stack below this call.
pub(crate) fn scrubbed<R>(work: impl FnOnce() -> R) -> R {
    let result = run(work);
    overwrite();
    result
}

#[inline(never)]
fn run<R>(work: impl FnOnce() -> R) -> R {
    work()
}

#[inline(never)]
fn overwrite() {
    let mut area = [0_u8; DEPTH];
    std::hint::black_box(&mut area);
}
