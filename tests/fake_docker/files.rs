//! The files that the state consists of. What another call takes away meanwhile is read as
//! if it were empty.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

/// The first line of a file; nothing where there is none.
pub(crate) fn get(file: &Path) -> String {
    lines(file).into_iter().next().unwrap_or_default()
}

/// The lines of a file.
pub(crate) fn lines(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines().map(String::from).collect()
}

/// Writes a line to a file of an object, which may be gone meanwhile.
pub(crate) fn set(file: &Path, line: &str) {
    let _ = fs::write(file, format!("{line}\n"));
}

/// The same for an empty file.
pub(crate) fn touch(file: &Path) {
    let _ = OpenOptions::new().create(true).append(true).open(file);
}

pub(crate) fn is_empty(file: &Path) -> bool {
    fs::metadata(file).map_or(true, |metadata| metadata.len() == 0)
}

/// The folders in a folder that are an object, by name.
pub(crate) fn objects(folder: &Path) -> Vec<PathBuf> {
    let mut folders = entries(folder);
    folders.retain(|folder| !get(&folder.join("id")).is_empty());
    folders
}

/// What is in a folder, by name.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<_> = found.map(|entry| entry.path()).collect();
    found.sort();
    found
}

/// The last part of a path.
pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
