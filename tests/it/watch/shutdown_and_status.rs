//! How a watch ends, and what its endpoints and status file report.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use super::{PATIENCE, SOON, Watching, home, manifest, write};
use crate::schema::validate;
use crate::support::{binary, has, has_strace, run, text, under};

#[test]
fn sigterm_and_sigint_end_the_watch_and_sighup_plans_at_once() {
    for signal in ["TERM", "INT"] {
        let (_folder, home) = home();
        let mut watching = Watching::start(&home, &[]);
        assert_eq!(watching.plans("first")["trigger"], "start");
        watching.signal("HUP");
        assert_eq!(watching.plans("first")["trigger"], "signal");
        watching.signal(signal);
        assert_eq!(watching.wait().code(), Some(0));
        assert_eq!(watching.errors(), "");
    }
}

#[test]
fn the_watch_handles_signals_as_process_1_of_a_container() {
    let unshare = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"];
    if !has(&[&unshare[..], &["true"]].concat()) {
        return;
    }
    let (_folder, home) = home();
    let mut command = Command::new(unshare[0]);
    // The signals go to the only child of `unshare`, which is process 1 of its namespace.
    command.args(&unshare[1..]).arg(binary());
    let mut watching = Watching::start_by(command, &home, &[]);
    watching.plans("first");
    let first = child_of(watching.child.id());
    for signal in ["-HUP", "-TERM"] {
        assert!(Command::new("kill").args([signal, &first]).status().expect("kill runs").success());
        if signal == "-HUP" {
            watching.plans("first");
        }
    }
    assert_eq!(watching.wait().code(), Some(0));
}

/// Returns the only child of a process.
fn child_of(process: u32) -> String {
    let children = format!("/proc/{process}/task/{process}/children");
    fs::read_to_string(children).expect("a child").trim().to_owned()
}

#[test]
fn sigterm_during_a_save_ends_the_watch_and_tears_nothing() {
    if !has_strace() {
        return;
    }
    let (_folder, home) = home();
    let slow = under(&["fsync:delay_enter=15000000"], binary());
    let mut watching = Watching::start_by(slow, &home, &["--apply"]);
    let is_saving = || {
        let names = fs::read_dir(&home).expect("a folder").map(|entry| entry.expect("an entry").file_name());
        names.into_iter().any(|name| name.to_string_lossy().ends_with(".tmp"))
    };
    let start = Instant::now();
    while !is_saving() {
        assert!(start.elapsed() < PATIENCE, "it does not save");
    }
    let (start, child) = (Instant::now(), child_of(watching.child.id()));
    assert!(Command::new("kill").args(["-TERM", &child]).status().expect("kill runs").success());
    // strace itself ends only after the delay.
    let is_there = || fs::read_to_string(format!("/proc/{child}/status")).is_ok_and(|it| !it.contains("State:\tZ"));
    while is_there() {
        assert!(start.elapsed() < SOON, "it does not end");
    }
    assert_eq!(watching.wait().code(), Some(0));
    assert!(!home.join("lighthouse.state.toml").exists());
    assert_eq!(run(&home, &["apply", "--yes"]).status.code(), Some(0));
    assert!(!is_saving(), "what was left behind is removed");
}

#[test]
fn a_stalled_reader_does_not_keep_the_watch_from_ending() {
    let (_folder, home) = home();
    // More lines than a pipe holds.
    write(&home.join("lighthouse.toml"), &manifest("many\"\nreplicas = 20000\nwas = \"few"));
    let mut command = Command::new(binary());
    command.args(["watch", "--format", "json", "--status-file", "status.json"]).current_dir(&home);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
    std::thread::sleep(SOON);
    assert!(!home.join("status.json").exists(), "it is stuck");
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill runs").success());
    assert_eq!(child.wait().expect("waited").code(), Some(0));
}

#[test]
fn a_closed_reader_ends_the_watch_quietly() {
    let (_folder, home) = home();
    let mut child = Command::new(binary())
        .args(["watch", "--format", "json"])
        .current_dir(&home)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
}

