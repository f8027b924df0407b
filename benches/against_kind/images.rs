//! The sizes of the node images.

use std::io;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::ask::output;
use crate::setup::Setup;

/// The compression level of releases and registries.
const LEVEL: i32 = 3;

/// Sizes in bytes, of mokctl's image and of kind's.
#[derive(Debug)]
pub(crate) struct Images {
    on_disk: [f64; 2],
    compressed: [f64; 2],
}

impl Images {
    pub(crate) fn measure(setup: &Setup) -> Result<Self, String> {
        let names = [&setup.node_image, &setup.kind_image];
        let [mokctl, kind] = names.map(|name| on_disk(name));
        let on_disk = [mokctl?, kind?];
        let [mokctl, kind] = names.map(|name| compressed(name));
        Ok(Self { on_disk, compressed: [mokctl?, kind?] })
    }

    pub(crate) fn text(&self) -> String {
        let [on_disk, compressed] = self.megabytes();
        format!("image: {on_disk} MB on disk, {compressed} MB compressed (mokctl : kind)\n")
    }

    pub(crate) fn json(&self) -> Value {
        json!({ "bytes_on_disk": self.on_disk, "bytes_compressed": self.compressed })
    }

    pub(crate) fn markdown(&self) -> String {
        let [on_disk, compressed] = self.megabytes();
        format!(
            "\nThe node image takes {on_disk} MB on disk (`docker image inspect`), {compressed} MB \
             compressed (`docker save`, zstd {LEVEL}).\n"
        )
    }

    fn megabytes(&self) -> [String; 2] {
        [self.on_disk, self.compressed]
            .map(|[mokctl, kind]| format!("{:.0} : {:.0}", mokctl / 1e6, kind / 1e6))
    }
}

fn on_disk(name: &str) -> Result<f64, String> {
    let size = output("docker", &["image", "inspect", "--format={{.Size}}", name])?;
    size.parse().map_err(|error| format!("{name}: {error}"))
}

/// Returns the compressed size of the archive that docker makes of an image.
fn compressed(name: &str) -> Result<f64, String> {
    let failed = |error: io::Error| format!("docker save {name}: {error}");
    let mut save = Command::new("docker");
    save.args(["save", name]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = save.spawn().map_err(failed)?;
    let mut written = Counted(0);
    if let Some(mut archive) = child.stdout.take() {
        let mut encoder = zstd::Encoder::new(&mut written, LEVEL).map_err(failed)?;
        io::copy(&mut archive, &mut encoder).map_err(failed)?;
        encoder.finish().map_err(failed)?;
    }
    let status = child.wait().map_err(failed)?;
    if !status.success() {
        return Err(format!("docker save {name}: {status}"));
    }
    #[expect(clippy::cast_precision_loss, reason = "an image of 2^52 bytes is none of ours")]
    Ok(written.0 as f64)
}

/// Counts the bytes that are written.
struct Counted(u64);

impl io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
