//! Images with layers that a test has chosen, on their way into nodes: as Docker 20.10 saves
//! them, and as containerd imports them. A layer is a line of text.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::archive;
use crate::engine::Engine;
use crate::exit::{Done, Exit, fail};
use crate::files::{lines, touch};
use crate::flags::text;
use crate::inspect::digest;

/// Returns the digests of the layers of the image in `folder`.
pub(crate) fn digests(folder: &Path) -> Vec<String> {
    lines(&folder.join("layers")).iter().map(|layer| digest(layer.as_bytes())).collect()
}

/// Returns the configuration of the image in `folder`, if it has layers.
pub(crate) fn config(folder: &Path) -> Option<String> {
    let layers = digests(folder);
    (!layers.is_empty()).then(|| json!({ "rootfs": { "diff_ids": layers } }).to_string())
}

/// Returns, for each layer, the chain of layers up to it.
fn chains(layers: &[String]) -> Vec<String> {
    let mut chains: Vec<String> = Vec::new();
    for layer in layers {
        chains.push(match chains.last() {
            Some(below) => digest(format!("{below} {layer}").as_bytes()),
            None => layer.clone(),
        });
    }
    chains
}

fn strings(list: &Value) -> Vec<String> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(|it| it.as_str().map(String::from)).collect()
}

/// An archive of images that is assembled in a folder.
pub(crate) struct Archive<'a> {
    pub(crate) folder: &'a Path,
    list: Vec<Value>,
    /// The place of each layer that the archive has already.
    written: BTreeMap<String, String>,
}

impl<'a> Archive<'a> {
    pub(crate) fn new(folder: &'a Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self { folder, list: Vec::new(), written: BTreeMap::new() })
    }

    /// Adds the image `reference` in the folder `image`, if it has layers.
    pub(crate) fn add(&mut self, image: &Path, reference: &str) -> io::Result<()> {
        let Some(config) = config(image) else { return Ok(()) };
        let name = format!("{}.json", &digest(config.as_bytes())[7..]);
        fs::write(self.folder.join(&name), config)?;
        let mut paths = Vec::new();
        for layer in lines(&image.join("layers")) {
            let path = format!("{}-{}/layer.tar", &name[..8], paths.len());
            let file = self.folder.join(&path);
            fs::create_dir_all(file.with_file_name(""))?;
            if let Some(earlier) = self.written.get(&layer) {
                std::os::unix::fs::symlink(format!("../{earlier}"), file)?;
            } else {
                fs::write(file, &layer)?;
                self.written.insert(layer, path.clone());
            }
            paths.push(path);
        }
        self.list.push(json!({ "Config": name, "RepoTags": [reference], "Layers": paths }));
        Ok(())
    }

    /// Returns the archive's files, if it has any image.
    pub(crate) fn parts(self) -> io::Result<Vec<PathBuf>> {
        if self.list.is_empty() {
            return Ok(Vec::new());
        }
        let list = Value::from(self.list).to_string();
        fs::write(self.folder.join("manifest.json"), list)?;
        Ok(crate::files::entries(self.folder))
    }
}

impl Engine {
    /// Prints the layers that a node has unpacked.
    pub(crate) fn list_layers(&mut self, node: &Path) -> Done {
        self.print("KEY PARENT KIND")?;
        for chain in lines(&node.join("node-layers")) {
            self.print(format!("{chain} sha256:00 Committed"))?;
        }
        Ok(())
    }

    /// Unpacks an archive of `docker save` in a node.
    pub(crate) fn unpack_saved(&self, node: &Path) -> Done {
        for image in self.json("manifest.json").as_array().into_iter().flatten() {
            let config = self.json(image["Config"].as_str().unwrap_or_default());
            unpack(node, &strings(&config["rootfs"]["diff_ids"]))?;
        }
        Ok(())
    }

    /// Imports an OCI image layout into a node, if there is one on standard input, and returns the
    /// names and ids of its images. Fails if a layer is neither in the layout nor in the node.
    pub(crate) fn unpack_layout(&self, node: &Path) -> Result<Vec<String>, Exit> {
        let mut list = Vec::new();
        for entry in self.json("index.json")["manifests"].as_array().into_iter().flatten() {
            let manifest = self.json(&blob(&entry["digest"]));
            let id = &manifest["config"]["digest"];
            let layers = strings(&self.json(&blob(id))["rootfs"]["diff_ids"]);
            let there = lines(&node.join("node-layers"));
            let blobs = manifest["layers"].as_array().into_iter().flatten();
            for (chain, layer) in chains(&layers).iter().zip(blobs) {
                let blob = blob(&layer["digest"]);
                if !there.contains(chain) && archive::file_in(&self.stdin(), &blob).is_none() {
                    return fail(&format!("ctr: content {blob}: not found"));
                }
            }
            unpack(node, &layers)?;
            let name = &entry["annotations"]["io.containerd.image.name"];
            list.push(strings(&json!([name, id])).join(" "));
        }
        Ok(list)
    }

    /// Returns a file of the archive on standard input.
    fn json(&self, name: &str) -> Value {
        let bytes = archive::file_in(&self.stdin(), name).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }
}

fn blob(digest: &Value) -> String {
    format!("blobs/{}", digest.as_str().unwrap_or_default().replace(':', "/"))
}

fn unpack(node: &Path, layers: &[String]) -> Done {
    let file = node.join("node-layers");
    touch(&file);
    let mut all = lines(&file);
    all.extend(chains(layers));
    all.sort();
    all.dedup();
    Ok(fs::write(file, text(&all))?)
}
