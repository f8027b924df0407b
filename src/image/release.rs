//! The versions of Kubernetes for node images, and the images of a release.

use std::ops::RangeInclusive;

use crate::cluster::image_source::ImageRepository;
use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::version_prefix::VersionPrefix;

/// The default version: the newest one that has passed all tests.
pub const DEFAULT: KubernetesVersion = KubernetesVersion::new(1, 37, 2);

/// The repository of the release's images, set by `make release`. The constant below has their
/// digests, `VERSION=DIGEST` separated by blanks.
const REPOSITORY: Option<&str> = option_env!("MOKCTL_RELEASE_REPOSITORY");
const DIGESTS: Option<&str> = option_env!("MOKCTL_RELEASE_DIGESTS");

/// The minor versions of Kubernetes 1 that can be built: the current one and three before it,
/// which have the format of kubeadm's configuration in common.
pub const MINORS: RangeInclusive<u16> = KubernetesVersion::OLDEST.branch().1..=37;

/// Whether the minor version of `wanted` is one of [`MINORS`].
#[must_use]
pub fn is_supported(wanted: &VersionPrefix) -> bool {
    let (major, minor) = wanted.branch();
    major == 1 && MINORS.contains(&minor)
}

/// Returns the repository of the release's images, if it has any.
#[must_use]
pub fn repository() -> Option<ImageRepository> {
    ImageRepository::parse(REPOSITORY?).ok()
}

/// Returns the digest of the release's newest image of the version `wanted`, by default
/// [`DEFAULT`], if the release has one.
#[must_use]
pub fn digest(wanted: Option<&VersionPrefix>) -> Option<&'static str> {
    digest_in(DIGESTS?, wanted)
}

fn digest_in<'a>(digests: &'a str, wanted: Option<&VersionPrefix>) -> Option<&'a str> {
    let known = digests.split_whitespace().filter_map(|word| word.split_once('='));
    let known = known.filter_map(|(version, digest)| {
        Some((KubernetesVersion::parse(version)?, digest.strip_prefix("sha256:").map(|_| digest)?))
    });
    let is_meant = |version| wanted.map_or(version == DEFAULT, |wanted| wanted.matches(version));
    known.filter(|(version, _)| is_meant(*version)).max().map(|(_, digest)| digest)
}

/// Returns the newest of `versions`, separated by blanks, that `wanted` matches.
///
/// # Errors
/// Returns the newest version of the same minor version, if there is any.
pub fn newest(
    versions: &str,
    wanted: &VersionPrefix,
) -> Result<KubernetesVersion, Option<KubernetesVersion>> {
    // Alphas and release candidates do not have this form.
    let all = || versions.split_whitespace().filter_map(KubernetesVersion::parse);
    let of_minor = |version: &KubernetesVersion| version.branch() == wanted.branch();
    all()
        .filter(|version| wanted.matches(*version))
        .max()
        .ok_or_else(|| all().filter(of_minor).max())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "k8s.io/kubernetes v0.9.0 v1.35.4 v1.36.0 v1.36.3 v1.36.10 v1.37.0-rc.1\n";

    fn of(wanted: &str) -> Result<String, Option<String>> {
        let wanted = VersionPrefix::parse(wanted).unwrap();
        newest(LIST, &wanted)
            .map(|version| version.to_string())
            .map_err(|newest| newest.map(|version| version.to_string()))
    }

    #[test]
    fn a_minor_means_its_newest_patch_and_a_version_itself() {
        assert_eq!(of("1.36"), Ok("v1.36.10".into()));
        assert_eq!(of("1.36.3"), Ok("v1.36.3".into()));
        assert_eq!(of("1.36.99"), Err(Some("v1.36.10".into())));
        assert_eq!(of("1.37"), Err(None));
    }

    #[test]
    fn a_release_knows_the_digests_of_its_images() {
        let digests = "v1.37.2=sha256:aa v1.36.3=sha256:bb v1.36.10=sha256:cc v1.35.4=dd";
        let of = |word| digest_in(digests, Some(&VersionPrefix::parse(word).unwrap()));
        assert_eq!(digest_in(digests, None), Some("sha256:aa"));
        assert_eq!((of("1.36"), of("1.36.3")), (Some("sha256:cc"), Some("sha256:bb")));
        assert_eq!((of("1.35"), of("1.34")), (None, None));
        assert_eq!(digest_in("", None), None);
    }

    #[test]
    fn four_minors_are_built() {
        let supported = |word| is_supported(&VersionPrefix::parse(word).unwrap());
        assert!(supported("1.34") && supported("1.37.2") && supported("v1.35.0"));
        assert!(!supported("1.33") && !supported("1.38") && !supported("2.35"));
    }
}
