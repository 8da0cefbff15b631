use std::net::{IpAddr, Ipv4Addr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::Signal;

use super::provision::{file, provisioned};
use super::{HOST_NAME, REALM};
use crate::process::{output, signal};
use crate::servers::port::claim;
use crate::servers::tls::{Authority, Validity, write};
use crate::{Deadline, LabError, Process, Result};

const LDAPS: u16 = 636;
/// A bad machine is slow; a server that does not answer after this long will not.
const READY: u64 = 60;

/// The part of a domain controller that must be root: its processes and its network.
///
/// It is in a network namespace of its own, joined to the caller's by a pair of virtual interfaces with a small private network that no other
/// one on this machine has. So any process can reach it, and it can take the ports that its protocols prescribe. All of that goes with its
/// process, and its process with its standard input.
#[derive(Debug)]
pub struct Machine {
    // First, so that it ends before its folder goes.
    process: Option<Process>,
    folder: tempfile::TempDir,
    network: Network,
    starts: u32,
}

impl Machine {
    /// A new one, serving.
    pub fn start() -> Result<Self> {
        let ready = provisioned()?;
        let network = Network::claim()?;
        let folder = tempfile::Builder::new().prefix("countersign-samba.").tempdir();
        let folder = folder.map_err(file("make a folder in", Path::new("/tmp")))?;
        // Whoever the clients run as, they read the certificate; the rest is closed.
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.path(), open).map_err(file("open", folder.path()))?;
        let domain = folder.path().join("domain");
        let mut copy = Command::new("cp");
        output(
            copy.args(["-r", "--preserve=mode,xattr", "--"])
                .arg(&ready)
                .arg(&domain),
        )?;
        let closed = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(&domain, closed).map_err(file("close", &domain))?;
        let authority = Authority::new("Laboratory Root")?;
        write(&folder.path().join("ca.pem"), authority.certificate(), 0o644)?;
        let names = (vec![IpAddr::V4(network.server())], vec![HOST_NAME.to_owned()]);
        authority
            .server(&names, Validity::Now)?
            .write(folder.path(), "server")?;
        configure(folder.path(), &network)?;
        let mut machine = Self {
            process: None,
            folder,
            network,
            starts: 0,
        };
        machine.restart()?;
        Ok(machine)
    }

    /// Where it is reached.
    #[must_use]
    pub fn address(&self) -> Ipv4Addr {
        self.network.server()
    }

    /// The certificate to trust.
    #[must_use]
    pub fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Ends it as an administrator would.
    pub fn stop(&mut self) -> Result<()> {
        self.end(Signal::TERM)
    }

    /// Ends it in the midst of whatever it does.
    pub fn kill(&mut self) -> Result<()> {
        self.end(Signal::KILL)
    }

    fn end(&mut self, how: Signal) -> Result<()> {
        let Some(mut process) = self.process.take() else {
            return Ok(());
        };
        signal(process.id(), how);
        process.wait(Deadline::seconds(READY)).map(drop)
    }

    /// Starts it again.
    pub fn restart(&mut self) -> Result<()> {
        self.stop()?;
        self.starts += 1;
        let log = self.folder.path().join(format!("samba.{}.log", self.starts));
        let said = std::fs::File::create(&log).map_err(file("write", &log))?;
        let also = said.try_clone().map_err(file("write", &log))?;
        let inside = format!(
            "read -r go && ip link set lo up && ip address add {address}/30 dev {interface} && \
             ip link set {interface} up && exec samba -i -M single --debug-stdout -s \"$0\"",
            address = self.network.server(),
            interface = self.network.inner(),
        );
        let mut command = Command::new("unshare");
        command.args(["--net", "--", "sh", "-c", &inside]);
        command.arg(self.folder.path().join("smb.conf"));
        command
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("TDB_NO_FSYNC", "1")
            .stdin(Stdio::piped())
            .stdout(said)
            .stderr(also);
        let mut process = Process::adopt("samba", &mut command)?;
        let deadline = Deadline::seconds(READY);
        self.network.join(process.id(), deadline)?;
        if let Some(input) = process.child().stdin.as_mut() {
            use std::io::Write;
            input.write_all(b"go\n").map_err(file("write to", Path::new("samba")))?;
        }
        while TcpStream::connect((self.network.server(), LDAPS)).is_err() {
            process.must_run()?;
            if deadline.is_over() {
                return Err(deadline.late("Samba's answer", &format!("; its log is {}", log.display())));
            }
            deadline.pause();
        }
        self.process = Some(process);
        Ok(())
    }
}

