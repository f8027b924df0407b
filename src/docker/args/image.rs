//! Calls that inspect, transfer, build and remove images.

use std::time::Duration;

use crate::cluster::labels::Label;
use crate::docker::Call;
use crate::docker::privilege::Privilege;

/// Prints the id of an image.
#[must_use]
pub fn image_id(image: &str) -> Call {
    Call::new(["image", "inspect", "--format={{.Id}}", image])
}

/// Prints the digests of an image's layers, one line each.
#[must_use]
pub fn image_layers(image: &str) -> Call {
    let format = "--format={{range .RootFS.Layers}}{{println .}}{{end}}";
    Call::new(["image", "inspect", format, image])
}

/// Prints the platform of an image, such as `linux/amd64`.
#[must_use]
pub fn image_platform(image: &str) -> Call {
    Call::new(["image", "inspect", "--format={{.Os}}/{{.Architecture}}", image])
}

/// Prints the size of an image in bytes, including shared layers.
#[must_use]
pub fn image_size(image: &str) -> Call {
    Call::new(["image", "inspect", "--format={{.Size}}", image])
}

/// Prints the value of an image's `label`, or an empty line.
#[must_use]
pub fn image_label(image: &str, label: &str) -> Call {
    let template = format!("--format={{{{index .Config.Labels {label:?}}}}}");
    Call::new(["image", "inspect", &template, image])
}

/// Lists the ids of the images with a label, `LABEL` or `LABEL=VALUE`. An image with several names
/// is listed once for each.
#[must_use]
pub fn labelled_image_ids(label: &str) -> Call {
    let filter = format!("--filter=label={label}");
    Call::new(["image", "ls", "--quiet", "--no-trunc", &filter])
}

/// Lists the names of all images, or of those with `label`.
#[must_use]
pub fn image_names(label: Option<&str>) -> Call {
    // An image without a name would be listed as <none>.
    let words = ["image", "ls", "--filter=dangling=false", "--format={{.Repository}}:{{.Tag}}"];
    let filter = label.map(|label| format!("--filter=label={label}"));
    Call::new(words.into_iter().map(String::from).chain(filter))
}

/// Prints everything that the engine knows about images, as JSON.
#[must_use]
pub fn inspect_images<'a>(ids: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(["image", "inspect"].into_iter().chain(ids))
}

/// Removes the images with `label` that have no name and are not used by a container.
#[must_use]
pub fn prune_images(label: &str) -> Call {
    let filter = format!("--filter=label={label}");
    Call::new(["image", "prune", "--force", &filter]).deadline(Call::WORK)
}

/// Removes the images with `label` that are not used by a container. mokctl only prints this call,
/// for users to run.
#[must_use]
pub fn prune_all_images(label: &str) -> Call {
    Call::new(["image", "prune", "--all", "--filter", &format!("label={label}")])
}

/// Removes images. An image that a container uses only loses its name, and is pruned after the
/// container has been removed.
#[must_use]
pub fn remove_images<'a>(images: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(["image", "rm", "--force"].into_iter().chain(images)).deadline(Call::WORK)
}

/// Writes images to standard output as a tar archive.
#[must_use]
pub fn save<'a>(images: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(["save"].into_iter().chain(images)).deadline(Call::TRANSFER)
}

/// Loads images from the tar archive `file`. mokctl only prints this call, for users to run.
#[must_use]
pub fn load(file: &str) -> Call {
    Call::new(["load".to_owned(), format!("--input={file}")])
}

/// Loads images from an archive on standard input, which may be compressed with gzip. The client
/// does not open the file itself, because a client that is installed as a snap can read few files.
#[must_use]
pub fn load_piped() -> Call {
    Call::new(["load", "--quiet"]).deadline(Call::TRANSFER).to_its_end()
}

/// Pulls an image.
#[must_use]
pub fn pull(image: &str) -> Call {
    Call::new(["pull", image]).deadline(BUILD)
}

/// Gives an image a further name.
#[must_use]
pub fn tag(image: &str, name: &str) -> Call {
    Call::new(["tag", image, name])
}

/// Builds an image from a context, which is a tar archive. `proxies` are the names of environment
/// variables whose values the client passes on.
#[must_use]
pub fn build(
    tag: &str,
    arguments: &[(&str, &str)],
    proxies: &[&str],
    labels: &[Label],
    context: Vec<u8>,
) -> Call {
    let mut args = vec!["build".to_owned(), format!("--tag={tag}")];
    args.extend(labels.iter().map(|(key, value)| format!("--label={key}={value}")));
    args.extend(arguments.iter().map(|(key, value)| format!("--build-arg={key}={value}")));
    // Builders know the names of these variables, and do not store their values in the image.
    args.extend(proxies.iter().map(|name| format!("--build-arg={name}")));
    args.push("-".into());
    Call::new(args).stdin(context).deadline(BUILD)
}

