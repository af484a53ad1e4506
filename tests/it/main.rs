//! The tests of the whole house, as one binary.

mod architecture;
mod kit;
