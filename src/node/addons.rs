//! Tells the first master which add-ons of its image to install (docs/image.md).

use super::files::File;
use crate::cluster::addons::{Addon, Addons};
use crate::cluster::layout::Layout;

/// The path of the file that names the add-ons, without the leading slash.
const FILE: &str = "etc/mok/addons";

/// Returns the file with the names of the add-ons and the addresses for Services, as shell
/// variables.
#[must_use]
pub fn file(addons: &Addons, layout: Layout) -> File {
    let names: Vec<_> = addons.iter().map(Addon::as_str).collect();
    let pools =
        layout.service_addresses().into_iter().map(|[first, last]| format!("{first}-{last}"));
    let pools: Vec<_> = pools.collect();
    let text = format!("ADDONS='{}'\nADDRESS_POOL={}\n", names.join(" "), pools.join(","));
    File::public(FILE, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::family::IpFamily;
    use crate::cluster::subnet::Subnet;
    use crate::node::files::Content;

    #[test]
    fn the_file_holds_names_and_addresses() {
        let layout = Layout::new(Subnet::parse("172.30.0.0/16").unwrap(), IpFamily::Ipv4);
        let text = |word| match file(&Addons::parse(word).unwrap(), layout).content {
            Content::Bytes(bytes) => String::from_utf8(bytes).unwrap(),
            Content::Link(target) => target,
        };
        let pool = "ADDRESS_POOL=172.30.0.200-172.30.0.254\n";
        assert_eq!(text("none"), format!("ADDONS=''\n{pool}"));
        assert_eq!(text("metrics,storage"), format!("ADDONS='storage metrics'\n{pool}"));
    }
}
