//! HTTP server of `--listen`: answers `/livez`, `/readyz` and `/metrics`, a few requests at a time.
//!
//! It supports as much of HTTP as probes and Prometheus need: a request without a body, one response, then the
//! connection closes. No request is served for longer than a second. A request that is slow, long or malformed gets a
//! short response or none, and delays few others.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::status_board::{self, StatusBoard};
use crate::failure::Failure;

/// Maximum duration of a request.
const TIMEOUT: Duration = Duration::from_secs(1);
/// Number of requests that are answered at a time.
const THREADS: usize = 16;
/// Maximum size of a request, in bytes.
const MAX_REQUEST: usize = 8 * 1024;
/// Maximum number of headers of a request.
const MAX_HEADERS: usize = 64;

/// Starts to listen, and returns the address.
pub(crate) fn start(address: SocketAddr, board: &Arc<Mutex<StatusBoard>>) -> Result<String, Failure> {
    let failed = |error: io::Error| Failure::system(&format!("cannot listen on {address}"), &error);
    let listener = TcpListener::bind(address).map_err(failed)?;
    let listening = listener.local_addr().map_err(failed)?.to_string();
    let listener = Arc::new(listener);
    for number in 0..THREADS {
        let (listener, board) = (Arc::clone(&listener), Arc::clone(board));
        let spawned = thread::Builder::new().spawn(move || listen(&listener, &board));
        // One thread is enough to go on with.
        if let (0, Err(error)) = (number, spawned) {
            return Err(failed(error));
        }
    }
    Ok(listening)
}

fn listen(listener: &TcpListener, board: &Mutex<StatusBoard>) {
    for stream in listener.incoming() {
        match stream {
            // An error means that the client has gone: there is nothing to report.
            Ok(stream) => drop(serve(stream, board)),
            // The process may be out of file descriptors: wait until other threads close some.
            Err(_) => thread::sleep(Duration::from_millis(100)),
        }
    }
}

fn serve(mut stream: TcpStream, board: &Mutex<StatusBoard>) -> io::Result<()> {
    let until = Instant::now() + TIMEOUT;
    let (mut request, mut buffer) = (Vec::new(), [0; 1024]);
    let answer = loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        stream.set_read_timeout(Some(left))?;
        let read = stream.read(&mut buffer)?;
        request.extend_from_slice(&buffer[..read]);
        match answer(&request, board) {
            Some(answer) => break answer,
            None if read == 0 || request.len() > MAX_REQUEST => return Ok(()),
            None => {}
        }
    };
    stream.set_write_timeout(Some(TIMEOUT))?;
    stream.write_all(answer.as_bytes())
}

/// Returns the response to a request; `None` while the request is incomplete.
fn answer(request: &[u8], board: &Mutex<StatusBoard>) -> Option<String> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    match parsed.parse(request) {
        Ok(httparse::Status::Partial) => return None,
        Err(_) => return Some(response("400 Bad Request", "not an HTTP request\n", Body::Sent)),
        Ok(httparse::Status::Complete(_)) => {}
    }
    let path = parsed.path.unwrap_or_default().split('?').next().unwrap_or_default();
    let (status, body) = match (parsed.method.unwrap_or_default(), path) {
        ("GET" | "HEAD", path) => page(path, board),
        _ => ("405 Method Not Allowed", "use GET or HEAD\n".to_owned()),
    };
    Some(response(status, &body, if parsed.method == Some("HEAD") { Body::Omitted } else { Body::Sent }))
}

fn page(path: &str, board: &Mutex<StatusBoard>) -> (&'static str, String) {
    let board = status_board::lock(board);
    let check = |passes, yes: &str, no: &str| {
        if passes { ("200 OK", format!("{yes}\n")) } else { ("503 Service Unavailable", format!("{no}\n")) }
    };
    match path {
        "/livez" => check(board.is_alive(), "alive", "stuck"),
        "/readyz" => check(board.is_ready(), "ready", "not ready: no attempt yet, or the last one failed"),
        "/metrics" => ("200 OK", board.metrics()),
        _ => ("404 Not Found", "the pages are /livez, /readyz and /metrics\n".to_owned()),
    }
}

/// Whether a response carries its body.
#[derive(Clone, Copy)]
enum Body {
    Sent,
    /// The response to HEAD: it has the length of the body only.
    Omitted,
}

fn response(status: &str, body: &str, sent: Body) -> String {
    let length = body.len();
    let body = match sent {
        Body::Sent => body,
        Body::Omitted => "",
    };
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_line(request: &str) -> Option<String> {
        let board = Mutex::new(StatusBoard::new());
        answer(request.as_bytes(), &board).map(|answer| answer.lines().next().unwrap_or_default().to_owned())
    }

    #[test]
    fn a_request_is_answered_once_it_is_complete() {
        for (request, status) in [
            ("GET /livez HTTP/1.1\r\nHost: x\r\n", None),
            ("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", Some("HTTP/1.1 200 OK")),
            ("GET /metrics?x=1 HTTP/1.0\r\n\r\n", Some("HTTP/1.1 200 OK")),
            ("HEAD /readyz HTTP/1.1\r\n\r\n", Some("HTTP/1.1 503 Service Unavailable")),
            ("GET / HTTP/1.1\r\n\r\n", Some("HTTP/1.1 404 Not Found")),
            ("POST /metrics HTTP/1.1\r\n\r\n", Some("HTTP/1.1 405 Method Not Allowed")),
            ("\u{1}\u{2}\r\n\r\n", Some("HTTP/1.1 400 Bad Request")),
        ] {
            assert_eq!(first_line(request).as_deref(), status, "{request:?}");
        }
    }
}
