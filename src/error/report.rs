//! Reports a failed command: prints the error, and writes the file with the output of the failing
//! steps.

use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::Error;
use crate::ui::{ErrorReport, Ui};

/// How many lines of output are printed below an error.
const SHOWN: usize = 20;

/// Returns the folder of the log files, below `$XDG_STATE_HOME`, or below `~/.local/state` if that
/// is unset or not an absolute path.
#[must_use]
pub fn folder(state_home: Option<&Path>, home: Option<&Path>) -> Option<PathBuf> {
    let state = state_home.filter(|path| path.is_absolute()).map(Path::to_owned);
    let state = state.or_else(|| Some(home?.join(".local/state")));
    state.map(|state| state.join("mokctl"))
}

/// Prints why the command failed, with the last lines of the failing step's output. If there are
/// more lines, or the command is too long for the message, everything is written to `NAME.log` in
/// `folder`. If that is impossible, prints a warning.
pub fn tell(ui: &Ui, error: &Error, folder: Option<&Path>, name: &str) {
    let output = error.output();
    let all = output.as_deref().unwrap_or_default();
    let more = all.lines().count() > SHOWN || error.is_cut();
    let log = if more { error.log().and_then(|log| keep(ui, &log, folder, name)) } else { None };
    let (line, hint) = (error.line(), error.hint());
    let report = ErrorReport {
        line: &line,
        output: output.as_deref().map(last_lines),
        log: log.as_deref(),
        hint: hint.as_deref(),
    };
    ui.error(&report);
    ui.result(Some(&report));
}

fn keep(ui: &Ui, log: &str, folder: Option<&Path>, name: &str) -> Option<PathBuf> {
    let Some(folder) = folder else {
        ui.warn("cannot keep what was printed: neither $XDG_STATE_HOME nor $HOME is set");
        return None;
    };
    let path = folder.join(format!("{name}.log"));
    match write(log, folder, &path) {
        Ok(()) => Some(path),
        Err(error) => {
            ui.warn(&format!("cannot keep what was printed in {}: {error}", path.display()));
            None
        }
    }
}

/// Replaces the file in one step. Only its owner can read it.
fn write(log: &str, folder: &Path, path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    // Users who can write to the folder could replace the file.
    let (folder, own) = (fs::symlink_metadata(folder)?, file.as_file().metadata()?.uid());
    if !folder.is_dir() || folder.uid() != own || folder.mode() & 0o022 != 0 {
        return Err(io::Error::other("others may write to its folder"));
    }
    file.write_all(log.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

/// Returns the last lines of `text`.
fn last_lines(text: &str) -> &str {
    let ends = text.trim_end().rmatch_indices('\n').nth(SHOWN - 1);
    ends.map_or(text, |(newline, _)| &text[newline + 1..])
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_folder_follows_from_the_environment() {
        let found = |state: Option<&str>, home: Option<&str>| {
            folder(state.map(Path::new), home.map(Path::new))
        };
        assert_eq!(found(Some("/s"), Some("/h")), Some("/s/mokctl".into()));
        assert_eq!(found(Some("s"), Some("/h")), Some("/h/.local/state/mokctl".into()));
        assert_eq!(found(Some(""), Some("/h")), Some("/h/.local/state/mokctl".into()));
        assert_eq!(found(None, None), None);
    }

    #[test]
    fn the_last_twenty_lines_are_shown() {
        let text = |range: std::ops::RangeInclusive<u8>| {
            range.map(|n| n.to_string()).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(last_lines(&text(1..=20)), text(1..=20));
        assert_eq!(last_lines(&text(1..=21)), text(2..=21));
        assert_eq!(last_lines(""), "");
    }

    #[test]
    fn a_log_is_for_its_owner_alone_and_replaces_the_last() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("a/b");
        let path = folder.join("a.log");
        write("one", &folder, &path).unwrap();
        write("two", &folder, &path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&folder)), (0o600, 0o700));
    }

    #[test]
    fn a_folder_that_others_may_write_to_is_refused() {
        let home = tempfile::tempdir().unwrap();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let path = home.path().join("a.log");
        assert!(write("one", home.path(), &path).is_err());
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
        let link = home.path().join("link");
        std::os::unix::fs::symlink(tempfile::tempdir().unwrap().path(), &link).unwrap();
        assert!(write("one", &link, &link.join("a.log")).is_err());
    }
}
