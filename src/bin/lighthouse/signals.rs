//! Signals: SIGXFSZ, which becomes an error, and the signals that `watch` handles.

/// Makes a write beyond the file size limit (`ulimit -f`) fail like a write to a full disk. Otherwise SIGXFSZ would
/// kill the process and leave half a file beside the state.
#[cfg(unix)]
pub(crate) fn turn_size_limit_into_error() {
    // A handled signal does not kill. The flag itself is not read: the write fails and says why.
    // If no handler can be installed, the signal kills the process, and the next apply removes the unfinished file.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, std::sync::Arc::default());
}

/// Does nothing: other systems have no such limit.
#[cfg(not(unix))]
pub(crate) fn turn_size_limit_into_error() {}

/// Signal that `watch` handles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// End: SIGTERM or SIGINT.
    End,
    /// Plan at once: SIGHUP.
    Replan,
}

/// Calls `on_signal` for each signal from now on. Needed as process 1 of a container, too, which no signal ends by
/// default.
#[cfg(unix)]
pub(crate) fn listen(on_signal: impl Fn(Signal) + Send + 'static) -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    let listener = std::thread::Builder::new().spawn(move || {
        for signal in signals.forever() {
            on_signal(if signal == SIGHUP { Signal::Replan } else { Signal::End });
        }
    });
    listener.map(drop)
}

/// Does nothing: other systems have no such signals.
#[cfg(not(unix))]
pub(crate) fn listen(_: impl Fn(Signal) + Send + 'static) -> std::io::Result<()> {
    Ok(())
}
