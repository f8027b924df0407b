//! Turns words into the specification of what `upgrade cluster` will do.

use std::num::NonZeroU8;

use super::MAX_COUNT;
use super::number::number;
use super::spec::image_source;
use crate::cli::error::UsageError;
use crate::cli::flags::Flag;
use crate::cli::words::Words;
use crate::cluster::image_ref::ImageRef;
use crate::cluster::name::{ClusterName, SnapshotName};
use crate::cluster::upgrade::{SaveFirst, UpgradeSpec};
use crate::cluster::version_prefix::VersionPrefix;

pub(super) fn upgrade(words: &Words, name: ClusterName) -> Result<UpgradeSpec, UsageError> {
    let parallel = words.value(Flag::Parallel);
    Ok(UpgradeSpec {
        name,
        image: words.value(Flag::Image).map(ImageRef::parse).transpose()?,
        image_source: image_source(words)?,
        version: words.value(Flag::K8sver).map(VersionPrefix::parse).transpose()?,
        parallel: parallel
            .map_or(Ok(NonZeroU8::MIN), |word| number("N", word, NonZeroU8::MIN..=MAX_COUNT))?,
        save: match words.value(Flag::Snapshot) {
            None => SaveFirst::IfOneMaster,
            Some("none") => SaveFirst::Never,
            Some(word) => SaveFirst::As(SnapshotName::parse(word)?),
        },
    })
}
