//! The command lines of the docker client, built by pure functions: the reason
//! for each flag stands beside it. Output is asked for in a machine's format.

use std::net::Ipv4Addr;
use std::time::Duration;

use super::Call;
use super::privilege::Privilege;
use crate::cluster::mount::Mount;

/// A label with its value.
pub type Label = (&'static str, String);

/// What is published on the host: `ADDRESS:PORT` there leads to `target` here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publish {
    /// The host's address; loopback unless the user asks otherwise.
    pub address: Ipv4Addr,
    /// The host's port, chosen beforehand: one that the engine chooses changes
    /// with every restart.
    pub port: u16,
    /// The port in the container.
    pub target: u16,
}

/// A container to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// Its name and hostname.
    pub name: String,
    /// The network it is on.
    pub network: String,
    /// Its address there.
    pub address: Ipv4Addr,
    /// Labels, in this order.
    pub labels: Vec<Label>,
    /// Ports on the host.
    pub publish: Vec<Publish>,
    /// Folders and files of the engine's host.
    pub mounts: Vec<Mount>,
    /// Rights; none for a container that needs none beyond the usual.
    pub privilege: Option<Privilege>,
    /// The image's name.
    pub image: String,
    /// In place of the image's entrypoint.
    pub entrypoint: Option<String>,
}

/// Comes back with the engine; stays down when the user stopped it.
pub const RESTART_POLICY: &str = "unless-stopped";

/// Gives containers the policy for good. Until then an engine that starts leaves
/// them alone, and whoever looks sees that they were never finished.
#[must_use]
pub fn keep<'a>(containers: impl IntoIterator<Item = &'a str>) -> Call {
    let policy = ["update".to_owned(), format!("--restart={RESTART_POLICY}")];
    Call::new(policy.into_iter().chain(containers.into_iter().map(String::from)))
}

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
    ];
    for (key, value) in &container.labels {
        args.push(format!("--label={key}={value}"));
    }
    for Publish { address, port, target } in &container.publish {
        args.push(format!("--publish={address}:{port}:{target}/tcp"));
    }
    for Mount { source, target, read_only } in &container.mounts {
        // Not --volume, which makes an empty folder of a source that is not there.
        let mount = format!("--mount=type=bind,source={source},target={target}");
        args.push(mount + if *read_only { ",readonly" } else { "" });
    }
    if let Some(privilege) = container.privilege {
        args.extend(privilege.flags());
        args.extend(
            [
                // Each kubelet sees its own containers alone: without it they find
                // each other's and burn CPU over them.
                "--cgroupns=private",
                // systemd wants an empty, writable /run at each start.
                "--tmpfs=/run",
                "--tmpfs=/tmp",
                // overlayfs refuses an upper folder that is on overlayfs itself.
                "--volume=/var/lib/containerd",
            ]
            .map(String::from),
        );
    }
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

/// Starts containers.
#[must_use]
pub fn start<'a>(containers: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(["start"].into_iter().chain(containers)).deadline(Call::WORK)
}

/// Stops containers: systemd gets `seconds` for its services, then the engine
/// kills.
#[must_use]
pub fn stop<'a>(containers: impl IntoIterator<Item = &'a str>, seconds: u32) -> Call {
    let time = ["stop".to_owned(), format!("--time={seconds}")];
    Call::new(time.into_iter().chain(containers.into_iter().map(String::from)))
        .deadline(Call::WORK + Duration::from_secs(seconds.into()))
}

/// Removes containers, running or not, with their anonymous volumes.
#[must_use]
pub fn remove<'a>(containers: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(["rm", "--force", "--volumes"].into_iter().chain(containers)).deadline(Call::WORK)
}

/// Runs a program in a container.
#[must_use]
pub fn exec<'a>(container: &'a str, command: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(["exec", container].into_iter().chain(command))
}

