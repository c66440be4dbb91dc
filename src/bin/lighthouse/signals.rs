//! Signals that are to be errors.

/// A write past the limit on the size of files (`ulimit -f`) fails like one on a full disk, instead of ending the
/// process with half a file beside the state.
#[cfg(unix)]
pub(crate) fn outlive_size_limits() {
    // A signal that is received by a flag no longer kills; the flag itself says nothing that the failed write does not.
    // Where that cannot be had the process dies of the signal, and the next apply removes what it left.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, std::sync::Arc::default());
}

/// There are no such limits.
#[cfg(not(unix))]
pub(crate) fn outlive_size_limits() {}
