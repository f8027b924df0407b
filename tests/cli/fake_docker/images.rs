//! Images: what they are, and where.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use mokctl::image::identity::{self, LABELS};
use mokctl::image::release::DEFAULT;

use super::FakeDocker;

/// What an image of ours says of itself, with that Kubernetes version.
pub(crate) fn labels(kubernetes: &str) -> Vec<String> {
    let version = format!("mok.image.kubernetes={kubernetes}");
    let others = LABELS.iter().map(|(key, value)| format!("{key}={value}"));
    [version].into_iter().chain(others).collect()
}

/// The image that clusters are made of, and what its kubeadm lists.
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

    /// A node image with CRI-O, and its name.
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

    /// The registry has an image.
    pub(crate) fn offer(&self, reference: &str, labels: &[String]) {
        let file = self.engine("registry").join(reference);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, labels.iter().map(|label| format!("{label}\n")).collect::<String>())
            .unwrap();
    }

    /// The names of all images.
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

    /// The image has that id, 64 hexadecimal digits.
    pub(crate) fn image_has_id(&self, reference: &str, id: &str) {
        self.write(&format!("images/{reference}/id"), &format!("{id}\n"));
    }

    /// The image consists of these layers, the lowest first.
    pub(crate) fn image_has_layers(&self, reference: &str, layers: &[&str]) {
        self.write(&format!("images/{reference}/layers"), &format!("{}\n", layers.join("\n")));
    }

    /// The image is for another `SYSTEM/ARCHITECTURE`.
    pub(crate) fn image_is_for(&self, reference: &str, platform: &str) {
        self.write(&format!("images/{reference}/platform"), &format!("{platform}\n"));
    }

    /// The image has lost its names; a test finds it nevertheless.
    pub(crate) fn image_has_no_name(&self, reference: &str) {
        self.write(&format!("images/{reference}/unnamed"), "");
    }

    /// The images that were loaded into a node: names in full, and ids.
    pub(crate) fn node_images(&self, node: &str) -> String {
        let file = format!("containers/{node}/node-images");
        fs::read_to_string(self.engine(&file)).unwrap_or_default()
    }
}
