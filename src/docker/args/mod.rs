//! Builds calls of the docker client, with the reason beside each flag. The functions are pure:
//! they return a [`Call`](super::Call), and their comments say what the call does when it is run.
//! Output is requested in machine-readable formats.

mod compile;
mod container;
mod engine;
mod exec;
mod image;
mod network;
mod registry;

pub use compile::{
    CompileContainer, copy_out, create_compiler, import, remove_volume, run_program, start_attached,
};
pub use container::{
    Container, changes, container_ids, create_container, inspect_containers,
    labelled_container_ids, labelled_container_names, logs, mark_complete, put_files, put_piped,
    remove, rename, signal, start, stop, take_files, unpause, written_bytes,
};
pub use engine::{at, endpoint, host_status, info};
pub use exec::{exec, exec_attached, exec_with_input, exec_with_large_input};
pub use image::{
    Lent, build, commit, create_volumes, image_id, image_label, image_layers, image_names,
    image_platform, image_size, inspect_images, labelled_image_ids, load, load_piped,
    prune_all_images, prune_images, pull, remove_images, run_beside, run_once, run_script, save,
    tag,
};
pub use network::{
    connect, create_network, create_overlay, disconnect, inspect_networks, labelled_network_ids,
    network_ids, network_label_values, remove_networks,
};
pub use registry::{RegistryContainer, create_registry};
