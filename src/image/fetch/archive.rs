//! A file with an image, in the format of `docker save`: a tar archive, which may be compressed.
//! Knows nothing about how the engine is called.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use serde::Deserialize;
use tar::Archive;

use super::error::FileError;
use crate::cluster::image_ref::ImageRef;

/// The name of the archive's list of images. In the files of a release, it is the first entry.
const MANIFEST: &str = "manifest.json";

/// The most bytes of [`MANIFEST`]: more than any has.
const MAX_MANIFEST: u64 = 1 << 20;

/// The first bytes of compressed files.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The image in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The image's name.
    pub name: String,
    /// The id that engines give the image, if the archive tells it.
    pub id: Option<String>,
}

/// An image in the archive's list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Image {
    config: String,
    repo_tags: Option<Vec<String>>,
}

/// Decompresses `file`, if it is compressed.
///
/// # Errors
/// Fails if `file` cannot be read.
pub fn unpacked<'a>(file: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let mut file = BufReader::with_capacity(1 << 17, file);
    let begin = file.fill_buf()?;
    Ok(if begin.starts_with(&ZSTD) {
        Box::new(zstd::Decoder::with_buffer(file)?)
    } else if begin.starts_with(&GZIP) {
        Box::new(MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    })
}

/// Reads which image is in `file`.
///
/// # Errors
/// Fails if `file` cannot be read, or does not have exactly one image with a name.
pub fn manifest(file: impl Read) -> Result<Manifest, FileError> {
    let mut archive = Archive::new(unpacked(file)?);
    let mut is_first = true;
    for entry in archive.entries()? {
        // A file that is not an archive has no first entry.
        let entry = match entry {
            Err(error) if is_first && error.raw_os_error().is_none() => {
                return Err(FileError::Foreign);
            }
            entry => entry?,
        };
        is_first = false;
        if entry.path()?.as_os_str() == MANIFEST {
            let mut text = Vec::new();
            entry.take(MAX_MANIFEST).read_to_end(&mut text)?;
            return read(&text).ok_or(FileError::Foreign);
        }
    }
    Err(FileError::Foreign)
}

fn read(text: &[u8]) -> Option<Manifest> {
    let images: Vec<Image> = serde_json::from_slice(text).ok()?;
    let [Image { config, repo_tags }] = <[Image; 1]>::try_from(images).ok()?;
    let [name] = <[String; 1]>::try_from(repo_tags?).ok()?;
    // This becomes an argument of the docker client, so it must be an image reference.
    ImageRef::parse(&name).ok()?;
    let digits = config.trim_end_matches(".json").rsplit('/').next()?;
    let is_id = digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    Some(Manifest { name, id: is_id.then(|| format!("sha256:{digits}")) })
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn tar(manifest: &str) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, text) in [("1/layer.tar", "layer"), (MANIFEST, manifest)] {
            let mut header = tar::Header::new_ustar();
            header.set_size(text.len() as u64);
            builder.append_data(&mut header, path, text.as_bytes()).unwrap();
        }
        builder.into_inner().unwrap()
    }

    fn of(config: &str) -> String {
        format!(r#"[{{"Config":"{config}","RepoTags":["local/x:1"],"Layers":["1/layer.tar"]}}]"#)
    }

    #[test]
    fn the_image_is_found_however_the_file_is_compressed() {
        let digits = "0".repeat(64);
        let want = Manifest { name: "local/x:1".into(), id: Some(format!("sha256:{digits}")) };
        for config in [format!("{digits}.json"), format!("blobs/sha256/{digits}")] {
            let plain = tar(&of(&config));
            let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
            io::copy(&mut &plain[..], &mut gzip).unwrap();
            let zstd = zstd::encode_all(&plain[..], 1).unwrap();
            for file in [plain, gzip.finish().unwrap(), zstd] {
                assert_eq!(manifest(&file[..]).unwrap(), want);
            }
        }
        assert_eq!(manifest(&tar(&of("x.json"))[..]).unwrap().id, None);
    }

    #[test]
    fn a_file_of_something_else_is_refused() {
        let error = |file: &[u8]| manifest(file).unwrap_err().to_string();
        let one = of("x");
        let image = one.trim_matches(['[', ']']);
        for text in [
            format!("[{image},{image}]"),
            "[]".to_owned(),
            "{".to_owned(),
            one.replace(r#"["local/x:1"]"#, "null"),
            one.replace("local/x:1", "--x"),
            one.replace("\"local/x:1\"", "\"a:1\",\"b:1\""),
        ] {
            assert_eq!(error(&tar(&text)), "not a file with one image", "{text}");
        }
        assert_eq!(error(b"text"), "not a file with one image");
        assert_eq!(error(b""), "not a file with one image");
    }

    #[test]
    fn what_is_cut_short_is_damaged() {
        let whole = zstd::encode_all(&tar(&of("x"))[..], 1).unwrap();
        for length in 5..whole.len() - 20 {
            let error = manifest(&whole[..length]).unwrap_err().to_string();
            assert!(["the file is damaged", "not a file with one image"].contains(&&error[..]));
        }
        let mut file = unpacked(&whole[..whole.len() - 1]).unwrap();
        assert!(io::copy(&mut file, &mut io::sink()).is_err());
    }
}
