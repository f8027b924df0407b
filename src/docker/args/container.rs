//! Calls that create, start, stop, remove and list containers.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use crate::cluster::labels::{Label, RESTART_POLICY};
use crate::cluster::limits::Limits;
use crate::cluster::mount::Mount;
use crate::cluster::port::PortBinding;
use crate::docker::Call;
use crate::docker::privilege::Privilege;

/// A container to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// The name and the hostname.
    pub name: String,
    /// The network that the container is connected to.
    pub network: String,
    /// The container's IPv4 address on that network.
    pub address: Ipv4Addr,
    /// The container's IPv6 address on that network, if the network has IPv6.
    pub ipv6_address: Option<Ipv6Addr>,
    /// Labels, in this order.
    pub labels: Vec<Label>,
    /// Published ports.
    pub publish: Vec<PortBinding>,
    /// Folders and files of the engine's host that are mounted.
    pub mounts: Vec<Mount>,
    /// How much CPU and memory the container may use.
    pub limits: Limits,
    /// The folder for the container runtime's state, which becomes an anonymous volume. `None` if
    /// there is no runtime, or `volumes_from` has the volume.
    pub state: Option<&'static str>,
    /// Another container, whose volumes this one uses.
    pub volumes_from: Option<String>,
    /// The container's privileges. `None` if it needs no special ones.
    pub privilege: Option<Privilege>,
    /// The image's name.
    pub image: String,
    /// An entrypoint that replaces the image's.
    pub entrypoint: Option<String>,
}

/// The variables that the client sets from its configuration unless the call sets them. Nodes get
/// their proxies from mokctl, along with all addresses that are reached without a proxy. With the
/// client's values, programs in nodes would try to reach the API server through a proxy.
const PROXIES: [&str; 10] = [
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "FTP_PROXY",
    "ftp_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
];

/// Creates the container of a node or load balancer.
#[must_use]
pub fn create_container(container: &Container) -> Call {
    let mut args: Vec<String> = vec![
        "create".into(),
        format!("--name={}", container.name),
        // kubeadm and kubelet use the hostname as the node's name.
        format!("--hostname={}", container.name),
        format!("--network={}", container.network),
        // Certificates and etcd's peer URLs contain the address, so it must never change.
        format!("--ip={}", container.address),
        // The engine's default may be a driver whose logs cannot be read, or one that prevents the
        // start because its target is missing.
        "--log-driver=json-file".into(),
    ];
    args.extend(container.ipv6_address.map(|address| format!("--ip6={address}")));
    for (key, value) in &container.labels {
        args.push(format!("--label={key}={value}"));
    }
    for publish in &container.publish {
        args.push(format!("--publish={publish}"));
    }
    for Mount { source, target, read_only } in &container.mounts {
        // Not --volume: if the source is missing, that creates it as an empty folder.
        let mount = format!("--mount=type=bind,source={source},target={target}");
        args.push(mount + if *read_only { ",readonly" } else { "" });
    }
    args.extend(container.limits.cpus().map(|cpus| format!("--cpus={cpus}")));
    if let Some(memory) = container.limits.memory {
        // Without the second flag, the container may use the same amount of swap in addition.
        args.extend([format!("--memory={memory}"), format!("--memory-swap={memory}")]);
    }
    if let Some(privilege) = container.privilege {
        args.extend(privilege.flags());
        args.extend(
            [
                // Each kubelet must see only its own containers: otherwise kubelets find each
                // other's containers and waste CPU on them.
                "--cgroupns=private",
                // systemd must be process 1, even if the engine's default is an init process.
                "--init=false",
                // systemd needs an empty, writable /run at each start.
                "--tmpfs=/run",
                "--tmpfs=/tmp",
            ]
            .map(String::from),
        );
    }
    if let Some(state) = container.state {
        // overlayfs refuses an upper folder on overlayfs.
        args.push(format!("--volume={state}"));
    }
    if let Some(former) = &container.volumes_from {
        // Not --volume: volumes that are given by name no longer count as anonymous, so they would
        // outlive the node.
        args.push(format!("--volumes-from={former}"));
    }
    args.extend(PROXIES.iter().map(|name| format!("--env={name}=")));
    if let Some(entrypoint) = &container.entrypoint {
        args.push(format!("--entrypoint={entrypoint}"));
    }
    args.push(container.image.clone());
    Call::new(args).deadline(Call::WORK).to_its_end()
}

