//! Parses docker's progress display of a pull: lines for each layer, again and again.

use std::collections::BTreeMap;
use std::time::Duration;

use console::strip_ansi_codes;

use super::transfer;

/// The state of the layers so far.
#[derive(Debug, Default)]
pub(super) struct Layers {
    layers: BTreeMap<String, Layer>,
    /// The beginning of an incomplete line.
    rest: String,
}

/// A layer.
#[derive(Debug, Default)]
struct Layer {
    total: u64,
    downloaded: u64,
    unpacked: u64,
    is_here: bool,
}

impl Layers {
    /// Processes more of docker's output.
    pub(super) fn read(&mut self, text: &str) {
        self.rest.push_str(text);
        let drawn = std::mem::take(&mut self.rest);
        let mut lines = drawn.split(['\r', '\n']);
        // The last piece is an incomplete line, or empty.
        lines.next_back().unwrap_or_default().clone_into(&mut self.rest);
        for line in lines {
            self.line(&strip_ansi_codes(line));
        }
    }

    fn line(&mut self, line: &str) -> Option<()> {
        let (id, what) = line.trim().split_once(": ")?;
        if id.len() != 12 || !id.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let layer = self.layers.entry(id.to_owned()).or_default();
        if let Some((downloaded, total)) = what.strip_prefix("Downloading").and_then(sizes) {
            (layer.downloaded, layer.total) = (downloaded, total);
        } else if let Some((unpacked, _)) = what.strip_prefix("Extracting").and_then(sizes) {
            (layer.downloaded, layer.unpacked) = (layer.total, unpacked);
        } else if ["Download complete", "Verifying Checksum"].contains(&what) {
            layer.downloaded = layer.total;
        } else if ["Pull complete", "Already exists"].contains(&what) {
            (layer.downloaded, layer.unpacked, layer.is_here) = (layer.total, layer.total, true);
        }
        Some(())
    }

    /// Returns the progress after `passed`, or `None` if nothing is known yet.
    pub(super) fn tell(&self, passed: Duration) -> Option<String> {
        let layers = self.layers.values();
        let (count, here) = (layers.len(), layers.clone().filter(|layer| layer.is_here).count());
        let sum = |of: fn(&Layer) -> u64| layers.clone().map(of).sum::<u64>();
        let (downloaded, total) = (sum(|layer| layer.downloaded), sum(|layer| layer.total));
        let counts = format!("{here} of {count} layers");
        match (count, total) {
            (0, _) => None,
            (_, 0) => Some(counts),
            (_, total) if downloaded == total => {
                let unpacked = transfer::sizes(sum(|layer| layer.unpacked), total);
                Some(format!("unpacking, {unpacked}, {counts}"))
            }
            (_, total) => Some(format!("{}, {counts}", transfer::tell(downloaded, total, passed))),
        }
    }
}

/// Parses `[==>   ]  12.34MB/45.6MB` to the number of bytes done and the total. The bar may be
/// missing.
fn sizes(progress: &str) -> Option<(u64, u64)> {
    let (done, total) = progress.split_whitespace().next_back()?.split_once('/')?;
    Some((bytes(done)?, bytes(total)?))
}

/// Parses a size such as `12.34MB`.
fn bytes(word: &str) -> Option<u64> {
    let (number, factor) = [("kB", 1e3), ("MB", 1e6), ("GB", 1e9), ("B", 1.0)]
        .iter()
        .find_map(|(unit, factor)| Some((word.strip_suffix(unit)?, factor)))?;
    let bytes = number.parse::<f64>().ok().filter(|number| (0.0..1e6).contains(number))? * factor;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
    let bytes = bytes as u64;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Output of docker 20.10.
    const DRAWN: &str = "v1.37.2: Pulling from mok/mok-debian-13\r\n\
        \r\n\u{1b}[1A\u{1b}[2K\r375069e856d1: Pulling fs layer \r\u{1b}[1B\
        \r\n\u{1b}[1A\u{1b}[2K\r653e670986ea: Pulling fs layer \r\u{1b}[1B\
        \u{1b}[2A\u{1b}[2K\r375069e856d1: Downloading   12.5MB/50MB\r\u{1b}[2B\
        \u{1b}[1A\u{1b}[2K\r653e670986ea: Downloading [====>      ]   37.5MB/50MB\r\u{1b}[1B";

    #[test]
    fn bytes_of_all_layers_are_added_up() {
        let mut layers = Layers::default();
        assert_eq!(layers.tell(Duration::ZERO), None);
        // Output arrives in pieces.
        for piece in DRAWN.as_bytes().chunks(7) {
            layers.read(std::str::from_utf8(piece).unwrap());
        }
        let told = layers.tell(Duration::from_secs(5)).unwrap();
        assert_eq!(told, "50 of 100 MB, 10.0 MB/s, 5 s left, 0 of 2 layers");
        layers.read("\u{1b}[2K\r375069e856d1: Pull complete \r\u{1b}[2B");
        layers.read("\u{1b}[2K\r653e670986ea: Verifying Checksum \r\u{1b}[2B");
        layers.read("\u{1b}[2K\r653e670986ea: Extracting   10MB/50MB\r\u{1b}[2B");
        let told = layers.tell(Duration::ZERO).unwrap();
        assert_eq!(told, "unpacking, 60 of 100 MB, 1 of 2 layers");
    }

    #[test]
    fn what_is_no_layer_is_passed_over() {
        let mut layers = Layers::default();
        layers.read("Digest: sha256:00\nStatus: Image is up to date\nDownloading: 1MB/2MB\n");
        assert_eq!(layers.tell(Duration::ZERO), None);
        for word in ["", "B", "xMB", "-1MB", "NaNB", "1e9GB", "1.5"] {
            assert_eq!(bytes(word), None, "{word}");
        }
        assert_eq!(bytes("1.5kB"), Some(1500));
    }
}
