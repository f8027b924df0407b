//! The properties that the fuzz targets test.

#[path = "../../tests/properties/promises.rs"]
pub mod promises;