/// Puts the files of a tar archive into a container, whether it is running or not.
#[must_use]
pub fn put_files(container: &str, tar: Vec<u8>) -> Call {
    Call::new(["cp", "-", &format!("{container}:/")])
        .stdin(tar)
        .input(format!("files of {container}"))
        .deadline(Call::WORK)
}

/// Writes `path` of a container to standard output as a tar archive.
#[must_use]
pub fn take_files(container: &str, path: &str) -> Call {
    Call::new(["cp", &format!("{container}:{path}"), "-"]).deadline(Call::TRANSFER)
}

/// Puts the files of a tar archive, which is the output of another call, into `folder` of a
/// container. The files keep their owners.
#[must_use]
pub fn put_piped(container: &str, folder: &str) -> Call {
    Call::new(["cp", "-", &format!("{container}:{folder}")]).deadline(Call::TRANSFER)
}

/// Lists the differences between a container and its image: a line `A /path` for an added file,
/// `C` for a changed one, `D` for a deleted one.
#[must_use]
pub fn changes(container: &str) -> Call {
    Call::new(["diff", container]).deadline(Call::WORK)
}

/// Gives a container another name.
#[must_use]
pub fn rename(container: &str, name: &str) -> Call {
    Call::new(["rename", container, name]).to_its_end()
}

/// Starts containers.
#[must_use]
pub fn start<'a>(containers: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(["start"].into_iter().chain(containers)).deadline(Call::WORK)
}

/// Unpauses a container.
#[must_use]
pub fn unpause(container: &str) -> Call {
    Call::new(["unpause", container])
}

/// Gives containers the restart policy that marks them as complete. Without it, an engine that
/// restarts does not start them.
#[must_use]
pub fn mark_complete<'a>(containers: impl IntoIterator<Item = &'a str>) -> Call {
    let policy = ["update".to_owned(), format!("--restart={RESTART_POLICY}")];
    Call::new(policy.into_iter().chain(containers.into_iter().map(String::from)))
}

/// Stops containers. After `seconds`, the engine kills what is still running. The flag is `-t`
/// because its long form is `--time` up to Docker 27, and Docker 28 warns about that.
#[must_use]
pub fn stop<'a>(containers: impl IntoIterator<Item = &'a str>, seconds: u32) -> Call {
    let time = ["stop".to_owned(), "-t".to_owned(), seconds.to_string()];
    Call::new(time.into_iter().chain(containers.into_iter().map(String::from)))
        .deadline(Call::WORK + Duration::from_secs(seconds.into()))
}

/// Sends a signal to the first process of a container.
#[must_use]
pub fn signal(container: &str, signal: &str) -> Call {
    Call::new(["kill", &format!("--signal={signal}"), container])
}

/// Removes containers, running or not, with their anonymous volumes.
#[must_use]
pub fn remove<'a>(containers: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(["rm", "--force", "--volumes"].into_iter().chain(containers)).deadline(Call::WORK)
}

/// Prints the output of a container's first process.
#[must_use]
pub fn logs(container: &str) -> Call {
    Call::new(["logs", container]).deadline(Call::TRANSFER)
}

/// Lists the ids of all containers, running or not, that have `label` with `value`.
#[must_use]
pub fn container_ids(label: &str, value: &str) -> Call {
    let filter = format!("--filter=label={label}={value}");
    Call::new(["ps", "--all", "--quiet", "--no-trunc", &filter])
}

/// Lists the ids of all containers, running or not, that have `label`.
#[must_use]
pub fn labelled_container_ids(label: &str) -> Call {
    let filter = format!("--filter=label={label}");
    Call::new(["ps", "--all", "--quiet", "--no-trunc", &filter])
}

/// Lists the names of all containers, running or not, that have `label`.
#[must_use]
pub fn labelled_container_names(label: &str) -> Call {
    let filter = format!("--filter=label={label}");
    Call::new(["ps", "--all", &filter, "--format={{.Names}}"])
}

/// Prints how much containers have written to their file systems, in bytes, one line each.
#[must_use]
pub fn written_bytes<'a>(ids: impl IntoIterator<Item = &'a str>) -> Call {
    let words = ["container", "inspect", "--size", "--format={{.SizeRw}}"];
    Call::new(words.into_iter().chain(ids)).deadline(Call::WORK)
}

/// Prints everything that the engine knows about containers, as JSON.
#[must_use]
pub fn inspect_containers<'a>(ids: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(["container", "inspect"].into_iter().chain(ids))
}
