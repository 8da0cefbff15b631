//! The system packages the laboratory needs: the one list.

use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::geteuid;

use crate::error::{Error, Result};
use crate::workspace::step;

/// Debian's names, and what each is for.
const PACKAGES: [(&str, &str); 68] = [
    ("389-ds-base", "389 Directory Server"),
    ("argon2", "the rival of our password hash"),
    ("at-spi2-core", "the accessibility bus"),
    ("dbus", "the session bus"),
    ("dbus-x11", "session bus start-up on X11"),
    ("faketime", "a wrong clock"),
    ("filezilla", "a wxGTK application to log on to"),
    ("fonts-dejavu-core", "text in the pictures"),
    ("g++", "password exits that the tests compile"),
    ("gcr", "the window of that prompt"),
    ("gdb", "a debugger that our programs refuse"),
    ("gir1.2-gtk-3.0", "GTK 3 for programs in Python"),
    ("gnome-keyring", "the Secret Service of tests"),
    ("gnupg", "its asker"),
    ("iproute2", "a network of its own for Samba"),
    ("keepassxc", "the rival in measurements"),
    ("krb5-admin-server", "making the KDC's accounts"),
    ("krb5-kdc", "the counterpart of kinit"),
    ("krb5-user", "Kerberos tickets in tests"),
    ("ldap-utils", "looking at directories"),
    ("libatk-adaptor", "the controls of GTK 2"),
    ("libgail-common", "the same"),
    ("libcap2-bin", "a program's capability"),
    ("libglib2.0-bin", "gdbus, which asks the Secret Service in tests"),
    ("libnss3-tools", "its database of certificates"),
    ("libsasl2-modules-gssapi-mit", "Kerberos binds of OpenLDAP's tools"),
    ("lxqt-openssh-askpass", "a Qt 5 application to log on to"),
    ("openbox", "the window manager"),
    ("openssh-client", "ssh"),
    ("openssh-server", "the counterpart of ssh"),
    ("openssl", "what fills that database"),
    ("pinentry-fltk", "an FLTK password prompt"),
    ("pinentry-gnome3", "a GTK 3 password prompt"),
    ("pinentry-gtk2", "a GTK 2 password prompt"),
    ("pinentry-qt", "a Qt password prompt"),
    ("pwgen", "the rival of our passwords"),
    ("python3-cryptography", "the second reader of the store"),
    ("python3-dbusmock", "a logind that tests can speak for"),
    ("python3-gi", "windows of programs in Python"),
    ("python3-samba", "provisioning Samba"),
    ("qpdf", "encrypting documents"),
    ("qpdfview", "a Qt 5 application with a password"),
    ("samba-ad-dc", "Active Directory without Windows"),
    ("samba-ad-provision", "what its first domain is made of"),
    ("samba-dsdb-modules", "its database"),
    ("samba-vfs-modules", "its file attributes"),
    ("slapd", "OpenLDAP's directory server"),
    ("ssh-askpass", "an Xt application to log on to"),
    ("ssh-askpass-fullscreen", "a GTK 2 application to log on to"),
    ("ssh-askpass-gnome", "a GTK 3 application to log on to"),
    ("tigervnc-standalone-server", "the counterpart of the VNC viewer"),
    ("tigervnc-tools", "its password file"),
    ("tigervnc-viewer", "an FLTK application to log on to"),
    ("tmux", "a terminal within a terminal"),
    ("unzip", "a program that asks in a terminal"),
    ("vsftpd", "the counterpart of FileZilla"),
    ("winbind", "its accounts"),
    ("x11-utils", "looking at windows"),
    ("x11-xkb-utils", "keyboard layouts"),
    ("x11-xserver-utils", "keyboard state"),
    ("xauth", "access to a display"),
    ("xclip", "a program that pastes"),
    ("xdotool", "a person's hands in tests"),
    ("xpdf", "a Motif application with a password"),
    ("xterm", "a terminal to log on to"),
    ("xvfb", "the X server without a screen"),
    ("zenity", "GTK 3 forms"),
    ("zip", "the counterpart of unzip"),
];

/// What only `lab` and `test --all` need: applications that bring much with them.
const BIG: [(&str, &str); 8] = [
    ("chromium", "a browser that a page asks for a password"),
    ("default-jre", "Java's Swing"),
    ("ksshaskpass", "a KDE application to log on to"),
    (
        "libhsqldb-java",
        "a Swing application to log on to, and its counterpart",
    ),
    ("postgresql", "psql and its counterpart"),
    ("qtcreator", "a Qt 6 application to log on to"),
    ("secrets", "a GTK 4 application with a password"),
    ("xfce4-panel", "a real panel with a place for icons"),
];

/// What only `bench fill` needs: toolkits for its forms.
const FORMS: [(&str, &str); 4] = [
    ("chromium", "a page of a browser"),
    ("gir1.2-gtk-4.0", "a form of GTK 4"),
    ("python3-pyqt5", "a form of Qt 5"),
    ("python3-wxgtk4.0", "a form of wxWidgets"),
];

/// What building and driving the windows needs.
const WINDOWS: [(&str, &str); 2] = [
    ("libwebkit2gtk-4.1-dev", "building the windows"),
    ("webkit2gtk-driver", "tests that use them as a person does"),
];

/// What trying a package out needs.
const TRIAL: (&str, &str) = ("debootstrap", "a new Debian");

