//! Unavailable file notifications: an overflowing queue, and exhausted limits.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::{Watching, home, manifest, write};

use crate::support::{binary, has, repetitions};

#[test]
fn a_change_is_planned_although_its_notification_is_lost() {
    let (_folder, home) = home();
    let watching = Watching::start(&home, &[]);
    watching.plans("first");
    for round in 0..repetitions(1, 20) {
        watching.signal("STOP");
        // More events than the queue holds; the event of the manifest comes last and is lost.
        let folder = home.join("lighthouse.d");
        fs::create_dir_all(&folder).expect("a folder");
        for number in 0..10_000 {
            let path = home.join("lighthouse.toml");
            if number % 5_000 == 0 {
                write(&path, &manifest("meanwhile"));
            }
            fs::set_permissions(&path, fs::metadata(&path).expect("it is there").permissions()).expect("set");
            write(&home.join(format!("x{}", number % 2)), "x");
        }
        let workload = format!("w{round}");
        write(&home.join("lighthouse.toml"), &manifest(&workload));
        watching.signal("CONT");
        watching.plans(&workload);
    }
    assert_eq!(watching.end(), "");
}

#[test]
fn exhausted_inotify_limits_are_named_and_polling_continues() {
    for (limit, setting) in [
        ("max_inotify_instances", "`fs.inotify.max_user_instances`"),
        ("max_inotify_watches", "`fs.inotify.max_user_watches`"),
    ] {
        let script = format!("echo 0 > /proc/sys/user/{limit} && exec \"$0\" \"$@\"");
        let unshare = ["unshare", "--user", "--map-root-user", "sh", "-c", &script];
        if !has(&[&unshare[..], &["true"]].concat()) {
            continue;
        }
        let (_folder, home) = home();
        let mut command = Command::new(unshare[0]);
        command.args(&unshare[1..]).arg(binary());
        let watching = Watching::start_by(command, &home, &[]);
        watching.plans("first");
        write(&home.join("lighthouse.toml"), &manifest("second"));
        watching.plans("second");
        // The warning is printed once, however many ticks pass.
        thread::sleep(Duration::from_millis(5_500));
        let errors = watching.end();
        assert_eq!(errors.matches(setting).count(), 1, "{errors}");
        assert!(errors.starts_with("warning: "), "{errors}");
    }
}
