//! Parses an archive of `docker save`: its images, and where in the file their layers are.
//! Docker's older format, the OCI layouts of newer engines, and podman's format all have the list
//! `manifest.json`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;
use tar::{Archive, EntryType};

use super::digest::digest;

/// The most bytes of a list or a configuration: more than any has.
const MAX_TEXT: u64 = 16 << 20;

/// The images of an archive.
#[derive(Debug)]
pub struct Saved {
    pub(super) images: Vec<SavedImage>,
    /// The files of the archive if it is an OCI layout. Its manifests come from the engine, whose
    /// id of an image may be the digest of one.
    pub(super) layout: Option<BTreeMap<PathBuf, Place>>,
}

/// An image of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedImage {
    /// The names, as they are in the archive.
    pub names: Vec<String>,
    /// The configuration, unchanged: its digest is the id of the image.
    pub(super) config: Vec<u8>,
    /// The layers, lowest first.
    pub(super) layers: Vec<Layer>,
}

/// A layer in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layer {
    pub(super) digest: String,
    pub(super) place: Place,
}

/// A range of bytes in the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) offset: u64,
    pub(super) size: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    config: PathBuf,
    repo_tags: Option<Vec<String>>,
    layers: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct Config {
    rootfs: RootFs,
}

#[derive(Deserialize)]
struct RootFs {
    diff_ids: Vec<String>,
}

/// The files of an archive, which its list refers to.
#[derive(Default)]
struct Places {
    files: BTreeMap<PathBuf, Place>,
    links: BTreeMap<PathBuf, PathBuf>,
}

impl Saved {
    /// Reads `archive`, except for the contents of its layers. Returns `None` if it has another
    /// format.
    ///
    /// # Errors
    /// Fails if the archive cannot be read.
    pub fn read(archive: &File) -> io::Result<Option<Self>> {
        let places = Places::of(archive)?;
        let Some(list) = places.find(Path::new("manifest.json")) else { return Ok(None) };
        let Ok(list) = serde_json::from_slice::<Vec<Listed>>(&text(archive, list)?) else {
            return Ok(None);
        };
        let mut images = Vec::new();
        for listed in list {
            let Some(image) = image(archive, &places, listed)? else { return Ok(None) };
            images.push(image);
        }
        let is_layout = places.files.contains_key(Path::new("oci-layout"));
        Ok(Some(Self { images, layout: is_layout.then_some(places.files) }))
    }
}

fn image(archive: &File, places: &Places, listed: Listed) -> io::Result<Option<SavedImage>> {
    let Some(config) = places.find(&listed.config) else { return Ok(None) };
    let config = text(archive, config)?;
    let Ok(Config { rootfs }) = serde_json::from_slice(&config) else { return Ok(None) };
    if rootfs.diff_ids.len() != listed.layers.len() {
        return Ok(None);
    }
    let mut layers = Vec::new();
    for (path, unpacked) in listed.layers.iter().zip(rootfs.diff_ids) {
        let Some(place) = places.find(path) else { return Ok(None) };
        // In formats that do not name files by digest, layers are not compressed either.
        layers.push(Layer { digest: blob(path).unwrap_or(unpacked), place });
    }
    Ok(Some(SavedImage { names: listed.repo_tags.unwrap_or_default(), config, layers }))
}

/// Returns the digest in the path of a blob of an OCI layout.
pub(super) fn blob(path: &Path) -> Option<String> {
    let digits = path.strip_prefix("blobs/sha256").ok()?.to_str()?;
    Some(format!("sha256:{digits}"))
}

fn text(archive: &File, place: Place) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = At { archive, offset: place.offset };
    file.take(place.size.min(MAX_TEXT)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Places {
    fn of(archive: &File) -> io::Result<Self> {
        let mut places = Self::default();
        for entry in Archive::new(At { archive, offset: 0 }).entries_with_seek()? {
            let entry = entry?;
            let path = normal(&entry.path()?);
            match entry.header().entry_type() {
                EntryType::Regular => {
                    let place = Place { offset: entry.raw_file_position(), size: entry.size() };
                    places.files.insert(path, place);
                }
                // A layer that an earlier image of the archive has, too.
                EntryType::Symlink => {
                    if let Some(target) = entry.link_name()? {
                        let beside = path.parent().unwrap_or(Path::new("")).join(target);
                        places.links.insert(path, normal(&beside));
                    }
                }
                _ => {}
            }
        }
        Ok(places)
    }

    fn find(&self, path: &Path) -> Option<Place> {
        let path = normal(path);
        let path = self.links.get(&path).unwrap_or(&path);
        self.files.get(path).copied()
    }
}

/// Returns the path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => normal.push(name),
            Component::ParentDir => {
                normal.pop();
            }
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    normal
}

/// Reads a shared file from a separate position.
pub(super) struct At<'a> {
    pub(super) archive: &'a File,
    pub(super) offset: u64,
}

impl Read for At<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.archive.read_at(buffer, self.offset)?;
        self.offset += count as u64;
        Ok(count)
    }
}

impl io::Seek for At<'_> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        let moved = match to {
            io::SeekFrom::Start(offset) => Some(offset),
            io::SeekFrom::Current(by) => self.offset.checked_add_signed(by),
            io::SeekFrom::End(by) => self.archive.metadata()?.len().checked_add_signed(by),
        };
        self.offset = moved.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.offset)
    }
}

impl SavedImage {
    /// Returns the id of the image.
    pub(super) fn id(&self) -> String {
        digest(&self.config)
    }
}
