//! The environment this program may run in.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// By these, whoever starts this program could look into its pages and drive them.
#[cfg(not(feature = "e2e"))]
const DRIVEN_BY: [&str; 3] = [
    "TAURI_WEBVIEW_AUTOMATION",
    "WEBKIT_INSPECTOR_HTTP_SERVER",
    "WEBKIT_INSPECTOR_SERVER",
];
#[cfg(feature = "e2e")]
const DRIVEN_BY: [&str; 0] = [];

/// What GLib, WebKit and the C library are told, so that what is freed does not keep what was in it: the allocators of GLib's slices and
/// of WebKit are left out, and `free` overwrites (`mallopt(3)`, `M_PERTURB`). Without WebKit's own allocator its heaps are not apart from
/// each other; these pages show nothing from elsewhere.
const FORGETFUL: [(&str, &str); 3] = [
    ("G_SLICE", "always-malloc"),
    ("Malloc", "1"),
    ("MALLOC_PERTURB_", "165"),
];

/// The environment could not be settled.
#[derive(Debug, thiserror::Error)]
#[error("cannot start again with a safe environment: {0}")]
pub(crate) struct EnvironmentError(std::io::Error);

/// Starts this program again, once, if its environment is not what it has to be.
pub(crate) fn settle() -> Result<(), EnvironmentError> {
    let mut wanted: Vec<(&str, &str)> = FORGETFUL.to_vec();
    // WebKit shows empty windows with NVIDIA's own driver otherwise (tauri-apps/tauri 9304).
    if Path::new("/proc/driver/nvidia").exists() && std::env::var_os("WEBKIT_DISABLE_DMABUF_RENDERER").is_none() {
        wanted.push(("WEBKIT_DISABLE_DMABUF_RENDERER", "1"));
    }
    let is_driven = DRIVEN_BY.iter().any(|name| std::env::var_os(name).is_some());
    let is_set = |(name, value): &(&str, &str)| std::env::var_os(name).as_deref() == Some(OsStr::new(value));
    if !is_driven && wanted.iter().all(is_set) {
        return Ok(());
    }
    let program = std::env::current_exe().map_err(EnvironmentError)?;
    let mut command = Command::new(program);
    command.args(std::env::args_os().skip(1)).envs(wanted);
    for name in DRIVEN_BY {
        command.env_remove(name);
    }
    Err(EnvironmentError(command.exec()))
}
