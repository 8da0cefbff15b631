//! Tells Tauri which commands there are, so that each needs a permission.

include!("src/requests.rs");

macro_rules! names {
    (tell { $($tell:ident)* } show { $($show:ident)* }) => {
        &[$(stringify!($tell),)* $(stringify!($show),)* "agent_start", "open_page", "page_argument", "close_page", "hold_page", "page_ready",
            "choose_path", "import_open", "import_preview", "import_store", "import_delete", "import_close"]
    };
}

const COMMANDS: &[&str] = requests!(names);

fn main() {
    println!("cargo::rerun-if-changed=src/requests.rs");
    println!("cargo::rerun-if-changed=../ui/dist");
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)) {
        println!("cargo::error={error:#}");
    }
}
