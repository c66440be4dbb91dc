//! A pseudo-terminal: the test types and reads on one end, the program runs on the other.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// Pseudo-terminal.
pub(crate) struct Pty {
    /// The end on which the test types.
    pub(crate) keyboard: File,
    name: Vec<u8>,
}

impl Pty {
    pub(crate) fn open() -> Self {
        let end = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&end).expect("granted");
        unlockpt(&end).expect("unlocked");
        let name = ptsname(&end, Vec::new()).expect("a name").into_bytes();
        Self { keyboard: File::from(end), name }
    }

    /// Opens a terminal with this number of columns.
    pub(crate) fn of_width(columns: u16) -> Self {
        let pty = Self::open();
        let size = Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&pty.keyboard, size).expect("it is that wide");
        pty
    }

    /// Opens the end for a program.
    pub(crate) fn end(&self) -> File {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        File::from(open(OsStr::from_bytes(&self.name), flags, Mode::empty()).expect("the other end"))
    }

    /// Receives everything that is shown, until all copies of the other end are closed.
    pub(crate) fn screen(&self) -> Receiver<Vec<u8>> {
        let mut terminal = self.keyboard.try_clone().expect("cloned");
        let (show, screen) = mpsc::channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = terminal.read(&mut bytes) {
                if show.send(bytes[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        screen
    }
}
