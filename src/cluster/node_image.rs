//! Workers whose node image differs from the cluster's.

use thiserror::Error;

use super::image_ref::ImageRef;
use super::name::{NodeName, Role};

/// Why a word does not assign an image to a worker.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NodeImageError {
    /// The word does not have the form `NODE=IMAGE`, or the node is not a worker.
    #[error(
        "invalid NODE=IMAGE, '{0}': a worker and an image are allowed, like a-worker-1=mok:1.36"
    )]
    Form(String),
    /// A worker is given two images.
    #[error("invalid NODE=IMAGE, '{0}': that node has an image already")]
    Twice(String),
}

/// The image of a worker, `NODE=IMAGE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerImage {
    /// The worker. Masters have the cluster's image.
    pub node: NodeName,
    /// The image.
    pub image: ImageRef,
}

impl WorkerImage {
    /// Parses all of `words`, in which no worker may occur twice.
    pub fn parse_all<'a>(
        words: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<Self>, NodeImageError> {
        let mut all: Vec<Self> = Vec::new();
        for word in words {
            let one = Self::parse(word).ok_or_else(|| NodeImageError::Form(word.to_owned()))?;
            if all.iter().any(|other| other.node == one.node) {
                return Err(NodeImageError::Twice(word.to_owned()));
            }
            all.push(one);
        }
        Ok(all)
    }

    fn parse(word: &str) -> Option<Self> {
        let (node, image) = word.split_once('=')?;
        let node = NodeName::parse(node).ok().filter(|node| node.role() == Role::Worker)?;
        Some(Self { node, image: ImageRef::parse(image).ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_has_one_image() {
        let all =
            |words: &[&str]| WorkerImage::parse_all(words.iter().copied()).map(|all| all.len());
        assert_eq!(all(&["a-worker-1=x:1", "a-worker-2=x:1"]), Ok(2));
        for bad in
            ["", "a-worker-1", "a-worker-1=", "a-master-1=x", "a-lb=x", "worker=x", "a-worker-1=-x"]
        {
            assert_eq!(all(&[bad]), Err(NodeImageError::Form(bad.into())), "{bad}");
        }
        let twice = NodeImageError::Twice("a-worker-1=y".into());
        assert_eq!(all(&["a-worker-1=x", "a-worker-1=y"]), Err(twice));
    }
}
