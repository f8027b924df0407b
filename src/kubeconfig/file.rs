//! Replaces a file in one step. Knows owners, modes and links; knows nothing
//! about what the file holds, but that it is secret.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use super::error::KubeconfigError;

/// As many links in a row as Linux follows.
const MAX_LINKS: usize = 40;

/// Creates the directory of the file, for its owner alone, when absent.
pub(super) fn create_parent(path: &Path) -> Result<(), KubeconfigError> {
    let target = follow_links(path).map_err(KubeconfigError::io("read", path))?;
    let directory = directory(&target);
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(KubeconfigError::io("create", directory))
}

/// Writes `text` where [`replace`] would, beside the file, and takes it away again. Where
/// the directory has yet to be created, one above it must be ours to write to.
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

/// The file at the end of the links, which need not exist.
pub(super) fn follow_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            // Relative to where the link is.
            Ok(target) => path = directory(&path).join(target),
            // Not a link, or not there.
            Err(error) if error.kind() == ErrorKind::InvalidInput => return Ok(path),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(path),
            Err(error) if error.kind() == ErrorKind::NotADirectory => return Ok(path),
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("too many links"))
}

/// Puts a new file in the place of `old`, which is at `path`; a reader sees the
/// old or the new, also after a crash. The owner is kept, and so is the mode but
/// for group and others: the file holds admin keys, and kubectl warns when they
/// may read it. Gives the new file, already locked before it had its name.
pub(super) fn replace(path: &Path, old: &File, text: &str) -> io::Result<File> {
    let old = old.metadata()?;
    let directory = directory(path);
    // Created with mode 0600.
    let mut new = tempfile::Builder::new().prefix(".mokctl-").tempfile_in(directory)?;
    new.write_all(text.as_bytes())?;
    // As root, in the home of a user who has to read it afterwards.
    if old.uid() != new.as_file().metadata()?.uid() {
        fchown(new.as_file(), Some(old.uid()), Some(old.gid()))?;
    }
    new.as_file().set_permissions(Permissions::from_mode(old.mode() & 0o700))?;
    new.as_file().sync_all()?;
    new.as_file().try_lock().map_err(io::Error::from)?;
    let new = new.persist(path)?;
    // The new file is in place, whether or not its name is on the disk yet;
    // some file systems cannot tell.
    File::open(directory).and_then(|directory| directory.sync_all()).ok();
    Ok(new)
}

fn directory(path: &Path) -> &Path {
    path.parent().map_or(Path::new("."), or_here)
}

/// The last ancestor of a relative path is the working directory, without a name.
fn or_here(directory: &Path) -> &Path {
    if directory.as_os_str().is_empty() { Path::new(".") } else { directory }
}
