//! Data classes of the schema.
