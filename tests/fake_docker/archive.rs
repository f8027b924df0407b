//! Reads and writes tar archives, and copies folders.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use flate2::read::GzDecoder;

use crate::files::{entries, name_of};

/// Unpacks `archive` into `folder`.
pub(crate) fn unpack(archive: impl Read, folder: &Path) -> io::Result<()> {
    let mut archive = tar::Archive::new(archive);
    archive.set_preserve_mtime(false);
    archive.unpack(folder)
}

/// Unpacks a gzip-compressed archive into `folder`.
pub(crate) fn unpack_gzip(file: &Path, folder: &Path) -> io::Result<()> {
    unpack(GzDecoder::new(File::open(file)?), folder)
}

/// Writes an archive of these files and folders, each under the name it has.
pub(crate) fn pack(to: &mut dyn Write, paths: &[&Path]) -> io::Result<()> {
    let mut builder = tar::Builder::new(to);
    builder.follow_symlinks(false);
    for path in paths {
        if path.is_dir() {
            builder.append_dir_all(name_of(path), path)?;
        } else {
            builder.append_path_with_name(path, name_of(path))?;
        }
    }
    builder.finish()
}

/// Returns the contents of the file `name` in an archive, if it is there.
pub(crate) fn file_in(archive: &Path, name: &str) -> Option<Vec<u8>> {
    let mut archive = tar::Archive::new(File::open(archive).ok()?);
    for entry in archive.entries().ok()? {
        let mut entry = entry.ok()?;
        if entry.path().is_ok_and(|path| path == Path::new(name)) {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).ok()?;
            return Some(bytes);
        }
    }
    None
}

/// Copies the contents of the folder `from` into the folder `to`.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in entries(from) {
        let there = to.join(name_of(&entry));
        let metadata = fs::symlink_metadata(&entry)?;
        if metadata.is_dir() {
            copy(&entry, &there)?;
        } else if metadata.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&entry)?, &there)?;
        } else {
            fs::copy(&entry, &there)?;
        }
    }
    Ok(())
}