/// Runs a program in a container that reads its standard input, which `input` names.
#[must_use]
pub fn exec_with_input<'a>(
    container: &'a str,
    command: impl IntoIterator<Item = &'a str>,
    input: impl Into<String>,
) -> Call {
    Call::new(["exec", "--interactive", container].into_iter().chain(command)).input(input)
}

/// Runs a program in a container with the user's own streams; with a terminal of
/// its own where the user has one.
#[must_use]
pub fn exec_attached(container: &str, command: &[&str], terminal: bool) -> Call {
    let flags = ["--interactive"].into_iter().chain(terminal.then_some("--tty"));
    let words = flags.chain([container]).chain(command.iter().copied());
    Call::new(["exec"].into_iter().chain(words))
}

/// Runs a program in a container that reads what another call writes.
#[must_use]
pub fn exec_piped<'a>(container: &'a str, command: impl IntoIterator<Item = &'a str>) -> Call {
    let words = ["exec", "--interactive", container].into_iter().chain(command);
    Call::new(words).deadline(Call::TRANSFER)
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

/// Everything the engine knows of containers, as JSON.
#[must_use]
pub fn inspect_containers<'a>(ids: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(["container", "inspect"].into_iter().chain(ids))
}

/// An image's id.
#[must_use]
pub fn image_id(image: &str) -> Call {
    Call::new(["image", "inspect", "--format={{.Id}}", image])
}

/// The value of an image's `label`; an empty line where it has none.
#[must_use]
pub fn image_label(image: &str, label: &str) -> Call {
    let template = format!("--format={{{{index .Config.Labels {label:?}}}}}");
    Call::new(["image", "inspect", &template, image])
}

/// Images as a tar archive on standard output.
#[must_use]
pub fn save<'a>(images: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(["save"].into_iter().chain(images)).deadline(Call::TRANSFER)
}

/// Removes the images that carry `label`, have no name any more, and that no
/// container is made of.
#[must_use]
pub fn prune_images(label: &str) -> Call {
    let filter = format!("--filter=label={label}");
    Call::new(["image", "prune", "--force", &filter]).deadline(Call::WORK)
}

/// Ids of the images that carry `label`, once for each name.
#[must_use]
pub fn labelled_image_ids(label: &str) -> Call {
    let filter = format!("--filter=label={label}");
    Call::new(["image", "ls", "--quiet", "--no-trunc", &filter])
}

/// Names of images; of those that carry `label`, where it is given.
#[must_use]
pub fn image_names(label: Option<&str>) -> Call {
    // An image without a name would be called <none>.
    let words = ["image", "ls", "--filter=dangling=false", "--format={{.Repository}}:{{.Tag}}"];
    let filter = label.map(|label| format!("--filter=label={label}"));
    Call::new(words.into_iter().map(String::from).chain(filter))
}

/// Everything the engine knows of images, as JSON.
#[must_use]
pub fn inspect_images<'a>(ids: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(["image", "inspect"].into_iter().chain(ids))
}

/// Ids of all networks.
#[must_use]
pub fn network_ids() -> Call {
    Call::new(["network", "ls", "--quiet", "--no-trunc"])
}

/// Ids of the networks that carry `label` with `value`.
#[must_use]
pub fn labelled_network_ids(label: &str, value: &str) -> Call {
    let filter = format!("--filter=label={label}={value}");
    Call::new(["network", "ls", "--quiet", "--no-trunc", &filter])
}

/// The values of `label` on all networks that carry it, a line for each.
#[must_use]
pub fn network_label_values(label: &str) -> Call {
    let filter = format!("--filter=label={label}");
    let format = format!("--format={{{{.Label {label:?}}}}}");
    Call::new(["network", "ls", &filter, &format])
}

/// Everything the engine knows of networks, as JSON.
#[must_use]
pub fn inspect_networks<'a>(ids: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(["network", "inspect"].into_iter().chain(ids))
}

