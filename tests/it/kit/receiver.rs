//! The system of an organisation that is told by webhook: it keeps what it hears, and answers as a test says.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// One call, as it was heard.
#[derive(Clone, Debug)]
pub struct Heard {
    pub id: String,
    pub body: serde_json::Value,
}

type Answer = Arc<dyn Fn(&Heard) -> u16 + Send + Sync>;

#[derive(Default)]
struct Kept {
    heard: Mutex<Vec<Heard>>,
    news: Condvar,
}

/// One receiver.
pub struct Receiver {
    address: SocketAddr,
    kept: Arc<Kept>,
}

impl Receiver {
    /// Answers every call with this status.
    pub fn new(answer: impl Fn(&Heard) -> u16 + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (kept, answer): (Arc<Kept>, Answer) = (Arc::default(), Arc::new(answer));
        let its = Arc::clone(&kept);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (kept, answer) = (Arc::clone(&its), Arc::clone(&answer));
                thread::spawn(move || serve(&stream, &kept, &answer));
            }
        });
        Self { address, kept }
    }

    /// Its name and port, as the configuration takes it.
    pub fn name(&self) -> String {
        self.address.to_string()
    }

    pub fn url(&self) -> String {
        format!("http://{}/told", self.address)
    }

    /// What it has heard so far.
    pub fn heard(&self) -> Vec<Heard> {
        lock(&self.kept.heard).clone()
    }

    /// Waits until it has heard this many calls.
    pub fn wait_for(&self, calls: usize) {
        let mut heard = lock(&self.kept.heard);
        while heard.len() < calls {
            heard = self.kept.news.wait(heard).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The kinds and sequence numbers that it has heard, in their order.
    pub fn told(&self) -> Vec<(String, i64)> {
        let told = |heard: Heard| {
            let kind = heard.body["type"].as_str().expect("a kind").to_owned();
            (kind, heard.body["data"]["sequence"].as_i64().expect("a sequence"))
        };
        self.heard().into_iter().map(told).collect()
    }
}

fn lock(heard: &Mutex<Vec<Heard>>) -> MutexGuard<'_, Vec<Heard>> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves one connection, which may bring several calls.
fn serve(mut stream: &TcpStream, kept: &Kept, answer: &Answer) {
    let mut reader = BufReader::new(stream);
    while let Some(heard) = read(&mut reader) {
        // What is decided is decided before it counts as heard: a test may wait for the one and look at the other.
        let status = answer(&heard);
        lock(&kept.heard).push(heard);
        kept.news.notify_all();
        let head = format!("HTTP/1.1 {status} told\r\ncontent-length: 0\r\n\r\n");
        if stream.write_all(head.as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Heard> {
    let (mut id, mut length, mut line) = (String::new(), 0, String::new());
    loop {
        line.clear();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let text = line.trim_end();
        if text.is_empty() {
            break;
        }
        let (name, value) = text.split_once(':').unwrap_or((text, ""));
        match name.to_ascii_lowercase().as_str() {
            "webhook-id" => value.trim().clone_into(&mut id),
            "content-length" => length = value.trim().parse().ok()?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Heard { id, body: serde_json::from_slice(&body).ok()? })
}
