//! The system packages the laboratory needs: the one list.

use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::geteuid;

use crate::error::{Error, Result};
use crate::workspace::step;

/// Debian's names, and what each is for.
const PACKAGES: [(&str, &str); 41] = [
    ("389-ds-base", "389 Directory Server"),
    ("argon2", "the rival of our password hash"),
    ("at-spi2-core", "the accessibility bus"),
    ("dbus", "the session bus"),
    ("dbus-x11", "session bus start-up on X11"),
    ("faketime", "a wrong clock"),
    ("filezilla", "a wxGTK application to log on to"),
    ("fonts-dejavu-core", "text in the pictures"),
    ("gdb", "a debugger that our programs refuse"),
    ("gnome-keyring", "the Secret Service of tests"),
    ("iproute2", "a network of its own for Samba"),
    ("keepassxc", "the rival in measurements"),
    ("krb5-user", "Kerberos tickets in tests"),
    ("ldap-utils", "looking at directories"),
    ("libglib2.0-bin", "gdbus, which asks the Secret Service in tests"),
    ("libnss3-tools", "its database of certificates"),
    ("libsasl2-modules-gssapi-mit", "Kerberos binds of OpenLDAP's tools"),
    ("lxqt-openssh-askpass", "a Qt 5 application to log on to"),
    ("openbox", "the window manager"),
    ("openssh-client", "ssh"),
    ("openssh-server", "the counterpart of ssh"),
    ("openssl", "what fills that database"),
    ("pinentry-qt", "a Qt password prompt"),
    ("python3-cryptography", "the second reader of the store"),
    ("python3-dbusmock", "a logind that tests can speak for"),
    ("python3-samba", "provisioning Samba"),
    ("samba-ad-dc", "Active Directory without Windows"),
    ("samba-ad-provision", "what its first domain is made of"),
    ("samba-dsdb-modules", "its database"),
    ("samba-vfs-modules", "its file attributes"),
    ("slapd", "OpenLDAP's directory server"),
    ("vsftpd", "the counterpart of FileZilla"),
    ("winbind", "its accounts"),
    ("x11-utils", "looking at windows"),
    ("x11-xkb-utils", "keyboard layouts"),
    ("x11-xserver-utils", "keyboard state"),
    ("xauth", "access to a display"),
    ("xdotool", "a person's hands in tests"),
    ("xterm", "a terminal to log on to"),
    ("xvfb", "the X server without a screen"),
    ("zenity", "GTK 3 forms"),
];

/// Packages whose installation also starts a service of the machine, which nobody asked for.
const SERVICES: [(&str, &[&str]); 6] = [
    ("389-ds-base", &["dirsrv.target", "dirsrv-snmp.service"]),
    ("openssh-server", &["ssh.service", "ssh.socket"]),
    ("samba-ad-dc", &["samba-ad-dc.service", "smbd.service", "nmbd.service"]),
    ("slapd", &["slapd.service"]),
    ("vsftpd", &["vsftpd.service"]),
    ("winbind", &["winbind.service"]),
];

/// Installs what is missing on Debian and Ubuntu; elsewhere says what to install.
pub fn ensure() -> Result<()> {
    if !Path::new("/usr/bin/dpkg-query").exists() || !Path::new("/usr/bin/apt-get").exists() {
        return elsewhere();
    }
    let missing: Vec<_> = PACKAGES.iter().filter(|(name, _)| !is_installed(name)).collect();
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
