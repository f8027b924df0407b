//! The OCI image layout that a node gets: the engine's, if that writes one, without the layers
//! that the node has. containerd looks for an unpacked layer before it looks for a packed one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tar::{Builder, Header};

use super::digest::digest;
use super::saved::{At, Layer, Place, Saved, SavedImage, blob};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
/// The annotation from which containerd takes an image's name.
const NAME: &str = "io.containerd.image.name";

impl Saved {
    /// Writes the images for which `take` returns a value: how many of their layers, lowest first,
    /// the node has, and the full names that they get. The data come from `archive`, from which
    /// these images were read.
    ///
    /// # Errors
    /// Fails if reading or writing does.
    pub fn write(
        &self,
        archive: &File,
        to: &mut dyn Write,
        take: impl Fn(&SavedImage) -> Option<(usize, Vec<String>)>,
    ) -> io::Result<()> {
        let mut layout = Layout { tar: Builder::new(to), written: BTreeSet::new() };
        match &self.layout {
            Some(files) => layout.copy_all(archive, files, &self.spared(take))?,
            None => layout.make(archive, &self.images, take)?,
        }
        layout.tar.finish()
    }

    /// Returns the layers that none of the images needs.
    fn spared(&self, take: impl Fn(&SavedImage) -> Option<(usize, Vec<String>)>) -> BTreeSet<&str> {
        let (mut all, mut needed) = (BTreeSet::new(), BTreeSet::new());
        for image in &self.images {
            let layers = || image.layers.iter().map(|layer| layer.digest.as_str());
            all.extend(layers());
            if let Some((there, _)) = take(image) {
                needed.extend(layers().skip(there));
            }
        }
        &all - &needed
    }
}

fn manifest(image: &SavedImage) -> Value {
    let layer = |layer: &Layer| descriptor(LAYER, &layer.digest, layer.place.size);
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
    /// The digests of the blobs that have been written.
    written: BTreeSet<String>,
}

impl Layout<'_> {
    /// Copies the engine's layout without the layers that are `spared`.
    fn copy_all(
        &mut self,
        archive: &File,
        files: &BTreeMap<PathBuf, Place>,
        spared: &BTreeSet<&str>,
    ) -> io::Result<()> {
        let is_sent = |path: &Path| blob(path).is_none_or(|digest| !spared.contains(&*digest));
        for (path, place) in files.iter().filter(|(path, _)| is_sent(path)) {
            self.copy(archive, path, *place)?;
        }
        Ok(())
    }

    /// Makes one layout of the images that `take` selects, from an archive of another format.
    fn make(
        &mut self,
        archive: &File,
        images: &[SavedImage],
        take: impl Fn(&SavedImage) -> Option<(usize, Vec<String>)>,
    ) -> io::Result<()> {
        self.file("oci-layout", json!({ "imageLayoutVersion": "1.0.0" }).to_string().as_bytes())?;
        let mut entries = Vec::new();
        for image in images {
            let Some((there, names)) = take(image) else { continue };
            for layer in image.layers.get(there..).unwrap_or_default() {
                self.layer(archive, layer)?;
            }
            self.blob(&image.config)?;
            let manifest = manifest(image).to_string();
            self.blob(manifest.as_bytes())?;
            let digest = digest(manifest.as_bytes());
            entries.extend(names.iter().map(|name| {
                let mut entry = descriptor(MANIFEST, &digest, manifest.len() as u64);
                entry["annotations"] = json!({ NAME: name });
                entry
            }));
        }
        let index = json!({ "schemaVersion": 2, "manifests": entries });
        self.file("index.json", index.to_string().as_bytes())
    }

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
        self.copy(archive, Path::new(&path(&layer.digest)), layer.place)
    }

    fn copy(&mut self, archive: &File, path: &Path, place: Place) -> io::Result<()> {
        let bytes = At { archive, offset: place.offset }.take(place.size);
        self.tar.append_data(&mut header(place.size), path, bytes)
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
