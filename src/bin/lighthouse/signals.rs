//! Signals: one that is to be an error, and those that `watch` listens to.

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

/// A word from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// SIGTERM or SIGINT.
    End,
    /// SIGHUP.
    Again,
}

/// Tells of signals from now on, also in the first process of a container, where nothing ends it by default.
#[cfg(unix)]
pub(crate) fn listen(tell: impl Fn(Signal) + Send + 'static) -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    let listener = std::thread::Builder::new().spawn(move || {
        for signal in signals.forever() {
            tell(if signal == SIGHUP { Signal::Again } else { Signal::End });
        }
    });
    listener.map(drop)
}

/// There are no such signals.
#[cfg(not(unix))]
pub(crate) fn listen(_: impl Fn(Signal) + Send + 'static) -> std::io::Result<()> {
    Ok(())
}
