//! Images: looked at, carried about, built.

use std::time::Duration;

use crate::cluster::labels::Label;
use crate::docker::Call;
use crate::docker::privilege::Privilege;

/// An image's id.
#[must_use]
pub fn image_id(image: &str) -> Call {
    Call::new(["image", "inspect", "--format={{.Id}}", image])
}

/// The digests of an image's layers, a line for each.
#[must_use]
pub fn image_layers(image: &str) -> Call {
    let format = "--format={{range .RootFS.Layers}}{{println .}}{{end}}";
    Call::new(["image", "inspect", format, image])
}

/// The system and the processors that an image is for, such as `linux/amd64`.
#[must_use]
pub fn image_platform(image: &str) -> Call {
    Call::new(["image", "inspect", "--format={{.Os}}/{{.Architecture}}", image])
}

/// An image's size in bytes, with what it shares.
#[must_use]
pub fn image_size(image: &str) -> Call {
    Call::new(["image", "inspect", "--format={{.Size}}", image])
}

/// The value of an image's `label`; an empty line where it has none.
#[must_use]
pub fn image_label(image: &str, label: &str) -> Call {
    let template = format!("--format={{{{index .Config.Labels {label:?}}}}}");
    Call::new(["image", "inspect", &template, image])
}

/// Ids of the images that carry `label`, or `LABEL=VALUE`, once for each name.
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

/// Removes the images that carry `label`, have no name any more, and that no
/// container is made of.
#[must_use]
pub fn prune_images(label: &str) -> Call {
    let filter = format!("--filter=label={label}");
    Call::new(["image", "prune", "--force", &filter]).deadline(Call::WORK)
}

/// Removes the images that carry `label` and that no container is made of, for a user
/// to run.
#[must_use]
pub fn prune_all_images(label: &str) -> Call {
    Call::new(["image", "prune", "--all", "--filter", &format!("label={label}")])
}

/// Removes images. Of one that a container is made of only the name goes; it is
/// pruned after the container.
#[must_use]
pub fn remove_images<'a>(images: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(["image", "rm", "--force"].into_iter().chain(images)).deadline(Call::WORK)
}

/// Images as a tar archive on standard output.
#[must_use]
pub fn save<'a>(images: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(["save"].into_iter().chain(images)).deadline(Call::TRANSFER)
}

/// Takes images out of the tar archive `file`: for a user to say.
#[must_use]
pub fn load(file: &str) -> Call {
    Call::new(["load".to_owned(), format!("--input={file}")])
}

/// Takes images out of an archive on standard input, which may be compressed with gzip. Not
/// out of a file: a client from a snap sees few of them.
#[must_use]
pub fn load_piped() -> Call {
    Call::new(["load", "--quiet"]).deadline(Call::TRANSFER).to_its_end()
}

/// Brings an image from a registry.
#[must_use]
pub fn pull(image: &str) -> Call {
    Call::new(["pull", image]).deadline(BUILD)
}

/// Gives an image one more name.
#[must_use]
pub fn tag(image: &str, name: &str) -> Call {
    Call::new(["tag", image, name])
}

/// Builds an image from a context given as tar archive; `proxies` are variables whose
/// values the client hands on.
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
    // Builders know these names, and keep them out of the image.
    args.extend(proxies.iter().map(|name| format!("--build-arg={name}")));
    args.push("-".into());
    Call::new(args).stdin(context).deadline(BUILD)
}

/// Creates a container that never runs, for its volumes.
#[must_use]
pub fn create_volumes(name: &str, image: &str, labels: &[Label]) -> Call {
    let mut args = vec!["create".to_owned(), format!("--name={name}")];
    args.extend(labels.iter().map(|(key, value)| format!("--label={key}={value}")));
    args.push(image.into());
    Call::new(args).deadline(Call::WORK).to_its_end()
}

/// Runs `program` in a container of `image` that is gone afterwards, and reaches nothing.
#[must_use]
pub fn run_once<'a>(image: &str, program: &str, words: impl IntoIterator<Item = &'a str>) -> Call {
    // It may read what it is asked about from its standard input.
    let mut args = ["run", "--rm", "--interactive", "--network=none"].map(String::from).to_vec();
    args.extend([format!("--entrypoint={program}"), image.to_owned()]);
    args.extend(words.into_iter().map(String::from));
    Call::new(args).deadline(Call::WORK)
}

/// Where a container finds the files of an image that is not its own.
#[derive(Debug, Clone, Copy)]
pub enum Lent<'a> {
    /// In the volumes of this container: docker fills them when it creates it.
    Volumes(&'a str),
    /// In this image, mounted. Only podman mounts one in all its versions, and it would fill
    /// a volume only when its container starts, which a container without a program cannot.
    Image(&'a str),
}

impl Lent<'_> {
    fn flag(self) -> String {
        match self {
            Self::Volumes(container) => format!("--volumes-from={container}:ro"),
            Self::Image(image) => format!("--mount=type=image,source={image},destination=/mnt"),
        }
    }

    /// Below which the image's root is.
    fn root(self) -> &'static str {
        match self {
            Self::Volumes(_) => "",
            Self::Image(_) => "/mnt",
        }
    }
}

/// Runs a script, given on standard input, in a new container of `image`. Its only
/// argument is the folder below which it finds what is `lent`.
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
    // bash reads the script to its end before it runs any of it.
    let script_shell = "script=$(cat) && exec bash -c \"$script\" \"$@\"";
    args.extend([
        lent.flag(),
        "--entrypoint=bash".into(),
        image.into(),
        "-c".into(),
        script_shell.into(),
        // The names of this shell and of the one that runs the script.
        "bash".into(),
        "script".into(),
        lent.root().into(),
    ]);
    Call::new(args).stdin(script).deadline(BUILD)
}

/// Runs `program` in a new container of `image` that sees the volumes of another
/// one, and stays.
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
        // overlayfs keeps what it must know of a folder in trusted attributes.
        "--cap-add=SYS_ADMIN".into(),
        format!("--volumes-from={volumes_from}:ro"),
    ]);
    let (first, rest) = program.split_first().unwrap_or((&"", &[]));
    args.extend([format!("--entrypoint={first}"), image.to_owned()]);
    args.extend(rest.iter().map(|word| (*word).to_owned()));
    Call::new(args).deadline(Call::TRANSFER).to_its_end()
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
