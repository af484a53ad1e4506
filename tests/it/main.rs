//! Tests of the product as a whole: one binary, one module per subject.

mod import_feeds;
mod import_hsds;
