//! Writes the file of an exported snapshot from the engine's archive of its images.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, IntoInnerError, Read, Seek, SeekFrom, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Archive, Builder, EntryType};

use super::sum::{Sum, copy};
use super::{HEADER, Header, SUM};

/// Writes `images`, an archive of the engine, to `file`, without the layers whose digests are among
/// `layers`. Each entry is buffered in `folder` until its digest is known.
///
/// # Errors
/// Fails if the archive cannot be read or the file cannot be written.
pub fn write(
    header: &Header,
    images: impl Read,
    layers: &BTreeSet<String>,
    folder: &Path,
    file: &mut File,
) -> io::Result<()> {
    // Most of the data are empty pages of etcd, for which the lowest compression level is enough.
    let encoder = GzEncoder::new(BufWriter::new(file), Compression::fast());
    let mut archive = Builder::new(encoder);
    let mut sum = Sum::default();
    let digest = append(&mut archive, HEADER, &header.to_json())?;
    sum.add(&own(HEADER, 0)?, &digest);

    let mut images = Archive::new(images);
    for entry in images.entries()? {
        let mut entry = entry?;
        let mut put_by = tempfile::tempfile_in(folder)?;
        let digest = copy(&mut entry, &mut put_by)?;
        if entry.header().entry_type() == EntryType::Regular && layers.contains(&digest) {
            continue;
        }
        put_by.seek(SeekFrom::Start(0))?;
        archive.append(entry.header(), put_by)?;
        sum.add(entry.header(), &digest);
    }
    append(&mut archive, SUM, &sum.finish())?;
    archive.into_inner()?.finish()?.into_inner().map_err(IntoInnerError::into_error)?.sync_all()
}

/// Appends one of mokctl's entries, and returns the digest of its contents.
fn append(archive: &mut Builder<impl Write>, path: &str, text: &str) -> io::Result<String> {
    archive.append(&own(path, text.len() as u64)?, text.as_bytes())?;
    copy(text.as_bytes(), &mut io::sink())
}

fn own(path: &str, size: u64) -> io::Result<tar::Header> {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_path(path)?;
    header.set_size(size);
    header.set_mode(0o600);
    header.set_cksum();
    Ok(header)
}
