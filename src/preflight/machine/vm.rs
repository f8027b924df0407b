//! Recognizes an engine in a virtual machine, by what the engine says of itself.

use std::fmt;

use crate::docker::info::{DockerInfo, Info, PodmanInfo};

/// The product that runs the virtual machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vm {
    /// Docker Desktop, on macOS, Windows or Linux.
    DockerDesktop,
    /// colima.
    Colima,
    /// Rancher Desktop.
    RancherDesktop,
    /// `OrbStack`.
    OrbStack,
    /// lima, without colima or Rancher Desktop on top.
    Lima,
    /// `podman machine`, or podman on another machine.
    Podman,
}

impl Vm {
    /// Returns the virtual machine that the engine of `info` is in, if it is known to be in one.
    #[must_use]
    pub fn of(info: &Info) -> Option<Self> {
        match info {
            Info::Docker(info) => Self::of_docker(info),
            Info::Podman(info) => Self::of_podman(info),
        }
    }

    fn of_docker(info: &DockerInfo) -> Option<Self> {
        let word = |word: &Option<String>| word.as_deref().unwrap_or_default().to_lowercase();
        let (system, host) = (word(&info.operating_system), word(&info.name));
        let kernel = word(&info.kernel_version);
        // Host names: `lima-NAME` with lima, `colima` or `colima-PROFILE` with colima.
        let is_called = |name: &str| {
            host.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        if system == "docker desktop" {
            Some(Self::DockerDesktop)
        } else if system == "orbstack" || kernel.contains("orbstack") {
            Some(Self::OrbStack)
        } else if system.starts_with("rancher desktop") || host.ends_with("rancher-desktop") {
            Some(Self::RancherDesktop)
        } else if is_called("colima") {
            Some(Self::Colima)
        } else if is_called("lima") {
            Some(Self::Lima)
        } else {
            None
        }
    }

    fn of_podman(info: &PodmanInfo) -> Option<Self> {
        info.host.service_is_remote.then_some(Self::Podman)
    }

    /// Whether the machine of the user has a route to containers. Only `OrbStack` sets one up.
    #[must_use]
    pub const fn reaches_containers(self) -> bool {
        matches!(self, Self::OrbStack)
    }
}

impl fmt::Display for Vm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DockerDesktop => "Docker Desktop",
            Self::Colima => "colima",
            Self::RancherDesktop => "Rancher Desktop",
            Self::OrbStack => "OrbStack",
            Self::Lima => "lima",
            Self::Podman => "podman machine",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(system: &str, host: &str, kernel: &str) -> Option<Vm> {
        let json = serde_json::json!({
            "OperatingSystem": system, "Name": host, "KernelVersion": kernel
        });
        Vm::of(&Info::parse(&json.to_string()).unwrap())
    }

    #[test]
    fn each_is_known_by_what_its_engine_says() {
        for (system, host, kernel, vm) in [
            ("Docker Desktop", "docker-desktop", "6.10.14-linuxkit", Some(Vm::DockerDesktop)),
            (
                "Docker Desktop",
                "docker-desktop",
                "5.15.153.1-microsoft-standard-WSL2",
                Some(Vm::DockerDesktop),
            ),
            ("Ubuntu 24.04.1 LTS", "colima", "6.8.0-50-generic", Some(Vm::Colima)),
            ("Ubuntu 24.04.1 LTS", "colima-work", "6.8.0-50-generic", Some(Vm::Colima)),
            ("Ubuntu 24.04.1 LTS", "lima-docker", "6.8.0-50-generic", Some(Vm::Lima)),
            ("Alpine Linux v3.20", "lima-rancher-desktop", "6.6.41", Some(Vm::RancherDesktop)),
            (
                "Rancher Desktop WSL Distribution",
                "box",
                "5.15.153.1-microsoft-standard-WSL2",
                Some(Vm::RancherDesktop),
            ),
            ("OrbStack", "orbstack", "6.11.10-orbstack-00280", Some(Vm::OrbStack)),
            // Docker's own packages in a distribution of WSL2 work as on any other Linux.
            ("Ubuntu 24.04.1 LTS", "box", "5.15.153.1-microsoft-standard-WSL2", None),
            ("Debian GNU/Linux 13 (trixie)", "limabean", "6.12.48", None),
            ("", "", "", None),
        ] {
            assert_eq!(of(system, host, kernel), vm, "{system}, {host}, {kernel}");
        }
    }

    #[test]
    fn podman_says_whether_it_is_elsewhere() {
        let of = |json| Vm::of(&Info::parse(json).unwrap());
        assert_eq!(of(r#"{"host": {"serviceIsRemote": true}}"#), Some(Vm::Podman));
        assert_eq!(of(r#"{"host": {"serviceIsRemote": false}}"#), None);
        assert_eq!(of(include_str!("../../../tests/data/podman-info-5.4.json")), None);
    }
}
