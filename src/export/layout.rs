//! Images as a node is given them: an OCI image layout without the layers that it has. Its
//! containerd looks for an unpacked layer before it looks for a packed one.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Write};

use serde_json::{Value, json};
use tar::{Builder, Header};

use super::digest::digest;
use super::saved::{At, Layer, Saved, SavedImage};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
/// What containerd names an image by.
const NAME: &str = "io.containerd.image.name";

impl Saved {
    /// Writes the images that `take` wants: how many of their layers, from the lowest on, are
    /// there, and the names in full that they get. Layers come out of `archive`, which these
    /// images were read from.
    ///
    /// # Errors
    /// Reading or writing fails.
    pub fn write(
        &self,
        archive: &File,
        to: &mut dyn Write,
        take: impl Fn(&SavedImage) -> Option<(usize, Vec<String>)>,
    ) -> io::Result<()> {
        let mut layout = Layout { tar: Builder::new(to), written: BTreeSet::new() };
        layout
            .file("oci-layout", json!({ "imageLayoutVersion": "1.0.0" }).to_string().as_bytes())?;
        let mut manifests = Vec::new();
        for image in &self.images {
            let Some((there, names)) = take(image) else { continue };
            for layer in image.layers.get(there..).unwrap_or_default() {
                layout.layer(archive, layer)?;
            }
            layout.blob(&image.config)?;
            let manifest = manifest(image).to_string();
            layout.blob(manifest.as_bytes())?;
            manifests.extend(names.iter().map(|name| {
                let mut entry =
                    descriptor(MANIFEST, &digest(manifest.as_bytes()), manifest.len() as u64);
                entry["annotations"] = json!({ NAME: name });
                entry
            }));
        }
        let index = json!({ "schemaVersion": 2, "manifests": manifests });
        layout.file("index.json", index.to_string().as_bytes())?;
        layout.tar.finish()
    }
}

fn manifest(image: &SavedImage) -> Value {
    let layer = |layer: &Layer| {
        descriptor(&format!("{LAYER}{}", layer.packed), &layer.digest, layer.place.size)
    };
    json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": descriptor(CONFIG, &image.id(), image.config.len() as u64),
        "layers": image.layers.iter().map(layer).collect::<Vec<_>>(),
    })
}

fn descriptor(media_type: &str, digest: &str, size: u64) -> Value {
    json!({ "mediaType": media_type, "digest": digest, "size": size })
}

struct Layout<'a> {
    tar: Builder<&'a mut dyn Write>,
    /// Digests.
    written: BTreeSet<String>,
}

impl Layout<'_> {
    fn file(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.tar.append_data(&mut header(bytes.len() as u64), path, bytes)
    }

    fn blob(&mut self, bytes: &[u8]) -> io::Result<()> {
        let digest = digest(bytes);
        if self.written.insert(digest.clone()) { self.file(&path(&digest), bytes) } else { Ok(()) }
    }

    fn layer(&mut self, archive: &File, layer: &Layer) -> io::Result<()> {
        if !self.written.insert(layer.digest.clone()) {
            return Ok(());
        }
        let bytes = At { archive, offset: layer.place.offset }.take(layer.place.size);
        self.tar.append_data(&mut header(layer.place.size), path(&layer.digest), bytes)
    }
}

fn header(size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o644);
    header
}

fn path(digest: &str) -> String {
    format!("blobs/{}", digest.replace(':', "/"))
}
