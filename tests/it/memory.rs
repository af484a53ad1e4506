//! How the memory allocator was built, which no type tells.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use tikv_jemalloc_ctl::opt;

#[test]
fn what_is_free_goes_back_to_the_system() {
    let told = "a build from this folder takes its options from .cargo/config.toml";
    assert_eq!(opt::narenas::read().ok(), Some(1), "{told}");
    assert_eq!(opt::background_thread::read().ok(), Some(true), "{told}");
}
