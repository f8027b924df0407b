//! Finds the facts about the machine that the engine is on.

use std::fs;

use super::Vm;
use crate::docker::info::{DockerInfo, IdRange, Info, PodmanInfo};

/// Facts about the engine's machine. A field is `None` or `false` if the engine does not report it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MachineFacts {
    /// The machine's architecture, as Go names it.
    pub architecture: Option<String>,
    /// The virtual machine that the engine is in, if known. `None` if mokctl runs in the same one.
    pub vm: Option<Vm>,
    /// Whether the engine has another kernel than this machine. `None` if one of them is not known.
    pub other_kernel: Option<bool>,
    /// Whether the engine is Docker's snap.
    pub is_snap: bool,
    /// Whether `SELinux` confines containers.
    pub selinux: bool,
    /// Whether control groups limit swap.
    pub swap_limit: Option<bool>,
    /// Whether the machine has swap. `None` if the engine is not on this machine.
    pub swap: Option<bool>,
    /// How many user ids, or group ids if these are fewer, a rootless podman's containers have.
    pub ids: Option<u64>,
    /// What packet filters see of podman's bridges, if podman is on this machine.
    pub bridge_filter: BridgeFilter,
}

/// What packet filters see of the traffic on bridges. The module `br_netfilter` shows it to them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BridgeFilter {
    /// They see none of it, or it does not matter.
    #[default]
    Off,
    /// They see none of it until something loads the module.
    Unloaded,
    /// They see all of it.
    On,
}

impl MachineFacts {
    /// Reads the facts from `info` and, if the engine `is_here`, from `/proc`.
    #[must_use]
    pub fn read(info: &Info, is_here: bool) -> Self {
        let own = fs::read_to_string("/proc/sys/kernel/osrelease").ok();
        let kernel = match info {
            Info::Docker(info) => info.kernel_version.as_deref(),
            Info::Podman(info) => info.host.kernel.as_deref(),
        };
        let other_kernel = if cfg!(target_os = "linux") {
            own.as_deref().zip(kernel).map(|(own, its)| own.trim_end() != its)
        } else {
            // Engines only run on Linux.
            Some(true)
        };
        let swaps = is_here.then(|| fs::read_to_string("/proc/swaps").ok()).flatten();
        let facts = match info {
            Info::Docker(info) => docker(info),
            Info::Podman(info) => podman(info),
        };
        let bridge_filter = match info {
            Info::Podman(info) if is_here => {
                // A rootless podman's bridges are in a network namespace. Its settings cannot be
                // seen from here, and start as the kernel's defaults.
                let rootless = info.host.security.rootless;
                bridge_filter(rootless, &BRIDGE_FILTERS.map(|path| fs::read_to_string(path).ok()))
            }
            _ => BridgeFilter::Off,
        };
        Self {
            // Inside the virtual machine everything is as on any other Linux.
            vm: Vm::of(info).filter(|_| !is_here),
            other_kernel,
            swap: swaps.as_deref().map(has_swap),
            bridge_filter,
            ..facts
        }
    }

    /// Whether this machine has no route to containers, even if the engine's socket is here.
    #[must_use]
    pub fn is_apart(&self) -> bool {
        match self.vm {
            Some(vm) => !vm.reaches_containers(),
            None => self.other_kernel == Some(true),
        }
    }
}

/// The settings that exist while the module `br_netfilter` is loaded. Docker 20.10 and 26.1 load
/// it, Docker 28.5 does not.
const BRIDGE_FILTERS: [&str; 2] = [
    "/proc/sys/net/bridge/bridge-nf-call-iptables",
    "/proc/sys/net/bridge/bridge-nf-call-ip6tables",
];

/// Returns what packet filters see, by the values of [`BRIDGE_FILTERS`] on this machine. For a
/// rootless podman only their existence counts: its own settings start as the kernel's default, on.
fn bridge_filter(rootless: bool, settings: &[Option<String>; 2]) -> BridgeFilter {
    let mut there = settings.iter().flatten().map(|value| value.trim_end()).peekable();
    if there.peek().is_none() {
        BridgeFilter::Unloaded
    } else if rootless || there.any(|value| value != "0") {
        BridgeFilter::On
    } else {
        BridgeFilter::Off
    }
}

fn docker(info: &DockerInfo) -> MachineFacts {
    let root = info.docker_root_dir.as_deref().unwrap_or_default();
    let mut options = info.security_options.iter().flat_map(|option| option.split(','));
    MachineFacts {
        architecture: info.architecture.as_deref().and_then(architecture),
        is_snap: root.starts_with("/var/snap/docker/"),
        selinux: options.any(|word| word == "name=selinux"),
        swap_limit: info.swap_limit,
        ..MachineFacts::default()
    }
}

fn podman(PodmanInfo { host, .. }: &PodmanInfo) -> MachineFacts {
    let count =
        |ranges: &[IdRange]| ranges.iter().fold(0_u64, |sum, range| sum.saturating_add(range.size));
    let ids = count(&host.id_mappings.users).min(count(&host.id_mappings.groups));
    MachineFacts {
        architecture: host.arch.as_deref().and_then(architecture),
        selinux: host.security.selinux,
        ids: Some(ids).filter(|ids| *ids > 0),
        ..MachineFacts::default()
    }
}