/// Creates a container that is never started: only its volumes are used.
#[must_use]
pub fn create_volumes(name: &str, image: &str, labels: &[Label]) -> Call {
    let mut args = vec!["create".to_owned(), format!("--name={name}")];
    args.extend(labels.iter().map(|(key, value)| format!("--label={key}={value}")));
    args.push(image.into());
    Call::new(args).deadline(Call::WORK).to_its_end()
}

/// Runs `program` in a container of `image` that has no network and is removed afterwards.
#[must_use]
pub fn run_once<'a>(image: &str, program: &str, words: impl IntoIterator<Item = &'a str>) -> Call {
    // The program may read its standard input.
    let mut args = ["run", "--rm", "--interactive", "--network=none"].map(String::from).to_vec();
    args.extend([format!("--entrypoint={program}"), image.to_owned()]);
    args.extend(words.into_iter().map(String::from));
    Call::new(args).deadline(Call::WORK)
}

/// How a container gets the files of another image.
#[derive(Debug, Clone, Copy)]
pub enum Lent<'a> {
    /// From the volumes of this container. docker fills them when it creates the container.
    Volumes(&'a str),
    /// From this image, which is mounted. For podman, all versions of which can mount images.
    /// podman fills volumes only when a container starts, and this image has no program to start.
    Image(&'a str),
}

impl Lent<'_> {
    fn flag(self) -> String {
        match self {
            Self::Volumes(container) => format!("--volumes-from={container}:ro"),
            Self::Image(image) => format!("--mount=type=image,source={image},destination=/mnt"),
        }
    }

    /// Returns the folder below which the image's files are.
    fn root(self) -> &'static str {
        match self {
            Self::Volumes(_) => "",
            Self::Image(_) => "/mnt",
        }
    }
}

/// Runs a script, given on standard input, in a new container of `image`. The script's only
/// argument is the folder with the files that are `lent`.
#[must_use]
pub fn run_script(
    name: &str,
    image: &str,
    lent: Lent<'_>,
    privilege: Privilege,
    labels: &[Label],
    script: &str,
) -> Call {
    let mut args = vec!["run".to_owned(), "--interactive".into(), format!("--name={name}")];
    args.extend(privilege.flags());
    args.extend(labels.iter().map(|(key, value)| format!("--label={key}={value}")));
    // bash must read the whole script before it runs any of it.
    let script_shell = "script=$(cat) && exec bash -c \"$script\" \"$@\"";
    args.extend([
        lent.flag(),
        "--entrypoint=bash".into(),
        image.into(),
        "-c".into(),
        script_shell.into(),
        // The `$0` of this shell, and of the shell that runs the script.
        "bash".into(),
        "script".into(),
        lent.root().into(),
    ]);
    Call::new(args).stdin(script).deadline(BUILD)
}

/// Runs `program` in a new container of `image` that can read the volumes of another container. The
/// container is not removed.
#[must_use]
pub fn run_beside(
    name: &str,
    image: &str,
    volumes_from: &str,
    labels: &[Label],
    program: &[&str],
) -> Call {
    let mut args = vec!["run".to_owned(), format!("--name={name}")];
    args.extend(labels.iter().map(|(key, value)| format!("--label={key}={value}")));
    args.extend([
        "--network=none".to_owned(),
        // Needed for trusted extended attributes, in which overlayfs stores its metadata.
        "--cap-add=SYS_ADMIN".into(),
        format!("--volumes-from={volumes_from}:ro"),
    ]);
    let (first, rest) = program.split_first().unwrap_or((&"", &[]));
    args.extend([format!("--entrypoint={first}"), image.to_owned()]);
    args.extend(rest.iter().map(|word| (*word).to_owned()));
    Call::new(args).deadline(Call::TRANSFER).to_its_end()
}

/// Makes an image from a container. `changes` are Dockerfile instructions for the image.
#[must_use]
pub fn commit(container: &str, image: &str, changes: &[String]) -> Call {
    let mut args = vec!["commit".to_owned()];
    args.extend(changes.iter().map(|change| format!("--change={change}")));
    args.extend([container.to_owned(), image.to_owned()]);
    Call::new(args).deadline(BUILD)
}

/// The deadline of a build or pull on a slow machine: an hour.
const BUILD: Duration = Duration::from_secs(3600);
