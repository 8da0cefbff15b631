//! Hands the target triple to the program: cargo's runner variable carries it in its name.

fn main() {
    println!(
        "cargo::rustc-env=XTASK_TARGET={}",
        std::env::var("TARGET").unwrap_or_default()
    );
    println!("cargo::rerun-if-changed=build.rs");
}
