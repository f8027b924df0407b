//! Finds the layers of an image that a node has already.

use std::collections::BTreeSet;

use super::digest::digest;

/// Returns the committed snapshots in `list`, the output of `ctr snapshots list`. These are
/// unpacked layers, each named by the chain of layers up to it.
#[must_use]
pub fn committed(list: &str) -> BTreeSet<&str> {
    let lines = list.lines().filter(|line| line.trim_end().ends_with("Committed"));
    lines.filter_map(|line| line.split_whitespace().next()).collect()
}

/// Returns how many of `layers`, the digests of an image's unpacked layers, lowest first, are
/// among `snapshots`. The OCI image specification defines the name of a chain.
#[must_use]
pub fn there(layers: &[String], snapshots: &BTreeSet<&str>) -> usize {
    let chains = layers.iter().scan(None, |below: &mut Option<String>, layer| {
        let chain = match below.as_deref() {
            None => layer.clone(),
            Some(below) => digest(format!("{below} {layer}").as_bytes()),
        };
        *below = Some(chain.clone());
        Some(chain)
    });
    chains.take_while(|chain| snapshots.contains(chain.as_str())).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Taken from a node: an image of two layers, of which the node had the lower one before.
    const LOWER: &str = "sha256:0829d1720b859e74d199328b89b47e4e379a72bdd569111052cee9809ca4953a";
    const UPPER: &str = "sha256:82c329e7da2e3ff44baf38401ac3acaf909b04b0aec23f3c26b45dd332a25ca6";

    #[test]
    fn layers_are_there_from_the_lowest_on() {
        let layers = [LOWER, UPPER].map(String::from);
        let both = digest(format!("{LOWER} {UPPER}").as_bytes());
        let line = |key: &str, kind: &str| format!("{key}   sha256:00 {kind} \n");
        let list = |keys: &[&str]| -> String {
            let lines = keys.iter().map(|key| line(key, "Committed"));
            lines.chain([line("k8s.io/1/rootfs", "Active")]).collect()
        };
        for (keys, count) in [
            (&[][..], 0),
            (&[UPPER], 0),
            (&[LOWER], 1),
            (&[LOWER, UPPER], 1),
            (&[both.as_str()], 0),
            (&[LOWER, both.as_str()], 2),
        ] {
            assert_eq!(there(&layers, &committed(&list(keys))), count, "{keys:?}");
        }
        assert!(committed(&list(&[])).is_empty(), "an active one is no layer");
        assert_eq!(there(&[], &BTreeSet::new()), 0);
    }
}
