//! A host on loopback that gives a file, for imports from an address. It has threads of its own, so that a test may
//! wait for a command meanwhile.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

type Answer = Arc<dyn Fn(&str) -> Vec<u8> + Send + Sync>;

/// One host.
pub struct FeedHost {
    address: SocketAddr,
    answer: Arc<Mutex<Answer>>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl FeedHost {
    /// Answers every request by its head, in small letters; the connection ends then.
    pub fn new(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let answer: Arc<Mutex<Answer>> = Arc::new(Mutex::new(Arc::new(answer)));
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (its_answer, its_heads) = (Arc::clone(&answer), Arc::clone(&heads));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (answer, heads) = (Arc::clone(&its_answer), Arc::clone(&its_heads));
                thread::spawn(move || serve(stream, &answer, &heads));
            }
        });
        Self { address, answer, heads }
    }

    /// From now on it answers like this.
    pub fn answers(&self, answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(answer);
    }

    /// The heads of the requests since the last time.
    pub fn heads(&self) -> Vec<String> {
        std::mem::take(&mut *self.heads.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Its name and port, as the configuration takes it.
    pub fn name(&self) -> String {
        self.address.to_string()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

fn serve(mut stream: TcpStream, answer: &Mutex<Answer>, heads: &Mutex<Vec<String>>) {
    let (mut head, mut piece) = (Vec::new(), [0; 1_024]);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return,
            Ok(read) => head.extend_from_slice(&piece[..read]),
        }
    }
    let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
    heads.lock().unwrap_or_else(PoisonError::into_inner).push(head.clone());
    let answer = Arc::clone(&answer.lock().unwrap_or_else(PoisonError::into_inner));
    // The other side may have hung up, which is its right.
    let _ = stream.write_all(&answer(&head));
}

/// A whole answer with these further lines of its head, each with its end.
pub fn answer(status: &str, lines: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{lines}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// A document by its `ETag`: 304 for whoever knows it.
pub fn document(tag: &str, body: impl Into<Vec<u8>>) -> impl Fn(&str) -> Vec<u8> + Send + Sync + 'static {
    let (known, line) = (format!("if-none-match: \"{tag}\"\r\n"), format!("etag: \"{tag}\"\r\n"));
    let body = body.into();
    move |head| {
        if head.contains(&known) { answer("304 Not Modified", &line, "") } else { answer("200 OK", &line, &body) }
    }
}
