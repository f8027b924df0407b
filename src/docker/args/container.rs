//! Containers: made, started, stopped, removed, listed.

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
    /// Its name and hostname.
    pub name: String,
    /// The network it is on.
    pub network: String,
    /// Its address there.
    pub address: Ipv4Addr,
    /// Its IPv6 address there, if that has such.
    pub ipv6_address: Option<Ipv6Addr>,
    /// Labels, in this order.
    pub labels: Vec<Label>,
    /// Ports on the host.
    pub publish: Vec<PortBinding>,
    /// Folders and files of the engine's host.
    pub mounts: Vec<Mount>,
    /// What it may use of its machine.
    pub limits: Limits,
    /// The folder that is a volume, where the container runs a runtime.
    pub state: Option<&'static str>,
    /// The container whose volumes it takes over.
    pub volumes_from: Option<String>,
    /// Rights; none for a container that needs none beyond the usual.
    pub privilege: Option<Privilege>,
    /// The image's name.
    pub image: String,
    /// In place of the image's entrypoint.
    pub entrypoint: Option<String>,
}

/// Variables that the client fills in from its own configuration where they are not
/// given. A node has its proxies from us, with all that is reached without: programs
/// that found these instead would look for the API server behind a proxy.
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

/// `docker create` for a node.
#[must_use]
pub fn create_container(container: &Container) -> Call {
    let mut args: Vec<String> = vec![
        "create".into(),
        format!("--name={}", container.name),
        // kubeadm and kubelet name the node by it.
        format!("--hostname={}", container.name),
        format!("--network={}", container.network),
        // The certificates and etcd's peer addresses hold it: it must survive.
        format!("--ip={}", container.address),
        // Whatever the engine's default is: one without a place to log to starts nothing,
        // and of some nothing can be read again.
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
        // Not --volume, which makes an empty folder of a source that is not there.
        let mount = format!("--mount=type=bind,source={source},target={target}");
        args.push(mount + if *read_only { ",readonly" } else { "" });
    }
    args.extend(container.limits.cpus().map(|cpus| format!("--cpus={cpus}")));
    if let Some(memory) = container.limits.memory {
        // Without the second it may swap as much again.
        args.extend([format!("--memory={memory}"), format!("--memory-swap={memory}")]);
    }
    if let Some(privilege) = container.privilege {
        args.extend(privilege.flags());
        args.extend(
            [
                // Each kubelet sees its own containers alone: without it they find
                // each other's and burn CPU over them.
                "--cgroupns=private",
                // systemd is process 1, whatever the engine's default is.
                "--init=false",
                // systemd wants an empty, writable /run at each start.
                "--tmpfs=/run",
                "--tmpfs=/tmp",
            ]
            .map(String::from),
        );
    }
    if let Some(state) = container.state {
        // overlayfs refuses an upper folder that is on overlayfs itself.
        args.push(format!("--volume={state}"));
    }
    if let Some(former) = &container.volumes_from {
        // By name they would no longer count as anonymous, and outlive the node.
        args.push(format!("--volumes-from={former}"));
    }
    args.extend(PROXIES.iter().map(|name| format!("--env={name}=")));
    if let Some(entrypoint) = &container.entrypoint {
        args.push(format!("--entrypoint={entrypoint}"));
    }
    args.push(container.image.clone());
    Call::new(args).deadline(Call::WORK).to_its_end()
}

/// Puts the files of a tar archive into a container, running or not.
#[must_use]
pub fn put_files(container: &str, tar: Vec<u8>) -> Call {
    Call::new(["cp", "-", &format!("{container}:/")])
        .stdin(tar)
        .input(format!("files of {container}"))
        .deadline(Call::WORK)
}

/// What a container has of `path`, as a tar archive on standard output.
#[must_use]
pub fn take_files(container: &str, path: &str) -> Call {
    Call::new(["cp", &format!("{container}:{path}"), "-"]).deadline(Call::TRANSFER)
}

/// Puts the files of an archive that another call writes into `folder` of a container,
/// whose users they keep.
#[must_use]
pub fn put_piped(container: &str, folder: &str) -> Call {
    Call::new(["cp", "-", &format!("{container}:{folder}")]).deadline(Call::TRANSFER)
}

/// What a container has in another way than its image: a line `A /path` for what was
/// added, `C` for what was changed, `D` for what was deleted.
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

/// Lets a paused container go on.
#[must_use]
pub fn unpause(container: &str) -> Call {
    Call::new(["unpause", container])
}

/// Gives containers the policy for good. Until then an engine that starts leaves
/// them alone, and the missing policy shows that they were never finished.
#[must_use]
pub fn keep<'a>(containers: impl IntoIterator<Item = &'a str>) -> Call {
    let policy = ["update".to_owned(), format!("--restart={RESTART_POLICY}")];
    Call::new(policy.into_iter().chain(containers.into_iter().map(String::from)))
}

/// Stops containers: systemd gets `seconds` for its services, then the engine
/// kills. `-t`, because the long name is `--time` up to Docker 27, and 28 warns of it.
#[must_use]
pub fn stop<'a>(containers: impl IntoIterator<Item = &'a str>, seconds: u32) -> Call {
    let time = ["stop".to_owned(), "-t".to_owned(), seconds.to_string()];
    Call::new(time.into_iter().chain(containers.into_iter().map(String::from)))
        .deadline(Call::WORK + Duration::from_secs(seconds.into()))
}

/// Sends a signal to a container's first program.
#[must_use]
pub fn signal(container: &str, signal: &str) -> Call {
    Call::new(["kill", &format!("--signal={signal}"), container])
}

/// Removes containers, running or not, with their anonymous volumes.
#[must_use]
pub fn remove<'a>(containers: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(["rm", "--force", "--volumes"].into_iter().chain(containers)).deadline(Call::WORK)
}

/// What a container's first program has printed.
#[must_use]
pub fn logs(container: &str) -> Call {
    Call::new(["logs", container]).deadline(Call::TRANSFER)
}

/// Ids of all containers, running or not, that carry `label` with `value`.
#[must_use]
pub fn container_ids(label: &str, value: &str) -> Call {
    let filter = format!("--filter=label={label}={value}");
    Call::new(["ps", "--all", "--quiet", "--no-trunc", &filter])
}

/// Ids of all containers, running or not, that carry `label`.
#[must_use]
pub fn labelled_container_ids(label: &str) -> Call {
    let filter = format!("--filter=label={label}");
    Call::new(["ps", "--all", "--quiet", "--no-trunc", &filter])
}

/// Names of all containers, running or not, that carry `label`.
#[must_use]
pub fn labelled_container_names(label: &str) -> Call {
    let filter = format!("--filter=label={label}");
    Call::new(["ps", "--all", &filter, "--format={{.Names}}"])
}

/// What containers have written in their own file systems: bytes, a line for each.
#[must_use]
pub fn written<'a>(ids: impl IntoIterator<Item = &'a str>) -> Call {
    let words = ["container", "inspect", "--size", "--format={{.SizeRw}}"];
    Call::new(words.into_iter().chain(ids)).deadline(Call::WORK)
}

/// Everything the engine knows of containers, as JSON.
#[must_use]
pub fn inspect_containers<'a>(ids: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(["container", "inspect"].into_iter().chain(ids))
}