/// Creates a bridge network with a subnet of its own.
#[must_use]
pub fn create_network(name: &str, subnet: &str, labels: &[Label]) -> Call {
    let mut args = vec![
        "network".to_owned(),
        "create".into(),
        "--driver=bridge".into(),
        // Fixed addresses are granted on networks with a subnet given by hand.
        format!("--subnet={subnet}"),
    ];
    args.extend(labels.iter().map(|(key, value)| format!("--label={key}={value}")));
    args.push(name.into());
    Call::new(args).to_its_end()
}

/// Removes networks.
#[must_use]
pub fn remove_networks<'a>(ids: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(["network", "rm"].into_iter().chain(ids))
}

/// Sends a signal to a container's first program.
#[must_use]
pub fn signal(container: &str, signal: &str) -> Call {
    Call::new(["kill", &format!("--signal={signal}"), container])
}

/// Asks the client where its engine is; asks the engine nothing.
#[must_use]
pub fn endpoint() -> Call {
    Call::new(["context", "inspect", "--format={{.Endpoints.docker.Host}}"])
}

/// Asks the engine who it is, as JSON.
#[must_use]
pub fn info() -> Call {
    Call::new(["info", "--format={{json .}}"])
}

/// Builds an image from a context given as tar archive.
#[must_use]
pub fn build(tag: &str, arguments: &[(&str, &str)], context: Vec<u8>) -> Call {
    let mut args = vec!["build".to_owned(), format!("--tag={tag}")];
    args.extend(arguments.iter().map(|(key, value)| format!("--build-arg={key}={value}")));
    args.push("-".into());
    Call::new(args).stdin(context).deadline(BUILD)
}

/// Makes an image of a root file system, a tar archive on standard input.
#[must_use]
pub fn import(tag: &str) -> Call {
    Call::new(["import", "-", tag]).deadline(BUILD)
}

/// Brings an image from a registry.
#[must_use]
pub fn pull(image: &str) -> Call {
    Call::new(["pull", image]).deadline(BUILD)
}

/// Creates a container that never runs, for its volumes.
#[must_use]
pub fn create_volumes(name: &str, image: &str, labels: &[Label]) -> Call {
    let mut args = vec!["create".to_owned(), format!("--name={name}")];
    args.extend(labels.iter().map(|(key, value)| format!("--label={key}={value}")));
    args.push(image.into());
    Call::new(args).deadline(Call::WORK).to_its_end()
}

/// Runs a script, given on standard input, in a new container of `image` with
/// the volumes of another.
#[must_use]
pub fn run_script(
    name: &str,
    image: &str,
    volumes_from: &str,
    privilege: Privilege,
    labels: &[Label],
    script: &str,
) -> Call {
    let mut args = vec!["run".to_owned(), "--interactive".into(), format!("--name={name}")];
    args.extend(privilege.flags());
    args.extend(labels.iter().map(|(key, value)| format!("--label={key}={value}")));
    // bash reads the script to its end before it runs any of it.
    let script_shell = "script=$(cat) && exec bash -c \"$script\"";
    args.extend([
        format!("--volumes-from={volumes_from}:ro"),
        "--entrypoint=bash".into(),
        image.into(),
        "-c".into(),
        script_shell.into(),
    ]);
    Call::new(args).stdin(script).deadline(BUILD)
}

/// Prints the state of the host's first process, as a container of `image` sees it.
#[must_use]
pub fn host_status(image: &str) -> Call {
    Call::new([
        "run",
        "--rm",
        // The first process is then the host's.
        "--pid=host",
        "--network=none",
        "--entrypoint=cat",
        image,
        "/proc/1/status",
    ])
    .deadline(Call::WORK)
}

/// Makes an image of a container, with Dockerfile instructions applied.
#[must_use]
pub fn commit(container: &str, image: &str, changes: &[String]) -> Call {
    let mut args = vec!["commit".to_owned()];
    args.extend(changes.iter().map(|change| format!("--change={change}")));
    args.extend([container.to_owned(), image.to_owned()]);
    Call::new(args).deadline(BUILD)
}

/// Builds compile: an hour, in seconds, is for a slow machine.
const BUILD: Duration = Duration::from_secs(3600);
