//! Lets one writer at a time at a kubeconfig. Knows how kubectl guards the file
//! as well; knows nothing about what is in it.
//!
//! Among mokctl's own processes the lock is `flock` on the kubeconfig itself. It
//! ends with the process that holds it, so none is ever left behind; it needs no
//! file beside the kubeconfig; and of a file with mode 0600 no other user can
//! withhold it, as they could of a shared directory. The file is replaced by a
//! rename, so the one locked may no longer be the one in place: that is looked
//! at after locking, and the new file is locked before it gets its name.
//!
//! kubectl, kind and the like hold `KUBECONFIG.lock` instead, for as long as it
//! exists. We wait for one that is fresh and then create ours, so that none of them
//! writes back what they read before our change. One that is old was left by a
//! process that died, and one that cannot be had must not stop us: then we go on
//! without. Ours says whose it is; found by another mokctl that holds the
//! `flock`, it is stale, and is removed. What stays open is kubectl's
//! own gap: `kubectl config` decides what to delete by what it read before it
//! took its lock, so one that began just before us may drop our entries.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::error::KubeconfigError;
use super::file;

/// How long to wait for the other processes of ours.
const DEADLINE: Duration = Duration::from_secs(30);

/// From which age on a lock file of kubectl's is a left-over. kubectl holds it
/// for some milliseconds.
const STALE: Duration = Duration::from_secs(3);

const INTERVAL: Duration = Duration::from_millis(10);

/// What a lock file of ours says.
const MARK: &[u8] = b"mokctl\n";

/// A locked kubeconfig.
pub(super) struct Locked {
    // First: it must go while the file is still locked.
    _lock_file: Option<LockFile>,
    file: File,
    /// The file, with every link followed.
    target: PathBuf,
    /// The file, as the user names it.
    path: PathBuf,
}

impl Locked {
    /// Locks the file. Creates an empty one, which is a kubeconfig, when absent.
    pub(super) fn create(path: &Path) -> Result<Self, KubeconfigError> {
        match Self::wait(path, true, DEADLINE)? {
            Some(locked) => Ok(locked),
            None => Err(KubeconfigError::NotAFile { path: path.to_owned() }),
        }
    }

    /// Locks the file, if there is one.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, KubeconfigError> {
        Self::wait(path, false, DEADLINE)
    }

    fn wait(path: &Path, create: bool, limit: Duration) -> Result<Option<Self>, KubeconfigError> {
        let started = Instant::now();
        loop {
            let target = file::follow_links(path).map_err(KubeconfigError::io("read", path))?;
            let file = match open(&target, create) {
                Err(error) if !create && is_absent(&error) => return Ok(None),
                opened => opened.map_err(KubeconfigError::io("open", path))?,
            };
            match file.try_lock() {
                Ok(()) if !is_file(&file) => return Ok(None),
                Ok(()) if is_in_place(&file, &target) => {
                    let lock_file = LockFile::create(path);
                    let path = path.to_owned();
                    return Ok(Some(Self { _lock_file: lock_file, file, target, path }));
                }
                // Replaced while we waited.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) if started.elapsed() < limit => {
                    thread::sleep(INTERVAL);
                }
                Err(TryLockError::WouldBlock) => {
                    let seconds = limit.as_secs();
                    return Err(KubeconfigError::Locked { path: path.to_owned(), seconds });
                }
                Err(TryLockError::Error(source)) => {
                    return Err(KubeconfigError::io("lock", path)(source));
                }
            }
        }
    }

    /// What is in the file.
    pub(super) fn read(&self) -> Result<String, KubeconfigError> {
        fs::read_to_string(&self.target).map_err(KubeconfigError::io("read", &self.path))
    }

    /// Puts another text in its place.
    pub(super) fn replace(self, text: &str) -> Result<(), KubeconfigError> {
        // Kept until the lock files are gone: who opens the new file waits.
        let _new = file::replace(&self.target, &self.file, text)
            .map_err(KubeconfigError::io("write", &self.path))?;
        drop(self);
        Ok(())
    }
}

/// The lock that other tools know: a file that is there while it is held.
struct LockFile(PathBuf);

impl LockFile {
    /// Only for who holds the `flock` on the kubeconfig.
    fn create(kubeconfig: &Path) -> Option<Self> {
        let mut path = kubeconfig.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        let started = Instant::now();
        loop {
            match create_marked(&path) {
                Ok(()) => return Some(Self(path)),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(_) => return None,
            }
            if fs::read(&path).is_ok_and(|text| text == MARK) {
                fs::remove_file(&path).ok()?;
                continue;
            }
            let age = fs::metadata(&path).and_then(|found| found.modified()).map(|at| at.elapsed());
            let is_stale = matches!(age, Ok(Ok(age)) if age > STALE);
            if is_stale || started.elapsed() > STALE {
                return None;
            }
            thread::sleep(INTERVAL);
        }
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // What is left is removed by the next mokctl.
        fs::remove_file(&self.0).ok();
    }
}

/// The file appears with its mark in it: without, it would never be removed.
fn create_marked(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let mut file = tempfile::Builder::new()
        .prefix(".mokctl-")
        .tempfile_in(directory.unwrap_or(Path::new(".")))?;
    file.write_all(MARK)?;
    file.persist_noclobber(path)?;
    Ok(())
}

fn open(path: &Path, create: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    // Written by replacing it; but on NFS a lock takes a file open for writing.
    let opened = options.read(true).write(true).create(create).mode(0o600).open(path);
    match opened {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => File::open(path),
        opened => opened,
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn is_file(file: &File) -> bool {
    file.metadata().is_ok_and(|found| found.is_file())
}

fn is_in_place(file: &File, path: &Path) -> bool {
    let identity = |found: fs::Metadata| (found.dev(), found.ino());
    matches!(
        (file.metadata().map(identity), fs::metadata(path).map(identity)),
        (Ok(locked), Ok(in_place)) if locked == in_place
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waits_too_long_is_told_so() {
        let home = tempfile::TempDir::new().unwrap();
        let path = home.path().join("config");
        let held = Locked::create(&path).unwrap();
        let error = Locked::wait(&path, true, Duration::from_millis(50)).err().unwrap();
        let path = path.display();
        assert_eq!(
            error.to_string(),
            format!("cannot lock the kubeconfig '{path}': another program has held it for 0 s")
        );
        drop(held);
        assert!(Locked::create(&home.path().join("config")).is_ok());
    }

    #[test]
    fn a_file_replaced_meanwhile_is_locked_anew() {
        let home = tempfile::TempDir::new().unwrap();
        let path = home.path().join("config");
        let first = Locked::create(&path).unwrap();
        std::thread::scope(|scope| {
            let second = scope.spawn(|| Locked::create(&path).unwrap().read().unwrap());
            thread::sleep(Duration::from_millis(50));
            first.replace("a: b\n").unwrap();
            assert_eq!(second.join().unwrap(), "a: b\n");
        });
    }

    #[test]
    fn a_file_opened_before_it_was_replaced_is_not_the_one_in_place() {
        let home = tempfile::TempDir::new().unwrap();
        let path = home.path().join("config");
        let opened = open(&path, true).unwrap();
        assert!(is_in_place(&opened, &path));
        Locked::create(&path).unwrap().replace("a: b\n").unwrap();
        assert!(!is_in_place(&opened, &path));
    }
}
