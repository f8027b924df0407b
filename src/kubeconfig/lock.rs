//! Lets only one process at a time write a kubeconfig. Knows the locks of mokctl and of kubectl;
//! knows nothing about the contents of the file.
//!
//! mokctl's processes lock each other out with `flock` on the kubeconfig itself. The kernel
//! releases this lock when its process dies, so it is never left behind. It needs no file next to
//! the kubeconfig. And because the kubeconfig has mode 0600, no other user can hold the lock, as
//! they could with a shared directory. The file is replaced by a rename, so a process may have
//! locked a file that is no longer in place: it checks that after locking, and the new file is
//! locked before it gets its name.
//!
//! kubectl, kind and similar tools create the file `KUBECONFIG.lock` instead and hold the lock
//! while that file exists. mokctl waits while such a lock file is fresh and then creates its own,
//! so that no tool writes back what it read before mokctl's change. An old lock file was left by
//! a process that died. If it is there, or no lock file can be created, mokctl goes on without
//! one. Its own lock file says that it is mokctl's: another mokctl that finds it while it holds
//! the `flock` knows that it is stale, and removes it.
//!
//! One gap remains, and it is kubectl's: `kubectl config` decides what to delete by what it read
//! before it took its lock, so one that started just before mokctl may drop mokctl's entries.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::error::KubeconfigError;
use super::file;

/// How long to wait for the `flock` of other mokctl processes.
const DEADLINE: Duration = Duration::from_secs(30);

/// The age from which a lock file of another tool counts as left behind, and how long to wait for
/// one. kubectl holds it for some milliseconds.
const STALE: Duration = Duration::from_secs(3);

/// How long to sleep between two attempts to lock.
const INTERVAL: Duration = Duration::from_millis(10);

/// The contents of mokctl's lock files.
const MARK: &[u8] = b"mokctl\n";

/// A locked kubeconfig.
pub(super) struct Locked {
    // The first field, so dropped first: it must be deleted while the file is still locked.
    _lock_file: Option<LockFile>,
    file: File,
    /// The path of the file, with all symbolic links followed.
    target: PathBuf,
    /// The path of the file, as the user names it.
    path: PathBuf,
}

impl Locked {
    /// Locks the file. Creates it if it does not exist: an empty file is a valid kubeconfig.
    pub(super) fn create(path: &Path) -> Result<Self, KubeconfigError> {
        match Self::wait(path, true, DEADLINE)? {
            Some(locked) => Ok(locked),
            None => Err(KubeconfigError::NotAFile { path: path.to_owned() }),
        }
    }

    /// Locks the file. Returns `None` if there is no such regular file.
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
                // The file was replaced while this process waited: lock the new one.
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

    /// Reads the file.
    pub(super) fn read(&self) -> Result<String, KubeconfigError> {
        fs::read_to_string(&self.target).map_err(KubeconfigError::io("read", &self.path))
    }

    /// Replaces the file with one that contains `text`, and unlocks it.
    pub(super) fn replace(self, text: &str) -> Result<(), KubeconfigError> {
        // Keeps the new file locked until the lock file is deleted: processes that open it wait.
        let _new = file::replace(&self.target, &self.file, text)
            .map_err(KubeconfigError::io("write", &self.path))?;
        drop(self);
        Ok(())
    }
}

/// The lock that other tools use: a file that exists while the lock is held.
struct LockFile(PathBuf);

impl LockFile {
    /// Creates the lock file of `kubeconfig`, whose `flock` the caller must hold. Returns `None` if
    /// that is impossible, or if another tool's lock file is stale or does not go away.
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
        // If this fails, the next mokctl removes the file.
        fs::remove_file(&self.0).ok();
    }
}

/// Creates the file together with its [`MARK`]. A mokctl that died between creating and marking it
/// would leave a file that no later mokctl removes.
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
    // Open for writing, although the file is replaced rather than written: NFS needs that to lock.
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
