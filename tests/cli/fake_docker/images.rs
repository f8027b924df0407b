//! Images of the user's: what they are, and where.

use std::fs;

use super::FakeDocker;

impl FakeDocker {
    /// The image has that id, 64 hexadecimal digits.
    pub(crate) fn image_has_id(&self, reference: &str, id: &str) {
        self.write(&format!("images/{reference}/id"), &format!("{id}\n"));
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