/// Returns Go's name of an architecture, given the kernel's name or Go's. Returns `None` for an
/// unknown one.
fn architecture(machine: &str) -> Option<String> {
    let name = match machine {
        "x86_64" | "amd64" => "amd64",
        "aarch64" | "arm64" => "arm64",
        "armv6l" | "armv7l" | "arm" => "arm",
        "i386" | "i686" | "386" => "386",
        other @ ("ppc64le" | "riscv64" | "s390x") => other,
        _ => return None,
    };
    Some(name.to_owned())
}

/// Whether `/proc/swaps` has a line after its heading.
fn has_swap(swaps: &str) -> bool {
    swaps.lines().nth(1).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> MachineFacts {
        let info = Info::parse(json).unwrap();
        MachineFacts { other_kernel: None, ..MachineFacts::read(&info, false) }
    }

    #[test]
    fn an_engine_of_today_is_read() {
        let amd64 = MachineFacts { architecture: Some("amd64".into()), ..MachineFacts::default() };
        let docker = read(include_str!("../../../tests/data/docker-info-20.10.json"));
        assert_eq!(docker, MachineFacts { swap_limit: Some(true), ..amd64.clone() });
        assert_eq!(read(include_str!("../../../tests/data/podman-info-5.4.json")), amd64);
        assert_eq!(read("{}"), MachineFacts::default());
    }

    #[test]
    fn what_docker_says_of_its_machine_is_read() {
        let facts = read(
            r#"{"Architecture": "aarch64", "DockerRootDir": "/var/snap/docker/common/var-lib-docker",
                "SwapLimit": false, "SecurityOptions": ["name=selinux", "name=seccomp,profile=builtin"]}"#,
        );
        let expected = MachineFacts {
            architecture: Some("arm64".into()),
            is_snap: true,
            selinux: true,
            swap_limit: Some(false),
            ..MachineFacts::default()
        };
        assert_eq!(facts, expected);
    }

    #[test]
    fn the_ids_of_podman_are_counted() {
        let ids = |users: &str, groups: &str| {
            let ids = format!(r#"{{"uidmap": {users}, "gidmap": {groups}}}"#);
            read(&format!(r#"{{"host": {{"idMappings": {ids}}}}}"#)).ids
        };
        let all = r#"[{"container_id": 0, "host_id": 1000, "size": 1}, {"size": 65536}]"#;
        assert_eq!(ids(all, all), Some(65537));
        assert_eq!(ids(all, r#"[{"size": 1}]"#), Some(1));
        assert_eq!(ids("null", "null"), None);
    }

    #[test]
    fn a_kernel_names_a_machine_in_its_own_way() {
        for (machine, name) in [
            ("x86_64", Some("amd64")),
            ("aarch64", Some("arm64")),
            ("arm64", Some("arm64")),
            ("armv7l", Some("arm")),
            ("riscv64", Some("riscv64")),
            ("pdp11", None),
        ] {
            assert_eq!(architecture(machine).as_deref(), name, "{machine}");
        }
    }

    #[test]
    fn bridges_are_filtered_unless_every_setting_is_zero() {
        let of = |rootless, v4: Option<&str>, v6: Option<&str>| {
            bridge_filter(rootless, &[v4, v6].map(|value| value.map(|value| format!("{value}\n"))))
        };
        assert_eq!(of(false, Some("0"), Some("0")), BridgeFilter::Off);
        assert_eq!(of(false, Some("0"), Some("1")), BridgeFilter::On);
        assert_eq!(of(false, None, None), BridgeFilter::Unloaded);
        // A rootless podman's namespace has other settings than this machine.
        assert_eq!(of(true, Some("0"), Some("0")), BridgeFilter::On);
        assert_eq!(of(true, None, None), BridgeFilter::Unloaded);
    }

    #[test]
    fn swap_is_there_if_it_is_listed() {
        let heading = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
        assert!(!has_swap(heading) && !has_swap(""));
        assert!(has_swap(&format!("{heading}/dev/zram0 partition 8388604 0 100\n")));
    }

    #[test]
    fn an_engine_behind_this_socket_may_still_be_elsewhere() {
        let facts = |vm, other_kernel| MachineFacts { vm, other_kernel, ..MachineFacts::default() };
        for (vm, other_kernel, is_apart) in [
            (None, None, false),
            (None, Some(false), false),
            (None, Some(true), true),
            (Some(Vm::Colima), None, true),
            // All distributions of WSL2 share one kernel.
            (Some(Vm::DockerDesktop), Some(false), true),
            (Some(Vm::OrbStack), Some(true), false),
        ] {
            assert_eq!(facts(vm, other_kernel).is_apart(), is_apart, "{vm:?} {other_kernel:?}");
        }
        // An engine that mokctl shares a virtual machine with is not elsewhere.
        let info = Info::parse(r#"{"OperatingSystem": "Docker Desktop"}"#).unwrap();
        assert_eq!(MachineFacts::read(&info, false).vm, Some(Vm::DockerDesktop));
        assert_eq!(MachineFacts::read(&info, true).vm, None);
    }
}