#[test]
fn once_ends_with_the_code_of_plan_or_apply() {
    let (_folder, home) = home();
    let path = home.join("lighthouse.toml");
    let once = |more: &[&str]| run(&home, &[&["watch", "--once"], more].concat());
    let planned = once(&[]);
    assert_eq!(planned.status.code(), Some(0));
    let (time, rest) = text(&planned.stdout).split_at(9);
    assert!(time.ends_with('Z') && time.matches(':').count() == 2, "{time}");
    assert_eq!(rest, "  planned lighthouse.toml (no state): 1 to place; 0 stay\n             + first  -> nas  new\n");
    assert_eq!(once(&["--apply"]).status.code(), Some(0));
    assert!(home.join("lighthouse.state.toml").exists());
    write(&path, &manifest("first").replace("cpu = 1", "cpu = 9"));
    assert_eq!(once(&[]).status.code(), Some(3));
    write(&path, "");
    assert_eq!(once(&[]).status.code(), Some(1));
    assert_eq!(run(&home, &["watch", "-f", "-"]).status.code(), Some(64));
    assert_eq!(once(&["--listen", "nowhere"]).status.code(), Some(64));
}

/// Sends a request and returns the status line and the body of the answer.
fn get(address: &str, request: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).expect("it listens");
    write!(stream, "{request}\r\nHost: x\r\n\r\n").expect("written");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    (head.lines().next().expect("a line").to_owned(), body.to_owned())
}

/// Requests a path until the status line is this one.
#[track_caller]
fn becomes(address: &str, path: &str, line: &str) {
    let start = Instant::now();
    while get(address, &format!("GET {path} HTTP/1.1")).0 != line {
        assert!(start.elapsed() < PATIENCE, "{path} never is {line}");
    }
}

#[test]
fn endpoints_and_status_file_report_the_last_pass() {
    let (_folder, home) = home();
    write(&home.join("lighthouse.toml"), &manifest("first").replace("cpu = 1", "cpu = 9"));
    let mut command = Command::new(binary());
    command.args(["watch", "--format", "json", "--listen", "0", "--status-file", "status.json"]);
    let mut child = command.current_dir(&home).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().expect("a pipe")));
    let mut line = || serde_json::from_str::<Value>(&lines.next().expect("a line").expect("text")).expect("JSON");
    let address = line()["listening"].as_str().expect("an address").to_owned();
    assert!(address.starts_with("127.0.0.1:"), "{address}");
    becomes(&address, "/livez", "HTTP/1.1 200 OK");
    assert_eq!(line()["type"], "plan");
    becomes(&address, "/readyz", "HTTP/1.1 200 OK");
    let metrics = get(&address, "GET /metrics HTTP/1.1").1;
    assert!(metrics.contains("\nlighthouse_unplaced 1\n") && metrics.contains("\nlighthouse_pending_changes 0\n"));
    assert!(!metrics.contains("\nlighthouse_last_success_timestamp_seconds 0\n"), "{metrics}");
    let mut silent = [(); 8].map(|()| TcpStream::connect(&address).expect("it listens"));
    for stream in &mut silent {
        write!(stream, "GET /li").expect("written");
    }
    becomes(&address, "/livez", "HTTP/1.1 200 OK");
    for stream in &mut silent {
        stream.set_nonblocking(true).expect("a stream");
        let kept = stream.read(&mut [0]).map_err(|error| error.kind());
        assert_eq!(kept, Err(ErrorKind::WouldBlock), "a silent connection is kept and blocks no other");
    }
    assert_eq!(get(&address, "POST /metrics HTTP/1.1").0, "HTTP/1.1 405 Method Not Allowed");
    assert_eq!(get(&address, "GET /else HTTP/1.1").0, "HTTP/1.1 404 Not Found");
    write(&home.join("lighthouse.toml"), "broken");
    assert_eq!(line()["type"], "error");
    becomes(&address, "/readyz", "HTTP/1.1 503 Service Unavailable");
    let status = || {
        let text = fs::read_to_string(home.join("status.json")).expect("a status");
        let status: Value = serde_json::from_str(&text).expect("JSON");
        validate("status", &status, &text);
        status
    };
    let start = Instant::now();
    while status()["consecutive_failures"] != 1 {
        assert!(start.elapsed() < PATIENCE);
    }
    assert_eq!((&status()["unplaced"], status()["failure"].is_string()), (&1.into(), true));
    child.kill().expect("killed");
    child.wait().expect("waited");
}