/// Four addresses of `10.213.0.0/16`: the network, this machine, the server, broadcast.
#[derive(Debug)]
struct Network {
    number: u16,
    _claim: UnixListener,
}

impl Network {
    fn claim() -> Result<Self> {
        let found = (0..1 << 14).find_map(|number| {
            let claim = claim(&format!("countersign-lab-network-{number}"))?;
            let network = Self { number, _claim: claim };
            // Left by nobody: interfaces go with the namespace of their other end.
            let used = Path::new("/sys/class/net").join(network.outer()).exists();
            (!used).then_some(network)
        });
        found.ok_or_else(|| LabError::Tool {
            program: "the laboratory".to_owned(),
            message: "no network in 10.213.0.0/16 is free".to_owned(),
        })
    }

    fn address(&self, place: u16) -> Ipv4Addr {
        let [high, low] = (self.number * 4 + place).to_be_bytes();
        Ipv4Addr::new(10, 213, high, low)
    }

    fn server(&self) -> Ipv4Addr {
        self.address(2)
    }

    fn outer(&self) -> String {
        format!("cslab{}", self.number)
    }

    fn inner(&self) -> String {
        format!("csdc{}", self.number)
    }

    /// Joins the namespace of this process to ours.
    fn join(&self, process: u32, deadline: Deadline) -> Result<()> {
        let own = std::fs::read_link("/proc/self/ns/net").ok();
        deadline.wait_for("a network of Samba's own", || {
            let its = std::fs::read_link(format!("/proc/{process}/ns/net")).ok()?;
            (Some(its) != own).then_some(())
        })?;
        let (outer, inner, process) = (self.outer(), self.inner(), process.to_string());
        let address = format!("{}/30", self.address(1));
        // Those of a server that has just ended are still on their way out.
        let gone = Path::new("/sys/class/net").join(&outer);
        deadline.wait_for("the end of the former network", || (!gone.exists()).then_some(()))?;
        for words in [
            &[
                "link", "add", &outer, "type", "veth", "peer", "name", &inner, "netns", &process,
            ][..],
            &["address", "add", &address, "dev", &outer],
            &["link", "set", &outer, "up"],
        ] {
            output(Command::new("ip").args(words))?;
        }
        Ok(())
    }
}

/// `smb.conf`: everything in this folder, LDAP over TLS and Kerberos, no files to share.
fn configure(folder: &Path, network: &Network) -> Result<()> {
    let folder = folder.display();
    let text = format!(
        "[global]\n\
         netbios name = DC1\nworkgroup = EXAMPLE\nrealm = {REALM}\nserver role = active directory domain controller\n\
         server services = ldap, kdc, cldap\ninterfaces = lo {address}/30\nbind interfaces only = yes\n\
         private dir = {folder}/domain/private\nstate directory = {folder}/domain/state\n\
         cache directory = {folder}/domain/cache\nlock directory = {folder}/domain\npid directory = {folder}/domain\n\
         ncalrpc dir = {folder}/domain/ncalrpc\nntp signd socket directory = {folder}/domain/ntp\n\
         winbindd socket directory = {folder}/domain/winbindd\n\
         tls enabled = yes\ntls keyfile = {folder}/server.key\ntls certfile = {folder}/server.pem\ntls cafile = {folder}/ca.pem\n\
         ldap server require strong auth = allow_sasl_over_tls\ndsdb:schema update allowed = yes\nlog level = 0\n",
        address = network.server(),
    );
    std::fs::create_dir_all(format!("{folder}/domain/cache")).map_err(file("make", Path::new("cache")))?;
    write(Path::new(&format!("{folder}/smb.conf")), &text, 0o600)
}
