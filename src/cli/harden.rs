//! What is done to the process before it knows anything.

use anyhow::Context as _;
use rustix::process::{Resource, Rlimit, setrlimit};

/// A crash leaves no image of the memory behind, which holds keys; and nobody attaches to the process to take one.
pub(super) fn leave_no_core() -> anyhow::Result<()> {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    setrlimit(Resource::Core, none).context("core dumps cannot be disabled")?;
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)
        .context("the process cannot be made undumpable")?;
    Ok(())
}
