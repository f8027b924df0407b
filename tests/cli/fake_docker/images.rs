//! Images of the fake engine and of its nodes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use mokctl::image::identity::{self, LABELS};
use mokctl::image::release::DEFAULT;

use super::FakeDocker;

/// Returns the labels of a node image with this Kubernetes version.
pub(crate) fn labels(kubernetes: &str) -> Vec<String> {
    let version = format!("mok.image.kubernetes={kubernetes}");
    let others = LABELS.iter().map(|(key, value)| format!("{key}={value}"));
    [version].into_iter().chain(others).collect()
}

/// Returns the name of the default node image.
pub(crate) fn image() -> String {
    identity::name(DEFAULT)
}

impl FakeDocker {
    pub(crate) fn add_image(&self, reference: &str, labels: &[String]) {
        let folder = format!("images/{reference}");
        fs::create_dir_all(self.engine(&folder)).unwrap();
        let lines: String = labels.iter().map(|label| format!("{label}\n")).collect();
        self.write(&format!("{folder}/labels"), &lines);
    }

    /// Adds a node image with CRI-O, and returns its name.
    pub(crate) fn add_crio_image(&self) -> &'static str {
        let others = labels(&DEFAULT.to_string()).into_iter().filter(|label| {
            !["schema", "cri-socket", "cgroup-driver"]
                .iter()
                .any(|name| label.starts_with(&format!("mok.image.{name}=")))
        });
        let own = [
            "mok.image.schema=2",
            "mok.image.runtime=cri-o",
            "mok.image.cri-socket=/run/crio/crio.sock",
            "mok.image.cgroup-driver=systemd",
        ];
        let all: Vec<_> = others.chain(own.map(String::from)).collect();
        self.add_image("local/crio:1", &all);
        "local/crio:1"
    }

    pub(crate) fn remove_image(&self, reference: &str) {
        fs::remove_dir_all(self.engine("images").join(reference)).unwrap();
    }

    pub(crate) fn remove_images(&self) {
        fs::remove_dir_all(self.engine("images")).unwrap();
        fs::create_dir(self.engine("images")).unwrap();
    }

    /// Adds an image to the registry.
    pub(crate) fn offer(&self, reference: &str, labels: &[String]) {
        let file = self.engine("registry").join(reference);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, labels.iter().map(|label| format!("{label}\n")).collect::<String>())
            .unwrap();
    }

    /// Returns the names of all images.
    pub(crate) fn images(&self) -> BTreeSet<String> {
        let folders = |folder: &Path| -> Vec<PathBuf> {
            let entries = fs::read_dir(folder).into_iter().flatten();
            entries.map(|entry| entry.unwrap().path()).collect()
        };
        let root = self.engine("images");
        let images = folders(&root).into_iter().flat_map(|folder| folders(&folder));
        let images = images.filter(|folder| folder.join("labels").exists());
        images.map(|image| image.strip_prefix(&root).unwrap().display().to_string()).collect()
    }

    /// Sets the id of an image, 64 hexadecimal digits.
    pub(crate) fn image_has_id(&self, reference: &str, id: &str) {
        self.write(&format!("images/{reference}/id"), &format!("{id}\n"));
    }

    /// Sets the layers of an image, the lowest first.
    pub(crate) fn image_has_layers(&self, reference: &str, layers: &[&str]) {
        self.write(&format!("images/{reference}/layers"), &format!("{}\n", layers.join("\n")));
    }

    /// Sets the platform of an image, `SYSTEM/ARCHITECTURE`.
    pub(crate) fn image_is_for(&self, reference: &str, platform: &str) {
        self.write(&format!("images/{reference}/platform"), &format!("{platform}\n"));
    }

    /// Removes the names of an image. Tests still find it by its reference.
    pub(crate) fn image_has_no_name(&self, reference: &str) {
        self.write(&format!("images/{reference}/unnamed"), "");
    }

    /// Returns the images that were loaded into a node: full names and ids.
    pub(crate) fn node_images(&self, node: &str) -> String {
        let file = format!("containers/{node}/node-images");
        fs::read_to_string(self.engine(&file)).unwrap_or_default()
    }
}
