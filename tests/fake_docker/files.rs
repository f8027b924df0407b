//! The files of the state. A file that another call removes in the meantime reads as empty.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

/// Returns the first line of a file, or an empty string.
pub(crate) fn get(file: &Path) -> String {
    lines(file).into_iter().next().unwrap_or_default()
}

/// Returns the lines of a file.
pub(crate) fn lines(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines().map(String::from).collect()
}

/// Writes a line to a file of an object, unless the object has been removed.
pub(crate) fn set(file: &Path, line: &str) {
    let _ = fs::write(file, format!("{line}\n"));
}

/// Makes an empty file of an object, unless the object has been removed.
pub(crate) fn touch(file: &Path) {
    let _ = OpenOptions::new().create(true).append(true).open(file);
}

pub(crate) fn is_empty(file: &Path) -> bool {
    fs::metadata(file).map_or(true, |metadata| metadata.len() == 0)
}

/// Returns the folders of the objects in a folder, sorted by name.
pub(crate) fn objects(folder: &Path) -> Vec<PathBuf> {
    let mut folders = entries(folder);
    folders.retain(|folder| !get(&folder.join("id")).is_empty());
    folders
}

/// Returns the entries of a folder, sorted by name.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<_> = found.map(|entry| entry.path()).collect();
    found.sort();
    found
}

/// Returns the last component of a path.
pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
