//! The full name of an image, as nodes know it: `docker.io/library/app:latest` for `app`.

/// The defaults for what a short reference leaves out.
const REGISTRY: &str = "docker.io";
const REPOSITORY: &str = "library";
const TAG: &str = "latest";

/// Completes `reference` as docker and kubelets do. Returns `None` for a reference by digest,
/// because no image can be tagged with one. An id looks like a name, so it is completed, too.
#[must_use]
pub fn full(reference: &str) -> Option<String> {
    if reference.contains('@') {
        return None;
    }
    let (registry, rest) = match reference.split_once('/') {
        Some((first, rest)) if first == "localhost" || first.contains(['.', ':']) => (first, rest),
        _ => (REGISTRY, reference),
    };
    let registry = if registry == "index.docker.io" { REGISTRY } else { registry };
    let (path, tag) = rest.rsplit_once(':').unwrap_or((rest, TAG));
    let path = match registry {
        REGISTRY if !path.contains('/') => format!("{REPOSITORY}/{path}"),
        _ => path.to_owned(),
    };
    Some(format!("{registry}/{path}:{tag}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reference_leaves_out_is_filled_in() {
        for (reference, name) in [
            ("app", "docker.io/library/app:latest"),
            ("app:1", "docker.io/library/app:1"),
            ("me/app:1", "docker.io/me/app:1"),
            ("docker.io/app", "docker.io/library/app:latest"),
            ("index.docker.io/me/app", "docker.io/me/app:latest"),
            ("localhost/app:1", "localhost/app:1"),
            ("localhost:5000/app", "localhost:5000/app:latest"),
            ("quay.io/a/b/c:1", "quay.io/a/b/c:1"),
        ] {
            assert_eq!(full(reference).as_deref(), Some(name));
        }
        assert_eq!(full("app:1@sha256:00"), None);
    }
}
