//! What integrators run: the official libraries of Standard Webhooks in Node and in Python, as receivers on loopback.

use super::{call_to, secret};
use crate::kit::process::{Lines, Running};
use crate::kit::requirement::{announce, is_required};
use relais::clock::{Clock as _, System};
use relais::delivery::webhook::{LIMITS, call};
use relais::domain::delivery::AttemptResult::{self, Refused, Taken};
use relais::domain::time::Timestamp;
use relais::domain::webhook::{WebhookSecret, signatures};
use relais::egress::{Client, PrivateHosts};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

/// A receiver's process, which knows the secrets 1 and 2 by its paths `/1` and `/2`; ended when dropped.
struct Receiver {
    _child: Running,
    host: String,
}

impl Receiver {
    /// `None` where the language or its library is missing; that has been said then.
    fn start(language: &str) -> Option<Self> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".ci/webhooks");
        let (program, script, library, line) = if language == "node" {
            (PathBuf::from("node"), "receiver.mjs", folder.join("node_modules/standardwebhooks"), INSTALL_NODE)
        } else {
            let program = folder.join(".venv/bin/python3");
            (program.clone(), "receiver.py", program, INSTALL_PYTHON)
        };
        let runs = Command::new(&program).arg("--version").output().is_ok_and(|ran| ran.status.success());
        if !runs || !library.exists() {
            assert!(!is_required("webhooks"), "required, but {line}");
            announce(&format!("relais tests: a receiver of webhooks in {language} is skipped: {line}"));
            return None;
        }
        let mut child = Command::new(program)
            .arg(script)
            .args([1, 2].map(|byte| secret(byte).spelled().expose().clone()))
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the receiver starts");
        let lines = Lines::of(child.stdout.take().expect("standard output is a pipe"));
        let host = lines.wait_for(Duration::from_secs(60), |line| line.strip_prefix("host ").map(str::to_owned));
        Some(Self { _child: Running(child), host: host.expect("the receiver listens") })
    }

    /// What a call that these secrets sign at this instant comes to, where the receiver knows the secret of the path.
    async fn called(&self, path: &str, secrets: Vec<WebhookSecret>, at: Timestamp) -> AttemptResult {
        let named = PrivateHosts::try_from(self.host.clone()).expect("a host");
        let client = Client::to_public_hosts_and(LIMITS, named).expect("a client");
        call(&client, &call_to(&format!("http://{}{path}", self.host), secrets, at), at).await.result
    }

    /// The status for a body that was signed as another one.
    async fn told_another_body(&self, at: Timestamp) -> u16 {
        let seconds = at.microseconds() / 1_000_000;
        let signed = signatures(&[secret(1)], "dlv_1", seconds, r#"{"data":{"sequence":4}}"#);
        let request = http::Request::post(format!("http://{}/1", self.host))
            .header("webhook-id", "dlv_1")
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", signed)
            .body(br#"{"data":{"sequence":5}}"#.to_vec());
        let client = Client::to_configured_hosts(LIMITS).expect("a client");
        client.send(request.expect("a request")).await.expect("an answer").status().as_u16()
    }
}

const INSTALL_NODE: &str = "no standardwebhooks; install node 20 or later and run `npm ci --prefix .ci/webhooks`";
const INSTALL_PYTHON: &str =
    "no standardwebhooks; make an environment in .ci/webhooks/.venv and install .ci/webhooks/requirements.txt there";

async fn a_receiver_takes_what_is_signed_for_it_and_nothing_else(language: &str) {
    let Some(receiver) = Receiver::start(language) else { return };
    let now = System.now();
    for (path, secrets, at, expected, what) in [
        ("/1", vec![secret(1)], now, Taken, "its secret"),
        ("/2", vec![secret(1)], now, Refused, "another secret"),
        // While a secret is replaced both ends may change at their own time.
        ("/1", vec![secret(2), secret(1)], now, Taken, "a rotation, the old secret is known"),
        ("/2", vec![secret(2), secret(1)], now, Taken, "a rotation, the new secret is known"),
        ("/1", vec![secret(2)], now, Refused, "after the rotation, the old secret is known"),
        ("/1", vec![secret(1)], now.plus_minutes(-4), Taken, "a little late"),
        ("/1", vec![secret(1)], now.plus_minutes(-6), Refused, "kept and sent again"),
        ("/1", vec![secret(1)], now.plus_minutes(6), Refused, "of another day"),
    ] {
        assert_eq!(receiver.called(path, secrets, at).await, expected, "{language}: {what}");
    }
    assert_eq!(receiver.told_another_body(now).await, 401, "{language}: another body");
}

#[tokio::test]
async fn a_receiver_in_node_takes_what_is_signed_for_it_and_nothing_else() {
    a_receiver_takes_what_is_signed_for_it_and_nothing_else("node").await;
}

#[tokio::test]
async fn a_receiver_in_python_takes_what_is_signed_for_it_and_nothing_else() {
    a_receiver_takes_what_is_signed_for_it_and_nothing_else("python").await;
}
