//! Steps that save nodes as images, and the labels of restored nodes.

use super::Run;
use super::error::StepError;
use super::origin::{Origin, Restore};
use super::outputs::MissingOutput;
use crate::cluster::labels::Label;
use crate::cluster::labels::{self, snapshot as label};
use crate::cluster::name::NodeName;
use crate::cluster::timestamp::Timestamp;
use crate::docker::{Call, args};

impl Run<'_> {
    /// Returns the calls that save a node: an image of its file system; a container of that image,
    /// which adds the state of the container runtime, because images do not include volumes; and
    /// an image of that container under the same name, with labels for the restore.
    pub(super) fn save_calls(&self, node: &NodeName) -> Result<Vec<Call>, StepError> {
        let Origin::Save(snapshot) = &self.origin else {
            return Err(MissingOutput("the snapshot").into());
        };
        let saved = snapshot.node(node).ok_or(MissingOutput("the node's container"))?;
        let (image, container) = (snapshot.name.image(node), snapshot.name.container(node));
        let mut labels: Vec<Label> = snapshot.labels(saved);
        labels.push((label::SAVING, snapshot.name.to_string()));

        // An image inherits its container's labels. It is part of neither the cluster nor the
        // snapshot that the cluster was restored from, so CLUSTER and NODE are emptied.
        let unfinished = [
            format!("LABEL {}={}", label::NAME, snapshot.name),
            format!("LABEL {}={}", labels::RUN, self.id),
            format!("LABEL {}=", labels::CLUSTER),
            format!("LABEL {}=", label::NODE),
        ];
        // An image keeps the command of its container, so it is set back.
        let finished = saved.program.instructions().into_iter();
        let finished: Vec<String> = finished.chain([format!("LABEL {}=", label::SAVING)]).collect();
        let archive = format!("--file={}", saved.runtime.archive());
        let folder = format!("--directory={}", saved.runtime.state());
        let attributes = ["--xattrs", "--xattrs-include=*", "--numeric-owner", "--sparse"];
        let tar = [&["tar", "--create", &archive, &folder][..], &attributes, &["."]].concat();
        let program = if node.role().runs_kubernetes() { &tar[..] } else { &["true"][..] };
        let commit = |container: &str, changes: &[String]| {
            args::commit(container, &image, changes).deadline(Call::TRANSFER).to_its_end()
        };
        Ok(vec![
            commit(&node.to_string(), &unfinished),
            args::run_beside(&container, &image, &node.to_string(), &labels, program),
            commit(&container, &finished),
            args::remove([container.as_str()]),
        ])
    }

    /// Returns the labels of a restored container, in addition to those of its image.
    pub(super) fn restored_labels(restore: &Restore) -> Vec<Label> {
        let renewed =
            restore.renew_certificates.then(|| (labels::ISSUED, Timestamp::now().to_string()));
        renewed.into_iter().collect()
    }
}
