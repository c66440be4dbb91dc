//! A terminal of its own for a test: what is typed and seen on one end, and the end that a program has.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// A terminal.
pub(crate) struct Pty {
    /// Where keys are typed.
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

    /// A terminal of so many columns.
    pub(crate) fn of_width(columns: u16) -> Self {
        let pty = Self::open();
        let size = Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&pty.keyboard, size).expect("it is that wide");
        pty
    }

    /// The end for a program.
    pub(crate) fn end(&self) -> File {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        File::from(open(OsStr::from_bytes(&self.name), flags, Mode::empty()).expect("the other end"))
    }

    /// All that appears until nobody has the other end any more.
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
