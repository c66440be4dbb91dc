//! `--listen`: answers to `/livez`, `/readyz` and `/metrics`, a few requests at a time.
//!
//! It speaks as much HTTP as probes and Prometheus need: a request without a body, an answer, and the end. What comes
//! slowly, is long or is something else gets a short answer or none; no request is kept for longer than a second, and
//! who is slow keeps few of the others waiting.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::board::{self, Board};
use crate::failure::Failure;

/// So long one request may take in all.
const PATIENCE: Duration = Duration::from_secs(1);
/// So many requests are answered at a time.
const AT_A_TIME: usize = 16;
/// A request is no longer.
const LONGEST: usize = 8 * 1024;
/// A request has no more headers.
const MOST_HEADERS: usize = 64;

/// Listens from now on, and says where.
pub(crate) fn start(address: SocketAddr, board: &Arc<Mutex<Board>>) -> Result<String, Failure> {
    let failed = |error: io::Error| Failure::system(&format!("cannot listen on {address}"), &error);
    let listener = TcpListener::bind(address).map_err(failed)?;
    let listening = listener.local_addr().map_err(failed)?.to_string();
    let listener = Arc::new(listener);
    for number in 0..AT_A_TIME {
        let (listener, board) = (Arc::clone(&listener), Arc::clone(board));
        let spawned = thread::Builder::new().spawn(move || listen(&listener, &board));
        // Where some are not to be had, the others have more to do.
        if let (0, Err(error)) = (number, spawned) {
            return Err(failed(error));
        }
    }
    Ok(listening)
}

fn listen(listener: &TcpListener, board: &Mutex<Board>) {
    for stream in listener.incoming() {
        match stream {
            // Whoever asks and goes away has no answer to miss.
            Ok(stream) => drop(serve(stream, board)),
            // Out of descriptors, for one: others have to close some first.
            Err(_) => thread::sleep(Duration::from_millis(100)),
        }
    }
}

fn serve(mut stream: TcpStream, board: &Mutex<Board>) -> io::Result<()> {
    let until = Instant::now() + PATIENCE;
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
            None if read == 0 || request.len() > LONGEST => return Ok(()),
            None => {}
        }
    };
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(answer.as_bytes())
}

/// The answer to a request, once it is whole.
fn answer(request: &[u8], board: &Mutex<Board>) -> Option<String> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    match parsed.parse(request) {
        Ok(httparse::Status::Partial) => return None,
        Err(_) => return Some(response("400 Bad Request", "not a request\n", true)),
        Ok(httparse::Status::Complete(_)) => {}
    }
    let path = parsed.path.unwrap_or_default().split('?').next().unwrap_or_default();
    let (status, body) = match (parsed.method.unwrap_or_default(), path) {
        ("GET" | "HEAD", path) => page(path, board),
        _ => ("405 Method Not Allowed", "GET or HEAD\n".to_owned()),
    };
    Some(response(status, &body, parsed.method != Some("HEAD")))
}

fn page(path: &str, board: &Mutex<Board>) -> (&'static str, String) {
    let board = board::lock(board);
    let verdict = |good, yes: &str, no: &str| {
        if good { ("200 OK", format!("{yes}\n")) } else { ("503 Service Unavailable", format!("{no}\n")) }
    };
    match path {
        "/livez" => verdict(board.is_alive(), "alive", "stuck"),
        "/readyz" => verdict(board.is_ready(), "ready", "the last attempt failed, or there was none yet"),
        "/metrics" => ("200 OK", board.metrics()),
        _ => ("404 Not Found", "there are /livez, /readyz and /metrics\n".to_owned()),
    }
}

fn response(status: &str, body: &str, with_body: bool) -> String {
    let length = body.len();
    let body = if with_body { body } else { "" };
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_line(request: &str) -> Option<String> {
        let board = Mutex::new(Board::new());
        answer(request.as_bytes(), &board).map(|answer| answer.lines().next().unwrap_or_default().to_owned())
    }

    #[test]
    fn a_request_is_answered_when_it_is_whole() {
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
