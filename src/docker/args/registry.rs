//! The call that creates the container of a registry.

use std::num::NonZeroU16;

use crate::cluster::labels::{Label, RESTART_POLICY};
use crate::docker::Call;

/// A registry to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryContainer {
    /// The name and the hostname.
    pub name: String,
    /// Labels, in this order.
    pub labels: Vec<Label>,
    /// The port on the engine's host, and the one in the container.
    pub ports: [NonZeroU16; 2],
    /// The folder of the registry's data, which becomes a volume.
    pub store: &'static str,
    /// The image's name.
    pub image: String,
    /// The program with its arguments.
    pub program: [&'static str; 3],
}

/// Creates the container of a registry.
#[must_use]
pub fn create_registry(registry: &RegistryContainer) -> Call {
    let RegistryContainer { name, labels, ports: [port, own], store, image, program } = registry;
    let [entrypoint, arguments @ ..] = program;
    let mut args = vec![
        "create".to_owned(),
        format!("--name={name}"),
        format!("--hostname={name}"),
        // This policy marks a container as complete. A registry has no setup, so it is complete
        // from the start.
        format!("--restart={RESTART_POLICY}"),
        // Only on the loopback address: the registry requires no credentials.
        format!("--publish=127.0.0.1:{port}:{own}"),
        // An anonymous volume: images are not written through overlayfs, and are removed along with
        // the container.
        format!("--volume={store}"),
        "--log-driver=json-file".into(),
    ];
    args.extend(labels.iter().map(|(key, value)| format!("--label={key}={value}")));
    args.push(format!("--entrypoint={entrypoint}"));
    args.push(image.clone());
    args.extend(arguments.iter().map(|word| (*word).to_owned()));
    Call::new(args).deadline(Call::WORK).to_its_end()
}
