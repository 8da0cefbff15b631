//! Real applications, each logged on to by the real agent through the template that Countersign comes with, and let in by its real
//! counterpart.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops where something is not as it should be"
)]

use countersign_tests::Session;
use countersign_tests::agent::{Agent, Package};
use countersign_tests::applications::{TRIALS, Trial, Weight};

fn log_on_to(application: &str) {
    let trial: &Trial = TRIALS.iter().find(|trial| trial.application == application).unwrap();
    let session = Session::start().unwrap();
    let package = Package::shipped(&session).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let logged_on = trial.log_on(&session, &agent).unwrap_or_else(|error| panic!("{error}"));
    assert!(logged_on.is_good(), "{application}: {logged_on:?}\n{}", agent.said());
}

macro_rules! logons {
    ($($(#[$ignored:meta])? $name:ident: $application:literal,)*) => {
        $(#[test]
        $(#[$ignored])?
        fn $name() {
            log_on_to($application);
        })*

        /// No application without its test, and big ones are not in everybody's way.
        #[test]
        fn every_application_has_its_test() {
            let tests = [$(($application, stringify!($($ignored)?).is_empty()),)*];
            let trials = TRIALS.map(|trial| (trial.application, trial.weight == Weight::Quick));
            assert_eq!(tests, trials);
        }
    };
}

logons! {
    gnome_ssh_askpass: "gnome-ssh-askpass",
    pinentry_gnome3: "pinentry-gnome3",
    #[ignore = "big packages; runs under `test --all`"]
    secrets: "Secrets",
    lxqt_openssh_askpass: "lxqt-openssh-askpass",
    #[ignore = "big packages; runs under `test --all`"]
    ksshaskpass: "ksshaskpass",
    qpdfview: "qpdfview",
    pinentry_qt: "pinentry-qt",
    keepassxc: "KeePassXC",
    #[ignore = "big packages; runs under `test --all`"]
    qt_creator_askpass: "qtc-askpass (Qt Creator)",
    filezilla: "FileZilla",
    tigervnc_viewer: "TigerVNC viewer",
    pinentry_fltk: "pinentry-fltk",
    x11_ssh_askpass: "x11-ssh-askpass",
    xpdf: "Xpdf",
    pinentry_gtk2: "pinentry-gtk2",
    ssh_askpass_fullscreen: "ssh-askpass-fullscreen",
    ssh_in_xterm: "ssh in xterm",
    kinit_in_xterm: "kinit in xterm",
    #[ignore = "big packages; runs under `test --all`"]
    psql_in_xterm: "psql in xterm",
    unzip_in_xterm: "unzip in xterm",
    #[ignore = "big packages; runs under `test --all`"]
    chromium: "Chromium",
    #[ignore = "big packages; runs under `test --all`"]
    hypersql: "HyperSQL Database Manager",
}
