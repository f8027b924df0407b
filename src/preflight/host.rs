//! Facts about the engine's host, if that is this machine: reads `/proc`, the kernel's list of
//! modules and the file system. Of an engine on another machine none of this can be known.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::net::{TcpListener, UdpSocket};
use std::path::Path;

use super::EngineFacts;
use crate::cluster::port::{Protocol, Socket};

/// Facts about the engine's host. A field is `None` if the fact could not be found out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostFacts {
    /// How many inotify instances root may still create. If mokctl may not look into root's
    /// processes, all count as free.
    pub inotify_instances: Option<u64>,
    /// How many inotify watches root may have.
    pub inotify_watches: Option<u64>,
    /// The free space in the engine's folder, in bytes.
    pub disk: Option<u64>,
    /// The kernel's modules: loaded, built in, or available to load.
    pub modules: Option<BTreeSet<String>>,
    /// Whether the kernel has IPv6.
    pub ipv6: Option<bool>,
    /// The memory that programs can still get, in bytes.
    pub memory: Option<u64>,
    /// The ports that were asked for and cannot be published here, each with the reason.
    pub refused: Vec<(Socket, ErrorKind)>,
}

impl HostFacts {
    /// Looks at this machine, and tries to listen on `ports`. Returns `None` if `engine` runs on
    /// another machine.
    #[must_use]
    pub fn read(engine: &EngineFacts, ports: &[Socket]) -> Option<Self> {
        let kernel = |name: &str| fs::read_to_string(Path::new("/proc/sys/kernel").join(name)).ok();
        let (name, release) = (kernel("hostname")?, kernel("osrelease")?);
        // The name is not enough: two machines may well have the same one.
        let is_here = engine.host.as_deref() == Some(name.trim_end())
            && engine.kernel.as_deref() == Some(release.trim_end());
        is_here.then(|| Self {
            inotify_instances: limit("max_user_instances")
                .map(|limit| limit.saturating_sub(inotify_instances_of_root())),
            inotify_watches: limit("max_user_watches"),
            disk: engine.root.as_deref().and_then(free_space),
            modules: modules(release.trim_end()),
            // The file does not exist if the kernel was built or booted without IPv6.
            ipv6: Path::new("/proc/net/if_inet6").try_exists().ok(),
            memory: fs::read_to_string("/proc/meminfo").ok().as_deref().and_then(available),
            refused: ports.iter().filter_map(|socket| Some((*socket, refusal(*socket)?))).collect(),
        })
    }
}

fn limit(name: &str) -> Option<u64> {
    let path = Path::new("/proc/sys/fs/inotify").join(name);
    fs::read_to_string(path).ok()?.trim_end().parse().ok()
}

/// Counts the inotify instances of root's processes, as far as mokctl may see them.
fn inotify_instances_of_root() -> u64 {
    use std::os::unix::fs::MetadataExt;
    let entries = |path: &Path| fs::read_dir(path).into_iter().flatten().flatten();
    let is_process = |name: &std::ffi::OsStr| name.to_string_lossy().parse::<u32>().is_ok();
    let is_instance = |entry: &fs::DirEntry| {
        fs::read_link(entry.path()).is_ok_and(|target| target.as_os_str() == "anon_inode:inotify")
    };
    let of_root = entries(Path::new("/proc"))
        .filter(|entry| is_process(&entry.file_name()))
        .filter(|entry| entry.metadata().is_ok_and(|process| process.uid() == 0));
    let instances = of_root.flat_map(|entry| entries(&entry.path().join("fd"))).filter(is_instance);
    instances.count() as u64
}

/// Returns how many bytes an ordinary user may still write to the file system of `path`.
fn free_space(path: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(path).ok()?;
    found.f_bavail.checked_mul(found.f_frsize)
}

