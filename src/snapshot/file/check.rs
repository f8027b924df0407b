//! Checks the file of an exported snapshot.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read};

use flate2::read::GzDecoder;
use serde_json::Value;
use tar::Archive;

use super::sum::{Sum, copy};
use super::{FileError, HEADER, Header, SUM};

/// The name of the archive's entry in which the engine lists the images.
const LIST: &str = "manifest.json";
/// How much of that list, and of mokctl's entries, is read at most, in bytes.
const MOST: u64 = 1 << 20;

/// Checks `file` up to its end, and returns its header. Callers use nothing of a file before this
/// check.
///
/// # Errors
/// Fails if the file is not an exported snapshot, is damaged, or contains other images than its
/// header says.
pub fn check(file: &File) -> Result<Header, FileError> {
    let mut archive = Archive::new(GzDecoder::new(BufReader::new(file)));
    // A file that cannot be decompressed from the start is not an exported snapshot.
    let mut entries = archive.entries().map_err(|_| FileError::Foreign)?;
    let first = entries.next().and_then(Result::ok).ok_or(FileError::Foreign)?;
    if &*first.path_bytes() != HEADER.as_bytes() {
        return Err(FileError::Foreign);
    }
    let mut sum = Sum::default();
    let mut text = Vec::new();
    let tar_header = first.header().clone();
    let digest = copy(first.take(MOST), &mut text)?;
    sum.add(&tar_header, &digest);
    let header = Header::from_json(&text)?;

    let mut list = Vec::new();
    let mut end = Vec::new();
    for entry in entries {
        let entry = entry?;
        if !end.is_empty() {
            return Err(FileError::Damaged);
        }
        let (path, tar_header) = (entry.path_bytes().into_owned(), entry.header().clone());
        if path == SUM.as_bytes() {
            copy(entry.take(MOST), &mut end)?;
            continue;
        }
        let digest = if path == LIST.as_bytes() {
            copy(entry.take(MOST), &mut list)?
        } else {
            copy(entry, &mut io::sink())?
        };
        sum.add(&tar_header, &digest);
    }
    // Reading on to the end verifies gzip's checksum, which follows the archive.
    io::copy(&mut archive.into_inner(), &mut io::sink())?;
    if end != sum.finish().as_bytes() {
        return Err(FileError::Damaged);
    }
    if names(&list) == Some(header.images().into_iter().collect()) {
        Ok(header)
    } else {
        Err(FileError::Foreign)
    }
}

/// Returns the names of the images in the engine's list.
fn names(list: &[u8]) -> Option<BTreeSet<String>> {
    let list: Value = serde_json::from_slice(list).ok()?;
    let mut names = BTreeSet::new();
    for image in list.as_array()? {
        for name in image.get("RepoTags")?.as_array()? {
            names.insert(name.as_str()?.to_owned());
        }
    }
    Some(names)
}
