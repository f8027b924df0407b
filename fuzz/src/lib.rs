//! What the fuzz targets try to break.

#[path = "../../tests/properties/promises.rs"]
pub mod promises;
