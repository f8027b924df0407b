//! Replaces a file in one step. Knows about owners, modes and symbolic links. Knows nothing about
//! the file's contents, except that they are secret.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use super::error::KubeconfigError;

/// The longest chain of symbolic links that is followed: as many as Linux follows.
const MAX_LINKS: usize = 40;

/// Creates the directory of the file, accessible only to its owner, if it does not exist.
pub(super) fn create_parent(path: &Path) -> Result<(), KubeconfigError> {
    let target = follow_links(path).map_err(KubeconfigError::io("read", path))?;
    let directory = directory(&target);
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(KubeconfigError::io("create", directory))
}

/// Writes `text` to a temporary file next to the target, as [`replace`] would, and deletes it
/// again. If the directory does not exist yet, its nearest existing ancestor is tried instead.
pub(super) fn try_beside(path: &Path, text: &str) -> Result<(), KubeconfigError> {
    let target = follow_links(path).map_err(KubeconfigError::io("read", path))?;
    let parent = directory(&target);
    let is_there = |directory: &&Path| fs::symlink_metadata(directory).is_ok();
    let there = parent.ancestors().map(or_here).find(is_there).unwrap_or(parent);
    let action = if there == parent { "write" } else { "create" };
    let what = if there == parent { path } else { parent };
    let written = tempfile::Builder::new().prefix(".mokctl-").tempfile_in(there);
    let written = written.and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()
    });
    written.map_err(KubeconfigError::io(action, what))
}

/// Follows symbolic links from `path` to their end. The file there need not exist.
pub(super) fn follow_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            // A relative target starts at the link's directory.
            Ok(target) => path = directory(&path).join(target),
            // The path is not a link, or it does not exist.
            Err(error) if error.kind() == ErrorKind::InvalidInput => return Ok(path),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(path),
            Err(error) if error.kind() == ErrorKind::NotADirectory => return Ok(path),
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("too many links"))
}

/// Replaces the file `old`, which is at `path`, with a new one. A reader sees either the old or the
/// new text, even after a crash. The owner and the owner's permissions are kept. Group and others
/// lose theirs: the file holds admin keys, and some versions of helm warn if others can read it.
/// Returns the new file, which was locked before it got its name.
pub(super) fn replace(path: &Path, old: &File, text: &str) -> io::Result<File> {
    let old = old.metadata()?;
    let directory = directory(path);
    // `tempfile` creates it with mode 0600.
    let mut new = tempfile::Builder::new().prefix(".mokctl-").tempfile_in(directory)?;
    new.write_all(text.as_bytes())?;
    // Root may run mokctl with a user's home. That user must still be able to read the file.
    if old.uid() != new.as_file().metadata()?.uid() {
        fchown(new.as_file(), Some(old.uid()), Some(old.gid()))?;
    }
    new.as_file().set_permissions(Permissions::from_mode(old.mode() & 0o700))?;
    new.as_file().sync_all()?;
    new.as_file().try_lock().map_err(io::Error::from)?;
    let new = new.persist(path)?;
    // Errors are ignored: the new file is in place even if its name is not on the disk yet, and
    // some file systems cannot sync a directory.
    File::open(directory).and_then(|directory| directory.sync_all()).ok();
    Ok(new)
}

fn directory(path: &Path) -> &Path {
    path.parent().map_or(Path::new("."), or_here)
}

/// Returns `.` for an empty path: the last ancestor of a relative path is the working directory, as
/// an empty path.
fn or_here(directory: &Path) -> &Path {
    if directory.as_os_str().is_empty() { Path::new(".") } else { directory }
}
