//! The container of a registry.

use std::num::NonZeroU16;

use crate::cluster::labels::{Label, RESTART_POLICY};
use crate::docker::Call;

/// A registry to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryContainer {
    /// Its name and hostname.
    pub name: String,
    /// Labels, in this order.
    pub labels: Vec<Label>,
    /// The port of the engine's host, and its own.
    pub ports: [NonZeroU16; 2],
    /// The folder that is a volume.
    pub store: &'static str,
    /// The image's name.
    pub image: String,
    /// What runs, with its arguments.
    pub program: [&'static str; 3],
}

/// `docker create` for a registry.
#[must_use]
pub fn create_registry(registry: &RegistryContainer) -> Call {
    let RegistryContainer { name, labels, ports: [port, own], store, image, program } = registry;
    let [entrypoint, arguments @ ..] = program;
    let mut args = vec![
        "create".to_owned(),
        format!("--name={name}"),
        format!("--hostname={name}"),
        // It has no setup that could be cut off: it is finished from the start.
        format!("--restart={RESTART_POLICY}"),
        // Not for other machines: it asks no one who they are.
        format!("--publish=127.0.0.1:{port}:{own}"),
        // Images are written to a file system, not to an overlay, and go with the container.
        format!("--volume={store}"),
        "--log-driver=json-file".into(),
    ];
    args.extend(labels.iter().map(|(key, value)| format!("--label={key}={value}")));
    args.push(format!("--entrypoint={entrypoint}"));
    args.push(image.clone());
    args.extend(arguments.iter().map(|word| (*word).to_owned()));
    Call::new(args).deadline(Call::WORK).to_its_end()
}