/// Returns the kernel's modules. Returns `None` if there is no list of the loadable ones: then no
/// module can be said to be missing.
fn modules(release: &str) -> Option<BTreeSet<String>> {
    let folder = Path::new("/lib/modules").join(release);
    let loadable = fs::read_to_string(folder.join("modules.dep")).ok()?;
    let built_in = fs::read_to_string(folder.join("modules.builtin")).ok()?;
    let loaded = fs::read_to_string("/proc/modules").unwrap_or_default();
    Some(module_names(&loadable, &built_in, &loaded))
}

fn module_names(loadable: &str, built_in: &str, loaded: &str) -> BTreeSet<String> {
    // The line `kernel/net/x-y.ko.xz: kernel/z.ko` lists the module that the kernel calls x_y.
    let in_list = |line: &str| {
        let path = line.split(':').next()?;
        let file = path.rsplit('/').next()?;
        Some(file.split('.').next()?.replace('-', "_"))
    };
    let lists = loadable.lines().chain(built_in.lines()).filter_map(in_list);
    let loaded = loaded.lines().filter_map(|line| line.split(' ').next().map(str::to_owned));
    lists.chain(loaded).collect()
}

/// Returns `MemAvailable` in bytes. `/proc/meminfo` has it in KiB.
fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// Returns why the engine will not be able to listen on the socket: another program does, or the
/// host has no such address. A port that mokctl may not try counts as free.
fn refusal(Socket { address, port, protocol }: Socket) -> Option<ErrorKind> {
    let error = match protocol {
        Protocol::Tcp => TcpListener::bind((address, port)).err(),
        Protocol::Udp => UdpSocket::bind((address, port)).err(),
    };
    let kind = error?.kind();
    matches!(kind, ErrorKind::AddrInUse | ErrorKind::AddrNotAvailable).then_some(kind)
}

/// Whether a program listens on the socket.
pub(super) fn is_taken(socket: Socket) -> bool {
    refusal(socket) == Some(ErrorKind::AddrInUse)
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    #[test]
    fn an_engine_elsewhere_says_nothing_of_this_machine() {
        assert_eq!(HostFacts::read(&EngineFacts::default(), &[]), None);
        let engine = EngineFacts {
            host: fs::read_to_string("/proc/sys/kernel/hostname")
                .ok()
                .map(|name| name.trim_end().to_owned()),
            kernel: Some("0.0.1".into()),
            ..EngineFacts::default()
        };
        assert_eq!(HostFacts::read(&engine, &[]), None);
    }

    #[test]
    fn modules_are_known_by_the_kernels_names_wherever_they_are() {
        let names = module_names(
            "kernel/net/xt-mark.ko.xz: kernel/net/x_tables.ko.xz\nkernel/fs/overlay.ko:\n",
            "kernel/net/nf_nat.ko\n",
            "nf_conntrack 172032 1 - Live 0x0000000000000000\n",
        );
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        assert_eq!(names, ["nf_conntrack", "nf_nat", "overlay", "xt_mark"]);
    }

    #[test]
    fn available_memory_is_read() {
        let text = "MemTotal:       24684084 kB\nMemAvailable:   2048 kB\n";
        assert_eq!(available(text), Some(2 << 20));
        assert_eq!(available("MemTotal: 1 kB\n"), None);
    }

    #[test]
    fn a_port_that_somebody_has_is_taken() {
        let address = IpAddr::from(Ipv4Addr::LOCALHOST);
        let listener = TcpListener::bind((address, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let is_taken = |protocol| is_taken(Socket { address, port, protocol });
        assert!(is_taken(Protocol::Tcp) && !is_taken(Protocol::Udp));
        drop(listener);
        assert!(!is_taken(Protocol::Tcp));
        let _socket = UdpSocket::bind((address, port)).unwrap();
        assert!(is_taken(Protocol::Udp));
        let foreign = IpAddr::from([192, 0, 2, 1]);
        let foreign = Socket { address: foreign, port: 0, protocol: Protocol::Tcp };
        assert_eq!(refusal(foreign), Some(ErrorKind::AddrNotAvailable));
    }
}
