//! Files for a node, and the archive that carries them.

use std::io;

/// One file of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its place, without the leading slash.
    pub path: String,
    /// Its permission bits.
    pub mode: u32,
    /// What is in it.
    pub content: Content,
}

/// What a file has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// It is a symbolic link to there.
    Link(String),
}

impl File {
    /// A file that all users may read.
    pub fn public(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), mode: 0o644, content: Content::Bytes(content.into()) }
    }

    /// A script.
    pub fn script(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { mode: 0o755, ..Self::public(path, content) }
    }

    /// A symbolic link.
    pub fn link(path: impl Into<String>, target: impl Into<String>) -> Self {
        Self { path: path.into(), mode: 0o777, content: Content::Link(target.into()) }
    }
}

/// Packs `files` into a tar archive, owned by root. The same files give the same
/// bytes.
///
/// # Errors
/// Where a path is too long for the format.
pub fn archive(files: &[File]) -> io::Result<Vec<u8>> {
    let mut builder = tar::Builder::new(Vec::new());
    for file in files {
        let mut header = tar::Header::new_gnu();
        header.set_mode(file.mode);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        match &file.content {
            Content::Bytes(bytes) => {
                header.set_size(bytes.len() as u64);
                builder.append_data(&mut header, &file.path, bytes.as_slice())?;
            }
            Content::Link(target) => {
                header.set_entry_type(tar::EntryType::Symlink);
                header.set_size(0);
                builder.append_link(&mut header, &file.path, target)?;
            }
        }
    }
    builder.into_inner()
}