/// What making a package needs.
const PACKAGING: [(&str, &str); 5] = [
    ("appstream", "checking what software centres are told"),
    ("binutils", "programs without symbols"),
    ("desktop-file-utils", "checking launchers"),
    ("dpkg-dev", "the libraries that programs need"),
    ("lintian", "checking packages"),
];

/// What a build with Kerberos binds needs beside them.
const KERBEROS: [(&str, &str); 2] = [
    ("libclang-dev", "reading C headers for the Kerberos library"),
    ("libkrb5-dev", "those headers"),
];

/// Packages whose installation also starts a service of the machine, which nobody asked for.
const SERVICES: [(&str, &[&str]); 9] = [
    ("389-ds-base", &["dirsrv.target", "dirsrv-snmp.service"]),
    ("krb5-admin-server", &["krb5-admin-server.service"]),
    ("krb5-kdc", &["krb5-kdc.service"]),
    ("openssh-server", &["ssh.service", "ssh.socket"]),
    ("postgresql", &["postgresql.service"]),
    ("samba-ad-dc", &["samba-ad-dc.service", "smbd.service", "nmbd.service"]),
    ("slapd", &["slapd.service"]),
    ("vsftpd", &["vsftpd.service"]),
    ("winbind", &["winbind.service"]),
];

/// Installs what is missing on Debian and Ubuntu; elsewhere says what to install.
pub fn ensure() -> Result<()> {
    ensure_all(&PACKAGES)
}

/// The same for the applications that bring much with them.
pub fn ensure_big() -> Result<()> {
    ensure()?;
    ensure_all(&BIG)
}

/// The same for the forms of `bench fill`.
pub fn ensure_forms() -> Result<()> {
    ensure()?;
    ensure_all(&FORMS)
}

/// The same for the windows.
pub fn ensure_windows() -> Result<()> {
    ensure_all(&WINDOWS)
}

/// The same for making a package.
pub fn ensure_packaging() -> Result<()> {
    ensure_all(&PACKAGING)
}

/// The same for trying a package out.
pub fn ensure_trial() -> Result<()> {
    ensure_all(&[TRIAL])
}

/// The same for a build with Kerberos binds.
pub fn ensure_kerberos() -> Result<()> {
    ensure_all(&KERBEROS)
}

fn ensure_all(packages: &[(&str, &str)]) -> Result<()> {
    if !Path::new("/usr/bin/dpkg-query").exists() || !Path::new("/usr/bin/apt-get").exists() {
        return elsewhere();
    }
    let missing: Vec<_> = packages.iter().filter(|(name, _)| !is_installed(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("── system packages to install:");
    for (name, purpose) in &missing {
        println!("   {name}: {purpose}");
    }
    let names: Vec<_> = missing.iter().map(|(name, _)| *name).collect();
    step("apt-get update", privileged("apt-get")?.args(["update", "--quiet=2"]))?;
    let mut install = privileged("apt-get")?;
    install
        .args(["install", "--yes", "--quiet=2", "--no-install-recommends"])
        .args(&names);
    step("apt-get install", &mut install)?;
    switch_off(&names)
}

/// The servers run in the laboratory only: the machine's own services of the same packages stay off.
fn switch_off(installed: &[&str]) -> Result<()> {
    if !Path::new("/run/systemd/system").exists() {
        return Ok(());
    }
    for (_, units) in SERVICES.iter().filter(|(package, _)| installed.contains(package)) {
        for unit in *units {
            let mut command = privileged("systemctl")?;
            let _absent_unit_is_fine = command.args(["disable", "--now", "--quiet", unit]).status();
            println!("   {unit}, which came with its package, is switched off again");
        }
    }
    Ok(())
}

fn is_installed(package: &str) -> bool {
    let mut query = Command::new("dpkg-query");
    query
        .args(["--show", "--showformat=${db:Status-Status}", package])
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    query.output().is_ok_and(|answer| answer.stdout == b"installed")
}

fn elsewhere() -> Result<()> {
    // One program each of the packages without which nothing works.
    let programs = [
        ("Xvfb", "xvfb"),
        ("openbox", "openbox"),
        ("c++", "g++"),
        ("dbus-daemon", "dbus"),
        ("faketime", "faketime"),
        ("filezilla", "filezilla"),
        ("lxqt-openssh-askpass", "lxqt-openssh-askpass"),
        ("ldapmodify", "ldap-utils"),
        ("samba", "samba-ad-dc"),
        ("slapd", "slapd"),
        ("sshd", "openssh-server"),
        ("vsftpd", "vsftpd"),
        ("xterm", "xterm"),
        ("xclip", "xclip"),
        ("xdotool", "xdotool"),
        ("zenity", "zenity"),
    ];
    let missing: Vec<_> = programs
        .iter()
        .filter(|(program, _)| !is_on_path(program))
        .map(|(_, package)| *package)
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Error::Packages(missing.join(" ")))
    }
}

fn is_on_path(program: &str) -> bool {
    let search = std::env::var("PATH").unwrap_or_default();
    search
        .split(':')
        .chain(["/usr/sbin", "/sbin"])
        .any(|folder| Path::new(folder).join(program).exists())
}

/// A command run as root, through sudo when we are not.
pub fn privileged(program: &str) -> Result<Command> {
    let mut command = if geteuid().is_root() {
        Command::new("env")
    } else if is_on_path("sudo") {
        let mut sudo = Command::new("sudo");
        sudo.arg("env");
        sudo
    } else {
        return Err(Error::NeedsRoot);
    };
    command.args(["DEBIAN_FRONTEND=noninteractive", program]);
    Ok(command)
}
