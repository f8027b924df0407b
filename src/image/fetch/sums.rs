//! The checksums of a release's files.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::error::FileError;

/// The name of the file with the checksums, in the format of `sha256sum`.
const SUMS: &str = "SHA256SUMS";

/// Checks `path` against the checksums in its folder, if there are any for it.
pub(super) fn check(path: &Path) -> Result<(), FileError> {
    let sums = path.with_file_name(SUMS);
    let text = match fs::read_to_string(&sums) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(FileError::Read(error)),
    };
    let name = path.file_name().and_then(|name| name.to_str());
    let Some(sum) = name.and_then(|name| sum_of(name, &text)) else { return Ok(()) };
    let mut hash = Sha256::new();
    let mut file = File::open(path).map_err(FileError::Read)?;
    let mut buffer = vec![0; 1 << 17];
    loop {
        let count = file.read(&mut buffer).map_err(FileError::Read)?;
        let Some(part) = buffer.get(..count).filter(|part| !part.is_empty()) else { break };
        hash.update(part);
    }
    let found: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    if found.eq_ignore_ascii_case(sum) { Ok(()) } else { Err(FileError::Checksum(sums)) }
}

/// Returns the checksum of the file `name`. A star before the name means binary mode.
fn sum_of<'a>(name: &str, text: &'a str) -> Option<&'a str> {
    text.lines().filter_map(|line| line.split_once(' ')).find_map(|(sum, file)| {
        let file = file.strip_prefix([' ', '*']).unwrap_or(file);
        (file.strip_prefix("./").unwrap_or(file) == name).then_some(sum)
    })
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_file_is_checked_against_the_sums_beside_it() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("x");
        fs::write(&path, "x\n").unwrap();
        assert!(check(&path).is_ok(), "without sums");
        let write = |text: &str| fs::write(folder.path().join(SUMS), text).unwrap();
        let sum = "73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac";
        for good in [format!("0000  y\n{sum}  x\n"), format!("{sum} *./x\n"), "0000  y\n".into()] {
            write(&good);
            assert!(check(&path).is_ok(), "{good}");
        }
        write(&format!("{}  x\n", sum.replace('7', "8")));
        let error = check(&path).unwrap_err().to_string();
        assert!(error.starts_with("checksum mismatch: ") && error.contains(SUMS), "{error}");
    }
}
